/**
 * @file Tables as data: columns, and cells that are plain or measured.
 */

import { z } from "zod";
import { type Measurement, measurementSchema, type Unit, units } from "./measurement.ts";

const column = z.object({
  key: z.string(),
  title: z.string(),
  unit: z.enum(units),
  /** True if the column's cells are measurements, false if they are plain. */
  measured: z.boolean(),
});

const plainCell = z.object({ text: z.union([z.string(), z.number(), z.boolean()]).nullable() });
const measuredCell = z.object({ measurement: measurementSchema });

export const tableSchema = z.object({
  /** For file names: `table-1`. */
  name: z.string(),
  title: z.string(),
  caption: z.string(),
  columns: z.array(column),
  /** Cells by the key of their column; a missing key is an empty cell. */
  rows: z.array(z.record(z.string(), z.union([measuredCell, plainCell]))),
});

export type Table = z.infer<typeof tableSchema>;
export type Column = z.infer<typeof column>;
export type Cell = Table["rows"][number][string];

/** A column of measurements beside the paper's numbers. */
export const measured = (key: string, title: string, unit: Unit): Column => ({
  key,
  title,
  unit,
  measured: true,
});

/** A column of what rows are about. */
export const plain = (key: string, title: string, unit: Unit = "text"): Column => ({
  key,
  title,
  unit,
  measured: false,
});

export const text = (value: string | number | boolean | null): Cell => ({ text: value });
export const number = (measurement: Measurement): Cell => ({ measurement });

/** A column, and what it says of a row; undefined for an empty cell. */
export interface Field<Row> {
  readonly column: Column;
  readonly read: (row: Row) => Cell | undefined;
}

/** A column of what rows are about, with what it says. */
export const field = <Row>(
  key: string,
  title: string,
  read: (row: Row) => Parameters<typeof text>[0] | undefined,
  unit?: Unit,
): Field<Row> => ({
  column: plain(key, title, unit),
  read(row) {
    const value = read(row);
    return value === undefined ? undefined : text(value);
  },
});

/** A column of measurements, with what they are. */
export const measuredField = <Row>(
  key: string,
  title: string,
  read: (row: Row) => Measurement,
  unit: Unit,
): Field<Row> => ({ column: measured(key, title, unit), read: (row) => number(read(row)) });

/** A table whose columns say what is in them. */
export const tableOf = <Row>(
  about: Pick<Table, "name" | "title" | "caption">,
  rows: readonly Row[],
  fields: readonly Field<Row>[],
): Table => ({
  ...about,
  columns: fields.map(({ column }) => column),
  rows: rows.map((row) =>
    Object.fromEntries(
      fields.flatMap(({ column: { key }, read }) => {
        const cell = read(row);
        return cell === undefined ? [] : [[key, cell]];
      }),
    ),
  ),
});
