/**
 * @file A small convolutional network of any width and depth, for pictures that a page trains on.
 */

import { relu } from "../../graph/ops/elementwise.ts";
import { convolutionLayer, dense, flatten, maxPoolLayer } from "../layers.ts";
import { type Model, requireImages } from "../model.ts";

/** Units of the layer before the classes. */
const UNITS = 128;

/**
 * Some modules of a 3x3 convolution, ReLU and a 2x2 max-pool each, then a layer of 128 ReLU units.
 *
 * @param modules - At least 1; each halves height and width, rounded up.
 * @param filters - Of each convolution.
 */
export function cnn(name: string, modules: number, filters: number): Model {
  return {
    name,
    title: `${modules} ${modules === 1 ? "convolution" : "convolutions"} of ${filters} filters 3x3 with pools, then ${UNITS} ReLU units`,
    source: "a small convolutional network of the usual kind",
    logits(x, classes, scope) {
      requireImages(name, x);
      let h = x;
      for (let index = 1; index <= modules; index++) {
        const settings = { filters, kernel: 3, stride: 1, bias: true };
        h = maxPoolLayer(relu(convolutionLayer(h, settings, scope, `conv${index}`)), 2, 2);
      }
      const hidden = scope.dropout(relu(dense(flatten(h), UNITS, scope, "hidden")));
      return dense(hidden, classes, scope, "output");
    },
  };
}
