/**
 * @file The gradients of filters on a GPU: a matrix product for each example, and the sum of them.
 *
 * A convolution of examples instead of channels has few results, each a sum over all examples and pixels: a GPU would add most
 * of them one after another. The products are as many as there are examples.
 */

import type { Convolution } from "../../ops/convolution.ts";
import { add } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/linear.ts";
import { slice } from "../../ops/pieces.ts";
import { permuteAxes, reshape } from "../../ops/shape.ts";
import { constant, sizeOf, type Value } from "../../value.ts";
import { type Windowed, windowsByFilters, windowsBySlices } from "./windows.ts";

/**
 * How the gradients of filters are taken: by a convolution of examples, or as products of windows laid out by slices or by
 * a convolution with filters that see a pixel each. Which is fastest depends on the device.
 */
export const filterWays = ["slices", "filters", "examples"] as const;

export type FilterWay = (typeof filterWays)[number];

/** Most elements of the windows that are laid out at once: 128 MiB, what every device of WebGPU lets a shader see. */
const MOST_ELEMENTS = 2 ** 25;

/** `[n, c, h, w], [n, o, h', w'] -> [o, c / groups, kh, kw]`; undefined where it stays what it expands to. */
export function filterGradientBy(
  way: FilterWay,
  x: Value,
  dy: Value,
  attributes: Windowed & Convolution,
): Value | undefined {
  const [n, c] = x.shape as [number, number];
  const o = dy.shape[1]!;
  const { kernel, groups } = attributes;
  const isPoint = sizeOf(kernel) === 1 && attributes.strides.every((stride) => stride === 1);
  // A single pixel needs no windows laid out, so nothing speaks against products.
  if (way === "examples" && !isPoint) return undefined;
  const elements = c * sizeOf(kernel) * sizeOf(dy.shape.slice(2));
  const most = Math.max(1, Math.floor(MOST_ELEMENTS / elements));
  const parts = Array.from({ length: Math.ceil(n / most) }, (_, part) => {
    const [start, end] = [part * most, Math.min(n, (part + 1) * most)];
    const of = (value: Value): Value =>
      end - start === n ? value : slice(value, { starts: [start], ends: [end], axes: [0], steps: [1] });
    return sumOfProducts(way, of(x), of(dy), attributes);
  });
  const total = parts.reduce((sums, part) => add(sums, part));
  const filters = permuteAxes(
    reshape(total, { shape: [groups, (c / groups) * sizeOf(kernel), o / groups] }),
    {
      axes: [0, 2, 1],
    },
  );
  return reshape(filters, { shape: [o, c / groups, ...kernel] });
}

/** `[1, groups (c / groups) taps o / groups]`: the products of all examples, added up by a product with ones. */
function sumOfProducts(
  way: FilterWay,
  x: Value,
  dy: Value,
  { groups, ...windowed }: Windowed & Convolution,
): Value {
  const [n, c] = x.shape as [number, number];
  const o = dy.shape[1]! / groups;
  const windows = dy.shape.slice(2);
  const pixels = sizeOf(windows);
  const rows = (c / groups) * sizeOf(windowed.kernel);
  const seen = way === "filters" ? windowsByFilters(x, windowed) : windowsBySlices(x, windows, windowed);
  // The smaller of the two is transposed.
  const slopes = permuteAxes(reshape(dy, { shape: [n * groups, o, pixels] }), { axes: [0, 2, 1] });
  const products = matmul(reshape(seen, { shape: [n * groups, rows, pixels] }), slopes);
  return matmul(constant(1, [1, n], x.type), reshape(products, { shape: [n, groups * rows * o] }));
}
