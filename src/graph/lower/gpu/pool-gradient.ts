/**
 * @file The gradient of a max pool without positions, which the WebGPU provider does not tell, and without scattering.
 */

import { equal } from "../../ops/compare.ts";
import { transposedConvolution } from "../../ops/convolution.ts";
import { multiply } from "../../ops/elementwise.ts";
import { maxPool } from "../../ops/pool.ts";
import { max } from "../../ops/reduce.ts";
import { cast, reshape } from "../../ops/shape.ts";
import { constant, type Shape, sizeOf, type Value } from "../../value.ts";
import { channelsApart, identityFilters, type Windowed, windowsByFilters } from "./windows.ts";

/**
 * What arrived at a window goes to its largest pixel, the first row by row: `[n, c, h, w], [n, c, h', w'] -> [n, c, h, w]`.
 *
 * Windows are laid out, the largest pixels ranked, the first ones picked, and what is theirs laid back.
 */
export function poolGradient(x: Value, dy: Value, windowed: Windowed): Value {
  const { strides, pads, dilations } = windowed;
  const [image, windows] = [x.shape.slice(2), dy.shape.slice(2)];
  const largest = channelsApart(maxPool(x, windowed));
  const isLargest = cast(equal(windowsByFilters(x, windowed), largest), { to: x.type });
  const ranks = constant(ranksOf(image, windows, windowed), [1, sizeOf(windowed.kernel), ...windows], x.type);
  const ranked = multiply(isLargest, ranks);
  const isFirst = cast(equal(ranked, max(ranked, { axes: [1], keepDims: true })), { to: x.type });
  const given = multiply(isFirst, channelsApart(dy));
  const back = transposedConvolution(given, identityFilters(windowed, x.type), {
    strides,
    pads,
    dilations,
    groups: 1,
    size: image,
  });
  return reshape(back, { shape: x.shape });
}

/** `[taps, h', w']`: larger for earlier pixels of a window, and 0 for those outside of the image, which are not its pixels. */
function ranksOf(image: Shape, windows: Shape, { kernel, strides, pads, dilations }: Windowed): number[] {
  const taps = sizeOf(kernel);
  const count = sizeOf(windows);
  return Array.from({ length: taps * count }, (_, at) => {
    const [tap, window] = [Math.floor(at / count), at % count];
    const inWindow = [Math.floor(tap / kernel[1]!), tap % kernel[1]!];
    const isInside = [Math.floor(window / windows[1]!), window % windows[1]!].every((start, axis) => {
      const pixel = start * strides[axis]! - pads[axis]! + inWindow[axis]! * dilations[axis]!;
      return pixel >= 0 && pixel < image[axis]!;
    });
    return isInside ? taps - tap : 0;
  });
}
