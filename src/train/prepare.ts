/**
 * @file From a dataset to what one trial trains on: cropped, randomized once, checked, preprocessed.
 */

import { DataError, UsageError } from "../base/errors.ts";
import { augmentedShape, drawsWindows, requireAugmentable } from "../data/augment.ts";
import { type ConformanceLine, checkConformance, describeConformance } from "../data/conformance.ts";
import { clusterTest } from "../data/copies.ts";
import {
  type ExampleSplits,
  type Examples,
  exampleCount,
  exampleShape,
  hasNumbers,
  isHeld,
  isImages,
  type Splits,
} from "../data/dataset.ts";
import { channelMoments, type Moments } from "../data/layout.ts";
import { splitsHash } from "../data/named-splits.ts";
import {
  crop,
  describePreprocessing,
  PAPER_CROP,
  type Preprocessing,
  preprocessor,
} from "../data/preprocess.ts";
import { type RandomizedExamples, randomize } from "../data/randomize.ts";
import { shuffledOrder } from "../data/randomized-inputs.ts";
import { mapExamples } from "../data/streamed.ts";
import { createFeed, type Feed } from "./feed.ts";
import type { Recipe } from "./recipe.ts";
import { scaleTargets, type TargetScale, targetScale } from "./regression.ts";
import type { TrialSpec } from "./spec.ts";
import { holdOut, keptLabels } from "./validation.ts";

/** What one trial trains on and is tested on. */
export interface TrialData {
  /** float32 inputs, as the network sees them in evaluation; labels as trained on; numbers in training deviations from their mean. */
  readonly train: Examples;
  /** float32 inputs, as the network sees them; true labels. */
  readonly test: Examples;
  /** What of training is held out, as the network sees it and with the labels that training would have been told. */
  readonly validation?: Examples | undefined;
  /** Gives training its images where the engine does not hold them: changed at random, or read as they are wanted. */
  readonly feed: Feed;
  /** What was measured of examples that are not held, for whoever makes them too. */
  readonly moments: {
    /** Of the training split before it was randomized, where noise has them. */
    readonly truth?: Moments;
    /** Of the training split as it is evaluated, before preprocessing, where that needs them. */
    readonly evaluated?: Moments;
  };
  /** `[train]`: the true labels. */
  readonly trueLabels: Int32Array;
  /** `[test]`: labels redrawn with the trial's probability. */
  readonly testLabelsCorrupted: Int32Array;
  /** Share of the training labels that differ from the true ones. */
  readonly realized: number;
  /** Which inputs and labels were touched, as sentences. */
  readonly touched: string;
  readonly conformance: readonly ConformanceLine[];
  /** Of numbers: their mean and deviation in training, and which test examples are one; see {@link clusterTest}. */
  readonly numbers?: { readonly scale: TargetScale; readonly clusters: Int32Array } | undefined;
  /** SHA-256 of the randomized data, before preprocessing. */
  readonly hash: string;
  /** How examples as they come from the dataset become inputs. */
  preprocessing(): InputSteps;
}

/** Opens a feed that makes the images of a trial elsewhere: the same ones. */
export type OpenFeed = (data: Pick<TrialData, "feed" | "moments">) => Feed & AsyncDisposable;

/** How examples become inputs, cropping and shuffling included. */
export interface InputSteps extends Preprocessing {
  /** Of shuffled inputs, `[pixels]`: which pixel of an example comes to each place; the same for all channels. */
  readonly order?: readonly number[];
}

/** The part of a recipe that says which pixels there are. */
export type Framing = Pick<Recipe, "preprocess" | "augment">;

/** The size of the middle that the network sees of images in evaluation, if not of all of them. */
const middleOf = ({ preprocess: kind, augment }: Framing): number | "central" | undefined => {
  if (augment.box) return "central";
  if (augment.crop || kind === "paper") return PAPER_CROP;
  return kind === "central" ? "central" : undefined;
};

