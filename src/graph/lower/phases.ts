/**
 * @file Blocked images in phases: the pixels of every second row and column apart, `[n, c, h / 2, w / 2]` each.
 *
 * The gradients of convolutions and pools with strides are made phase by phase, and added so; only the sum is
 * put together.
 */

import { type Block, blockedConvolution, blockedMaxPool, isNotNegative } from "../ops/blocked.ts";
import { add, multiply, subtract } from "../ops/elementwise.ts";
import { concat, slice } from "../ops/pieces.ts";
import { reshape } from "../ops/shape.ts";
import { plain, type Sliding } from "../ops/window.ts";
import { constant, type Shape, type Value } from "../value.ts";
import { type Affine, added, affineOf, compute } from "./affine.ts";
import { transposeVectors } from "./vectors.ts";

/** Images `[n, c, h, w]` as phases: `rows[a][b]` holds the pixels of rows `a, a + strides, ...` and columns `b, ...`. */
export interface Phases {
  readonly shape: Shape;
  readonly rows: readonly (readonly Affine[])[];
}

/** The sum of two, phase by phase; undefined if they have other phases. */
export function addPhases(a: Phases, b: Phases): Phases | undefined {
  if (a.rows.length !== b.rows.length || a.rows[0]!.length !== b.rows[0]!.length) return undefined;
  const sum = (x: Affine, y: Affine): Affine =>
    added(x, y) ?? added(affineOf(compute(x), x.shape, x.block), affineOf(compute(y), y.shape, y.block))!;
  return {
    shape: a.shape,
    rows: a.rows.map((row, at) => row.map((phase, column) => sum(phase, b.rows[at]![column]!))),
  };
}

/** Put the phases together: one copy to lay rows of them side by side, one to mix their columns. */
export function interleave({ shape, rows }: Phases, block: Block): Value {
  const [n, c, h, w] = shape as [number, number, number, number];
  const [down, across] = [rows.length, rows[0]!.length];
  const phases = rows.flat().map((phase) => compute(phase));
  if (phases.length === 1) return phases[0]!;
  const [height, width] = [((n * c) / block) * (h / down), w / across];
  const apart = phases.map((phase) => reshape(phase, { shape: [height, width * block] }));
  const byRow = concat(...apart, { axis: 1 });
  return reshape(transposeVectors(byRow, [height * down, across, width], block), { shape });
}

/** The phases of every second row and column: `[row][column]`, each `[n, c, h / 2, w / 2]`. */
function takeApart(x: Value, block: Block): readonly (readonly [Value, Value])[] {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const height = ((n * c) / block) * (h / 2);
  const byColumn = reshape(transposeVectors(x, [2 * height, w / 2, 2], block), {
    shape: [height, 4, (w / 2) * block],
  });
  const phase = (at: number): Value => reshape(part(byColumn, at), { shape: [n, c, h / 2, w / 2] });
  return [
    [phase(0), phase(1)],
    [phase(2), phase(3)],
  ];
}

/** Every second row, from the first or the second on. */
function everySecondRow(x: Value, from: number, block: Block): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const pairs = reshape(x, { shape: [((n * c) / block) * (h / 2), 2, w * block] });
  return reshape(part(pairs, from), { shape: [n, c, h / 2, w] });
}

/** One place of the second axis. */
const part = (x: Value, at: number): Value =>
  slice(x, { starts: [at], ends: [at + 1], axes: [1], steps: [1] });

/** Where windows of three begin: at an even row (and column), or one before it. */
const EVEN = "0,0,1,1";
const BEFORE = "1,1,1,1";

/** Whether {@link poolPhases} can do a pool: windows of 3 by 3 that overlap by one, on images of even size. */
export const canPoolPhases = (
  [, , h, w]: Shape,
  { kernel, strides, pads, dilations }: Sliding & { readonly kernel: Shape },
): boolean =>
  h! % 2 === 0 &&
  w! % 2 === 0 &&
  String([kernel, strides, dilations]) === "3,3,2,2,1,1" &&
  [EVEN, BEFORE].includes(String(pads));

