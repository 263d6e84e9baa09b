/**
 * @file Which fold each example is in: examples of a class are spread evenly, at random.
 */

import { randomStream } from "../../base/random.ts";
import type { LabelSet } from "./ridge.ts";

/**
 * Divide examples into folds, each class as evenly as possible.
 *
 * @returns `[count]`: the fold of each, from 0; sizes of folds differ by 1 at most, as do the numbers of each class in them.
 */
export function drawFolds({ labels, classes }: LabelSet, folds: number, seed: number): Int32Array {
  const order = randomStream(seed, "label-folds").permutation(labels.length);
  const byClass = Array.from({ length: classes }, () => [] as number[]);
  for (const row of order) byClass[labels[row]!]!.push(row);
  const out = new Int32Array(labels.length);
  // One class goes on where the last one ended.
  for (const [at, row] of byClass.flat().entries()) out[row] = at % folds;
  return out;
}
