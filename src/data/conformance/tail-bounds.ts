/**
 * @file How far a statistic may stray by chance: the bounds of the conformance checks.
 *
 * A check that fails ends a trial, and a sweep makes thousands of checks, so correct data passes a bound about
 * once in a million times, as a normal variable passes 5 standard deviations. The mistakes they are for pass
 * them by far.
 */

/**
 * Farthest that a count of independent events strays from its expectation.
 *
 * Bernstein's inequality, `P(|X - E X| >= t) <= 2 exp(-t^2 / (2 (V + t / 3)))`, solved for `2 exp(-12.5)`. For
 * large counts this is 5 standard deviations, passed once in 1.7 million; for small ones it is wider, and for
 * none is it passed more than once in 130,000.
 *
 * @param variance - Variance of the count.
 */
export function countBound(variance: number): number {
  const x = 12.5;
  return x / 3 + Math.sqrt((x / 3) ** 2 + 2 * x * variance);
}

/**
 * Largest value of a sum of squares with the given moments, passed once in 1.2 million (exp(-14)) at most.
 *
 * The sum is taken for `g` times a chi-square variable of `h` degrees (Satterthwaite, 1946), for which
 * `P(chi2 >= h + 2 sqrt(h x) + 2 x) <= exp(-x)` (Laurent and Massart, 2000, lemma 1).
 */
export function squaresBound(mean: number, variance: number): number {
  // Single draws from a uniform distribution all give the same sum.
  if (variance <= 1e-9 * mean) return mean * (1 + 1e-9);
  const x = 14;
  const g = variance / (2 * mean);
  const h = mean / g;
  return g * (h + 2 * Math.sqrt(h * x) + 2 * x);
}

/**
 * Largest `D sqrt(n)`, where `D` is the distance of the empirical distribution of `n` independent values from
 * their true one: `sqrt(ln(2 / a) / 2)` is passed with probability `a` at most (Dvoretzky, Kiefer and
 * Wolfowitz, 1956; the constant is Massart's, 1990). Here once in a million.
 */
export const DISTRIBUTION_BOUND = Math.sqrt(Math.log(2e6) / 2);

/** Largest absolute value of a standard normal variable, passed once in 1.7 million. */
export const NORMAL_BOUND = 5;

/** Chance below which an agreement is no accident: what is likelier by chance shows nothing, and is passed over. */
export const LOG_NEGLIGIBLE = Math.log(1e-9);
