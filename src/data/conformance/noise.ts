/**
 * @file Whether values are Gaussian noise with given moments.
 */

import {
  type ExampleSplits,
  type Examples,
  exampleCount,
  isHeld,
  isImages,
  rangeOf,
  takeExamples,
} from "../dataset.ts";
import { channelMoments, inputScale, type Moments, momentLayout } from "../layout.ts";
import { productsBound, squaresFloor, strain } from "./tail-bounds.ts";

/** Most values of a split that are sorted. */
const SORTED = 200_000;

/**
 * Which channels vary so much that float32 can show it: others have no shape of noise to look at. Rounding to 2^-24 of
 * the mean is 2^-11 of the least deviation judged, which no check here would notice.
 */
export const judgedChannels = ({ mean, deviation }: Moments): boolean[] =>
  Array.from(deviation, (value, channel) => value > Math.abs(mean[channel]!) * 2 ** -13);

/**
 * Largest distances, over channels and splits, of mean and variance from the true ones.
 *
 * Both are in standard errors. For noise, `S = sum(((x - mean) / deviation)^2)` is chi-square of `n` degrees,
 * so `sqrt(2 S) - sqrt(2 n - 1)` is standard normal (Fisher, 1922).
 */
export function momentDistances(
  truth: Moments,
  randomized: ExampleSplits,
): { mean: number; variance: number } {
  const furthest = { mean: 0, variance: 0 };
  const judged = judgedChannels(truth);
  for (const dataset of [randomized.train, randomized.test]) {
    const seen = channelMoments(dataset);
    const n = exampleCount(dataset) * momentLayout(dataset).pixels;
    truth.deviation.forEach((deviation, channel) => {
      if (!judged[channel]) return;
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
export function distributionDistance(truth: Moments, randomized: ExampleSplits): number {
  return Math.max(
    ...[randomized.train, randomized.test].map((split) =>
      kolmogorov(standardized(truth, split).filter((value) => !Number.isNaN(value))),
    ),
  );
}

/** Number of first examples whose values are looked at one by one. */
const examplesOf = (dataset: Examples): number => {
  const { channels, pixels } = momentLayout(dataset);
  return Math.min(exampleCount(dataset), Math.ceil(SORTED / (channels * pixels)));
};

/** Values of the first examples less their channel's true mean, over its true deviation; NaN in channels not judged. */
function standardized(truth: Moments, examples: Examples): Float64Array {
  const dataset = isHeld(examples) ? examples : takeExamples(examples, rangeOf(0, examplesOf(examples)));
  const { channels, pixels } = momentLayout(dataset);
  const scale = inputScale(dataset);
  const judged = judgedChannels(truth);
  const length = examplesOf(dataset) * channels * pixels;
  return Float64Array.from(dataset.inputs.subarray(0, length), (value, at) => {
    const channel = Math.floor(at / pixels) % channels;
    return judged[channel] ? (value * scale - truth.mean[channel]!) / truth.deviation[channel]! : Number.NaN;
  });
}

/**
 * How far values depend on each other, as a share of the bound: products of values some places apart (neighbors, rows,
 * channels, examples), and squares of the means of channels in examples, which are too large where examples have
 * moments of their own and too small where each was given the same.
 */
export function dependence(truth: Moments, randomized: ExampleSplits): number {
  return Math.max(
    ...[randomized.train, randomized.test].map((split) => {
      const values = standardized(truth, split);
      return Math.max(serialCorrelation(values, split), spreadOfMeans(values, split));
    }),
  );
}

/** Largest sum of products of values some places apart, as a share of its bound. */
function serialCorrelation(values: Float64Array, dataset: Examples): number {
  const { channels, pixels } = momentLayout(dataset);
  const width = isImages(dataset) ? dataset.shape[3]! : 1;
  const near = Array.from({ length: 16 }, (_, i) => i + 1);
  const lags = [...new Set([...near, width, pixels, 2 * pixels, channels * pixels])];
  let farthest = 0;
  for (const lag of lags) {
    // Every second run of `lag` values pairs with the one after it, so that pairs share no value; then the others do.
    for (const first of [0, lag]) {
      let total = 0;
      let pairs = 0;
      for (let start = first; start + lag < values.length; start += 2 * lag) {
        for (let at = start; at < start + lag && at + lag < values.length; at++) {
          const product = values[at]! * values[at + lag]!;
          if (Number.isNaN(product)) continue;
          total += product;
          pairs++;
        }
      }
      farthest = Math.max(farthest, Math.abs(total) / productsBound(pairs, 2 * lags.length));
    }
  }
  return farthest;
}

/** How far the squared means of channels in examples, in standard errors, are from those of independent values. */
function spreadOfMeans(values: Float64Array, dataset: Examples): number {
  const { pixels } = momentLayout(dataset);
  let squares = 0;
  let terms = 0;
  for (let start = 0; start < values.length; start += pixels) {
    const total = values.subarray(start, start + pixels).reduce((sum, value) => sum + value, 0);
    if (Number.isNaN(total)) continue;
    squares += total ** 2 / pixels;
    terms++;
  }
  return strain({ value: squares, mean: terms, variance: 2 * terms }, squaresFloor(terms, 3));
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
