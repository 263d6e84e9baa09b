/**
 * @file The test of data that come without one.
 */

import { DataError } from "../base/errors.ts";
import type { DataOptions } from "./data-options.ts";
import { type Dataset, type Splits, takeExamples } from "./dataset.ts";
import { groupingOf } from "./groups.ts";
import { type Division, stratify } from "./stratify.ts";

/**
 * Draw a share of each class as test examples.
 *
 * @param where - The file to blame.
 * @returns Both splits, and a sentence that says how.
 * @throws DataError if no class has two examples.
 */
export function drawTest(
  dataset: Dataset,
  options: DataOptions,
  where: string,
): { readonly splits: Splits; readonly told: string } {
  const division = divideRows(where, dataset, options);
  return {
    splits: { train: takeExamples(dataset, division.train), test: takeExamples(dataset, division.test) },
    told: tellDivision(division, dataset, options),
  };
}

/** Which rows are training and test, see {@link drawTest}. */
export function divideRows(
  where: string,
  dataset: Pick<Dataset, "labels" | "classNames" | "values" | "groups">,
  options: DataOptions,
): Division {
  const { labels, classNames, values } = dataset;
  const classes = classNames.length;
  if (dataset.groups) return divideGroups(where, dataset, options);
  const division = stratify(values ? labels.map(() => 0) : labels, classes, options);
  if (division.test.length > 0) return division;
  throw new DataError(
    `${where}: expected a class of two examples or more, to divide them into training and test, got ` +
      `${labels.length} examples of ${classes} classes; give both splits as files`,
  );
}

/**
 * Draw a share of the groups as test groups: of those of each class where a group is of one class, else of all.
 *
 * @throws DataError if there are no two groups.
 */
function divideGroups(
  where: string,
  { labels, classNames, values, groups }: Pick<Dataset, "labels" | "classNames" | "values" | "groups">,
  options: DataOptions,
): Division {
  const { placeOf, members } = groupingOf({ labels, groups });
  const isOfOne = members.every((own) => own.every((index) => labels[index] === labels[own[0]!]));
  const isByClass = isOfOne && !values;
  const classOf = Int32Array.from(members, ([first]) => (isByClass ? labels[first!]! : 0));
  const drawn = stratify(classOf, isByClass ? classNames.length : 1, options);
  if (drawn.test.length === 0) {
    throw new DataError(
      `${where}: expected two groups or more, of a class where groups are of one, to divide them into training and test, got ${members.length}; say by \`group\` what differs from one to the next, or give both splits as files`,
    );
  }
  const isTest = new Set(drawn.test);
  const indices = Uint32Array.from(labels, (_, index) => index);
  return {
    train: indices.filter((index) => !isTest.has(placeOf[index]!)),
    test: indices.filter((index) => isTest.has(placeOf[index]!)),
  };
}

/** How the test was drawn, in words. */
export const tellDivision = (
  { test }: Division,
  { labels, values, groups }: Pick<Dataset, "labels" | "values" | "groups">,
  { testShare, splitSeed }: DataOptions,
): string =>
  `no test split: ${test.length} of ${labels.length} examples are drawn for it, a share of ${testShare} of ` +
  `${groups ? "the groups" : values ? "all" : "each class"} by seed ${splitSeed} (\`testShare\`, \`splitSeed\`)`;
