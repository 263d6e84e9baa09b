/**
 * @file What a pixel and a channel are, for images and for tables, and the moments of the channels.
 *
 * An image's pixels are its places, each with one value a channel. A row of a table has columns in the part of
 * pixels where something is moved, and in the part of channels where something is measured: columns have units
 * of their own.
 */

import {
  type Dataset,
  type Examples,
  exampleCount,
  exampleSize,
  inputType,
  isHeld,
  isImages,
  partsOf,
  type Rows,
} from "./dataset.ts";

/** How one example is laid out: `channels` planes of `pixels` values. */
export interface PixelLayout {
  readonly channels: number;
  readonly pixels: number;
}

/** The layout in which pixels are moved: images `[channels, height * width]`, rows `[1, columns]`. */
export function pixelLayout(dataset: Pick<Dataset, "shape">): PixelLayout {
  const channels = isImages(dataset) ? dataset.shape[1]! : 1;
  return { channels, pixels: exampleSize(dataset) / channels };
}

/** The layout in which moments are taken: images `[channels, height * width]`, rows `[columns, 1]`. */
export function momentLayout(dataset: Pick<Dataset, "shape">): PixelLayout {
  const channels = dataset.shape[1]!;
  return { channels, pixels: exampleSize(dataset) / channels };
}

/** Mean and population standard deviation, `[channels]` each, in the scale a network sees (uint8 over 255). */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** The factor that brings inputs to the scale a network sees: uint8 pixels are divided by 255. */
export const inputScale = (examples: Examples): number => (inputType(examples) === "uint8" ? 1 / 255 : 1);

/** Moments of inputs that are not held: measuring reads them twice. */
const measured = new WeakMap<Rows, Moments>();

/** Mean and standard deviation of each channel (of each column of a table) over all examples, in float64. */
export function channelMoments(examples: Examples): Moments {
  if (isHeld(examples)) return measureMoments(examples);
  const known = measured.get(examples.rows) ?? measureMoments(examples);
  measured.set(examples.rows, known);
  return known;
}

/** Know what was measured elsewhere of inputs that are not held. */
export function knowMoments(examples: Examples, moments: Moments): void {
  if (!isHeld(examples)) measured.set(examples.rows, moments);
}

/** However many examples are read at once, each channel's numbers are added in one order: sums are the same. */
function measureMoments(examples: Examples): Moments {
  const { channels, pixels } = momentLayout(examples);
  const total = exampleCount(examples) * pixels;
  const scale = inputScale(examples);
  const sums = new Float64Array(channels);
  for (const { inputs } of partsOf(examples)) addPlanes(inputs, pixels, sums);
  const centers = sums.map((sum) => sum / total);
  // Deviations from the mean, not squares: the difference of two large sums would lose digits.
  const squares = new Float64Array(channels);
  for (const { inputs } of partsOf(examples)) addSquares(inputs, pixels, centers, squares);
  return {
    mean: centers.map((center) => center * scale),
    deviation: squares.map((square) => Math.sqrt(square / total) * scale),
  };
}

/** Add the values of every plane to its channel's sum. */
function addPlanes(inputs: Dataset["inputs"], pixels: number, sums: Float64Array): void {
  let at = 0;
  for (let plane = 0; at < inputs.length; plane++) {
    const channel = plane % sums.length;
    let sum = sums[channel]!;
    for (const end = at + pixels; at < end; at++) sum += inputs[at]!;
    sums[channel] = sum;
  }
}

/** Add the squared distances of every plane's values from its channel's center. */
function addSquares(
  inputs: Dataset["inputs"],
  pixels: number,
  centers: Float64Array,
  squares: Float64Array,
): void {
  let at = 0;
  for (let plane = 0; at < inputs.length; plane++) {
    const channel = plane % centers.length;
    const center = centers[channel]!;
    let sum = squares[channel]!;
    for (const end = at + pixels; at < end; at++) {
      const away = inputs[at]! - center;
      sum += away * away;
    }
    squares[channel] = sum;
  }
}
