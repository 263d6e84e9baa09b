/**
 * @file Batch normalization without its learned scale and shift.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { numberLike, sizeOf, type Value } from "../value.ts";
import { add, divide, multiply, negate, sqrt, subtract } from "./elementwise.ts";
import { mean } from "./reduce.ts";

const OVER_IMAGES = { axes: [0, 2, 3], keepDims: true } as const;

/** Mean of each channel over a batch of images, `[n, c, h, w] -> [1, c, 1, 1]`. */
export const channelMean = (x: Value): Value => mean(x, OVER_IMAGES);

/** What each pixel is above the mean of its channel. */
const deviationsOf = (x: Value): Value => subtract(x, channelMean(x));

/** Mean of the squares of each channel. */
const meanSquare = (x: Value): Value => channelMean(multiply(x, x));

/** Variance of each channel over a batch of images, `[n, c, h, w] -> [1, c, 1, 1]`: the mean squared deviation. */
export const channelVariance = (x: Value): Value => meanSquare(deviationsOf(x));

type Epsilon = { readonly epsilon: number };

/** One over the standard deviation of each channel, `[1, c, 1, 1]`. */
const inverseDeviation = (deviations: Value, { epsilon }: Epsilon): Value =>
  divide(numberLike(deviations, 1), sqrt(add(meanSquare(deviations), numberLike(deviations, epsilon))));

/**
 * Each channel with mean 0 and variance 1 over the batch: `(x - mean) / sqrt(variance + epsilon)` (Ioffe and
 * Szegedy, ICML 2015, algorithm 1), `[n, c, h, w]`.
 *
 * The gradient is written out: derived step by step it would pass over the images twice as often.
 */
export const batchNormalize: Operation<[Value], Epsilon> = operation<[Value], Epsilon>({
  name: "batchNormalize",
  operands: 1,
  onnx: {
    expand([x], attributes) {
      const deviations = deviationsOf(x);
      return multiply(deviations, inverseDeviation(deviations, attributes));
    },
  },
  shape([x]) {
    if (x.shape.length !== 4) throw new ShapeError("batchNormalize", "[n, c, h, w]", [x.shape]);
    return x.shape;
  },
  gradient(dy, [x], attributes) {
    const deviations = deviationsOf(x);
    const scale = inverseDeviation(deviations, attributes);
    const along = multiply(channelMean(multiply(dy, deviations)), multiply(scale, multiply(scale, scale)));
    const centered = subtract(multiply(dy, scale), multiply(channelMean(dy), scale));
    return [add(centered, multiply(deviations, negate(along)))];
  },
  evaluate(shape, [x], { epsilon }) {
    const [n, c, ...image] = shape as [number, number, ...number[]];
    const pixels = sizeOf(image);
    const channelOf = (index: number): number => Math.floor(index / pixels) % c;
    const sums = new Float64Array(c);
    x.data.forEach((element, index) => {
      sums[channelOf(index)]! += element;
    });
    const squares = new Float64Array(c);
    const deviations = x.data.map((element, index) => element - sums[channelOf(index)]! / (n * pixels));
    deviations.forEach((deviation, index) => {
      squares[channelOf(index)]! += deviation ** 2;
    });
    return deviations.map(
      (deviation, index) => deviation / Math.sqrt(squares[channelOf(index)]! / (n * pixels) + epsilon),
    );
  },
});
