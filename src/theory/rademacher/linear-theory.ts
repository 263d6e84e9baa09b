/**
 * @file What theory says of linear classifiers on random signs: how many dichotomies, how large a complexity.
 *
 * A linear classifier with a bias on `d` columns has `dimensions = d + 1`.
 */

import { logGamma } from "../../base/statistics.ts";
import { normalCdf } from "../../data/conformance/noise.ts";

/** Logarithm of the binomial coefficient. */
const logBinomial = (n: number, k: number): number => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/**
 * Logarithm of the number of ways in which linear classifiers divide `n` points in general position,
 * `2 sum_{k < dimensions} C(n - 1, k)`; no points are divided in more ways.
 *
 * Source: Cover, IEEE Transactions on Electronic Computers 1965, theorem 1.
 */
export function logDichotomies(n: number, dimensions: number): number {
  if (dimensions >= n) return n * Math.LN2;
  const terms = Array.from({ length: dimensions }, (_, k) => logBinomial(n - 1, k));
  const largest = Math.max(...terms);
  const sum = terms.reduce((total, term) => total + Math.exp(term - largest), 0);
  return Math.min(n * Math.LN2, Math.LN2 + largest + Math.log(sum));
}

/**
 * Probability that random signs of `n` points in general position can be fitted by a linear classifier: 1 up to
 * `n = dimensions`, exactly 1/2 at `n = 2 dimensions`.
 *
 * Source: Cover, 1965, theorem 5.
 */
export const separableProbability = (n: number, dimensions: number): number =>
  Math.exp(logDichotomies(n, dimensions) - n * Math.LN2);

/**
 * Upper bound of the empirical Rademacher complexity of linear classifiers on any `n` points, at most 1: with
 * `h` in {-1, +1} and `N` dichotomies it is at most `sqrt(2 ln N / n)`.
 *
 * Source: Massart's lemma (Ann. Fac. Sci. Toulouse 2000, lemma 5.2), with `N` of {@link logDichotomies}.
 */
export const linearUpperBound = (n: number, dimensions: number): number =>
  Math.min(1, Math.sqrt((2 * logDichotomies(n, dimensions)) / n));

/**
 * How well least squares fits random signs on Gaussian points: the mean of `1/n sum s_i h(x_i)`, for large `n` at a
 * fixed ratio `dimensions / n < 1`; about `sqrt(2 dimensions / (pi n))` where that is small.
 *
 * Fitted values are `H s` with a projection `H` on `dimensions` random directions, whose diagonal is
 * `rho = dimensions / n`. So `s_i` times the fitted value is normal with mean `rho` and variance `rho (1 - rho)`, and
 * positive with probability `Phi(sqrt(rho / (1 - rho)))`. Least squares is one linear classifier: a lower bound of the
 * complexity of all.
 *
 * @returns In `[0, 1]`, to 2e-7; 1 from `dimensions = n` on.
 */
export function leastSquaresAgreement(n: number, dimensions: number): number {
  const rho = dimensions / n;
  return rho >= 1 ? 1 : 2 * normalCdf(Math.sqrt(rho / (1 - rho))) - 1;
}
