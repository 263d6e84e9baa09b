/**
 * @file The windows of images, laid out: the pixels that each window sees, side by side.
 */

import { convolution } from "../../ops/convolution.ts";
import { concat, pad, slice } from "../../ops/pieces.ts";
import { reshape } from "../../ops/shape.ts";
import type { Sliding } from "../../ops/window.ts";
import { constant, type Shape, sizeOf, type Value } from "../../value.ts";

/** Windows of a size, and how they slide. */
export type Windowed = Sliding & { readonly kernel: readonly number[] };

/** A filter for each pixel of a window, which sees that pixel alone: `[taps, 1, kh, kw]`. */
export const identityFilters = ({ kernel }: Windowed, type: Value["type"]): Value => {
  const taps = sizeOf(kernel);
  const elements = Array.from({ length: taps * taps }, (_, at) =>
    Number(at % taps === Math.floor(at / taps)),
  );
  return constant(elements, [taps, 1, ...kernel], type);
};

/** Each channel of each image as an image of its own, `[n, c, ...] -> [n c, 1, ...]`. */
export const channelsApart = (x: Value): Value =>
  reshape(x, { shape: [x.shape[0]! * x.shape[1]!, 1, ...x.shape.slice(2)] });

/** The windows of images by a convolution with {@link identityFilters}, `[n, c, h, w] -> [n c, taps, h', w']`; zeros outside. */
export function windowsByFilters(x: Value, windowed: Windowed): Value {
  const { strides, pads, dilations } = windowed;
  const filters = identityFilters(windowed, x.type);
  return convolution(channelsApart(x), filters, { strides, pads, dilations, groups: 1 });
}

/** The same by a slice for each pixel of a window, `[n, c, h, w] -> [n, c, taps, h' w']`. */
export function windowsBySlices(x: Value, windows: Shape, { kernel, ...sliding }: Windowed): Value {
  const [n, c] = x.shape as [number, number];
  const { strides, dilations } = sliding;
  const [top, left, bottom, right] = sliding.pads as [number, number, number, number];
  const isPadded = sliding.pads.some((count) => count > 0);
  const padded = isPadded ? pad(x, { pads: [0, 0, top, left, 0, 0, bottom, right] }) : x;
  const parts = Array.from({ length: sizeOf(kernel) }, (_, tap) => {
    const starts = [Math.floor(tap / kernel[1]!) * dilations[0]!, (tap % kernel[1]!) * dilations[1]!];
    const ends = starts.map((start, axis) => start + (windows[axis]! - 1) * strides[axis]! + 1);
    const part = slice(padded, { starts, ends, axes: [2, 3], steps: strides });
    return reshape(part, { shape: [n, c, 1, sizeOf(windows)] });
  });
  return concat(...parts, { axis: 2 });
}
