/**
 * @file Small pictures of images: areas averaged, channels kept or brought together.
 */

import { type Dataset, exampleCount } from "../../data/dataset.ts";

/** Rows and columns of pictures that are compared pixel by pixel; smaller images are compared as they are. */
const MOST_SIDE = 32;

/** Rows and columns of the pictures by which neighbors are found. */
const THUMBNAIL = 8;

/** Pictures of equal size. */
export interface Pictures {
  readonly rows: number;
  readonly columns: number;
  /** `[count, rows, columns]` in gray, or `[count, channels, rows, columns]`. */
  readonly values: Float32Array;
}

/** All images in gray, the mean of their channels, at most 32 pixels high and wide: `[count, rows, columns]`. */
export function grayPictures(datasets: readonly Dataset[]): Pictures {
  const [, channels, height, width] = datasets[0]!.shape as [number, number, number, number];
  const [rows, columns] = [Math.min(height, MOST_SIDE), Math.min(width, MOST_SIDE)];
  const count = datasets.reduce((sum, dataset) => sum + exampleCount(dataset), 0);
  const values = new Float32Array(count * rows * columns);
  const gray = new Float32Array(height * width);
  const shrink = shrinker(height, width, rows, columns);
  let at = 0;
  for (const dataset of datasets) {
    for (let example = 0; example < exampleCount(dataset); example++, at++) {
      gray.fill(0);
      let from = example * channels * gray.length;
      for (let channel = 0; channel < channels; channel++) {
        for (let pixel = 0; pixel < gray.length; pixel++) gray[pixel]! += dataset.inputs[from++]! / channels;
      }
      shrink(gray, 0, values, at * rows * columns);
    }
  }
  return { rows, columns, values };
}

/**
 * Thumbnails of all images, 8 x 8 or less, as vectors of mean 0 and norm 1 over all pixels and channels, so that neither
 * brightness nor contrast matters; of an image of one color, all 0. `[count, size]`
 */
export function thumbnails(datasets: readonly Dataset[]): {
  readonly vectors: Float32Array;
  readonly size: number;
} {
  const [, channels, height, width] = datasets[0]!.shape as [number, number, number, number];
  const [rows, columns] = [Math.min(height, THUMBNAIL), Math.min(width, THUMBNAIL)];
  const size = channels * rows * columns;
  const count = datasets.reduce((sum, dataset) => sum + exampleCount(dataset), 0);
  const vectors = new Float32Array(count * size);
  const shrink = shrinker(height, width, rows, columns);
  let to = 0;
  for (const { inputs, shape } of datasets) {
    for (let example = 0; example < shape[0]!; example++, to += size) {
      for (let channel = 0; channel < channels; channel++) {
        shrink(
          inputs,
          (example * channels + channel) * height * width,
          vectors,
          to + channel * rows * columns,
        );
      }
      normalize(vectors.subarray(to, to + size));
    }
  }
  return { vectors, size };
}

/** Bring a vector to mean 0 and norm 1; one of (nearly) equal numbers to 0. */
function normalize(vector: Float32Array): void {
  let [mean, squares, most] = [0, 0, 0];
  for (const value of vector) {
    mean += value / vector.length;
    most = Math.max(most, Math.abs(value));
  }
  for (const value of vector) squares += (value - mean) ** 2;
  const norm = Math.sqrt(squares);
  const scale = norm > 1e-4 * most * Math.sqrt(vector.length) ? 1 / norm : 0;
  for (let at = 0; at < vector.length; at++) vector[at] = (vector[at]! - mean) * scale;
}

/** Averages areas of one plane into a smaller one; a pixel on a border counts in shares. */
function shrinker(height: number, width: number, rows: number, columns: number) {
  const [down, across] = [overlaps(height, rows), overlaps(width, columns)];
  const lines = new Float32Array(rows * width);
  return (from: ArrayLike<number>, start: number, to: Float32Array, place: number): void => {
    if (rows === height && columns === width) {
      for (let at = 0; at < rows * columns; at++) to[place + at] = from[start + at]!;
      return;
    }
    lines.fill(0);
    for (const { whole, part, share } of down) {
      for (let column = 0; column < width; column++) {
        lines[part * width + column]! += share * from[start + whole * width + column]!;
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) to[place + row * columns + column] = 0;
      for (const { whole, part, share } of across) {
        to[place + row * columns + part]! += share * lines[row * width + whole]!;
      }
    }
  };
}

/** Which of `whole` pixels lie in which of `parts`, and what share of the part each is. */
function overlaps(whole: number, parts: number) {
  const size = whole / parts;
  return Array.from({ length: parts }, (_, part) => part).flatMap((part) => {
    const [begin, end] = [part * size, (part + 1) * size];
    const pixels = Array.from(
      { length: Math.ceil(end - 1e-9) - Math.floor(begin + 1e-9) },
      (_, at) => Math.floor(begin + 1e-9) + at,
    );
    return pixels.map((pixel) => ({
      whole: pixel,
      part,
      share: (Math.min(end, pixel + 1) - Math.max(begin, pixel)) / size,
    }));
  });
}

/** Pictures of half the rows and columns, four pixels averaged; an odd last row or column is left out. */
export function halve({ rows, columns, values }: Pictures): Pictures {
  const [fewer, narrower] = [Math.floor(rows / 2), Math.floor(columns / 2)];
  const count = values.length / (rows * columns);
  const halved = new Float32Array(count * fewer * narrower);
  let to = 0;
  for (let picture = 0; picture < count; picture++) {
    for (let row = 0; row < fewer; row++) {
      let from = (picture * rows + 2 * row) * columns;
      for (let column = 0; column < narrower; column++, from += 2) {
        halved[to++] =
          (values[from]! + values[from + 1]! + values[from + columns]! + values[from + columns + 1]!) / 4;
      }
    }
  }
  return { rows: fewer, columns: narrower, values: halved };
}
