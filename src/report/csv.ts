/**
 * @file Tables as CSV: full precision, shares in `[0, 1]`, nothing where nothing is known.
 */

import { csvFormatRows } from "d3-dsv";
import type { Cell, Column, Table } from "./table.ts";

/** Write a table as CSV (RFC 4180). An estimate fills four columns: its mean, low, high and n. */
export function csvTable({ columns, rows }: Table): string {
  const head = columns.flatMap((column) =>
    isEstimate(column) ? ["Mean", "Low", "High", "N"].map((part) => column.name + part) : [column.name],
  );
  return `${csvFormatRows([head, ...rows.map((row) => row.flatMap((cell, index) => fields(columns[index]!, cell)))])}\n`;
}

const isEstimate = ({ form }: Column): boolean => form === "estimate" || form === "share-estimate";

function fields(column: Column, cell: Cell): string[] {
  if (!isEstimate(column)) return [cell === null ? "" : String(cell)];
  if (cell === null || typeof cell !== "object") return ["", "", "", "0"];
  return [cell.mean, cell.low, cell.high, cell.n].map((value) => (value === null ? "" : String(value)));
}
