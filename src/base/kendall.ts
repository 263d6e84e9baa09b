/**
 * @file Kendall's rank correlation, with an interval.
 */

import { type Estimate, estimate } from "./statistics.ts";

/**
 * Kendall's tau (1938): of all pairs of cases, the share that two numbers put in the same order less the share that they put in the
 * opposite one; ties count for neither (tau-a).
 *
 * It is a U-statistic, so it is the mean of its own jackknife's pseudo-values, whose spread gives the interval (Arvesen, Ann. Math.
 * Statist. 1969), for independent cases of any distribution.
 *
 * @param x - Of at least three cases.
 * @param y - Of the same cases.
 * @throws RangeError if there are fewer, or not as many of both.
 */
export function kendallTau(x: readonly number[], y: readonly number[]): Estimate {
  const n = x.length;
  if (n < 3 || y.length !== n) {
    throw new RangeError(`kendallTau: expected as many numbers, at least 3, got ${n} and ${y.length}`);
  }
  // Of each case: how it agrees with all others.
  const sums = x.map((one, i) =>
    x.reduce((total, other, j) => total + Math.sign(one - other) * Math.sign(y[i]! - y[j]!), 0),
  );
  const tau = sums.reduce((total, sum) => total + sum, 0) / (n * (n - 1));
  const without = (sum: number): number => (n * (n - 1) * tau - 2 * sum) / ((n - 1) * (n - 2));
  const { low, high } = estimate(
    sums.map((sum) => n * tau - (n - 1) * without(sum)),
    [-1, 1],
  );
  return { mean: tau, low, high, n };
}
