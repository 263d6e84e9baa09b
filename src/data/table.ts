/**
 * @file From tables of texts to datasets: header, target, columns, missing values, splits.
 */

import { DataError } from "../base/errors.ts";
import { type CellColumn, readColumns } from "./columns.ts";
import { type DataOptions, drawnBy, type ReadData } from "./data-options.ts";
import { checkDataset, takeExamples } from "./dataset.ts";
import { divideRows, tellDivision } from "./draw-test.ts";
import { asImages } from "./image-rows.ts";
import {
  type CellTable,
  checkNames,
  findColumn,
  findDropped,
  findTarget,
  placeOf,
  rowsOf,
  tellHeader,
  withNames,
} from "./named-table.ts";
import { listSome } from "./natural.ts";
import { divideGroups, numberGroups, refuseDivided, tellGroups } from "./read-groups.ts";
import { spreadColumns, tellColumns } from "./spread-columns.ts";
import type { Division } from "./stratify.ts";
import { keepRows, TableRows, takeValues } from "./table-rows.ts";
import { labelsOf } from "./table-target.ts";

/** Options that a table has a use for. */
export const TABLE_OPTIONS = [
  "target",
  "targetType",
  "group",
  "drop",
  "missing",
  "shape",
  "layout",
  "transpose",
] as const;

/** A table, or one for training and one for the test. */
export interface CellTables {
  readonly train: CellTable;
  readonly test?: CellTable | undefined;
  /** Names of the classes 0, 1, ... of a column, where a file has them. */
  readonly classNamesOf?: ((column: string) => readonly string[] | undefined) | undefined;
}

/**
 * Make datasets of a table, or of two with the same columns: numbers as they are, categories as columns of 0 and 1, and one
 * column that is the target. Nothing is scaled: recipes do that, by training rows alone.
 *
 * @param name - What people call the data.
 * @param mayBeComma - Whether a comma may be a decimal sign.
 * @throws DataError if rows have different lengths, there is no target, or a column cannot be used.
 */
export function tableSplits(
  name: string,
  { train, test, classNamesOf }: CellTables,
  options: DataOptions,
  mayBeComma: boolean,
): ReadData {
  const first = withNames(train, options.target, mayBeComma);
  const second = test && withNames(test, options.target, mayBeComma);
  if (second) checkNames(first, second);
  const target = findTarget(first, options.target);
  const group = options.group === undefined ? undefined : findColumn(first, options.group, "group");
  const left = options.drop === undefined ? [] : findDropped(first, options.drop, target, group);
  const all = second ? new TableRows(first, second) : new TableRows(first);
  const { kept, dropped } = keepRows(first, all, { target, group, left }, options.missing);
  const cellsOf = (column: number): CellColumn => ({
    name: first.names[column]!,
    count: kept.length,
    text: (at) => all.text(kept[at]!, column),
    numbers: () => (dropped === 0 ? all.numbers[column]! : takeValues(all.numbers[column]!, kept)),
    isMissing: (at) => all.isMissing(kept[at]!, column),
    where: train.where,
    isText: train.texts?.has(column) ?? false,
    rowOf: (at) => placeOf(kept[at]!, first, second),
  });
  const { told, ...labels } = labelsOf(
    cellsOf(target),
    classNamesOf?.(first.names[target]!),
    options.targetType,
    mayBeComma,
  );
  const groups = group === undefined ? undefined : groupsIn(cellsOf(group));
  const boundary = kept.findIndex((row) => row >= rowsOf(first));
  const division = second
    ? divideAt(boundary < 0 ? kept.length : boundary, kept.length)
    : divideRows(train.where, { ...labels, groups }, options);
  if (division.train.length === 0 || division.test.length === 0) {
    throw new DataError(
      `${train.where}: expected rows of training and test, got none of one; too many have missing values`,
    );
  }
  const bySplit = groups && divideGroups(groups, division);
  const grouped = `column ${JSON.stringify(first.names[group!])}`;
  if (bySplit && second) refuseDivided(bySplit, grouped, second.where);
  const others = [target, group, ...left];
  const chosen = first.names.keys().filter((at) => !others.includes(at));
  const columns = readColumns([...chosen].map(cellsOf), mayBeComma, kept.length);
  if (columns.length === 0) {
    throw new DataError(`${train.where}: expected a column that the target is to be told from, got none`);
  }
  const rows = spreadColumns(columns, kept.length, division, train.where);
  const { told: toldImages, ...inputs } = asImages(rows, columns, options, train.where);
  const dataset = checkDataset({ name, ...inputs, ...labels, ...(groups && { groups }) }, train.where);
  return {
    splits: { train: takeExamples(dataset, division.train), test: takeExamples(dataset, division.test) },
    understood: [
      ...(train.names === undefined ? [tellHeader(first)] : []),
      `${all.rows} rows of ${first.names.length} columns`,
      ...(dropped > 0 ? [`${dropped} rows with missing values are dropped (\`missing\`)`] : []),
      `the target is column ${JSON.stringify(first.names[target])}: ${told}`,
      ...(toldImages === undefined ? tellColumns(columns, division) : [toldImages]),
      second
        ? `${division.train.length} rows are for training, ${division.test.length} for the test`
        : tellDivision(division, { ...labels, groups }, options),
      ...(bySplit ? [tellGroups(bySplit, `${grouped} has the groups, and is no input`)] : []),
      ...(left.length > 0
        ? [`columns that are left out: ${listSome(left.map((at) => JSON.stringify(first.names[at])))}`]
        : []),
    ],
    chosen: { target: first.names[target]!, ...(second ? {} : drawnBy(options)) },
    ...(toldImages === undefined && {
      columns: columns.map(({ name: column, categories }) => ({
        name: column,
        ...(categories && { categories }),
      })),
    }),
  };
}

/** Groups by the texts of a column. */
const groupsIn = ({ count, text }: CellColumn): Int32Array =>
  numberGroups(Array.from({ length: count }, (_, at) => text(at).trim()));

function divideAt(boundary: number, count: number): Division {
  const rows = Uint32Array.from({ length: count }, (_, row) => row);
  return { train: rows.subarray(0, boundary), test: rows.subarray(boundary) };
}
