/**
 * @file Wrong Gaussian noise.
 */

import { type RandomStream, randomStream } from "../../src/base/random.ts";
import { type ExampleSplits, exampleSize, takeExamples } from "../../src/data/dataset.ts";
import { channelMoments, type Moments, momentLayout } from "../../src/data/layout.ts";
import type { SplitName } from "../../src/data/randomization.ts";
import type { Randomizer } from "../../src/data/randomize.ts";
import type { Mutant } from "./mutant.ts";

/** The noise of one input, in units of its channel's deviation from its channel's mean. */
type Noise = (random: RandomStream, size: number, pixels: number) => ArrayLike<number>;

interface Changes {
  /** The stream of an input. */
  readonly stream?: (seed: number, split: SplitName, index: number) => RandomStream;
  /** Moments of the inputs of a split, by index. */
  readonly moments?: (splits: ExampleSplits, split: SplitName) => (index: number) => Moments;
  /** What is done to each value in the end. */
  readonly finish?: (value: number) => number;
}

const own = (seed: number, split: SplitName, index: number): RandomStream =>
  randomStream(seed, `pixels-gaussian-${split}`, index);

const ofTraining: NonNullable<Changes["moments"]> = ({ train }) => {
  const moments = channelMoments(train);
  return () => moments;
};

const ofOneImage: Changes["moments"] = (splits, split) => (index) =>
  channelMoments(takeExamples(splits[split], [index]));

const normals: Noise = (random, size) => Array.from({ length: size }, () => random.normal());

/** Inputs of noise, with something changed. */
const noisy = (
  noise: Noise,
  { stream = own, moments = ofTraining, finish = (value) => value }: Changes = {},
): Partial<Randomizer> => ({
  redrawInputs: (splits, split, indices, _, seed) => {
    const size = exampleSize(splits[split]);
    const { pixels } = momentLayout(splits[split]);
    const momentsOf = moments(splits, split);
    const out = new Float32Array(indices.length * size);
    for (let row = 0; row < indices.length; row++) {
      const index = indices[row]!;
      const { mean, deviation } = momentsOf(index);
      const values = noise(stream(seed, split, index), size, pixels);
      for (let at = 0; at < size; at++) {
        const channel = Math.floor(at / pixels);
        out[row * size + at] = finish(mean[channel]! + deviation[channel]! * values[at]!);
      }
    }
    return out;
  },
});

/** Values made from others of the same input. */
const fromNormals =
  (change: (values: number[], pixels: number) => number[]): Noise =>
  (random, size, pixels) =>
    change(Array.from(normals(random, size, pixels)), pixels);

const gaussian = { inputs: "gaussian", corrupt: 0 } as const;
const KOLMOGOROV = "Kolmogorov distance";
const SERIAL = "serial correlation";
const MEAN = "mean of each channel";
const REPEATED = "sampled inputs with the noise of another";

export const noiseMutants: readonly Mutant[] = [
  {
    name: "a test set left clean: gaussian",
    request: gaussian,
    spoil: ({ test }, original) => ({
      test: { ...test, inputs: Float32Array.from(original.test.inputs, (value) => value / 255) },
    }),
    shownBy: KOLMOGOROV,
  },
  {
    name: "noise clamped to [0, 1]",
    request: gaussian,
    by: noisy(normals, { finish: (value) => Math.min(1, Math.max(0, value)) }),
    shownBy: KOLMOGOROV,
  },
  {
    name: "noise in units of 255",
    request: gaussian,
    by: noisy(normals, { finish: (value) => 255 * value }),
    shownBy: MEAN,
  },
  {
    name: "uniform noise of the same moments",
    request: gaussian,
    by: noisy((random, size) => Array.from({ length: size }, () => (random.uniform() - 0.5) * Math.sqrt(12))),
    shownBy: KOLMOGOROV,
  },
  {
    name: "values in equal pairs",
    request: gaussian,
    by: noisy(fromNormals((values) => values.map((_, at) => values[at >> 1]!))),
    shownBy: SERIAL,
  },
  {
    name: "one noise image for all",
    request: gaussian,
    by: noisy(normals, { stream: (seed) => own(seed, "train", 0) }),
    shownBy: REPEATED,
  },
  {
    name: "each image with its own moments",
    request: gaussian,
    by: noisy(normals, { moments: ofOneImage }),
    shownBy: SERIAL,
  },
  {
    name: "test noise with the moments of the test images",
    request: gaussian,
    data: "brighter test",
    by: noisy(normals, {
      moments: (splits, split) => ofTraining({ ...splits, train: splits[split] }, split),
    }),
    shownBy: MEAN,
  },
  {
    name: "the variance taken for the deviation",
    request: gaussian,
    by: noisy(normals, {
      moments: ({ train }) => {
        const { mean, deviation } = channelMoments(train);
        const moments = { mean, deviation: deviation.map((value) => value ** 2) };
        return () => moments;
      },
    }),
    shownBy: "variance of each channel",
  },
  {
    name: "the same noise in all channels",
    request: gaussian,
    by: noisy(fromNormals((values, pixels) => values.map((_, at) => values[at % pixels]!))),
    shownBy: SERIAL,
  },
];

export const newNoiseMutants: readonly Mutant[] = [
  {
    name: "noise that repeats every 100 images",
    request: gaussian,
    by: noisy(normals, { stream: (seed, split, index) => own(seed, split, index % 100) }),
    shownBy: REPEATED,
  },
  {
    name: "each image's noise made to have its moments exactly",
    request: gaussian,
    by: noisy(
      fromNormals((values, pixels) =>
        values.map((value, at) => {
          const channel = values.slice(at - (at % pixels), at - (at % pixels) + pixels);
          return value - channel.reduce((sum, other) => sum + other, 0) / pixels;
        }),
      ),
    ),
    shownBy: SERIAL,
  },
];
