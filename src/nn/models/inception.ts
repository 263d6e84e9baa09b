/**
 * @file The paper's small Inception (its Fig. 3), with and without batch normalization.
 */

import { relu } from "../../graph/ops/elementwise.ts";
import { concat } from "../../graph/ops/pieces.ts";
import type { Value } from "../../graph/value.ts";
import { convolutionLayer, dense, globalMean, maxPoolLayer } from "../layers.ts";
import { type Model, PAPER, requireImages } from "../model.ts";
import { batchNorm } from "../normalizations.ts";
import type { Scope } from "../scope.ts";

/** What follows the first convolution: filters of a module's 1x1 and 3x3 convolutions, or of a downsampling 3x3. */
const MODULES: readonly (readonly [number, number] | readonly [number])[] = [
  [32, 32],
  [32, 48],
  [80],
  [112, 48],
  [96, 64],
  [80, 80],
  [48, 96],
  [96],
  [176, 160],
  [176, 160],
];

/**
 * Modules of a 1x1 and a 3x3 convolution side by side, two of them downsampling, then the mean of each channel.
 *
 * With batch normalization a convolution has no bias, as the normalization adds one: so both have 1,649,402
 * parameters on 3x28x28 images of 10 classes, as in the paper's Table 1.
 */
function smallInception(name: string, normalized: boolean, title: string): Model {
  const conv = (
    x: Value,
    filters: number,
    kernel: number,
    stride: number,
    scope: Scope,
    at: string,
  ): Value => {
    const y = convolutionLayer(x, { filters, kernel, stride, bias: !normalized }, scope, at);
    return relu(normalized ? batchNorm(y, scope, at) : y);
  };
  return {
    name,
    title,
    source: PAPER,
    logits(x, classes, scope) {
      requireImages(name, x);
      const first = conv(x, 96, 3, 1, scope, "conv1");
      const images = MODULES.reduce((h, [one, three], index) => {
        const at = `module${index + 2}`;
        if (three === undefined) {
          return concat(conv(h, one, 3, 2, scope, `${at}.conv3x3`), maxPoolLayer(h, 3, 2), { axis: 1 });
        }
        const left = conv(h, one, 1, 1, scope, `${at}.conv1x1`);
        return concat(left, conv(h, three, 3, 1, scope, `${at}.conv3x3`), { axis: 1 });
      }, first);
      return dense(scope.dropout(globalMean(images)), classes, scope, "output");
    },
  };
}

export const inception = smallInception(
  "inception",
  true,
  "small Inception: ten modules of 1x1 and 3x3 convolutions, batch normalization",
);

export const inceptionWithoutNorm = smallInception(
  "inception-nobn",
  false,
  "small Inception without batch normalization",
);
