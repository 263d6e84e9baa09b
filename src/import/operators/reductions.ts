/**
 * @file What folds axes of a file's values, and what changes the size of images.
 */

import { DataError } from "../../base/errors.ts";
import { abs, add, exp, log, multiply, negate, sqrt, subtract } from "../../graph/ops/elementwise.ts";
import { matmul } from "../../graph/ops/linear.ts";
import { argMax, max, mean } from "../../graph/ops/reduce.ts";
import { permuteAxes, reshape } from "../../graph/ops/shape.ts";
import { type Reduction, sum } from "../../graph/ops/sum.ts";
import { constant, sizeOf, type Value } from "../../graph/value.ts";
import type { Operator, Operators } from "../call.ts";
import {
  axisOf,
  type Call,
  intOf,
  intsOf,
  optionalNumbers,
  optionalWholes,
  requireSmall,
  stringOf,
  valueAt,
  wholesAt,
} from "../call.ts";

const reduction =
  (fold: (x: Value, how: Reduction) => Value): Operator =>
  (call) => {
    const x = valueAt(call, 0);
    const given = optionalWholes(call, 1);
    if (given?.length === 0 && intOf(call, "noop_with_empty_axes", 0) === 1) return [x];
    const axes =
      given && given.length > 0
        ? given.map((axis) => axisOf(axis, x.shape.length))
        : x.shape.map((_, axis) => axis);
    if (axes.length === 0) return [x];
    return [fold(x, { axes, keepDims: intOf(call, "keepdims", 1) === 1 })];
  };

/** The logarithm of a sum of exponentials, from differences to the largest. */
const logSumExp = (x: Value, { axes, keepDims }: Reduction): Value => {
  const largest = max(x, { axes, keepDims: true });
  const y = add(largest, log(sum(exp(subtract(x, largest)), { axes, keepDims: true })));
  return keepDims ? y : reshape(y, { shape: x.shape.filter((_, axis) => !axes.includes(axis)) });
};

/** Where a pixel of a resized axis lies on the axis it is made of. */
function sourceOf(mode: string, at: number, size: number, wanted: number, scale: number): number {
  switch (mode) {
    case "half_pixel":
      return (at + 0.5) / scale - 0.5;
    case "pytorch_half_pixel":
      return wanted > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case "align_corners":
      return wanted > 1 ? (at * (size - 1)) / (wanted - 1) : 0;
    case "asymmetric":
      return at / scale;
    default:
      throw new DataError(
        `expected setting "coordinate_transformation_mode" half_pixel, pytorch_half_pixel, align_corners or asymmetric, got "${mode}"`,
      );
  }
}

const nearest: ReadonlyMap<string, (x: number) => number> = new Map([
  ["round_prefer_floor", (x) => Math.ceil(x - 0.5)],
  ["round_prefer_ceil", (x) => Math.floor(x + 0.5)],
  ["floor", Math.floor],
  ["ceil", Math.ceil],
]);

/** How an axis is resized. */
export interface Resizing {
  /** `nearest` or `linear`. */
  readonly mode: string;
  readonly coordinates: string;
  readonly rounding: string;
}

/** An axis resized, as a product with the matrix of its weights. */
export function resizeAxis(x: Value, axis: number, wanted: number, scale: number, how: Resizing): Value {
  const size = x.shape[axis]!;
  requireSmall([size, wanted]);
  const weights = new Float32Array(size * wanted);
  for (let at = 0; at < wanted; at++) {
    const source = sourceOf(how.coordinates, at, size, wanted, scale);
    const clamp = (position: number): number => Math.min(Math.max(position, 0), size - 1);
    if (how.mode === "nearest") {
      const round = nearest.get(how.rounding);
      if (!round) throw new DataError(`expected a known setting "nearest_mode", got "${how.rounding}"`);
      weights[clamp(round(source)) * wanted + at]! += 1;
    } else if (how.mode === "linear") {
      const left = Math.floor(source);
      weights[clamp(left) * wanted + at]! += 1 - (source - left);
      weights[clamp(left + 1) * wanted + at]! += source - left;
    } else throw new DataError(`expected setting "mode" nearest or linear, got "${how.mode}"`);
  }
  const rank = x.shape.length;
  const order = [...Array(rank).keys()].filter((other) => other !== axis).concat(axis);
  const rows = reshape(permuteAxes(x, { axes: order }), { shape: [sizeOf(x.shape) / size, size] });
  const product = matmul(rows, constant(weights, [size, wanted]));
  const moved = reshape(product, {
    shape: order.map((other) => (other === axis ? wanted : x.shape[other]!)),
  });
  return permuteAxes(moved, { axes: order.map((_, at) => order.indexOf(at)) });
}

const resized = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const scales = optionalNumbers(call, 2);
  const sizes = scales && scales.length > 0 ? undefined : wholesAt(call, 3);
  const axes = (intsOf(call, "axes") ?? x.shape.map((_, axis) => axis)).map((axis) =>
    axisOf(axis, x.shape.length),
  );
  const told = sizes ?? scales!;
  if (told.length !== axes.length) {
    throw new DataError(`expected a size or a scale for each of ${axes.length} axes, got ${told.length}`);
  }
  if (intOf(call, "antialias", 0) === 1) throw new DataError("expected `antialias` 0");
  const how = {
    mode: stringOf(call, "mode", "nearest"),
    coordinates: stringOf(call, "coordinate_transformation_mode", "half_pixel"),
    rounding: stringOf(call, "nearest_mode", "round_prefer_floor"),
  };
  return [
    axes.reduce((y, axis, at) => {
      const size = x.shape[axis]!;
      const wanted = sizes ? sizes[at]! : Math.floor(size * scales![at]!);
      if (!(Number.isInteger(wanted) && wanted >= 1))
        throw new DataError(`expected a size of at least 1, got ${wanted}`);
      return wanted === size ? y : resizeAxis(y, axis, wanted, sizes ? wanted / size : scales![at]!, how);
    }, x),
  ];
};

const largestAt = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", 0), x.shape.length);
  const y = argMax(x, { axis });
  return [intOf(call, "keepdims", 1) === 1 ? reshape(y, { shape: x.shape.with(axis, 1) }) : y];
};

export const reductions: Operators = {
  ReduceMean: reduction(mean),
  ReduceSum: reduction(sum),
  ReduceMax: reduction(max),
  ReduceMin: reduction((x, how) => negate(max(negate(x), how))),
  ReduceL1: reduction((x, how) => sum(abs(x), how)),
  ReduceL2: reduction((x, how) => sqrt(sum(multiply(x, x), how))),
  ReduceSumSquare: reduction((x, how) => sum(multiply(x, x), how)),
  ReduceLogSumExp: reduction(logSumExp),
  ArgMax: largestAt,
  Resize: resized,
};
