/**
 * @file The columns of a table that are no inputs: the target, and groups.
 */

import { DataError } from "../base/errors.ts";
import { type CellColumn, numberOf } from "./columns.ts";
import type { DataOptions } from "./data-options.ts";
import type { Dataset } from "./dataset.ts";
import { readTarget } from "./labels.ts";
import { refuseSeveral } from "./multi-label.ts";
import type { Division } from "./stratify.ts";

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

/** Groups by the texts of a column, numbered as they come. */
export function groupsOf({ count, text }: CellColumn): { readonly groups: Int32Array } {
  const places = new Map<string, number>();
  const groups = Int32Array.from({ length: count }, (_, at) => {
    const name = text(at).trim();
    const place = places.get(name) ?? places.size;
    places.set(name, place);
    return place;
  });
  return { groups };
}

/** Refuse groups that stand in both splits of files. */
export function refuseDivided(
  { groups }: { readonly groups: Int32Array },
  division: Division,
  name: string,
  where: string,
): void {
  const known = new Set(Array.from(division.train, (row) => groups[row]!));
  const both = new Set(Array.from(division.test, (row) => groups[row]!).filter((group) => known.has(group)));
  if (both.size === 0) return;
  throw new DataError(
    `${where}: expected groups (column ${JSON.stringify(name)}) that training has none of, got ${both.size} that are in both; ` +
      "divide the files by groups, or give them as one and let a test be drawn",
  );
}

export function tellGroups(
  { groups }: { readonly groups: Int32Array },
  { train, test }: Division,
  name: string,
): string {
  const [ofTrain, ofTest] = [train, test].map((rows) => new Set(Array.from(rows, (row) => groups[row])).size);
  return (
    `column ${JSON.stringify(name)} has the groups, and is no input: ${ofTrain} in training and ${ofTest} others in the test; no group is divided, ` +
    "and they are the number that counts (`group`)"
  );
}
