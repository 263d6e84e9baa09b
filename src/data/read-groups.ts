/**
 * @file Groups as files have them - texts, numbers, parts of names - and what is said of them.
 */

import { DataError } from "../base/errors.ts";
import { countElements, type FileArray, isTexts, showSizes } from "./array.ts";
import type { Division } from "./stratify.ts";

/** The groups of both splits, by one numbering. */
interface SplitGroups {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** Groups by what they are called, numbered as they come. */
export function numberGroups(names: Iterable<string | number>): Int32Array {
  const places = new Map<string | number, number>();
  return Int32Array.from(names, (name) => {
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
}

/** The groups of examples that are divided. */
export const divideGroups = (groups: Int32Array, { train, test }: Division): SplitGroups => ({
  train: Int32Array.from(train, (row) => groups[row]!),
  test: Int32Array.from(test, (row) => groups[row]!),
});

/**
 * Groups of arrays, `[count]` or `[count, 1]` of each, in one numbering.
 *
 * @param counts - Of examples.
 * @throws DataError if there is not one for each example.
 */
export function groupsOfArrays(arrays: readonly FileArray[], counts: readonly number[]): Int32Array[] {
  for (const [at, { shape, where, values }] of arrays.entries()) {
    const isOne = shape[0] === counts[at] && countElements(shape.slice(1)) === 1;
    if (isOne && (isTexts(values) || values.every((value) => Number.isFinite(value)))) continue;
    throw new DataError(
      `${where}: expected ${counts[at]} groups, a number or text an example, got ${showSizes(shape)}${isOne ? " with some that are not finite" : ""}`,
    );
  }
  const all = numberGroups(arrays.flatMap(({ values }) => Array.from<string | number>(values)));
  let from = 0;
  return counts.map((count) => all.slice(from, (from += count)));
}

const bothOf = ({ train, test }: SplitGroups): Set<number> => {
  const known = new Set(train);
  return new Set(test.filter((group) => known.has(group)));
};

/**
 * Refuse groups that stand in both splits of files.
 *
 * @param what - Where the groups are, such as `column "person"`.
 */
export function refuseDivided(groups: SplitGroups, what: string, where: string): void {
  const { size } = bothOf(groups);
  if (size === 0) return;
  throw new DataError(
    `${where}: expected groups (${what}) that training has none of, got ${size} that are in both; ` +
      "divide the files by groups, or give them as one and let a test be drawn",
  );
}

/** How many groups there are: `what` says where, such as `column "person" has the groups, and is no input`. */
export const tellGroups = ({ train, test }: SplitGroups, what: string): string =>
  `${what}: ${new Set(train).size} in training and ${new Set(test).size} others in the test; no group is divided, ` +
  "and they are the number that counts (`group`)";
