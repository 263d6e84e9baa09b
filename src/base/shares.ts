/**
 * @file Intervals of shares: of one count, and of means over seeds that share their test examples.
 */

import { halfWidth, meanOf, varianceOf } from "./statistics.ts";

/** A share with an interval. */
export interface ShareInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Interval of a share that was seen in `hits` of `count` independent cases (Wilson, JASA 1927).
 *
 * @param confidence - In `(0, 1)`; 0.95 unless told.
 * @throws RangeError unless `0 <= hits <= count` and `count > 0`.
 */
export function wilsonInterval(hits: number, count: number, confidence = 0.95): readonly [number, number] {
  if (!(count > 0 && hits >= 0 && hits <= count)) {
    throw new RangeError(
      `wilsonInterval: expected 0 <= hits <= count and count > 0, got ${hits} of ${count}`,
    );
  }
  const z = halfWidth(confidence);
  const p = hits / count;
  const z2 = z ** 2 / count;
  const center = (p + z2 / 2) / (1 + z2);
  const half = (z / (1 + z2)) * Math.sqrt((p * (1 - p)) / count + z2 / (4 * count));
  return [Math.max(0, center - half), Math.min(1, center + half)];
}

/** A part of the test examples, and the share of it that each seed's network answers right. */
export interface Stratum {
  /** What the part counts for; the weights of all parts add up to 1. */
  readonly weight: number;
  /** Number of its examples. */
  readonly count: number;
  /** `[seeds]`, each in `[0, 1]`. */
  readonly shares: readonly number[];
}

/**
 * Mean share over seeds and parts, with an interval over both test examples and seeds.
 *
 * All seeds answer the same examples, so however many seeds there are, the examples count once: each part has
 * Wilson's interval of its mean share, as if one network had answered (an example's mean answer varies no more
 * than one answer, so this is never too narrow). Margins of parts are added up in squares (Newcombe, Statistics
 * in Medicine 1998; Zou and Donner, 2008), and the variance of the seeds' totals with them; Student's t has the
 * degrees of freedom of the sum (Satterthwaite, 1946). One seed says nothing about seeds: the interval is then
 * over examples only.
 *
 * @param strata - At least one; all with the same seeds.
 * @param confidence - In `(0, 1)`.
 */
export function pooledInterval(strata: readonly Stratum[], confidence: number): ShareInterval {
  const z = halfWidth(confidence);
  let mean = 0;
  const within = { low: 0, high: 0 };
  for (const { weight, count, shares } of strata) {
    const share = Math.min(1, meanOf(shares));
    const [low, high] = wilsonInterval(share * count, count, confidence);
    mean += weight * share;
    within.low += ((weight * (share - low)) / z) ** 2;
    within.high += ((weight * (high - share)) / z) ** 2;
  }
  const seeds = strata[0]!.shares.length;
  const totals = Array.from({ length: seeds }, (_, seed) =>
    strata.reduce((total, { weight, shares }) => total + weight * shares[seed]!, 0),
  );
  const between = seeds > 1 ? varianceOf(totals) / seeds : 0;
  const margin = (variance: number): number => {
    const total = variance + between;
    if (between === 0) return z * Math.sqrt(total);
    return halfWidth(confidence, (total ** 2 * (seeds - 1)) / between ** 2) * Math.sqrt(total);
  };
  return {
    // Weights such as nine ninths add up to a little more or less than one.
    mean: mean > 1 - 1e-12 ? 1 : mean,
    low: Math.max(0, mean - margin(within.low)),
    high: mean > 1 - 1e-12 ? 1 : Math.min(1, mean + margin(within.high)),
  };
}

/** Interval of the difference of two shares, `a - b`: margins added up in squares (Newcombe, 1998). */
export function differenceInterval(a: ShareInterval, b: ShareInterval): ShareInterval {
  const mean = a.mean - b.mean;
  return {
    mean,
    low: mean - Math.hypot(a.mean - a.low, b.high - b.mean),
    high: mean + Math.hypot(a.high - a.mean, b.mean - b.low),
  };
}
