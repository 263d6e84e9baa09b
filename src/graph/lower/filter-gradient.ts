/**
 * @file The gradient of a convolution by its filters as a convolution of the blocked layout.
 *
 * Examples take the part of channels. One of the two images, `[n, c, h, w]` and the gradient `[n, o, h', w']`, slides
 * over the other: it becomes `[1, n, h, w c]`, its channels side by side in the columns, and the other one becomes
 * filters the size of its image, dilated by `c` columns. The result, `[1, o, kh, kw c]`, is as wide as the kernels
 * like it, where exchanging examples and channels alone gives one of `kw` columns; that is twice as fast
 * (docs/performance.md).
 */

import { type Block, blockedConvolution, blockedMaxPool, fromBlocked, toBlocked } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { concat } from "../ops/pieces.ts";
import { permuteAxes, reshape, transpose } from "../ops/shape.ts";
import { broadcastTo, sum } from "../ops/sum.ts";
import { plain } from "../ops/window.ts";
import { constant, type Shape, sizeOf, type Value } from "../value.ts";
import { isDepthwise, turnTaps } from "./convolutions.ts";
import { transposeVectors } from "./vectors.ts";

/** Whether the gradient of a convolution by its filters has a blocked form. */
export function canFilter(
  [n, c, ...image]: Shape,
  [, o, ...windows]: Shape,
  kernel: Shape,
  attributes: Convolution,
  block: Block,
): boolean {
  const { groups, dilations } = attributes;
  const isWhole = (count: number): boolean => count % block === 0;
  if (!dilations.every((dilation) => dilation === 1)) return false;
  const isDense = groups === 1 && isWhole(o!) && (isWhole(c!) || c! < block) && isWhole(n!);
  if (!isDense && !(c === o && isDepthwise([o!, 1], groups, block))) return false;
  if (seesEveryFew(kernel, attributes)) return isDense && isWhole(c!);
  return [0, 1].every((axis) => marginAfter(image, windows, kernel, attributes, axis) >= 0);
}

/** Whether filters of a pixel leave out pixels between windows, and see no pads. */
const seesEveryFew = (kernel: Shape, { strides, pads }: Convolution): boolean =>
  sizeOf(kernel) === 1 && strides.some((stride) => stride > 1) && pads.every((count) => count === 0);

/**
 * The gradient by filters of a channel each, `[c, 1, kh, kw]`.
 *
 * Every channel of every image is convolved by the whole of its gradient, as a filter of its own; the products are not
 * written, and one tap's are added up at once.
 *
 * @param x - Blocked `[n, c, h, w]`.
 * @param dy - Blocked `[n, c, h', w']`.
 */
export function depthwiseFilterGradient(
  x: Value,
  dy: Value,
  kernel: Shape,
  attributes: Convolution,
  block: Block,
): Value {
  const [n, c, ...image] = x.shape as [number, number, number, number];
  const windows = dy.shape.slice(2);
  const { strides, pads } = attributes;
  const [bottom, right] = [0, 1].map((axis) => marginAfter(image, windows, kernel, attributes, axis));
  const sums = blockedConvolution(
    reshape(x, { shape: [1, n * c, ...image] }),
    reshape(dy, { shape: [n * c, 1, ...windows] }),
    {
      strides: [1, 1],
      dilations: strides,
      pads: [pads[0]!, pads[1]!, bottom!, right!],
      groups: n * c,
      relu: false,
      block,
    },
  );
  const total = sum(reshape(sums, { shape: [n, c * sizeOf(kernel)] }), { axes: [0], keepDims: false });
  const unblocked = fromBlocked(reshape(total, { shape: [1, c, ...kernel] }), { channelsLast: false, block });
  return reshape(unblocked, { shape: [c, 1, ...kernel] });
}

/** Rows (or columns) of zeros after the image with which there are as many offsets as the filter has taps. */
const marginAfter = (
  image: Shape,
  windows: Shape,
  kernel: Shape,
  { strides, pads }: Convolution,
  axis: number,
): number => kernel[axis]! + strides[axis]! * (windows[axis]! - 1) - image[axis]! - pads[axis]!;

/**
 * The gradient by filters `[o, c, kh, kw]`.
 *
 * Without strides the gradient slides over the image, the taps then come in reverse: the image is put in the order of
 * filters once for all convolutions that see it, and it is the gradient, mostly the smaller one, that is padded.
 *
 * @param x - Blocked `[n, c, h, w]`, or plain if it has fewer channels than a block.
 * @param dy - Blocked `[n, o, h', w']`.
 */
