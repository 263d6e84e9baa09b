/**
 * @file The statistics behind every number Shatter prints: means over seeds, intervals, and one exact test.
 */

import { randomStream } from "./random.ts";

/** A mean over repetitions, with its 95 % interval; one repetition has no interval. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Number of repetitions. */
  readonly n: number;
}

/** Logarithm of the gamma function for `x > 0` (Lanczos, 1964; g = 7, nine terms, relative error below 1e-14). */
export function logGamma(x: number): number {
  const coefficients = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const sum = coefficients.slice(1).reduce((total, c, i) => total + c / (shifted + i + 1), coefficients[0]!);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * Regularized incomplete beta function `I_x(a, b)`, by its continued fraction (DLMF 8.17.22, modified Lentz).
 *
 * @param x - In `[0, 1]`.
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly only left of the mean; the right side is the mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const front =
    Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** Probability that Student's t with `degrees` of freedom is at most `t`. */
export function studentCdf(t: number, degrees: number): number {
  const tail = incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
  return t >= 0 ? 1 - tail : tail;
}

/** The number that Student's t stays below with the given probability, in `(0, 1)`; found by bisection. */
export function studentQuantile(probability: number, degrees: number): number {
  let low = -1;
  let high = 1;
  while (studentCdf(low, degrees) > probability) low *= 2;
  while (studentCdf(high, degrees) < probability) high *= 2;
  for (let step = 0; step < 200 && high - low > 1e-14 * Math.max(1, Math.abs(low)); step++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Arithmetic mean. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/**
 * Mean and 95 % interval of independent repetitions, by Student's t (1908).
 *
 * @param values - At least one.
 * @param limits - Where the quantity cannot be outside of, such as `[0, 1]` for an accuracy.
 * @throws RangeError if there is no value.
 */
export function estimate(
  values: readonly number[],
  limits: readonly [number, number] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
): Estimate {
  const n = values.length;
  if (n === 0) throw new RangeError("estimate: expected at least one value, got none");
  const mean = meanOf(values);
  if (n === 1) return { mean, low: null, high: null, n };
  const variance = values.reduce((total, value) => total + (value - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(variance / n);
  return { mean, low: Math.max(limits[0], mean - half), high: Math.min(limits[1], mean + half), n };
}

/** The 97.5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/**
 * 95 % interval of a share that was seen in `hits` of `count` independent cases (Wilson, JASA 1927).
 *
 * @throws RangeError unless `0 <= hits <= count` and `count >= 1`.
 */
export function wilsonInterval(hits: number, count: number): readonly [number, number] {
  if (!(count >= 1 && hits >= 0 && hits <= count)) {
    throw new RangeError(
      `wilsonInterval: expected 0 <= hits <= count and count >= 1, got ${hits} of ${count}`,
    );
  }
  const p = hits / count;
  const z2 = Z_95 ** 2 / count;
  const centre = (p + z2 / 2) / (1 + z2);
  const half = (Z_95 / (1 + z2)) * Math.sqrt((p * (1 - p)) / count + z2 / (4 * count));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Result of {@link renamingTest}. */
export interface RenamingTest {
  /** Hits over examples. */
  readonly accuracy: number;
  /** Mean accuracy over all renamings of the classes: the accuracy expected without a leak. */
  readonly expected: number;
  /** Share of renamings with at least as many hits, `(1 + exceeding) / (1 + draws)`. */
  readonly pValue: number;
}

/**
 * Whether networks trained on random labels know the true ones better than chance: an exact test.
 *
 * Uniformly random labels do not change in distribution when the classes are renamed, so without a leak
 * each network's predictions could as well have come with any renaming of its classes. The number of test
 * hits is compared with the numbers under random renamings, one for each network. Unlike a binomial test
 * it allows for predictions that are alike within a true class.
 *
 * @param confusions - For each network `[classes][classes]` counts, by true and predicted class.
 * @param draws - Number of random renamings.
 * @throws RangeError if there is no network or no test example.
 */
export function renamingTest(
  confusions: readonly (readonly (readonly number[])[])[],
  seed: number,
  draws = 9999,
): RenamingTest {
  const count = confusions.flat(2).reduce((total, cell) => total + cell, 0);
  if (count === 0)
    throw new RangeError("renamingTest: expected at least one network with a test example, got none");
  const hitsUnder = (renamings: readonly ArrayLike<number>[]): number =>
    confusions.reduce(
      (total, confusion, network) =>
        total + confusion.reduce((hits, row, label) => hits + row[renamings[network]![label]!]!, 0),
      0,
    );
  const observed = hitsUnder(confusions.map((confusion) => confusion.map((_, label) => label)));
  const random = randomStream(seed, "renaming-test");
  let exceeding = 0;
  for (let draw = 0; draw < draws; draw++) {
    const renamings = confusions.map((confusion) => random.permutation(confusion.length));
    if (hitsUnder(renamings) >= observed) exceeding++;
  }
  const expected = confusions.reduce(
    (total, confusion) => total + confusion.flat().reduce((sum, cell) => sum + cell, 0) / confusion.length,
    0,
  );
  return { accuracy: observed / count, expected: expected / count, pValue: (1 + exceeding) / (1 + draws) };
}
