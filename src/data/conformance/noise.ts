/**
 * @file Whether values are Gaussian noise with given moments.
 */

import { type Dataset, exampleCount, type Splits } from "../dataset.ts";
import { channelMoments, inputScale, type Moments, momentLayout } from "../layout.ts";

/** Most values of a split that are sorted. */
const SORTED = 200_000;

/**
 * Largest distances, over channels and splits, of mean and variance from the true ones.
 *
 * Both are in standard errors. For noise, `S = sum(((x - mean) / deviation)^2)` is chi-square of `n` degrees,
 * so `sqrt(2 S) - sqrt(2 n - 1)` is standard normal (Fisher, 1922). Channels that do not vary have no error.
 */
export function momentDistances(truth: Moments, randomized: Splits): { mean: number; variance: number } {
  const furthest = { mean: 0, variance: 0 };
  for (const dataset of [randomized.train, randomized.test]) {
    const seen = channelMoments(dataset);
    const n = exampleCount(dataset) * momentLayout(dataset).pixels;
    truth.deviation.forEach((deviation, channel) => {
      if (deviation === 0) return;
      const shift = (seen.mean[channel]! - truth.mean[channel]!) / deviation;
      const squares = n * ((seen.deviation[channel]! / deviation) ** 2 + shift ** 2);
      furthest.mean = Math.max(furthest.mean, Math.abs(shift) * Math.sqrt(n));
      furthest.variance = Math.max(
        furthest.variance,
        Math.abs(Math.sqrt(2 * squares) - Math.sqrt(2 * n - 1)),
      );
    });
  }
  return furthest;
}

/** Largest Kolmogorov distance of a split's values from their Gaussian, times the square root of their number. */
export function distributionDistance(truth: Moments, randomized: Splits): number {
  return Math.max(
    ...[randomized.train, randomized.test].map((split) => kolmogorov(standardized(truth, split))),
  );
}

/** Values of the first examples less their channel's true mean, over its true deviation. */
function standardized({ mean, deviation }: Moments, dataset: Dataset): Float64Array {
  const { channels, pixels } = momentLayout(dataset);
  const scale = inputScale(dataset);
  const length = Math.min(exampleCount(dataset), Math.ceil(SORTED / (channels * pixels))) * channels * pixels;
  const channelOf = (at: number): number => Math.floor(at / pixels) % channels;
  return Float64Array.from(dataset.inputs.subarray(0, length), (value, at) => {
    const channel = channelOf(at);
    return (value * scale - mean[channel]!) / deviation[channel]!;
  }).filter((value) => Number.isFinite(value));
}

/** `D sqrt(n)`, where `D` is the largest distance of the empirical distribution from the standard normal one. */
function kolmogorov(values: Float64Array): number {
  const sorted = values.sort();
  const n = sorted.length;
  let furthest = 0;
  sorted.forEach((value, i) => {
    const expected = normalCdf(value);
    furthest = Math.max(furthest, expected - i / n, (i + 1) / n - expected);
  });
  return furthest * Math.sqrt(n);
}

/** Probability that a standard normal variable is at most `x`, to 1e-7 (Abramowitz and Stegun, 26.2.17). */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const polynomial =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * polynomial;
  return x >= 0 ? 1 - tail : tail;
}
