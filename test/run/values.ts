/**
 * @file A model and examples of no name, as somebody might give them.
 */

import { randomStream } from "../../src/base/random.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import { tanh } from "../../src/graph/ops/elementwise.ts";
import { convolutionLayer, dense, flatten } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { batchNorm } from "../../src/nn/normalizations.ts";

/** Of everything that a network can ask of its scope: parameters, masks and running averages. */
export const mine: Model = {
  name: "mine",
  title: "a small network of one's own",
  source: "this test",
  logits(x, classes, scope) {
    const settings = { filters: 4, kernel: 3, stride: 1, bias: false };
    const images = batchNorm(convolutionLayer(x, settings, scope, "conv"), scope, "conv");
    const hidden = scope.dropout(tanh(dense(flatten(images), 16, scope, "hidden")));
    return dense(hidden, classes, scope, "output");
  },
};

/** `count` images of 2 x 6 x 6 float32, of three classes. */
function imagesOf(count: number, purpose: string): Dataset {
  const random = randomStream(7, purpose);
  return {
    name: "blobs",
    inputs: Float32Array.from({ length: count * 72 }, () => random.normal()),
    shape: [count, 2, 6, 6],
    labels: Int32Array.from({ length: count }, () => random.below(3)),
    classNames: ["a", "b", "c"],
  };
}

export const blobs: Splits = { train: imagesOf(64, "train"), test: imagesOf(30, "test") };
