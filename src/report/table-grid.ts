/**
 * @file A table of a test as texts.
 */

import { type Grid, plainCell } from "./grid.ts";
import { formatCell, type Table } from "./table.ts";

/** A table of a test as texts. */
export const gridOfTable = (
  { columns, rows }: Table,
  about: Pick<Grid, "name" | "title" | "caption">,
): Grid => ({
  ...about,
  groups: columns.map(({ title, form }) => ({
    title,
    parts: [],
    align: form === "text" ? "left" : "right",
    isHead: form === "text",
  })),
  rows: rows.map((row) => row.map((cell, index) => plainCell(formatCell(columns[index]!, cell)))),
  notes: [],
  footnotes: [],
});
