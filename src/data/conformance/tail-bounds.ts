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
 * none is it passed more than once in 130,000. The bound holds for all first parts of a sequence of events together
 * (Freedman, Ann. Probab. 1975).
 *
 * @param variance - Variance of the count.
 * @param counts - Number of counts of which none shall stray farther.
 */
export function countBound(variance: number, counts = 1): number {
  const x = 12.5 + Math.log(counts);
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
 * Smallest value of a sum of squares of mean 1 each: passed once in 1.2 million (exp(-14)) at most.
 *
 * `P(S <= E S - t) <= exp(-t^2 / (2 sum(E X^2)))` for independent `X >= 0` (Maurer, J. Inequal. Pure Appl. Math. 2003).
 * Below 0 where there are too few terms to say anything.
 *
 * @param terms - Number of squares.
 * @param kurtosis - Mean of one squared square: 3 for normal variables.
 */
export const squaresFloor = (terms: number, kurtosis: number): number =>
  terms - Math.sqrt(2 * 14 * terms * kurtosis);

/**
 * Farthest that the sum of `a[i][order[i]]`, each in `[0, 1]`, over uniform permutations strays from its expectation.
 *
 * `P(|X - E X| >= t) <= 2 exp(-t^2 / (4 E X + 2 t))` (Chatterjee, Probab. Theory Relat. Fields 2007, proposition 1.1),
 * solved for `2 exp(-14)`. The proof bounds moment generating functions, so it holds for sums over independent
 * permutations as well.
 *
 * @param expected - Of the sum, or of the number of terms less the sum.
 */
export const permutationBound = (expected: number): number => 14 + Math.sqrt(14 ** 2 + 4 * 14 * expected);

/**
 * Most elements of a permutation, or neighbors in it, that one of `ways` keeps by chance, once in a million.
 *
 * A uniform permutation moves `t` elements by one given distance with probability `1 / t!` at most, and so it is for
 * neighbors that keep a given step (both are Poisson of mean 1 in the limit: Kaplansky, Bull. AMS 1944; for 6 to 9
 * elements every permutation was counted).
 *
 * @param ways - Number of permutations, distances and steps looked at.
 */
export function keptBound(ways: number): number {
  let kept = 0;
  for (let chance = ways; chance > 1e-6; kept++) chance /= kept + 1;
  return kept - 1;
}

/**
 * Farthest that a sum of products of independent pairs of standard normal values strays from 0, once in a million
 * over `sums` of them.
 *
 * Bernstein's condition holds for such products with variance 1 and scale 1, as `((m - 1)!!)^2 <= m! / 2` for even
 * `m`: so `P(|S| >= sqrt(2 n x) + x) <= 2 exp(-x)` (Boucheron, Lugosi, Massart, 2013, theorem 2.10).
 */
export function productsBound(pairs: number, sums: number): number {
  const x = 14 + Math.log(2 * sums);
  return Math.sqrt(2 * pairs * x) + x;
}

/**
 * Largest `D sqrt(n)`, where `D` is the distance of the empirical distribution of `n` independent values from
 * their true one: `sqrt(ln(2 / a) / 2)` is passed with probability `a` at most (Dvoretzky, Kiefer and
 * Wolfowitz, 1956; the constant is Massart's, 1990). Here once in a million.
 */
export const DISTRIBUTION_BOUND = Math.sqrt(Math.log(2e6) / 2);

/** Largest absolute value of a standard normal variable, passed once in 1.7 million. */
export const NORMAL_BOUND = 5;

/** A sum of squares, and what it would be by chance. */
export interface Squares {
  readonly value: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * Pearson's chi-square of each row of a table of counts, summed, with its mean and variance if rows were drawn.
 *
 * The statistic of `n` draws from `k` values with probabilities `q` has mean `k - 1` and variance
 * `2 (k - 1) + (sum(1 / q) - k^2 - 2 k + 2) / n`, both exactly, so small counts widen the bound as they must.
 *
 * Rows of which the rarest value is expected less than once are left out: one coincidence there weighs as much as all of
 * their variance, and comes far more often than a bound by moments allows (a thousand classes of 200 examples: once in 100
 * data sets).
 *
 * @param probability - Of each column in each row; a count where it is 0 makes the value infinite.
 */
export function pearson(
  table: readonly ArrayLike<number>[],
  probability: (row: number, column: number) => number,
): Squares {
  const total: { -readonly [K in keyof Squares]: number } = { value: 0, mean: 0, variance: 0 };
  table.forEach((counts, row) => {
    const columns = Array.from(counts);
    const n = columns.reduce((sum, count) => sum + count, 0);
    if (n === 0) return;
    const chances = columns.map((_, column) => probability(row, column));
    if (columns.some((seen, column) => seen > 0 && chances[column] === 0))
      total.value = Number.POSITIVE_INFINITY;
    const possible = chances.filter((q) => q > 0);
    if (n * Math.min(...possible) < 1) return;
    const k = possible.length;
    const inverses = possible.reduce((sum, q) => sum + 1 / q, 0);
    columns.forEach((seen, column) => {
      const q = chances[column]!;
      if (q > 0) total.value += (seen - n * q) ** 2 / (n * q);
    });
    total.mean += k - 1;
    total.variance += 2 * (k - 1) + (inverses - k * k - 2 * k + 2) / n;
  });
  return total;
}

/**
 * The chi-square of independent counts against their expectations, each over its own variance.
 *
 * @param counts - Deviation from the expectation, and `v (1 - v)` of the count's events summed, as well as
 *   `v (1 - v) (1 - 6 v (1 - v))` (its variance and fourth cumulant).
 */
export function squaresOf(
  counts: readonly { readonly deviation: number; readonly variance: number; readonly cumulant: number }[],
): Squares {
  const total = { value: 0, mean: 0, variance: 0 };
  for (const { deviation, variance, cumulant } of counts) {
    total.value += deviation ** 2 / variance;
    total.mean += 1;
    total.variance += 2 + cumulant / variance ** 2;
  }
  return total;
}

/** How far a value is from its mean, as a share of how far it may be; above 1 it is too far. */
export function strain({ value, mean, variance }: Squares, floor = Number.NEGATIVE_INFINITY): number {
  if (value >= mean) return (value - mean) / (squaresBound(mean, variance) - mean);
  return floor > 0 ? (mean - value) / (mean - floor) : 0;
}
