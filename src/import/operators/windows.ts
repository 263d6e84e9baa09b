/**
 * @file How windows slide in a file: pads that are stated or follow from the size, windows over lines, pools.
 */

import { DataError } from "../../base/errors.ts";
import { averagePool, ceilAveragePool, ceilMaxPool, maxPool } from "../../graph/ops/pool.ts";
import { max, mean } from "../../graph/ops/reduce.ts";
import { reshape } from "../../graph/ops/shape.ts";
import { type Sliding, samePads } from "../../graph/ops/window.ts";
import { type Shape, showShape, type Value } from "../../graph/value.ts";
import type { Operators } from "../call.ts";
import { type Call, intOf, intsOf, stringOf, valueAt } from "../call.ts";

/** Lines `[n, c, l]` as images of one row; images as they are. */
export function planeOf(x: Value): Value {
  if (x.shape.length === 4) return x;
  if (x.shape.length !== 3) {
    throw new DataError(`expected images [n, c, h, w] or lines [n, c, l], got ${showShape(x.shape)}`);
  }
  const [n, c, l] = x.shape as [number, number, number];
  return reshape(x, { shape: [n, c, 1, l] });
}

/** Images as lines again, where lines were given. */
export const fromPlane = (y: Value, given: Value): Value =>
  given.shape.length === 4 ? y : reshape(y, { shape: [y.shape[0]!, y.shape[1]!, y.shape[3]!] });

/**
 * How windows move over images `[h, w]` (for lines the height is 1).
 *
 * @param kernel - As the file has it: one number for lines.
 */
export function slidingOf(call: Call, image: Shape, kernel: Shape): Sliding {
  const isLine = kernel.length === 1;
  const both = (ints: readonly number[] | undefined, otherwise: number): readonly number[] =>
    isLine ? [1, ints?.[0] ?? otherwise] : (ints ?? [otherwise, otherwise]);
  const strides = both(intsOf(call, "strides"), 1);
  const dilations = both(intsOf(call, "dilations"), 1);
  const window = isLine ? [1, kernel[0]!] : kernel;
  const pads = padsOf(call, image, window, strides, dilations, isLine);
  if ([image, window, strides, dilations, pads].flat().some((size) => size > LONGEST)) {
    throw new DataError(
      `expected images, windows, strides and pads of at most ${LONGEST} along an axis, got images ${showShape(image)} and windows ${showShape(window)}, by ${showShape(strides)} with pads ${showShape(pads)}`,
    );
  }
  return { strides, dilations, pads };
}

/** Most pixels along an axis that windows slide over: hostile files ask for more. */
const LONGEST = 2 ** 20;

function padsOf(
  call: Call,
  image: Shape,
  window: Shape,
  strides: Shape,
  dilations: Shape,
  isLine: boolean,
): readonly number[] {
  const auto = stringOf(call, "auto_pad", "NOTSET");
  if (auto === "VALID") return [0, 0, 0, 0];
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const pairs = [0, 1].map((axis) =>
      samePads(image[axis]!, window[axis]!, strides[axis]!, dilations[axis]!),
    );
    const [before, after] = auto === "SAME_UPPER" ? [0, 1] : [1, 0];
    return [...pairs.map((pair) => pair[before]!), ...pairs.map((pair) => pair[after]!)];
  }
  if (auto !== "NOTSET")
    throw new DataError(`expected setting "auto_pad" NOTSET, VALID, SAME_UPPER or SAME_LOWER, got "${auto}"`);
  const pads = intsOf(call, "pads");
  if (!pads) return [0, 0, 0, 0];
  return isLine ? [0, pads[0]!, 0, pads[1]!] : pads;
}

function windowsOf(call: Call) {
  const given = valueAt(call, 0);
  const x = planeOf(given);
  const kernel = intsOf(call, "kernel_shape");
  if (!kernel) throw new DataError('expected setting "kernel_shape", got none');
  const window = kernel.length === 1 ? [1, kernel[0]!] : kernel;
  const settings = { ...slidingOf(call, x.shape.slice(2), kernel), kernel: window };
  return { given, x, settings, isCeil: intOf(call, "ceil_mode", 0) === 1 };
}

const poolMax = (call: Call): Value[] => {
  if (call.outputs[1]) {
    throw new DataError("expected the largest elements alone, got their positions as a second output");
  }
  const { given, x, settings, isCeil } = windowsOf(call);
  return [fromPlane((isCeil ? ceilMaxPool : maxPool)(x, settings), given)];
};

const poolMean = (call: Call): Value[] => {
  const { given, x, settings, isCeil } = windowsOf(call);
  const { dilations, ...window } = settings;
  if (dilations.some((step) => step !== 1)) throw new DataError("expected a window without holes");
  const countPads = intOf(call, "count_include_pad", 0) === 1;
  return [fromPlane((isCeil ? ceilAveragePool : averagePool)(x, { ...window, countPads }), given)];
};

const overAll =
  (fold: typeof mean): Operators[string] =>
  (call) => {
    const x = valueAt(call, 0);
    return [fold(x, { axes: x.shape.map((_, axis) => axis).slice(2), keepDims: true })];
  };

export const pools: Operators = {
  MaxPool: poolMax,
  AveragePool: poolMean,
  GlobalAveragePool: overAll(mean),
  GlobalMaxPool: overAll(max),
};
