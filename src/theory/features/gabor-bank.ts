/**
 * @file A bank of Gabor filters: waves of some lengths and directions under a Gaussian window, in pairs.
 *
 * Source: Daugman, "Uncertainty relation for resolution in space, spatial frequency, and orientation optimized by
 * two-dimensional visual cortical filters", 1985; the even filter made free of the mean as in Lee, "Image
 * representation using 2D Gabor wavelets", 1996.
 */

import { UsageError } from "../../base/errors.ts";

/** Which waves, and what becomes of their answers. */
export interface GaborBank {
  /** Lengths of the waves, in pixels; 2 or more. */
  readonly wavelengths: readonly number[];
  /** Directions of the waves, evenly over half a turn. */
  readonly orientations: number;
  /** Standard deviation of the window, in wavelengths. */
  readonly window: number;
  /**
   * `rectified`: the positive and the negative part of the even filters' answers, a map each.
   * `magnitude`: the root of the sum of squares of the even and the odd filter's answers.
   */
  readonly response: "rectified" | "magnitude";
  /** Standard deviation of the Gaussian that maps are smoothed with, in pixels. */
  readonly smoothing: number;
  /** Pixels from one feature of a map to the next. */
  readonly stride: number;
}

/** The bank of the kernel experiment on MNIST; how it was chosen is told in `docs/theory/features.md`. */
export const mnistBank: GaborBank = {
  wavelengths: [4],
  orientations: 4,
  window: 0.4,
  response: "rectified",
  smoothing: 1,
  stride: 2,
};

/** Where a Gaussian is cut off, in standard deviations: 4 % of its height. */
const REACH = 2.5;

/** Filters as a convolution takes them. */
export interface GaborFilters {
  readonly size: number;
  /** `[2 * wavelengths * orientations, 1, size, size]`: all even ones, then all odd ones. */
  readonly weights: Float64Array;
}

/**
 * Draw the filters of a bank; each has length 1, and sum 0.
 *
 * @throws UsageError if a setting is out of range.
 */
export function gaborFilters(bank: GaborBank): GaborFilters {
  checkBank(bank);
  const { wavelengths, orientations, window } = bank;
  const radius = Math.ceil(REACH * window * Math.max(...wavelengths));
  const size = 2 * radius + 1;
  const pairs = wavelengths.length * orientations;
  const weights = new Float64Array(2 * pairs * size * size);
  wavelengths.forEach((wavelength, scale) => {
    for (let turn = 0; turn < orientations; turn++) {
      const at = scale * orientations + turn;
      const { even, odd } = pair(wavelength, (Math.PI * turn) / orientations, window * wavelength, radius);
      weights.set(even, at * size * size);
      weights.set(odd, (pairs + at) * size * size);
    }
  });
  return { size, weights };
}

/** A cosine and a sine wave under the same window. */
function pair(wavelength: number, angle: number, deviation: number, radius: number) {
  const size = 2 * radius + 1;
  // Each wavelength has a window of its own, cut off at its own reach.
  const reach = Math.ceil(REACH * deviation);
  const even = new Float64Array(size * size);
  const odd = new Float64Array(size * size);
  const windows = new Float64Array(size * size);
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++) {
      const at = (y + radius) * size + x + radius;
      const phase = (2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / wavelength;
      windows[at] = Math.exp(-(x * x + y * y) / (2 * deviation * deviation));
      even[at] = windows[at]! * Math.cos(phase);
      odd[at] = windows[at]! * Math.sin(phase);
    }
  // A cosine answers to plain brightness, a sine does not.
  const brightness = sumOf(even) / sumOf(windows);
  for (let at = 0; at < even.length; at++) even[at]! -= brightness * windows[at]!;
  return { even: ofLengthOne(even), odd: ofLengthOne(odd) };
}

const sumOf = (elements: Float64Array): number => elements.reduce((sum, element) => sum + element, 0);

function ofLengthOne(elements: Float64Array): Float64Array {
  const length = Math.sqrt(sumOf(elements.map((element) => element * element)));
  return elements.map((element) => element / length);
}

/** A Gaussian of sum 1, `[size, size]`. */
export function gaussianWindow(deviation: number): { readonly size: number; readonly weights: Float64Array } {
  const radius = Math.ceil(REACH * deviation);
  const size = 2 * radius + 1;
  const heights = Float64Array.from({ length: size }, (_, at) =>
    Math.exp(-((at - radius) ** 2) / (2 * deviation * deviation)),
  );
  const total = sumOf(heights);
  const weights = Float64Array.from(
    { length: size * size },
    (_, at) => (heights[Math.floor(at / size)]! * heights[at % size]!) / total ** 2,
  );
  return { size, weights };
}

function checkBank({ wavelengths, orientations, window, smoothing, stride }: GaborBank): void {
  const refuse = (expected: string, got: unknown): never => {
    throw new UsageError(`Gabor bank: expected ${expected}, got ${got}`);
  };
  // Shorter waves than 2 pixels look like longer ones; longer than an image they look like none.
  if (wavelengths.length === 0 || !wavelengths.every((length) => length >= 2 && length <= 1000))
    refuse("wavelengths of 2 to 1,000 pixels", `[${wavelengths.join(", ")}]`);
  if (!Number.isInteger(orientations) || orientations < 1) refuse("1 orientation or more", orientations);
  if (!(window > 0 && window <= 10)) refuse("a window of more than 0, and at most 10 wavelengths", window);
  if (!(smoothing > 0 && smoothing <= 1000))
    refuse("a smoothing of more than 0, and at most 1,000 pixels", smoothing);
  if (!Number.isInteger(stride) || stride < 1) refuse("a stride of 1 pixel or more", stride);
}
