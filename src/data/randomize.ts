/**
 * @file The randomizations of the paper, each a pure function of (dataset, seed).
 *
 * A randomized dataset is made once and holds for all epochs. Datasets are never modified, and the same seed
 * gives the same bytes wherever it runs. Labels stay true where inputs are randomized, and inputs where labels
 * are. Source: Zhang et al., ICLR 2017 (arXiv:1611.03530), section 2.1; what it leaves open is stated here.
 */

import { randomStream } from "../base/random.ts";
import {
  type Dataset,
  type ExampleSplits,
  type Examples,
  emptyInputs,
  exampleSize,
  hasNumbers,
  isHeld,
  type Splits,
  takeExamples,
} from "./dataset.ts";
import { dealLabels, hasGroupLabels, oneOfEachGroup, spreadOverGroups } from "./groups.ts";
import type { Corruption, InputsName, Randomization, SplitName } from "./randomization.ts";
import { exampleWriter, typeUnder } from "./randomized-inputs.ts";
import { mapExamples } from "./streamed.ts";
import { describeGroups, describeTouched } from "./touched.ts";

/** A randomized dataset, and what was done to it. */
export interface RandomizedExamples extends ExampleSplits {
  /** `[test examples]`: the test labels corrupted with the same probability; `test.labels` are the true ones. */
  readonly testLabelsCorrupted: Int32Array;
  /** Share of the training labels that differ from the true ones, in `[0, 1]`. */
  readonly realized: number;
  /** Which inputs and labels were touched, as a sentence. */
  readonly touched: string;
}

/** One that is in memory. */
export interface Randomized extends RandomizedExamples, Splits {
  readonly train: Dataset;
  readonly test: Dataset;
}

/** The classes that occur among labels, in order. */
export const occurringClasses = (labels: Int32Array): number[] =>
  [...new Set(labels)].sort((first, second) => first - second);

/**
 * Replace each label, independently, by a uniformly random class among those that occur.
 *
 * The random class may equal the true one, so the expected share of labels that change is
 * `probability * (1 - 1 / classes)`. With one seed the corrupted sets are nested: every label corrupted at 0.2
 * is corrupted, to the same class, at 0.4. Curves over `probability` are therefore paired.
 *
 * @param dataset - Inputs pass through, not copied.
 * @param probability - Chance that one label is redrawn, in `[0, 1]`.
 * @param classes - Those that are drawn from: those that occur in the training labels, which test labels are redrawn
 *   from as well; the dataset's own unless told.
 * @throws RangeError if `probability` is not in `[0, 1]`.
 */
export function corruptLabels<E extends Examples>(
  dataset: E,
  probability: number,
  seed: number,
  split: SplitName,
  classes: readonly number[] = occurringClasses(dataset.labels),
): E {
  requireProbability("corruptLabels", probability);
  return { ...dataset, labels: drawLabels(dataset.labels, probability, seed, split, classes) };
}

/** What {@link corruptLabels} makes of labels, `[examples]`. With probability 1 they play no part but for their number. */
export function drawLabels(
  labels: Int32Array,
  probability: number,
  seed: number,
  split: SplitName,
  classes: readonly number[],
): Int32Array {
  const random = randomStream(seed, `labels-${split}`);
  return labels.map((label) => {
    // Both draws always happen; skipping one would break the nesting.
    const draw = random.uniform();
    const redrawn = classes[random.below(classes.length)]!;
    return draw < probability ? redrawn : label;
  });
}

/**
 * Draw examples, each with a probability, and let their labels change places by a uniform permutation.
 *
 * Every class keeps its count, which redrawn labels of unequal classes do not. With probability 1 all labels are
 * permuted. A label may come to stand where it was, or in the place of one of its class, so of `n` labels with class
 * shares `s` a share of about `probability * (1 - sum(s^2))` changes. With one seed the examples drawn are nested: those at 0.2
 * are among those at 0.4, but there they have other partners.
 *
 * @param dataset - Inputs pass through, not copied.
 * @param probability - Chance that one label is drawn, in `[0, 1]`.
 * @throws RangeError if `probability` is not in `[0, 1]`.
 */
export function permuteLabels<E extends Examples>(
  dataset: E,
  probability: number,
  seed: number,
  split: SplitName,
): E {
  requireProbability("permuteLabels", probability);
  const random = randomStream(seed, `labels-permute-${split}`);
  const drawn = [...dataset.labels.keys()].filter(() => random.uniform() < probability);
  const labels = dataset.labels.slice();
  random.permutation(drawn.length).forEach((from, to) => {
    labels[drawn[to]!] = dataset.labels[drawn[from]!]!;
  });
  return { ...dataset, labels };
}

function requireProbability(what: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(`${what}: probability must be in [0, 1], got ${probability}`);
  }
}

/** What a conformance check draws a second time, and over other seeds: the functions that made the data. */
export interface Randomizer {
  readonly redrawLabels: typeof redrawLabels;
  readonly redrawInputs: typeof redrawInputs;
}

export const randomizer: Randomizer = { redrawLabels, redrawInputs };