/** Those middles. */
export function framed<E extends Examples>(images: E, framing: Framing): E {
  const middle = middleOf(framing);
  return middle === undefined ? images : crop(images, middle);
}

/**
 * The part of a recipe's preprocessing that comes before the randomization: the center crop. Where
 * training draws its windows at random it comes after, and the images stay whole.
 */
export function cropForRecipe(splits: Splits, framing: Framing): Splits;
export function cropForRecipe(splits: ExampleSplits, framing: Framing): ExampleSplits;
export function cropForRecipe(splits: ExampleSplits, framing: Framing): ExampleSplits {
  return drawsWindows(framing.augment) ? splits : cropBoth(splits, framing);
}

/** Cropped splits that are not held, by their middle: what is known of them, such as their hash, stays known while they are. */
const cropped = new WeakMap<ExampleSplits, Map<number | "central", ExampleSplits>>();

function cropBoth(splits: ExampleSplits, framing: Framing): ExampleSplits {
  const middle = middleOf(framing);
  if (middle === undefined) return splits;
  const known = cropped.get(splits) ?? new Map<number | "central", ExampleSplits>();
  const both = known.get(middle) ?? { train: crop(splits.train, middle), test: crop(splits.test, middle) };
  if (!isHeld(splits.train)) cropped.set(splits, known.set(middle, both));
  return both;
}

/** The shape of one example as the network sees it, given the splits that {@link cropForRecipe} leaves. */
export const networkShape = ({ train }: ExampleSplits, { augment }: Framing): readonly number[] =>
  augmentedShape(exampleShape(train), augment);

export { splitsHash };

/** What specs say about the examples used. */
export const describeDataset = async (splits: ExampleSplits): Promise<TrialSpec["dataset"]> => ({
  name: splits.train.name,
  hash: await splitsHash(splits),
  train: exampleCount(splits.train),
  test: exampleCount(splits.test),
  ...(hasNumbers(splits.train) && { told: "numbers" as const }),
});

/**
 * Refuse data whose randomization is not what it claims to be.
 *
 * @throws DataError naming every check that failed.
 */
export function requireConformance(lines: readonly ConformanceLine[]): void {
  const failed = lines.filter((line) => !line.ok);
  if (failed.length === 0) return;
  throw new DataError(
    `the randomized data are not what they claim to be, so nothing was trained: ${failed.map(describeConformance).join("; ")}`,
  );
}

/**
 * Make a trial's data, and check them; see {@link requireConformance} for what to do with the checks.
 *
 * The crop comes first, so that a permuted image keeps just the pixels the network would have seen (but see
 * {@link cropForRecipe}); the whitening last, so that it treats every randomization alike. Both splits are
 * evaluated as they are, their centers where training draws windows; only the feed changes images at random.
 *
 * @param splits - The examples used, as they come from {@link cropForRecipe}.
 * @throws UsageError if the recipe's augmentation is not possible on these examples.
 * @throws DataError if the data are not those of the spec.
 */
