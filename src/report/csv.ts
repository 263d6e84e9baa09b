/**
 * @file Tables, plots and records for machines: full precision, shares in `[0, 1]`, nothing where nothing is known.
 */

import { csvFormatRows } from "d3-dsv";
import type { Measurement } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import type { Cell, Column, Table } from "../document/table.ts";

/** The fields of a measurement; its mean has the name of the column alone. */
const FIELDS = ["low", "high", "n", "paper", "difference", "note"] as const satisfies (keyof Measurement)[];

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

type Value = string | number | boolean | null | undefined;

const field = (value: Value): string => (value === null || value === undefined ? "" : String(value));

/** A table as CSV (RFC 4180): a measured column `test` is followed by `testLow`, `testHigh`, `testN` and so on. */
export function tableCsv({ columns, rows }: Table): string {
  const head = columns.flatMap(({ key, measured }) =>
    measured ? [key, ...FIELDS.map((name) => key + capitalize(name))] : [key],
  );
  return write([head, ...rows.map((row) => columns.flatMap((column) => fieldsOf(row[column.key], column)))]);
}

function fieldsOf(cell: Cell | undefined, { measured }: Column): string[] {
  const empty = FIELDS.map(() => "");
  if (cell === undefined) return measured ? ["", ...empty] : [""];
  if ("text" in cell) return measured ? [field(cell.text), ...empty] : [field(cell.text)];
  const { measurement } = cell;
  const value = field(measurement.value);
  return measured ? [value, ...FIELDS.map((name) => field(measurement[name]))] : [value];
}

/** The points of a plot as CSV, ours and the paper's. */
export function plotCsv({ series }: Plot): string {
  const head = ["series", "source", "x", "y", "low", "high", "n"];
  const rows = series.flatMap(({ title, points, paper }) => [
    ...points.map(({ x, y, low, high, n }) => [title, "ours", ...[x, y, low, high, n].map(field)]),
    ...paper.map(({ x, y }) => [title, "paper", field(x), field(y), "", "", ""]),
  ]);
  return write([head, ...rows]);
}

/** What a column of records is called, and its value in each. */
export type Field<T> = readonly [name: string, read: (record: T) => Value];

/** Records as CSV, one a row. */
export const recordsCsv = <T>(records: readonly T[], fields: readonly Field<T>[]): string =>
  write([
    fields.map(([name]) => name),
    ...records.map((record) => fields.map(([, read]) => field(read(record)))),
  ]);

const write = (rows: string[][]): string => `${csvFormatRows(rows)}\n`;
