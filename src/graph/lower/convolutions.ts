/**
 * @file Convolutions and their two gradients as convolutions of the blocked layout.
 *
 * All three run at the speed of a forward convolution; docs/performance.md has the measurements.
 */

import { type Block, fromBlocked, toBlocked } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { matmul } from "../ops/linear.ts";
import { permuteAxes, reshape } from "../ops/shape.ts";
import { plain } from "../ops/window.ts";
import { constant, type Shape, sameShape, sizeOf, type Value } from "../value.ts";
import { affineOf, nothing } from "./affine.ts";
import type { Phases } from "./phases.ts";

/**
 * Filters `[o, c, kh, kw]` as the blocked kernels read them.
 *
 * Their reorderings are those of images too: filters taken for channels, then channels of a block put last.
 */
export function blockFilters(w: Value, block: Block): Value {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  // Of blocks of 16: [o/16, c, taps, 16 o]
  const byFilter = toBlocked(reshape(w, { shape: [1, o, c, kh * kw] }), { block });
  if (c < block) return reshape(byFilter, { shape: w.shape });
  const tiles = reshape(byFilter, { shape: [(o / block) * (c / block), block ** 2, kh, kw] });
  return reshape(fromBlocked(tiles, { channelsLast: true, block }), { shape: w.shape });
}

/**
 * Filters of other taps, `[o, c, kh, kw] -> [o, c, ...kernel]`.
 *
 * A product with a matrix of zeros and ones costs less than taking taps out, or putting them among zeros, one by one.
 *
 * @param tapAt - Which tap comes to a row and column; zero if it is undefined.
 */
export function arrangeTaps(
  w: Value,
  kernel: Shape,
  tapAt: (row: number, column: number) => readonly [row: number, column: number] | undefined,
): Value {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  const [taps, places] = [kh * kw, sizeOf(kernel)];
  const chosen = Array.from({ length: places }, (_, place) => {
    const tap = tapAt(Math.floor(place / kernel[1]!), place % kernel[1]!);
    return tap && tap[0] * kw + tap[1];
  });
  const matrix = Array.from({ length: taps * places }, (_, at) =>
    Number(chosen[at % places] === Math.floor(at / places)),
  );
  const arranged = matmul(reshape(w, { shape: [o * c, taps] }), constant(matrix, [taps, places]));
  return reshape(arranged, { shape: [o, c, ...kernel] });
}

/** Filters `[o, c, kh, kw]` turned by half a turn: their taps in reverse order. */
export function turnTaps(w: Value): Value {
  const [kh, kw] = w.shape.slice(2) as [number, number];
  return kh * kw === 1 ? w : arrangeTaps(w, [kh, kw], (row, column) => [kh - 1 - row, kw - 1 - column]);
}

/**
 * Filters turned by half a turn, and from outputs to inputs, `[c groups, o / groups, kh, kw]`, as the blocked kernels read
 * them.
 */
function blockTransposedFilters(w: Value, groups: number, block: Block): Value {
  const [o, c, kh, kw] = w.shape as [number, number, number, number];
  if (c === 1) return blockFilters(turnTaps(w), block);
  // Of blocks of 16: [o, c/16, taps, 16 c], then [o/16, c/16, taps, 16 o, 16 c], then o/16 and c/16 exchanged in each group.
  const byChannel = toBlocked(turnTaps(w), { block });
  const tiles = reshape(byChannel, { shape: [o / block, block ** 2, c / block, kh * kw] });
  const rows = fromBlocked(tiles, { channelsLast: true, block });
  const shape = [c * groups, o / groups, kh, kw];
  const tile = kh * kw * block ** 2;
  if (groups === 1) {
    const apart = reshape(rows, { shape: [o / block, c / block, tile] });
    return reshape(permuteAxes(apart, { axes: [1, 0, 2] }), { shape });
  }
  const apart = reshape(rows, { shape: [groups, o / groups / block, c / block, tile] });
  return reshape(permuteAxes(apart, { axes: [0, 2, 1, 3] }), { shape });
}

/** Whether each channel has a filter of its own, `[c, 1, kh, kw]`, in whole blocks. */
export const isDepthwise = ([o, c]: Shape, groups: number, block: Block): boolean =>
  c === 1 && o === groups && o! % block === 0;

/** Whether a convolution has a blocked form: whole blocks of filters, and of channels unless there are few. */
export const canConvolve = ([o, c]: Shape, { groups }: Convolution, block: Block): boolean =>
  isDepthwise([o!, c!], groups, block) ||
  ((o! / groups) % block === 0 && (c! % block === 0 || (c! < block && groups === 1)));

/** Whether the gradient of a convolution by its image has a blocked form. */
export const canTranspose = (
  [o, c]: Shape,
  { groups, dilations, strides }: Convolution,
  block: Block,
): boolean =>
  (isDepthwise([o!, c!], groups, block) || ((o! / groups) % block === 0 && c! % block === 0)) &&
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
  { strides, pads, dilations, groups }: Convolution,
  size: Shape,
  block: Block,
): Phases {
  const channels = w.shape[1]! * groups;
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
      const shape = [dy.shape[0]!, channels, row.count, column.count];
      // Pixels between windows that no tap reaches.
      if (row.taps < 1 || column.taps < 1) return nothing(shape, block);
      const filters = everyTap(w, [row.firstTap, column.firstTap], strides);
      const settings = {
        ...plain,
        pads: [row.before, column.before, row.after, column.after],
        dilations,
        groups,
        block,
      };
      const open = { x: dy, filters: blockTransposedFilters(filters, groups, block), settings };
      return affineOf(open, shape, block);
    }),
  );
  return { shape: [dy.shape[0]!, channels, ...size], rows: phases };
}

/** The taps of filters in every so many rows and columns, from a first one on. */
function everyTap(w: Value, first: Shape, steps: Shape): Value {
  const kernel = w.shape.slice(2);
  const left = kernel.map((taps, axis) => Math.ceil((taps - first[axis]!) / steps[axis]!));
  if (sameShape(left, kernel)) return w;
  return arrangeTaps(w, left, (row, column) => [first[0]! + row * steps[0]!, first[1]! + column * steps[1]!]);
}

interface Phase {
  readonly firstTap: number;
  /** How many there are, none or less for pixels that no window sees. */
  readonly taps: number;
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
  return { firstTap, taps, before, after: count + reach - before - windows, count };
}

/** Whether all phases have an equal number of pixels, and need no cropping. */
export function phasesFit(
  windows: Shape,
  kernel: Shape,
  { strides, pads, dilations }: Convolution,
  size: Shape,
): boolean {
  return [0, 1].every((axis) => {
    const stride = strides[axis]!;
    if (size[axis]! % stride !== 0) return false;
    return Array.from({ length: stride }, (_, phase) =>
      phaseOf(phase, stride, pads[axis]!, dilations[axis]!, kernel[axis]!, windows[axis]!, size[axis]!),
    ).every(({ taps, before, after }) => taps < 1 || (before >= 0 && after >= 0));
  });
}
