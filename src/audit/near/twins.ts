/**
 * @file Which neighbors are twins: so much nearer than an example's other neighbors that chance does not explain it.
 */

import type { Neighbors } from "./neighbors.ts";

/** Least correlation of gradients of twins: half of the variance of the one is explained by the other. */
export const LEAST_LIKENESS = Math.SQRT1_2;

/** Share of the examples said to have a twin that may have none. */
const FALSE_SHARE = 0.05;

/** Distances below are none. */
const NOTHING = 1e-6;

/** A pair of examples, by their places; `first` is the smaller one. */
export interface Pair {
  readonly first: number;
  readonly second: number;
  /** Correlation of their gradients once laid over each other, in `[-1, 1]`. */
  readonly likeness: number;
  /** Distance as a share of that of the farthest neighbor that was looked at, the smaller of both. */
  readonly ratio: number;
}

/** What was decided, and by what. */
export interface Twins {
  /** The most alike first. */
  readonly pairs: readonly Pair[];
  /** How fast neighbors become more with distance: the intrinsic dimension. */
  readonly dimension: number;
  /** Largest ratio of a twin; 0 where there are none. */
  readonly threshold: number;
  /**
   * Examples with {@link MANY} neighbors or more as alike as twins are, by their places. No ratio can tell whether these are copies, as
   * frames of one film are, or alike as all ones of MNIST are.
   */
  readonly crowded: readonly number[];
}

/** Neighbors as alike as twins are, from which they hide each other: one twin is nearer than the others, several are not. */
const MANY = 4;

/**
 * Find twins among neighbors.
 *
 * The distance is `1 - likeness`. Where examples lie around each other as points do in a space of `m` dimensions, the ratio
 * `r` of the nearest distance to the `k`-th exceeds what it is with probability `(1 - r^m)^(k - 1)`. `m` is estimated by
 * maximum likelihood (Levina and Bickel, NIPS 2004, equation 8) from all neighbors but the nearest, which may be a twin: logarithms
 * of ratios are exponential, the largest is censored (Epstein and Sobel, JASA 1953), and the median over examples is that of a
 * gamma variable of shape `k - 2`, about `k - 2 - 1/3`. Which ratios are too small is
 * decided over all examples at once by Benjamini and Hochberg (JRSS B 1995), so that at most one in twenty of those said to
 * have a twin has none. It adapts to the data: all ones of MNIST are alike, and none is nearer than others are.
 *
 * @param likeness - Of each neighbor, in the order of `neighbors`.
 * @param first - Examples before it looked for no neighbors.
 */
export function decideTwins(neighbors: Neighbors, likeness: Float32Array, first = 0): Twins {
  const { nearest, places } = neighbors;
  const count = places.length / Math.max(1, nearest);
  const crowded: number[] = [];
  const none: Twins = { pairs: [], dimension: 0, threshold: 0, crowded };
  if (nearest < 3) return none;
  const farthest = new Float64Array(count);
  const ratios: number[] = [];
  const dimensions: number[] = [];
  for (let example = first; example < count; example++) {
    const distances = Float64Array.from(
      likeness.subarray(example * nearest, (example + 1) * nearest),
      (value) => 1 - value,
    ).sort();
    const last = distances[nearest - 1]!;
    farthest[example] = last;
    if (1 - distances[Math.min(MANY, nearest) - 1]! >= LEAST_LIKENESS) crowded.push(example);
    if (!(last > NOTHING)) continue;
    ratios.push(Math.max(0, distances[0]!) / last);
    let total = Math.log(last / Math.max(NOTHING, distances[1]!));
    for (let at = 1; at < nearest - 1; at++) total += Math.log(last / Math.max(NOTHING, distances[at]!));
    if (total > 0) dimensions.push((nearest - 2 - 1 / 3) / total);
  }
  if (dimensions.length === 0) return none;
  dimensions.sort((a, b) => a - b);
  const dimension = dimensions[Math.floor(dimensions.length / 2)]!;
  const threshold = largestRejected(ratios, (ratio) => 1 - (1 - ratio ** dimension) ** (nearest - 1));
  const pairs = new Map<number, Pair>();
  for (let example = first; example < count; example++) {
    if (!(farthest[example]! > NOTHING)) continue;
    for (let at = example * nearest; at < (example + 1) * nearest; at++) {
      const alike = likeness[at]!;
      const ratio = (1 - alike) / farthest[example]!;
      if (alike < LEAST_LIKENESS || !(ratio <= threshold)) continue;
      const [a, b] = [Math.min(example, places[at]!), Math.max(example, places[at]!)];
      const known = pairs.get(a * count + b);
      if (known && known.likeness >= alike) continue;
      pairs.set(a * count + b, { first: a, second: b, likeness: alike, ratio });
    }
  }
  return {
    pairs: [...pairs.values()].sort((a, b) => b.likeness - a.likeness),
    dimension,
    threshold,
    crowded,
  };
}

/** The largest of the values that Benjamini and Hochberg reject by their p-values; -1 if none. */
function largestRejected(values: readonly number[], probability: (value: number) => number): number {
  const sorted = values.toSorted((a, b) => a - b);
  for (let at = sorted.length - 1; at >= 0; at--) {
    if (probability(sorted[at]!) <= (FALSE_SHARE * (at + 1)) / sorted.length) return sorted[at]!;
  }
  return -1;
}
