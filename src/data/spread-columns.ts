/**
 * @file Columns beside each other as inputs: categories spread, missing numbers filled; and what there is to say of them.
 */

import { DataError } from "../base/errors.ts";
import type { Column } from "./columns.ts";
import type { Dataset } from "./dataset.ts";
import { listSome } from "./natural.ts";
import type { Division } from "./stratify.ts";

/** Most values of all columns and rows, with categories spread: 2 GiB in single precision. */
const MOST_VALUES = 2 ** 29;

/** Put columns beside each other, categories spread; where numbers are missing, the mean of the training rows. */
export function spreadColumns(
  columns: readonly Column[],
  count: number,
  { train }: Division,
  where: string,
): Pick<Dataset, "inputs" | "shape"> {
  const width = columns.reduce((sum, { categories }) => sum + (categories?.length ?? 1), 0);
  if (width * count > MOST_VALUES) {
    throw new DataError(
      `${where}: expected at most ${MOST_VALUES} values, got ${count} rows of ${width}; take fewer rows or columns`,
    );
  }
  const inputs = new Float32Array(count * width);
  let place = 0;
  for (const { name, values, categories, missing } of columns) {
    if (categories) {
      for (let row = 0; row < count; row++)
        if (values[row]! >= 0) inputs[row * width + place + values[row]!] = 1;
      place += categories.length;
      continue;
    }
    const mean = missing > 0 ? meanOf(values, train) : 0;
    if (Number.isNaN(mean)) {
      throw new DataError(
        `${where}: column ${JSON.stringify(name)}: expected a value in a training row, got none; leave it out`,
      );
    }
    for (let row = 0; row < count; row++) {
      const value = values[row]!;
      inputs[row * width + place] = Number.isNaN(value) ? mean : value;
    }
    place++;
  }
  return { inputs, shape: [count, width] };
}

/** Mean of the values that are there; NaN if there is none. */
function meanOf(values: ArrayLike<number>, rows: Uint32Array): number {
  let [sum, count] = [0, 0];
  for (const row of rows) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** What there is to say of the columns: kinds, decimal signs, missing values, and those that cannot help or should not. */
export function tellColumns(columns: readonly Column[], { train }: Division): string[] {
  const tell = (chosen: readonly Column[], what: string): string[] =>
    chosen.length === 0 ? [] : [`${what}: ${listSome(chosen.map(({ name }) => JSON.stringify(name)))}`];
  const numbers = columns.filter(({ categories }) => categories === undefined);
  const counts = numbers.filter(
    ({ values }) =>
      values.length > 10 && values.every((value, row) => row === 0 || value === values[row - 1]! + 1),
  );
  return [
    ...tell(
      numbers,
      `${numbers.length} column${numbers.length === 1 ? "" : "s"} of numbers, which training gives mean 0 and deviation 1 over its rows unless \`preprocess\` says otherwise`,
    ),
    ...tell(
      numbers.filter(({ decimal }) => decimal === ","),
      "columns with decimal commas",
    ),
    ...columns.flatMap(({ name, categories }) =>
      categories
        ? [
            `column ${JSON.stringify(name)} has ${categories.length} categories, a column of 0 and 1 each: ${listSome(categories)}`,
          ]
        : [],
    ),
    ...tell(
      columns.filter(({ missing }) => missing > 0),
      "columns with missing values, where numbers are the mean of training and categories all 0",
    ),
    ...tell(
      columns.filter(({ values }) => train.every((row) => Object.is(values[row], values[train[0]!]))),
      "columns with one value in all of training, which tells nothing",
    ),
    ...tell(counts, "columns that count the rows - an id, which tells nothing but the order of the file"),
  ];
}