/**
 * The gradient of a max pool (see {@link canPoolPhases}) in phases.
 *
 * The first maximum of a window, row by row, is the first maximum of the first row that holds it: so gradients
 * go from windows to rows, and from rows to pixels, by the same rule of three. Of three, the first that equals
 * the maximum takes all; what neither of the first two takes is the third's, so that one needs no look.
 *
 * @param x - Blocked `[n, c, h, w]`.
 * @param y - The pooled `x`, blocked `[n, c, h / 2, w / 2]`.
 * @param dy - The gradient of `y`, blocked.
 */
export function poolPhases(x: Value, y: Value, dy: Value, pads: Shape, block: Block): Phases {
  const half = [y.shape[2]!, y.shape[3]!] as const;
  const columns = { kernel: [1, 3], strides: [1, 2], pads: [0, pads[1]!, 0, 1] };
  const rowMaxima = blockedMaxPool(x, { ...plain, ...columns, block });
  const takeTurns = String(pads) === EVEN ? takeTurnsFromEven : takeTurnsFromBefore;
  const [above, below] = [0, 1].map((row) => everySecondRow(rowMaxima, row, block));
  const pixels = takeApart(x, block);
  const byRow = takeTurns(above!, below!, y, dy, [2, 1], block);
  const rows = [above!, below!].map((maxima, row) => {
    const [left, right] = pixels[row]!;
    return takeTurns(left, right, maxima, byRow[row]!, [1, 2], block).map((phase) =>
      affineOf(phase, [...x.shape.slice(0, 2), ...half], block),
    );
  });
  return { shape: x.shape, rows };
}

// None is above its maximum, so one that is not below is equal.
const isMaximum = (x: Value, maximum: Value): Value => isNotNegative(subtract(x, maximum));

/** What even and odd ones take of the gradient of their maximum: an even one, an odd one, and the next window's even one. */
function takeTurnsFromEven(
  first: Value,
  second: Value,
  maximum: Value,
  dy: Value,
  kernel: Shape,
  block: Block,
): readonly [Value, Value] {
  const taken = multiply(dy, isMaximum(first, maximum));
  const left = subtract(dy, taken);
  const takenNext = multiply(left, isMaximum(second, maximum));
  const rest = subtract(left, takenNext);
  // Window i leaves its rest to the first of window i + 1.
  return [plusBefore(taken, rest, kernel, 1, block), takenNext];
}

/** As {@link takeTurnsFromEven}, of the window before's odd one, an even one, and an odd one. */
function takeTurnsFromBefore(
  even: Value,
  odd: Value,
  maximum: Value,
  dy: Value,
  kernel: Shape,
  block: Block,
): readonly [Value, Value] {
  // What the first of window i + 1 takes is found where it is the last of window i.
  const takenAfter = multiply(after(dy, kernel, block), isMaximum(odd, after(maximum, kernel, block)));
  const left = plusBefore(dy, takenAfter, kernel, -1, block);
  const takenNext = multiply(left, isMaximum(even, maximum));
  const rest = subtract(left, takenNext);
  return [takenNext, add(rest, takenAfter)];
}

/** A blocked image plus a multiple of the pixel before each of another: a filter of one tap. */
function plusBefore(x: Value, other: Value, kernel: Shape, factor: number, block: Block): Value {
  const channels = x.shape[1]!;
  const filters = oneTap(channels, kernel, [0, 0], factor, block);
  return blockedConvolution(other, filters, constant(0, [channels]), x, {
    ...plain,
    pads: [kernel[0]! - 1, kernel[1]! - 1, 0, 0],
    groups: channels,
    relu: false,
    block,
  });
}

/** The pixel after each of a blocked image, zero after the last. */
function after(x: Value, kernel: Shape, block: Block): Value {
  const channels = x.shape[1]!;
  const last = kernel.map((taps) => taps - 1);
  return blockedConvolution(x, oneTap(channels, kernel, last, 1, block), {
    ...plain,
    pads: [0, 0, ...last],
    groups: channels,
    relu: false,
    block,
  });
}

/** A filter a channel that is a number at one tap, else 0, as the blocked kernels read them: `[c / block, kh, kw, block]`. */
function oneTap(channels: number, [height, width]: Shape, tap: Shape, factor: number, block: Block): Value {
  const taps = height! * width!;
  const chosen = tap[0]! * width! + tap[1]!;
  const elements = Array.from({ length: channels * taps }, (_, at) =>
    Math.floor(at / block) % taps === chosen ? factor : 0,
  );
  return constant(elements, [channels, 1, height!, width!]);
}
