/**
 * @file Brings a window of an image to a size, in the four ways of TensorFlow 1's `resize_images`, corners not aligned.
 */

/** In TensorFlow's order. */
export const resampleMethods = ["bilinear", "nearest", "bicubic", "area"] as const;

export type ResampleMethod = (typeof resampleMethods)[number];

/** Where each pixel of a line comes from: as many weights each, which sum to one, of the pixels at `places`. */
interface Taps {
  readonly each: number;
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

/** Of the cubic that TensorFlow takes (Keys 1981, equation 2, has -1/2). */
const CUBIC = -0.75;

/** The cubic's weight of a pixel so far away. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
  return x < 2 ? CUBIC * (((x - 5) * x + 8) * x - 4) : 0;
}

/** First place and weights of the pixels that meet in one of `at`, `scale` pixels wide. */
function weightsAt(method: ResampleMethod, at: number, scale: number): [first: number, weights: number[]] {
  const place = at * scale;
  const first = Math.floor(place);
  const rest = place - first;
  switch (method) {
    case "nearest":
      return [first, [1]];
    case "bilinear":
      return [first, [1 - rest, rest]];
    case "bicubic":
      return [first - 1, [-1, 0, 1, 2].map((tap) => cubic(rest - tap))];
    case "area": {
      const overlap = (tap: number): number =>
        Math.max(0, Math.min(place + scale, first + tap + 1) - Math.max(place, first + tap)) / scale;
      return [first, Array.from({ length: Math.ceil(rest + scale) }, (_, tap) => overlap(tap))];
    }
  }
}

/** Those of `to` pixels made of `from`; at the edges the last pixel stands in for what is beyond. */
function tapsOf(method: ResampleMethod, from: number, to: number): Taps {
  const lines = Array.from({ length: to }, (_, at) => weightsAt(method, at, from / to));
  const each = Math.max(...lines.map(([, weights]) => weights.length));
  const places = new Int32Array(to * each);
  const weights = new Float64Array(to * each);
  for (const [at, [first, own]] of lines.entries()) {
    for (let tap = 0; tap < each; tap++) {
      places[at * each + tap] = Math.max(0, Math.min(from - 1, first + tap));
      weights[at * each + tap] = own[tap] ?? 0;
    }
  }
  return { each, places, weights };
}

/** A window of an image. */
export interface Window {
  /** First row and column, from 0. */
  readonly top: number;
  readonly left: number;
  /** Height and width, in pixels. */
  readonly rows: number;
  readonly columns: number;
}

/**
 * The function that brings a window of planes to `rows` x `columns` pixels, times `scale`: first along rows, then along columns.
 *
 * It is given the pixels, where their plane begins, `width` pixels a row, and where its result goes.
 */
export function resampler(method: ResampleMethod, window: Window, rows: number, columns: number) {
  const across = tapsOf(method, window.columns, columns);
  const down = tapsOf(method, window.rows, rows);
  const lines = new Float64Array(window.rows * columns);
  return (
    pixels: Uint8Array | Float32Array,
    plane: number,
    width: number,
    scale: number,
    out: Float32Array,
    at: number,
  ): void => {
    for (let row = 0; row < window.rows; row++) {
      const from = plane + (window.top + row) * width + window.left;
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let tap = column * across.each; tap < (column + 1) * across.each; tap++)
          sum += across.weights[tap]! * pixels[from + across.places[tap]!]!;
        lines[row * columns + column] = sum;
      }
    }
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let tap = row * down.each; tap < (row + 1) * down.each; tap++)
          sum += down.weights[tap]! * lines[down.places[tap]! * columns + column]!;
        out[at + row * columns + column] = sum * scale;
      }
    }
  };
}
