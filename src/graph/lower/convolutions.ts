/**
 * @file Convolutions and their two gradients as convolutions of the blocked layout.
 *
 * All three run at the speed of a forward convolution; docs/performance.md has the measurements.
 */

import { BLOCK, blockedConvolution, fromBlocked, toBlocked } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { matmul } from "../ops/linear.ts";
import { pad, slice } from "../ops/pieces.ts";
import { sum } from "../ops/reduce.ts";
import { permuteAxes, reshape } from "../ops/shape.ts";
import { plain } from "../ops/window.ts";
import { constant, type Shape, sizeOf, type Value } from "../value.ts";
import { affineOf } from "./affine.ts";
import type { Phases } from "./phases.ts";

const isWhole = (channels: number): boolean => channels % BLOCK === 0;

/** Filters `[o, c, kh, kw]` as the blocked kernels read them. */
export function blockFilters(w: Value): Value {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const taps = kh * kw;
  const ordered =
    c < BLOCK
      ? permuteAxes(reshape(w, { shape: [o / BLOCK, BLOCK, c, taps] }), { axes: [0, 2, 3, 1] })
      : permuteAxes(reshape(w, { shape: [o / BLOCK, BLOCK, c / BLOCK, BLOCK, taps] }), {
          axes: [0, 2, 4, 3, 1],
        });
  return reshape(ordered, { shape: w.shape });
}

/** Filters turned by half a turn, and from outputs to inputs, `[c, o, kh, kw]`, as the blocked kernels read them. */
function blockTransposedFilters(w: Value): Value {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const taps = kh * kw;
  // A product with the matrix that turns the order round costs less than taking the taps out one by one.
  const reversal = constant(
    Array.from({ length: taps ** 2 }, (_, at) => Number(Math.floor(at / taps) + (at % taps) === taps - 1)),
    [taps, taps],
  );
  const turned = taps === 1 ? w : matmul(reshape(w, { shape: [o * c, taps] }), reversal);
  const split = reshape(turned, { shape: [o / BLOCK, BLOCK, c / BLOCK, BLOCK, taps] });
  return reshape(permuteAxes(split, { axes: [2, 0, 4, 1, 3] }), { shape: [c, o, kh, kw] });
}

/** Whether a convolution has a blocked form: whole blocks of filters, and of channels unless there are few. */
export const canConvolve = ([o, c]: Shape, { groups }: Convolution): boolean =>
  groups === 1 && isWhole(o!) && (isWhole(c!) || c! < BLOCK);

/** Whether the gradient of a convolution by its image has a blocked form. */
export const canTranspose = ([o, c]: Shape, { groups, dilations, strides }: Convolution): boolean =>
  groups === 1 &&
  isWhole(o!) &&
  isWhole(c!) &&
  (strides.every((stride) => stride === 1) || dilations.every((dilation) => dilation === 1));

/**
 * The gradient of a convolution by its image, from the blocked gradient of its result, in phases.
 *
 * With strides it falls into phases: the pixels in every `stride`-th row and column meet the same taps of the
 * filters, so each phase is a convolution without strides by some of the taps.
 */
export function transposedConvolution(
  dy: Value,
  w: Value,
  { strides, pads, dilations }: Convolution,
  size: Shape,
): Phases {
  const kernel = w.shape.slice(2);
  const phasesOf = (axis: number) =>
    Array.from({ length: strides[axis]! }, (_, phase) =>
      phaseOf(
        phase,
        strides[axis]!,
        pads[axis]!,
        dilations[axis]!,
        kernel[axis]!,
        dy.shape[axis + 2]!,
        size[axis]!,
      ),
    );
  const rows = phasesOf(0);
  const columns = phasesOf(1);
  const phases = rows.map((row) =>
    columns.map((column) => {
      const taps = slice(w, {
        starts: [row.firstTap, column.firstTap],
        ends: kernel,
        axes: [2, 3],
        steps: [strides[0]!, strides[1]!],
      });
      const filters = String(taps.shape) === String(w.shape) ? w : taps;
      const settings = {
        ...plain,
        pads: [row.before, column.before, row.after, column.after],
        dilations,
        groups: 1,
      };
      const open = { x: dy, filters: blockTransposedFilters(filters), settings };
      return affineOf(open, [dy.shape[0]!, w.shape[1]!, row.count, column.count]);
    }),
  );
  return { shape: [dy.shape[0]!, w.shape[1]!, ...size], rows: phases };
}

interface Phase {
  readonly firstTap: number;
  readonly before: number;
  readonly after: number;
  readonly count: number;
}

