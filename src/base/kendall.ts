/**
 * @file Kendall's rank correlation, and differences of two, with intervals.
 */

import { type Estimate, estimate, meanOf, varianceOf } from "./statistics.ts";

/** Cases from which tau has an interval: of fewer, the jackknife's is not to be trusted. */
export const FEWEST_FOR_TAU = 10;

/**
 * Kendall's tau (1938): of all pairs of cases, the share that two numbers put in the same order less the share that they put in the
 * opposite one; ties count for neither (tau-a).
 *
 * It is a U-statistic, within groups a ratio of two, and the spread of its jackknife's pseudo-values gives the interval (Arvesen,
 * Ann. Math. Statist. 1969), for independent cases of any distribution. There is none for fewer than {@link FEWEST_FOR_TAU} cases,
 * nor where no case differs from another in how it agrees with the rest, as where all pairs do.
 *
 * @param x - A number a case.
 * @param y - Of the same cases.
 * @param groups - Of each case, the group within which it is compared; one for all unless told. The estimate's `n` counts those
 * that are compared with any.
 * @returns Null if no two cases are compared.
 * @throws RangeError if there are not as many of all.
 */
export const kendallTau = (
  x: readonly number[],
  y: readonly number[],
  groups?: readonly string[],
): Estimate | null => overPairs(y, [x], groups, ([agrees]) => agrees!);

/**
 * Tau of `x` with `y` less that of `other` with `y`, with the interval of the paired difference; as {@link kendallTau} in all else.
 */
export const kendallDifference = (
  x: readonly number[],
  other: readonly number[],
  y: readonly number[],
  groups?: readonly string[],
): Estimate | null => overPairs(y, [x, other], groups, ([one, less]) => one! - less!);

/** Mean over pairs of cases of what is made of how each of some numbers agrees with `y`: 1, 0, -1. */
function overPairs(
  y: readonly number[],
  numbers: readonly (readonly number[])[],
  groups: readonly string[] = y.map(() => ""),
  count: (agreements: readonly number[]) => number,
): Estimate | null {
  const wrong = [...numbers, groups].find(({ length }) => length !== y.length);
  if (wrong) throw new RangeError(`kendall: expected ${y.length} of everything, got ${wrong.length}`);
  // Of each case: with how many it is compared, and the sum over them.
  const cases = y
    .map((one, i) => {
      const others = y.flatMap((_, j) => (j !== i && groups[j] === groups[i] ? [j] : []));
      const sums = others.map((j) =>
        count(numbers.map((x) => Math.sign(x[i]! - x[j]!) * Math.sign(one - y[j]!))),
      );
      return { pairs: others.length, sum: sumOf(sums) };
    })
    .filter(({ pairs }) => pairs > 0);
  const n = cases.length;
  if (n === 0) return null;
  // Over ordered pairs, so each counts twice; whole numbers, so equal ones are equal below.
  const [total, pairs] = [sumOf(cases.map(({ sum }) => sum)), sumOf(cases.map((one) => one.pairs))];
  const mean = total / pairs;
  if (n < FEWEST_FOR_TAU) return { mean, low: null, high: null, n };
  const without = cases.map((one) => (total - 2 * one.sum) / (pairs - 2 * one.pairs));
  if (varianceOf(without) === 0) return { mean, low: null, high: null, n };
  const center = meanOf(without);
  // A ratio is not the mean of its pseudo-values, so these are moved to it.
  const limit = numbers.length;
  return {
    ...estimate(
      without.map((value) => mean + (n - 1) * (center - value)),
      [-limit, limit],
    ),
    mean,
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
