/**
 * @file Normalizations to mean 0 and variance 1, without their learned scale and shift.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { numberLike, type Shape, showShape, sizeOf, type Value } from "../value.ts";
import { add, divide, multiply, negate, sqrt, subtract } from "./elementwise.ts";
import { mean } from "./reduce.ts";

/** Mean over some axes, which stay, with size 1. */
type MeanOf = (x: Value) => Value;

const meanOver =
  (axes: readonly number[]): MeanOf =>
  (x) =>
    mean(x, { axes, keepDims: true });

/** Mean of each channel over a batch, `[n, c, ...] -> [1, c, 1, ...]`. */
export const channelMean: MeanOf = (x) =>
  meanOver(x.shape.map((_, axis) => axis).filter((axis) => axis !== 1))(x);

/** What each element is above the mean. */
const deviationsOf = (x: Value, meanOf: MeanOf): Value => subtract(x, meanOf(x));

const meanSquare = (x: Value, meanOf: MeanOf): Value => meanOf(multiply(x, x));

/** Variance of each channel over a batch, `[n, c, ...] -> [1, c, 1, ...]`: the mean squared deviation. */
export const channelVariance = (x: Value): Value => meanSquare(deviationsOf(x, channelMean), channelMean);

type Epsilon = { readonly epsilon: number };

/** One over the standard deviation. */
const inverseDeviation = (deviations: Value, meanOf: MeanOf, { epsilon }: Epsilon): Value =>
  divide(
    numberLike(deviations, 1),
    sqrt(add(meanSquare(deviations, meanOf), numberLike(deviations, epsilon))),
  );

/**
 * A normalization, by the mean that it takes.
 *
 * The gradient is written out: derived step by step it would pass over the elements twice as often.
 *
 * @param groupOf - The number of the mean that each element of a shape is normalized by, of a value of that shape.
 */
const normalization = <A extends Epsilon>(
  name: string,
  check: (x: Value, attributes: A) => void,
  meanFor: (x: Value, attributes: A) => MeanOf,
  groupOf: (shape: Shape, attributes: A) => (index: number) => number,
) =>
  operation<[Value], A>({
    name,
    operands: 1,
    onnx: {
      expand([x], attributes) {
        const meanOf = meanFor(x, attributes);
        const deviations = deviationsOf(x, meanOf);
        return multiply(deviations, inverseDeviation(deviations, meanOf, attributes));
      },
    },
    shape([x], attributes) {
      check(x, attributes);
      return x.shape;
    },
    gradient(dy, [x], attributes) {
      const meanOf = meanFor(x, attributes);
      const deviations = deviationsOf(x, meanOf);
      const scale = inverseDeviation(deviations, meanOf, attributes);
      const along = multiply(meanOf(multiply(dy, deviations)), multiply(scale, multiply(scale, scale)));
      const centered = subtract(multiply(dy, scale), multiply(meanOf(dy), scale));
      return [add(centered, multiply(deviations, negate(along)))];
    },
    evaluate(shape, [x], attributes) {
      const group = groupOf(shape, attributes);
      const meansOf = (elements: Float64Array): ReadonlyMap<number, number> => {
        const groups = Map.groupBy(elements.keys(), group);
        return new Map(
          [...groups].map(([key, members]) => [
            key,
            members.reduce((total, at) => total + elements[at]!, 0) / members.length,
          ]),
        );
      };
      const means = meansOf(x.data);
      const deviations = x.data.map((element, index) => element - means.get(group(index))!);
      const variances = meansOf(deviations.map((deviation) => deviation ** 2));
      return deviations.map(
        (deviation, index) => deviation / Math.sqrt(variances.get(group(index))! + attributes.epsilon),
      );
    },
  });

/**
 * Each channel with mean 0 and variance 1 over the batch: `(x - mean) / sqrt(variance + epsilon)` (Ioffe and
 * Szegedy, ICML 2015, algorithm 1), `[n, c, ...]`.
 */
export const batchNormalize: Operation<[Value], Epsilon> = normalization(
  "batchNormalize",
  (x) => {
    if (x.shape.length < 2) throw new ShapeError("batchNormalize", "[n, c, ...]", [x.shape]);
  },
  () => channelMean,
  ([, c, ...pixels]) =>
    (index) =>
      Math.floor(index / sizeOf(pixels)) % c!,
);

/**
 * Each example with mean 0 and variance 1 over the axes from `axis` on: `(x - mean) / sqrt(variance + epsilon)` (Ba,
 * Kiros and Hinton, 2016, equation 3).
 */
export const layerNormalize: Operation<[Value], Epsilon & { readonly axis: number }> = normalization(
  "layerNormalize",
  (x, { axis }) => {
    if (!(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length))
      throw new ShapeError("layerNormalize", `an axis of ${showShape(x.shape)}`, [[axis]]);
  },
  (x, { axis }) => meanOver(x.shape.map((_, at) => at).slice(axis)),
  (shape, { axis }) =>
    (index) =>
      Math.floor(index / sizeOf(shape.slice(axis))),
);
