/**
 * @file Losses: what training makes small.
 */

import { multiply, negate } from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/gather.ts";
import { logSoftmax } from "../graph/ops/normalize.ts";
import { sum } from "../graph/ops/sum.ts";
import type { Value } from "../graph/value.ts";

/**
 * Softmax cross-entropy of each example, in nats: minus the log-probability of its label.
 *
 * @param logits - `[batch, classes]`.
 * @param labels - `[batch]`, int32 in `[0, classes)`.
 * @returns `[batch]`.
 */
export function crossEntropy(logits: Value, labels: Value): Value {
  const picked = multiply(oneHot(labels, logits.shape[1]!), logSoftmax(logits, { axis: 1 }));
  return negate(sum(picked, { axes: [1], keepDims: false }));
}
