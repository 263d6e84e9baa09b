/**
 * @file From a dataset to what one trial trains on: cropped, randomized once, checked, preprocessed.
 */

import { DataError } from "../base/errors.ts";
import { sha256 } from "../base/spec.ts";
import { type ConformanceLine, checkConformance, describeConformance } from "../data/conformance.ts";
import { type Dataset, datasetHash, type Splits } from "../data/dataset.ts";
import { crop, preprocess } from "../data/preprocess.ts";
import { randomize } from "../data/randomize.ts";
import type { TrialSpec } from "./spec.ts";

/** What one trial trains on and is tested on. */
export interface TrialData {
  /** float32 inputs, as the network sees them; labels as trained on. */
  readonly train: Dataset;
  /** float32 inputs, as the network sees them; true labels. */
  readonly test: Dataset;
  /** `[test]`: labels redrawn with the trial's probability. */
  readonly testLabelsCorrupted: Int32Array;
  /** Share of the training labels that differ from the true ones. */
  readonly realised: number;
  /** Which inputs and labels were touched, as sentences. */
  readonly touched: string;
  readonly conformance: readonly ConformanceLine[];
  /** SHA-256 of the randomized data, before preprocessing. */
  readonly hash: string;
}

/** The part of a recipe's preprocessing that comes before the randomization: the paper's centre crop. */
export function cropForRecipe(splits: Splits, kind: TrialSpec["recipe"]["preprocess"]): Splits {
  if (kind !== "paper") return splits;
  return { train: crop(splits.train), test: crop(splits.test) };
}

/** SHA-256 of both splits: what a trial's spec says about its data. */
export const splitsHash = async ({ train, test }: Splits): Promise<string> =>
  sha256(await datasetHash(train), await datasetHash(test));

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
 * The crop comes first, so that a permuted image keeps just the pixels the network would have seen; the
 * whitening last, so that it treats every randomization alike.
 *
 * @param splits - The examples used, as they come from {@link cropForRecipe}.
 * @throws DataError if the data are not those of the spec.
 */
export async function prepareTrial(splits: Splits, spec: TrialSpec): Promise<TrialData> {
  const hash = await splitsHash(splits);
  if (hash !== spec.dataset.hash) {
    throw new DataError(
      `dataset ${spec.dataset.name}: expected data with hash ${spec.dataset.hash}, got ${hash}: the files changed since the trial was planned`,
    );
  }
  const request = { inputs: spec.inputs, corrupt: spec.corrupt };
  const randomized = randomize(splits, request, spec.seed);
  const conformance = checkConformance(splits, randomized, request, spec.seed);
  const kind = spec.recipe.preprocess;
  return {
    train: preprocess(randomized.train, kind, randomized.train),
    test: preprocess(randomized.test, kind, randomized.train),
    testLabelsCorrupted: randomized.testLabelsCorrupted,
    realised: randomized.realised,
    touched: randomized.touched,
    conformance,
    hash: await splitsHash(randomized),
  };
}
