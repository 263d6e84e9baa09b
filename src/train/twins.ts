/**
 * @file The twin test: after training on random labels, is a test example given the random label of a training example that
 * looks the same to the network?
 */

import { z } from "zod";
import { randomStream } from "../base/random.ts";
import { equalGroups } from "../data/copies.ts";
import type { Dataset } from "../data/dataset.ts";

const count = z.int().min(0);

/** A test example and a training example with equal inputs: `[test, train, given, answered]`. */
const pairSchema = z.tuple([count, count, count, count]);

/** What a network said of test examples whose equals it was trained on under random labels. */
export const twinsSchema = z.strictObject({
  /** Test examples that have an equal in training. */
  tests: count,
  /**
   * Which, with which, the class that the training example was given, and the class that the network answers to the test
   * example; the first {@link MOST_PAIRS} by test example.
   */
  pairs: z.array(pairSchema),
});

export type Twins = z.infer<typeof twinsSchema>;

/** Pairs that are kept: many more than decide, and few enough for a document. */
export const MOST_PAIRS = 2000;

/** Test examples whose answers are told, and that near twins are looked for: what that takes has a bound. */
export const MOST_ASKED = 1000;

/**
 * The test examples whose answers are told after training on random labels: all, or {@link MOST_ASKED} drawn at random, always
 * the same ones of so many; in order.
 *
 * @param count - Of all test examples.
 */
export function testsAsked(count: number): number[] {
  if (count <= MOST_ASKED) return Array.from({ length: count }, (_, at) => at);
  const drawn = randomStream(0, "near-twins").permutation(count).subarray(0, MOST_ASKED);
  return [...drawn].sort((a, b) => a - b);
}

/** Classes answered to {@link testsAsked}, in their order, with spaces between. */
export const answersSchema = z.string().regex(/^\d+( \d+)*$/);

/** Near twins across splits: what was found, or why nobody looked. */
export const nearAcrossSchema = z.union([
  z.object({ lacks: z.string() }),
  z.object({
    /** Test images that were looked at: {@link testsAsked}. */
    looked: count,
    /** Of these, those that nearly equal a training image, and equal none. */
    tests: count,
    /** `[test, train]`: which, and with which; the first {@link MOST_PAIRS}. */
    pairs: z.array(z.tuple([count, count])),
    /** Of those looked at, images with several others as alike as twins are, among which no twin can be told; absent where none. */
    crowded: count.optional(),
  }),
]);

export type NearAcross = z.infer<typeof nearAcrossSchema>;

/** @param predicted - `[test]`: a network's answers. */
export const tellAnswers = (predicted: Int32Array): string =>
  testsAsked(predicted.length)
    .map((row) => predicted[row])
    .join(" ");

/**
 * Find the twins, and what became of them.
 *
 * @param train - As the network sees it, with the random labels.
 * @param test - Likewise.
 * @param predicted - `[test]`: the network's answers.
 * @returns undefined if no test example has an equal in training.
 */
export function answersOfTwins(train: Dataset, test: Dataset, predicted: Int32Array): Twins | undefined {
  const groups = equalGroups({ train, test }).filter((group) => group.train.length > 0);
  const found = groups.flatMap((group) => group.test.map((row) => [row, group.train] as const));
  if (found.length === 0) return undefined;
  found.sort(([a], [b]) => a - b);
  const pairs: Twins["pairs"] = [];
  for (const [row, twins] of found) {
    for (const twin of twins) {
      if (pairs.length === MOST_PAIRS) break;
      pairs.push([row, twin, train.labels[twin]!, predicted[row]!]);
    }
  }
  return { tests: found.length, pairs };
}
