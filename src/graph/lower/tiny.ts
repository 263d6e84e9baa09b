/**
 * @file Convolutions of images of a few pixels, and their gradients, as matrix products.
 *
 * The kernels for images go through all filters for each image. Where most pixels meet most windows, an image is as well a
 * row of all its pixels and channels, and the filters a matrix: then all images meet a filter at once.
 */

import { type Block, fromBlocked, toBlocked } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { gemm, matmul, plainProduct } from "../ops/linear.ts";
import { permuteAxes, reshape } from "../ops/shape.ts";
import { forEachTap } from "../ops/window.ts";
import { constant, type Shape, sizeOf, type Value } from "../value.ts";

/** Pixels of an image, and windows over it, that are few. */
const FEW = 4;

/** What a convolution is between: `[height, width]` of images, filters and results, and how the filters slide. */
export interface Geometry {
  readonly image: Shape;
  readonly kernel: Shape;
  readonly windows: Shape;
  readonly settings: Convolution;
}

/** Called with each window, each pixel in it, and the tap between them. */
function forEachPair(
  { image, kernel, windows, settings }: Geometry,
  visit: (window: number, tap: number, pixel: number) => void,
): void {
  forEachTap(image, kernel, settings, windows, visit);
}

/** Whether a convolution by filters `[o, c, kh, kw]` is worth a matrix product: half of the matrix is filters at least. */
export function isTiny([o, c]: Shape, geometry: Geometry, block: Block): boolean {
  const { image, kernel, windows, settings } = geometry;
  const [pixels, results] = [sizeOf(image), sizeOf(windows)];
  if (settings.groups !== 1 || o! % block !== 0 || c! % block !== 0 || sizeOf(kernel) === 1) return false;
  if (pixels > FEW || results > FEW) return false;
  let pairs = 0;
  forEachPair(geometry, () => {
    pairs++;
  });
  return 2 * pairs >= pixels * results;
}

/** Which tap is between each window and each pixel, `[taps, windows pixels]`: 1, or nothing but zeros. */
function tapsBetween(geometry: Geometry): Value {
  const pixels = sizeOf(geometry.image);
  const shape = [sizeOf(geometry.kernel), sizeOf(geometry.windows) * pixels];
  const matrix = new Float64Array(sizeOf(shape));
  forEachPair(geometry, (window, tap, pixel) => {
    matrix[tap * shape[1]! + window * pixels + pixel] = 1;
  });
  return constant(matrix, shape);
}

/** Filters `[o, c, kh, kw]` as a matrix from images to results, of blocks of 16 `[o / 16 windows 16, c / 16 pixels 16]`. */
function matrixOf(w: Value, geometry: Geometry, block: Block): Value {
  const [o, c] = w.shape as [number, number, ...number[]];
  const [pixels, windows] = [sizeOf(geometry.image), sizeOf(geometry.windows)];
  const taps = reshape(w, { shape: [o * c, sizeOf(geometry.kernel)] });
  const pairs = reshape(matmul(taps, tapsBetween(geometry)), { shape: [o, c, windows, pixels] });
  // [o/16, 16 o and c/16, windows, pixels and 16 c]
  const rows = reshape(toBlocked(pairs, { block }), { shape: [o / block, c, windows, pixels * block] });
  return reshape(permuteAxes(rows, { axes: [0, 2, 1, 3] }), { shape: [o * windows, c * pixels] });
}

const rowsOf = (x: Value): Value => reshape(x, { shape: [x.shape[0]!, sizeOf(x.shape.slice(1))] });

/** The convolution of blocked images `[n, c, h, w]`, blocked `[n, o, h', w']`. */
export function convolveTiny(x: Value, w: Value, geometry: Geometry, block: Block): Value {
  const y = gemm(rowsOf(x), matrixOf(w, geometry, block), { ...plainProduct, transposeB: true });
  return reshape(y, { shape: [x.shape[0]!, w.shape[0]!, ...geometry.windows] });
}

/** Its gradient by the images, blocked `[n, c, h, w]`, from that of its result. */
export function transposeTiny(dy: Value, w: Value, geometry: Geometry, block: Block): Value {
  const dx = gemm(rowsOf(dy), matrixOf(w, geometry, block), plainProduct);
  return reshape(dx, { shape: [dy.shape[0]!, w.shape[1]!, ...geometry.image] });
}

/** Its gradient by filters `[o, c, kh, kw]`. */
export function filterTiny(x: Value, dy: Value, geometry: Geometry, block: Block): Value {
  const [c, o] = [x.shape[1]!, dy.shape[1]!];
  const [pixels, windows] = [sizeOf(geometry.image), sizeOf(geometry.windows)];
  const matrix = gemm(rowsOf(dy), rowsOf(x), { ...plainProduct, transposeA: true });
  // The way of the filters to their matrix, back.
  const apart = reshape(matrix, { shape: [o / block, windows, c, pixels * block] });
  const blocked = reshape(permuteAxes(apart, { axes: [0, 2, 1, 3] }), { shape: [o, c, windows, pixels] });
  const plainPairs = fromBlocked(blocked, { channelsLast: false, block });
  const pairs = reshape(plainPairs, { shape: [o * c, windows * pixels] });
  const taps = gemm(pairs, tapsBetween(geometry), { ...plainProduct, transposeB: true });
  return reshape(taps, { shape: [o, c, ...geometry.kernel] });
}
