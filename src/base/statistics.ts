/**
 * @file Means over repetitions with their intervals, and the special functions behind them.
 */

/** Repetitions from which a mean has an interval: of two, Student's would be 12.7 standard errors wide. */
export const FEWEST_FOR_INTERVAL = 3;

/** A mean over repetitions, with its 95 % interval; fewer than {@link FEWEST_FOR_INTERVAL} have none. */
export interface Estimate {
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Number of repetitions. */
  readonly n: number;
  /** Both repetitions, where there are two: what is shown instead of an interval. */
  readonly values?: number[] | undefined;
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

/** Half of a two-sided interval of a confidence in `(0, 1)`, in standard errors: Student's, or the normal one. */
export const halfWidth = (confidence: number, degrees = Number.POSITIVE_INFINITY): number =>
  // Beyond a million degrees Student's t is the normal distribution to seven digits.
  studentQuantile(0.5 + confidence / 2, Math.min(degrees, 1e6));

/** Arithmetic mean. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / values.length;

/** Unbiased variance of at least two values; exactly zero where all are equal. */
export function varianceOf(values: readonly number[]): number {
  // The mean of three equal values may be a little beside them.
  if (values.every((value) => value === values[0])) return 0;
  const mean = meanOf(values);
  return values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1);
}

/**
 * Mean and 95 % interval of independent repetitions, by Student's t (1908); below three, the values themselves.
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
  if (n < FEWEST_FOR_INTERVAL) return { mean, low: null, high: null, n, values: [...values] };
  const half = halfWidth(0.95, n - 1) * Math.sqrt(varianceOf(values) / n);
  return { mean, low: Math.max(limits[0], mean - half), high: Math.min(limits[1], mean + half), n };
}

/**
 * Probability that a chi-squared variable with `degrees` of freedom exceeds `x`: the regularized upper incomplete gamma
 * function `Q(degrees / 2, x / 2)`, by its series (DLMF 8.7.1) left of the mean and its continued fraction (DLMF 8.9.2,
 * modified Lentz) right of it.
 */
export function chiSquaredTail(x: number, degrees: number): number {
  if (!(x > 0)) return 1;
  const [a, z] = [degrees / 2, x / 2];
  const front = Math.exp(a * Math.log(z) - z - logGamma(a));
  if (z < a + 1) {
    let term = 1 / a;
    let total = term;
    for (let n = 1; term > total * 1e-16; n++) total += term *= z / (a + n);
    return Math.max(0, 1 - front * total);
  }
  const tiny = 1e-300;
  let b = z + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / (numerator * d + b || tiny);
    c = b + numerator / c || tiny;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return Math.min(1, front * fraction);
}