export async function prepareTrial(splits: Splits, spec: TrialSpec): Promise<TrialData & Splits>;
export async function prepareTrial(splits: ExampleSplits, spec: TrialSpec): Promise<TrialData>;
export async function prepareTrial(splits: ExampleSplits, spec: TrialSpec): Promise<TrialData> {
  const { recipe, seed } = spec;
  requireAugmentable(exampleShape(splits.train), recipe.augment);
  const hash = await splitsHash(splits);
  if (hash !== spec.dataset.hash) {
    throw new DataError(
      `dataset ${spec.dataset.name}: expected data with hash ${spec.dataset.hash}, got ${hash}: the files changed since the trial was planned`,
    );
  }
  if (hasNumbers(splits.train) !== (spec.dataset.told === "numbers")) {
    throw new DataError(
      `dataset ${spec.dataset.name}: its spec and its examples differ in whether numbers are told`,
    );
  }
  const { inputs, corrupt, labels } = spec;
  if (hasNumbers(splits.train) && corrupt > 0 && labels !== "permute") {
    throw new UsageError(
      "`labels`: numbers are permuted, as y-scrambling does, and not redrawn: say permute, or read them as classes by `targetType` class",
    );
  }
  const { randomized, trained, evaluated, validation } = randomizeFor(splits, spec);
  const conformance = checkConformance(splits, randomized, { inputs, corrupt, labels }, seed);
  const { train, test } = evaluated;
  const scale = hasNumbers(train) ? targetScale(train) : undefined;
  const preprocess = preprocessor(recipe.preprocess, train);
  const finish = (split: Examples): Examples => {
    const finished = mapExamples(split, (part) => preprocess(part));
    return scale ? scaleTargets(finished, scale) : finished;
  };
  return {
    train: finish(train),
    test: finish(test),
    ...(validation && { validation: finish(validation) }),
    ...(scale && { numbers: { scale, clusters: clusterTest(splits) } }),
    feed: createFeed(trained, { ...evaluated, validation }, recipe, seed),
    moments: {
      ...(!isHeld(train) && inputs === "gaussian" && { truth: channelMoments(splits.train) }),
      ...(!isHeld(train) && recipe.preprocess === "standardize" && { evaluated: channelMoments(train) }),
    },
    trueLabels: keptLabels(splits.train, recipe, seed),
    testLabelsCorrupted: randomized.testLabelsCorrupted,
    realized: randomized.realized,
    touched: randomized.touched,
    conformance,
    hash: await splitsHash(randomized),
    preprocessing: () => inputSteps(spec, splits.train, train),
  };
}

/** The examples of a trial before preprocessing. */
interface ExamplesOfTrial {
  /** All, randomized, and whole. */
  readonly randomized: RandomizedExamples;
  /** Those that are trained on, whole. */
  readonly trained: Examples;
  /** Those that are trained and tested on, as they are evaluated. */
  readonly evaluated: ExampleSplits;
  /** Those that are held out of training, as they are evaluated. */
  readonly validation: Examples | undefined;
}

/** Randomize the examples of a trial, and hold out what its recipe holds out. */
export function randomizeFor(
  splits: ExampleSplits,
  { inputs, corrupt, labels, seed, recipe }: TrialSpec,
): ExamplesOfTrial {
  const randomized = randomize(splits, { inputs, corrupt, labels }, seed);
  const { train, test } = drawsWindows(recipe.augment) ? cropBoth(randomized, recipe) : randomized;
  const { kept, validation } = holdOut(train, recipe, seed);
  const trained = train === randomized.train ? kept : holdOut(randomized.train, recipe, seed).kept;
  return { randomized, trained, evaluated: { train: kept, test }, validation };
}

/** @param whole - As it was randomized; `cropped` as it was preprocessed. */
function inputSteps({ recipe, inputs, seed }: TrialSpec, whole: Examples, cropped: Examples): InputSteps {
  const { augment, preprocess } = recipe;
  const { steps, ...described } = describePreprocessing(preprocess, cropped);
  const [rows, columns] = exampleShape(cropped).slice(-2);
  const middle = middleOf(recipe);
  const isCropped = isImages(whole) && (middle === "central" || rows === middle || columns === middle);
  const which = middle === "central" ? "each image" : "images that are larger";
  const crops = isCropped ? [`cut the middle ${rows} x ${columns} pixels out of ${which}`] : [];
  const order = inputs === "shuffled" ? Array.from(shuffledOrder(whole, seed)) : undefined;
  const shuffle = order ? ["move the pixels: to each place comes the one that `order` says"] : [];
  // Where training draws windows, whole images are randomized, and cropped after.
  const first = drawsWindows(augment) ? [...shuffle, ...crops] : [...crops, ...shuffle];
  return { ...described, steps: [...first, ...steps], ...(order && { order }) };
}