/** Move the pixels of all images, training and test, by one permutation. */
export const shufflePixels = (splits: Splits, seed: number): Splits =>
  randomizeInputs(splits, "shuffled", seed);

/** Move the pixels of each image by a permutation of its own. */
export const randomPixels = (splits: Splits, seed: number): Splits => randomizeInputs(splits, "random", seed);

/**
 * Replace each pixel by a Gaussian with the mean and variance of its channel over the training images.
 *
 * Values are not clamped. They are float32, and those of uint8 images are in units of 255 (white is 1):
 * float32 inputs are used as they are, so they must have the scale a network sees.
 */
export const gaussianPixels = (splits: Splits, seed: number): Splits =>
  randomizeInputs(splits, "gaussian", seed);

/**
 * Apply one randomization to a dataset: inputs of both splits, labels of the training split.
 *
 * Crop images before: a permuted image shall hold exactly the pixels that a network would have seen. What is
 * not randomized is not copied.
 *
 * @example
 * ```ts
 * import { checkConformance, randomize, type Splits } from "shatter/data";
 *
 * const half = { inputs: "true", corrupt: 0.5 } as const;
 * export const corrupted = (splits: Splits) => {
 *   const randomized = randomize(splits, half, 0);
 *   return { randomized, checks: checkConformance(splits, randomized, half, 0) };
 * };
 * ```
 * @throws RangeError if `corrupt` is not in `[0, 1]`.
 */
export function randomize(splits: Splits, request: Randomization, seed: number): Randomized;
export function randomize(splits: ExampleSplits, request: Randomization, seed: number): RandomizedExamples;
export function randomize(splits: ExampleSplits, request: Randomization, seed: number): RandomizedExamples {
  const { inputs } = request;
  const labels = redrawLabels(splits, "train", request, seed);
  const changed = labels.reduce((total, label, i) => total + Number(label !== splits.train.labels[i]), 0);
  const train = { ...splits.train, labels };
  const randomized = randomizeInputs({ train, test: splits.test }, inputs, seed);
  return {
    ...randomized,
    testLabelsCorrupted: redrawLabels(splits, "test", request, seed),
    realized: changed / labels.length,
    touched: describeTouched(request, hasNumbers(splits.train)) + describeGroups(splits, request),
  };
}

/** The randomized labels of a split, drawn again from the seed: `[examples]`. */
export function redrawLabels(
  splits: ExampleSplits,
  split: SplitName,
  { corrupt, labels }: Corruption,
  seed: number,
): Int32Array {
  if (hasGroupLabels(splits)) {
    const whole = oneOfEachGroup(splits);
    return spreadOverGroups(redrawLabels(whole, split, { corrupt, labels }, seed), splits[split]);
  }
  const dataset = splits[split];
  if (dataset.groups && labels === "permute") {
    requireProbability("redrawLabels", corrupt);
    return dealLabels(dataset, corrupt, seed, `labels-groups-${split}`);
  }
  return labels === "permute"
    ? permuteLabels(splits[split], corrupt, seed, split).labels
    : corruptLabels(splits[split], corrupt, seed, split, occurringClasses(splits.train.labels)).labels;
}

/**
 * The randomized inputs of some examples only, drawn again from the seed: `[indices.length, ...]`, flat.
 *
 * They equal those of the whole dataset; whoever finds other bytes there has found a mistake.
 */
export function redrawInputs(
  splits: ExampleSplits,
  split: SplitName,
  indices: ArrayLike<number>,
  inputs: InputsName,
  seed: number,
): Uint8Array | Float32Array {
  const dataset = splits[split];
  const size = exampleSize(dataset);
  const out = emptyInputs(typeUnder(inputs, dataset), indices.length * size);
  const write = exampleWriter(splits, split, inputs, seed);
  // Where they are in memory, they are read from their places; else those that were read stand in a row.
  const [source, isThere] = isHeld(dataset) ? [dataset, true] : [takeExamples(dataset, indices), false];
  for (let row = 0; row < indices.length; row++) {
    const index = indices[row]!;
    write(source, isThere ? index : row, index, out, row * size);
  }
  return out;
}

/** Randomize the inputs of both splits; labels pass through. */
function randomizeInputs(splits: Splits, inputs: InputsName, seed: number): Splits;
function randomizeInputs(splits: ExampleSplits, inputs: InputsName, seed: number): ExampleSplits;
function randomizeInputs(splits: ExampleSplits, inputs: InputsName, seed: number): ExampleSplits {
  if (inputs === "true") return { train: splits.train, test: splits.test };
  const randomized = (split: SplitName): Examples => {
    const write = exampleWriter(splits, split, inputs, seed);
    const type = typeUnder(inputs, splits[split]);
    return mapExamples(splits[split], (part, indices) => {
      const size = exampleSize(part);
      const out = emptyInputs(type, part.inputs.length);
      for (let row = 0; row < indices.length; row++) write(part, row, indices[row]!, out, row * size);
      return { ...part, inputs: out };
    });
  };
  return { train: randomized("train"), test: randomized("test") };
}