export function filterGradient(
  x: Value,
  dy: Value,
  kernel: Shape,
  attributes: Convolution,
  block: Block,
): Value {
  const { strides, pads } = attributes;
  if (seesEveryFew(kernel, attributes)) {
    const seen = blockedMaxPool(x, { ...plain, strides, kernel, block });
    return filterGradient(seen, dy, kernel, { ...attributes, strides: plain.strides }, block);
  }
  const [, c, h, w] = x.shape as [number, number, number, number];
  const [, o, ...windows] = dy.shape as [number, number, number, number];
  const [kh, kw] = kernel as [number, number];
  const bottom = marginAfter([h, w], windows, kernel, attributes, 0);
  const right = marginAfter([h, w], windows, kernel, attributes, 1);
  const fromTheOtherSide = [kh - 1 - pads[0]!, kw - 1 - pads[1]!, kh - 1 - bottom, kw - 1 - right];
  const isPlain = strides.every((stride) => stride === 1) && fromTheOtherSide.every((count) => count >= 0);
  if (c >= block && isPlain && !areFew(dy, o * c * sizeOf(kernel), block)) {
    const sums = slide(dy, x, kernel, strides, fromTheOtherSide, block);
    // [c, taps, o] to [o, c, taps]
    const byTap = reshape(sums, { shape: [c * kh * kw, o] });
    return turnTaps(reshape(transpose(byTap), { shape: [o, c, kh, kw] }));
  }
  const sums = slide(x, dy, kernel, strides, [pads[0]!, pads[1]!, bottom, right], block);
  // [o, taps, c] to [o, c, taps]
  const byTap = reshape(sums, { shape: [o, kh * kw, c] });
  return reshape(permuteAxes(byTap, { axes: [0, 2, 1] }), { shape: [o, c, kh, kw] });
}

/**
 * Whether images are so much smaller than the filters that nothing is worth a pass over those: sums for each group of
 * examples, or taps in reverse order.
 */
const areFew = (images: Value, weights: number, block: Block): boolean =>
  (images.shape[0]! / block) * weights > FEW * sizeOf(images.shape);

/** Times that the sums of filters may be larger than the images: from some 2 x 2 pixels on. */
const FEW = 8;

/** Rows `[n, h, length]` with zeros before and after: laid side by side, as the engine pads on one thread only. */
function besideZeros(rows: Value, before: number, after: number): Value {
  const [n, h] = rows.shape as [number, number, number];
  const zeros = (length: number): Value[] =>
    length === 0 ? [] : [broadcastTo(constant(0), { shape: [n, h, length] })];
  const parts = [...zeros(before), rows, ...zeros(after)];
  return parts.length === 1 ? rows : concat(...parts, { axis: 2 });
}

/**
 * Slide one image over another, `[n, a, h, w]` over `[n, b, h', w']`: `[1, b, kh kw, a]`.
 *
 * @param pads - `[top, left, bottom, right]` zeros around the moving image, which leave `kh` by `kw` offsets.
 */
function slide(
  moving: Value,
  fixed: Value,
  kernel: Shape,
  strides: Shape,
  pads: readonly number[],
  block: Block,
): Value {
  const [n, a, h, w] = moving.shape as [number, number, number, number];
  const [, b, ...windows] = fixed.shape as [number, number, number, number];
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const last =
    a < block
      ? permuteAxes(moving, { axes: [0, 2, 3, 1] })
      : transposeVectors(moving, [n, a / block, h * w], block);
  const rows = reshape(last, { shape: [n, h, w * a] });
  const wide = besideZeros(rows, left * a, right * a);
  const image = toBlocked(reshape(wide, { shape: [1, n, h, wide.shape[2]!] }), { block });

  // As many examples as a block has channels, say 16, are a group with sums of its own: then the filters,
  // [n/16, b/16, h', w', 16 n, 16 b], differ from the image by an exchange of vectors alone.
  const groups = n / block;
  const vectors = transposeVectors(fixed, [groups, block, (b / block) * sizeOf(windows)], block);
  const together = areFew(fixed, a * b * sizeOf(kernel), block);
  const parts = together ? 1 : groups;
  const filters = together
    ? reshape(
        permuteAxes(reshape(vectors, { shape: [groups, b / block, block ** 2 * sizeOf(windows)] }), {
          axes: [1, 0, 2],
        }),
        { shape: [b, n, ...windows] },
      )
    : reshape(vectors, { shape: [parts * b, block, ...windows] });
  const sums = blockedConvolution(image, filters, {
    strides: [1, 1],
    dilations: [strides[0]!, strides[1]! * a],
    pads: [top, 0, bottom, 0],
    groups: parts,
    relu: false,
    block,
  });
  const shape = [1, b, sizeOf(kernel), a];
  const byPart = reshape(sums, { shape: [parts, sizeOf(shape)] });
  const total = parts === 1 ? byPart : sum(byPart, { axes: [0], keepDims: false });
  return fromBlocked(reshape(total, { shape }), { channelsLast: false, block });
}
