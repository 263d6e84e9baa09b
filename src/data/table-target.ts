/**
 * @file The column of a table that is the target.
 */

import { type CellColumn, numberOf } from "./columns.ts";
import type { DataOptions } from "./data-options.ts";
import type { Dataset } from "./dataset.ts";
import { readTarget } from "./labels.ts";
import { refuseSeveral } from "./multi-label.ts";

/** The target: numbers if all cells are, else texts. */
export function labelsOf(
  { name, count, text, numbers: read, where, rowOf, isText: isTexts = false }: CellColumn,
  names: readonly string[] | undefined,
  type: DataOptions["targetType"],
  mayBeComma: boolean,
): Pick<Dataset, "classNames" | "labels" | "values"> & { readonly told: string } {
  const points = read();
  const commas =
    mayBeComma && !isTexts && points.some(Number.isNaN)
      ? Float64Array.from({ length: count }, (_, at) => numberOf(text(at), ","))
      : points;
  const numbers = commas.some(Number.isNaN) ? points : commas;
  const isText = numbers.some(Number.isNaN);
  if (isText && type === undefined) {
    refuseSeveral(
      Array.from(numbers, (_, at) => text(at)),
      `${where}: column ${JSON.stringify(name)}`,
      rowOf,
    );
  }
  const array = {
    where: `${where}: column ${JSON.stringify(name)}`,
    shape: [count],
    type: isText ? "str" : "float64",
    values: isText ? Array.from(numbers, (_, at) => text(at).trim()) : numbers,
  };
  const { labels, ...target } = readTarget([array], { name, type, isTable: true, classNames: names });
  return { ...target, labels: labels[0]! };
}
