/**
 * @file The test of data that come without one.
 */

import { DataError } from "../base/errors.ts";
import type { DataOptions } from "./data-options.ts";
import { type Dataset, type Splits, takeExamples } from "./dataset.ts";
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
  { labels, classNames, values }: Pick<Dataset, "labels" | "classNames" | "values">,
  options: DataOptions,
): Division {
  const classes = classNames.length;
  const division = stratify(values ? labels.map(() => 0) : labels, classes, options);
  if (division.test.length > 0) return division;
  throw new DataError(
    `${where}: expected a class of two examples or more, to divide them into training and test, got ` +
      `${labels.length} examples of ${classes} classes; give both splits as files`,
  );
}

/** How the test was drawn, in words. */
export const tellDivision = (
  { test }: Division,
  { labels, values }: Pick<Dataset, "labels" | "values">,
  { testShare, splitSeed }: DataOptions,
): string =>
  `no test split: ${test.length} of ${labels.length} examples are drawn for it, a share of ${testShare} of ` +
  `${values ? "all" : "each class"} by seed ${splitSeed} (\`testShare\`, \`splitSeed\`)`;
