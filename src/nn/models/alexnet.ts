/**
 * @file The paper's small AlexNet.
 */

import { relu } from "../../graph/ops/elementwise.ts";
import type { Value } from "../../graph/value.ts";
import { convolutionLayer, dense, flatten, maxPoolLayer } from "../layers.ts";
import { type Model, PAPER, requireImages } from "../model.ts";
import { localResponseNorm } from "../normalizations.ts";
import type { Scope } from "../scope.ts";

/** 64 filters a convolution: the paper does not say, but its number of parameters does. */
const FILTERS = 64;
/** The settings of TensorFlow's CIFAR-10 tutorial, whose network this is on images of 28x28. */
const RESPONSE = { radius: 4, alpha: 0.001 / 9 };

/** Convolution 5x5, ReLU, max-pool 3x3 with stride 2, local response normalization. */
function module(x: Value, scope: Scope, name: string): Value {
  const settings = { filters: FILTERS, kernel: 5, stride: 1, bias: true };
  const pooled = maxPoolLayer(relu(convolutionLayer(x, settings, scope, name)), 3, 2);
  return localResponseNorm(pooled, RESPONSE);
}

/** Two modules, then fully connected layers of 384, 192 and the classes: 1,387,786 parameters on 3x28x28. */
export const alexnet: Model = {
  name: "alexnet",
  title: "two convolutions with pools and local response normalization, then 384 and 192 ReLU units",
  source: PAPER,
  // From he-normal its first loss is twice that of guessing, and random labels are not fitted (docs/decisions/03-open-choices.md).
  initialization: "glorot-uniform",
  logits(x, classes, scope) {
    requireImages("alexnet", x);
    const images = module(module(x, scope, "conv1"), scope, "conv2");
    const hidden1 = scope.dropout(relu(dense(flatten(images), 384, scope, "hidden1")));
    const hidden2 = scope.dropout(relu(dense(hidden1, 192, scope, "hidden2")));
    return dense(hidden2, classes, scope, "output");
  },
};