/** Which taps the pixels of a phase meet along one axis, and the zeros around the gradient that they need. */
function phaseOf(
  phase: number,
  stride: number,
  padding: number,
  dilation: number,
  kernel: number,
  windows: number,
  size: number,
): Phase {
  const firstTap = (phase + padding) % stride;
  const taps = Math.ceil((kernel - firstTap) / stride);
  const reach = dilation * (taps - 1);
  const count = Math.ceil((size - phase) / stride);
  // Pixel `phase + stride i` meets tap `firstTap + stride t` in window `i + shift - t`.
  const shift = (phase + padding - firstTap) / stride;
  const before = reach - shift;
  return { firstTap, before, after: count + reach - before - windows, count };
}

/** Whether all phases have an equal number of pixels and at least one tap, and need no cropping. */
export function phasesFit(
  windows: Shape,
  kernel: Shape,
  { strides, pads, dilations }: Convolution,
  size: Shape,
): boolean {
  return [0, 1].every((axis) => {
    const stride = strides[axis]!;
    if (size[axis]! % stride !== 0 || kernel[axis]! < stride) return false;
    return Array.from({ length: stride }, (_, phase) =>
      phaseOf(phase, stride, pads[axis]!, dilations[axis]!, kernel[axis]!, windows[axis]!, size[axis]!),
    ).every(({ before, after }) => before >= 0 && after >= 0);
  });
}

/** Parts of a batch whose sums are made apart, so that two threads have the same to do. */
const PARTS = 2;

/** Whether the gradient of a convolution by its filters has a blocked form. */
export function canFilter(
  [n, c, ...image]: Shape,
  [, o, ...windows]: Shape,
  kernel: Shape,
  attributes: Convolution,
): boolean {
  const { groups, dilations } = attributes;
  if (groups !== 1 || !dilations.every((dilation) => dilation === 1)) return false;
  if (!isWhole(o!) || !(isWhole(c!) || c! < BLOCK) || n! % (PARTS * BLOCK) !== 0) return false;
  return [0, 1].every((axis) => marginAfter(image, windows, kernel, attributes, axis) >= 0);
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
 * The gradient of a convolution by its filters, `[o, c, kh, kw]`.
 *
 * Examples take the part of channels: the image is `[1, n, h, w c]` with the channels side by side in the columns,
 * the gradient is the filters, `[o, n, h', w']`, dilated by `c` columns. The result, `[1, o, kh, kw c]`, is as wide
 * as the kernels like it, where exchanging examples and channels alone gives one of `kw` columns.
 *
 * @param x - Blocked `[n, c, h, w]`, or plain if it has fewer channels than a block.
 * @param dy - Blocked `[n, o, h', w']`.
 */
export function filterGradient(x: Value, dy: Value, kernel: Shape, attributes: Convolution): Value {
  const { strides, pads } = attributes;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const [, o, ...windows] = dy.shape as [number, number, number, number];
  const image = [h, w];
  const last = c < BLOCK ? permuteAxes(x, { axes: [0, 2, 3, 1] }) : fromBlocked(x, { channelsLast: true });
  const rows = reshape(last, { shape: [n, h, w * c] });
  const right = marginAfter(image, windows, kernel, attributes, 1);
  const [before, after] = [pads[1]! * c, right * c];
  const wide = before + after === 0 ? rows : pad(rows, { pads: [0, 0, before, 0, 0, after] });
  const images = toBlocked(reshape(wide, { shape: [1, n, h, wide.shape[2]!] }));

  const pixels = sizeOf(windows);
  const split = reshape(dy, { shape: [PARTS, n / PARTS / BLOCK, BLOCK, o / BLOCK, pixels, BLOCK] });
  const filters = reshape(permuteAxes(split, { axes: [0, 3, 1, 4, 2, 5] }), {
    shape: [PARTS * o, n / PARTS, ...windows],
  });
  const parts = blockedConvolution(images, filters, {
    strides: [1, 1],
    dilations: [strides[0]!, strides[1]! * c],
    pads: [pads[0]!, 0, marginAfter(image, windows, kernel, attributes, 0), 0],
    groups: PARTS,
    relu: false,
  });
  const taps = sizeOf(kernel);
  const byPart = reshape(parts, { shape: [PARTS, (o / BLOCK) * taps * c * BLOCK] });
  const total = reshape(sum(byPart, { axes: [0], keepDims: false }), {
    shape: [o / BLOCK, taps, c, BLOCK],
  });
  return reshape(permuteAxes(total, { axes: [0, 3, 2, 1] }), { shape: [o, c, ...kernel] });
}
