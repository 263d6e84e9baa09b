/**
 * @file A random part of a dataset.
 */

import { UsageError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import {
  type ExampleSplits,
  type Examples,
  exampleCount,
  isHeld,
  type Splits,
  takeExamples,
  titleOf,
} from "./dataset.ts";
import { reorder } from "./streamed.ts";

/** Sizes of a part: training and test examples. */
export interface SubsetSizes {
  readonly n: number;
  readonly testN: number;
}

/** What is asked of both splits; where nothing is, all examples. */
export interface PartOptions {
  /** Number of training examples; all by default. */
  readonly n?: number | undefined;
  /** Number of test examples; all by default. */
  readonly testN?: number | undefined;
  /** Decides which examples are taken, where not all are; 0 by default. */
  readonly seed?: number | undefined;
}

/** The {@link subset} that is asked for. */
export function partOf(splits: Splits, options: PartOptions): Splits;
export function partOf(splits: ExampleSplits, options: PartOptions): ExampleSplits;
export function partOf(splits: ExampleSplits, { n, testN, seed = 0 }: PartOptions): ExampleSplits {
  return subset(
    splits,
    { n: n ?? exampleCount(splits.train), testN: testN ?? exampleCount(splits.test) },
    seed,
  );
}

/**
 * Take random examples of both splits; all of them stay in their order, and are not copied.
 *
 * Parts of one seed are nested, and begin alike: the first 100 of 1,000 are the part of 100.
 *
 * @throws UsageError if a size is not a whole number from 1 to the number of examples.
 */
export function subset(splits: Splits, sizes: SubsetSizes, seed: number): Splits;
export function subset(splits: ExampleSplits, sizes: SubsetSizes, seed: number): ExampleSplits;
export function subset(splits: ExampleSplits, { n, testN }: SubsetSizes, seed: number): ExampleSplits {
  if (n === exampleCount(splits.train) && testN === exampleCount(splits.test)) return splits;
  return { train: part(splits.train, n, "training", seed), test: part(splits.test, testN, "test", seed) };
}

function part(dataset: Examples, size: number, split: "training" | "test", seed: number): Examples {
  const count = exampleCount(dataset);
  if (!Number.isInteger(size) || size < 1 || size > count) {
    throw new UsageError(`${titleOf(dataset)}: expected 1 to ${count} ${split} examples, got ${size}`);
  }
  if (size === count) return dataset;
  const order = randomStream(seed, `subset-${split}`).permutation(count);
  const taken = order.subarray(0, size);
  return isHeld(dataset) ? takeExamples(dataset, taken) : reorder(dataset, taken);
}
