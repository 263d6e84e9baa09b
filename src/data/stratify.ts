/**
 * @file Test examples drawn from each class alike, where data come without a test split.
 */

import { randomStream } from "../base/random.ts";

/** Which examples are of which split, ascending. */
export interface Division {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/**
 * Draw a share of each class as test examples.
 *
 * Of a class of at least two at least one example is drawn and one is left; of a single one none is drawn. What is drawn of
 * a class depends on the seed, the class and its size alone.
 *
 * @param labels - `[count]`, each in `[0, classes)`.
 * @param testShare - In `(0, 1)`.
 */
export function stratify(
  labels: Int32Array,
  classes: number,
  { testShare, splitSeed }: { readonly testShare: number; readonly splitSeed: number },
): Division {
  const members = Array.from({ length: classes }, (): number[] => []);
  for (let index = 0; index < labels.length; index++) members[labels[index]!]!.push(index);
  const isTest = new Uint8Array(labels.length);
  for (const [label, indices] of members.entries()) {
    const { length } = indices;
    const wanted = Math.min(length - 1, Math.max(1, Math.round(testShare * length)));
    const order = randomStream(splitSeed, "test-split", label).permutation(length);
    for (const at of order.subarray(0, Math.max(0, wanted))) isTest[indices[at]!] = 1;
  }
  const indices = Uint32Array.from(labels, (_, index) => index);
  return {
    train: indices.filter((index) => isTest[index] === 0),
    test: indices.filter((index) => isTest[index] === 1),
  };
}
