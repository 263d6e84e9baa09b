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
