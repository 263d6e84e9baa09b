/**
 * @file Losses: what training makes small.
 */

import { add, multiply, negate, subtract } from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/gather.ts";
import { logSoftmax } from "../graph/ops/normalize.ts";
import { reshape } from "../graph/ops/shape.ts";
import { sum } from "../graph/ops/sum.ts";
import { constant, type Value } from "../graph/value.ts";

/**
 * Softmax cross-entropy of each example, in nats: minus the log-probability of its label.
 *
 * @param logits - `[batch, classes]`.
 * @param labels - `[batch]`, int32 in `[0, classes)`.
 * @param smoothing - In `[0, 1)`: share of an example's weight that its label gives to all classes alike, its own among them
 *   (Szegedy et al., CVPR 2016, section 7). The mean of minus the log-probabilities by these weights is then no less than the
 *   entropy of the weights.
 * @returns `[batch]`.
 */
export function crossEntropy(logits: Value, labels: Value, smoothing = 0): Value {
  const classes = logits.shape[1]!;
  const given = oneHot(labels, classes);
  const weights =
    smoothing === 0 ? given : add(multiply(given, constant(1 - smoothing)), constant(smoothing / classes));
  const picked = multiply(weights, logSoftmax(logits, { axis: 1 }));
  return negate(sum(picked, { axes: [1], keepDims: false }));
}

/**
 * Squared error of each example, not halved: `(output - target)^2`.
 *
 * @param outputs - `[batch, 1]`.
 * @param targets - `[batch]`, in units of the training targets' deviation from their mean.
 * @returns `[batch]`.
 */
export function squaredError(outputs: Value, targets: Value): Value {
  const away = subtract(reshape(outputs, { shape: targets.shape }), targets);
  return multiply(away, away);
}
