/**
 * @file The rows of one table, or of two one after the other: their cells, and which of them stay where values are missing.
 */

import { DataError } from "../base/errors.ts";
import type { Cells } from "./cells.ts";
import type { DataOptions } from "./data-options.ts";
import { type NamedTable, rowsOf } from "./named-table.ts";
import { listSome } from "./natural.ts";

/** Most rows: of as many texts, each another, JavaScript's collections hold no more. */
const MOST_ROWS = 16_000_000;

/** The examples of one table, or of two, one after the other. */
export class TableRows {
  readonly rows: number;
  readonly columns: number;
  /** A column each: the numbers that cells are, NaN where one is none. */
  readonly numbers: readonly Float64Array[];
  private readonly tables: readonly NamedTable[];

  constructor(...tables: readonly NamedTable[]) {
    this.tables = tables;
    this.rows = tables.reduce((sum, table) => sum + rowsOf(table), 0);
    if (this.rows > MOST_ROWS) {
      throw new DataError(
        `${tables[0]!.where}: expected at most ${MOST_ROWS} rows, got ${this.rows}; take a part of them`,
      );
    }
    this.columns = tables[0]!.cells.columns;
    this.numbers = Array.from({ length: this.columns }, () => new Float64Array(this.rows));
    let start = 0;
    for (const table of tables) {
      readAllNumbers(table, this.numbers, start);
      start += rowsOf(table);
    }
  }

  text(row: number, column: number): string {
    const { cells, at } = this.find(row);
    return cells.text(at, column);
  }

  isMissing(row: number, column: number): boolean {
    if (!Number.isNaN(this.numbers[column]![row]!)) return false;
    const { cells, at } = this.find(row);
    return cells.isMissing(at, column);
  }

  /** The table of a row, and its place there. */
  private find(row: number): { readonly cells: Cells; readonly at: number } {
    const [first, second] = this.tables as [NamedTable, NamedTable?];
    const beyond = row - rowsOf(first);
    const { cells, hasHeader } = beyond < 0 ? first : second!;
    return { cells, at: (beyond < 0 ? row : beyond) + Number(hasHeader) };
  }
}

/** Rows that are read before the next columns of them, so that they are still in the processor's cache. */
const BLOCK = 128;

function readAllNumbers(table: NamedTable, numbers: readonly Float64Array[], start: number): void {
  const { cells, hasHeader } = table;
  const count = rowsOf(table);
  for (let block = 0; block < count; block += BLOCK) {
    const end = Math.min(count, block + BLOCK);
    for (const [column, values] of numbers.entries()) {
      for (let row = block; row < end; row++) {
        values[start + row] = cells.number(row + Number(hasHeader), column);
      }
    }
  }
}

/** Rows that stay, and how many do not, by what is to become of missing values. */
export function keepRows(
  { names, where }: NamedTable,
  cells: TableRows,
  {
    target,
    group,
    left,
  }: { readonly target: number; readonly group: number | undefined; readonly left: readonly number[] },
  missing: DataOptions["missing"],
): { readonly kept: Uint32Array; readonly dropped: number } {
  const holes = names.map((_, at) => (left.includes(at) ? 0 : countHoles(cells, at)));
  const most = holes.reduce((best, count, at) => (count > holes[best]! ? at : best), 0);
  const found = names.flatMap((name, at) =>
    holes[at]! > 0 ? [`${JSON.stringify(name)} has ${holes[at]}`] : [],
  );
  const example = `${found.length === 1 ? "column" : "columns"} ${listSome(found)} of ${cells.rows}`;
  if (holes[most]! > 0 && missing === undefined) {
    throw new DataError(
      `${where}: expected values in every cell, got missing ones: ${example}; say by \`missing\` what becomes of them: ` +
        "drop (the row) or mean (of training)",
    );
  }
  if (holes[target]! > 0 && missing === "mean") {
    const rows = [...Array(cells.rows).keys()].filter((row) => cells.isMissing(row, target));
    throw new DataError(
      `${where}: expected a target in every row, got none in ${holes[target]} of column ${JSON.stringify(names[target])}, such as row ${rows
        .slice(0, 3)
        .map((row) => row + 1)
        .join(", ")} of examples; leave these rows out, or say \`missing\` drop`,
    );
  }
  if (group !== undefined && holes[group]! > 0 && missing === "mean") {
    throw new DataError(
      `${where}: expected a group in every row, got ${holes[group]} without in column ${JSON.stringify(names[group])}; name these groups, or say \`missing\` drop`,
    );
  }
  const all = Uint32Array.from({ length: cells.rows }, (_, row) => row);
  const kept =
    missing === "drop" && holes[most]! > 0
      ? all.filter((row) => !names.some((_, at) => holes[at]! > 0 && cells.isMissing(row, at)))
      : all;
  if (kept.length === 0)
    throw new DataError(`${where}: expected rows without missing values, got none; ${example}`);
  return { kept, dropped: cells.rows - kept.length };
}

export const takeValues = (values: Float64Array, rows: Uint32Array): Float64Array =>
  Float64Array.from(rows, (row) => values[row]!);

function countHoles(cells: TableRows, column: number): number {
  let holes = 0;
  for (let row = 0; row < cells.rows; row++) holes += Number(cells.isMissing(row, column));
  return holes;
}
