/**
 * @file The gradient of a convolution by the image as a convolution: ONNX Runtime computes those on a GPU in tiles, as matrix
 * products, and transposed ones with one thread for each pixel.
 */

import { type Convolution, convolution } from "../../ops/convolution.ts";
import { matmul } from "../../ops/linear.ts";
import { permuteAxes, reshape } from "../../ops/shape.ts";
import { constant, sizeOf, type Value } from "../../value.ts";

/**
 * A transposed convolution without strides, `[n, o, h', w'], [o, c, kh, kw] -> [n, c, h, w]`, as one with its filters flipped;
 * undefined where it is none.
 */
export function transposedByFlipping(
  x: Value,
  w: Value,
  { size, groups, ...sliding }: Convolution & { readonly size: readonly number[] },
): Value | undefined {
  const { strides, pads, dilations } = sliding;
  const [o, c, ...kernel] = w.shape as [number, number, number, number];
  const reach = kernel.map((taps, axis) => dilations[axis]! * (taps - 1));
  const before = reach.map((pixels, axis) => pixels - pads[axis]!);
  const after = reach.map((pixels, axis) => size[axis]! - x.shape[2 + axis]! - before[axis]! + pixels);
  const around = [...before, ...after];
  if (groups !== 1 || strides.some((stride) => stride !== 1) || around.some((count) => count < 0))
    return undefined;
  const exchanged = permuteAxes(w, { axes: [1, 0, 2, 3] });
  return convolution(x, flipped(exchanged, [c, o, ...kernel]), {
    strides,
    pads: around,
    dilations,
    groups: 1,
  });
}

/** Filters with their pixels in the reverse order, by a product with ones across. */
function flipped(w: Value, shape: readonly number[]): Value {
  const taps = sizeOf(shape.slice(2));
  if (taps === 1) return w;
  const across = Array.from({ length: taps * taps }, (_, at) =>
    Number((at % taps) + Math.floor(at / taps) === taps - 1),
  );
  const rows = reshape(w, { shape: [sizeOf(shape.slice(0, 2)), taps] });
  return reshape(matmul(rows, constant(across, [taps, taps], w.type)), { shape });
}
