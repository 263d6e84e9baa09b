/**
 * @file Tables whose columns have names: which row is the header, and which column is meant.
 */

import { DataError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import type { Cells } from "./cells.ts";
import { isMissing, numberOf } from "./columns.ts";
import { listSome } from "./natural.ts";

/** Cells of a file; the first row may be its header, where names of the columns are not known. */
export interface CellTable {
  readonly where: string;
  readonly names?: readonly string[];
  readonly cells: Cells;
  /** Columns of texts, where a file says so. */
  readonly texts?: ReadonlySet<number> | undefined;
}

/** Names of a target that need not be told. */
const TARGETS = ["target", "label", "class", "y"];

/** Rows that are looked at to see whether the first is a header. */
const LOOKED_AT = 1000;

/** A table whose columns have names. */
export interface NamedTable {
  readonly where: string;
  readonly names: readonly string[];
  readonly cells: Cells;
  /** Whether the names are the first row of the cells. */
  readonly hasHeader: boolean;
}

/** Rows that are examples. */
export const rowsOf = ({ cells, hasHeader }: NamedTable): number => cells.rows - Number(hasHeader);

export const tellHeader = ({ hasHeader }: NamedTable): string =>
  hasHeader
    ? "the first row has the names of the columns"
    : "the first row is an example as all others: columns are called 1, 2, ...";

/** What to call a row of both tables, counted as in its file. */
export function placeOf(row: number, first: NamedTable, second: NamedTable | undefined): string {
  const beyond = row - rowsOf(first);
  const table = beyond < 0 ? first : second!;
  return `row ${(beyond < 0 ? row : beyond) + 1 + Number(table.hasHeader)} of ${table.where}`;
}

export const withNames = (table: CellTable, target: string | undefined, mayBeComma: boolean): NamedTable =>
  table.names ? { ...table, names: table.names, hasHeader: false } : withHeader(table, target, mayBeComma);

/**
 * Take the first row as names of the columns, if it looks so: it has the target's name, a text above numbers, or no column is
 * of numbers. Else columns are called 1, 2, ...
 */
function withHeader(
  { where, cells }: CellTable,
  target: string | undefined,
  mayBeComma: boolean,
): NamedTable {
  if (cells.columns < 2 || cells.rows < 2) {
    throw new DataError(
      `${where}: expected two columns and two rows or more, got ${cells.columns} and ${cells.rows}`,
    );
  }
  const first = Array.from({ length: cells.columns }, (_, at) => cells.text(0, at));
  const isNumber = (cell: string): boolean =>
    !Number.isNaN(numberOf(cell, ".")) || (mayBeComma && !Number.isNaN(numberOf(cell, ",")));
  const isTarget = (cell: string): boolean =>
    cell.trim() === target || TARGETS.includes(cell.trim().toLowerCase());
  const looked = Array.from({ length: Math.min(LOOKED_AT, cells.rows - 1) }, (_, at) => at + 1);
  const numeric = first.map((_, at) =>
    looked.every((row) => cells.isMissing(row, at) || isNumber(cells.text(row, at))),
  );
  // A value that comes again below, such as y for yes, is no name.
  const isName = (cell: string, at: number): boolean =>
    !isNumber(cell) &&
    !isMissing(cell) &&
    (numeric[at] || (isTarget(cell) && !looked.some((row) => cells.text(row, at).trim() === cell.trim())));
  const isHeader = first.some(isName) || !numeric.includes(true);
  if (!isHeader) {
    const names = first.map((_, at) => String(at + 1));
    return { where, names, cells, hasHeader: false };
  }
  const names = first.map((cell, at) => cell.trim() || `column ${at + 1}`);
  const seen = new Set<string>();
  const twice = names.find((cell) => seen.size === seen.add(cell).size);
  if (twice !== undefined) {
    throw new DataError(
      `${where}: expected each name of a column once, got ${JSON.stringify(twice)} twice; name them apart, or put names above the first row if it is an example`,
    );
  }
  return { where, names, cells, hasHeader: true };
}

export function checkNames(train: NamedTable, test: NamedTable): void {
  const at = train.names.findIndex((name, place) => name !== test.names[place]);
  if (at < 0 && train.names.length === test.names.length) return;
  const place = at < 0 ? train.names.length : at;
  throw new DataError(
    `${test.where}: expected the columns of ${train.where} in its order, got ${JSON.stringify(test.names[place] ?? "none")} for ` +
      `${JSON.stringify(train.names[place] ?? "none")} at ${place + 1}; give both the same columns, the target too`,
  );
}

/** Columns with a name that targets usually have. */
export const usualTargets = (names: readonly string[]): number[] =>
  names.flatMap((name, at) => (TARGETS.includes(name.toLowerCase()) ? [at] : []));

/**
 * Find the column that is to be told: by name or number, or by the usual names.
 *
 * @throws DataError if there is none of that name, or it is not plain which.
 */
export function findTarget(
  { names, where }: Pick<NamedTable, "names" | "where">,
  asked: string | undefined,
): number {
  if (asked !== undefined) {
    const several = names.includes(asked) ? [] : asked.split(",").map((name) => name.trim());
    if (several.length > 1 && several.every((name) => names.includes(name))) {
      throw new DataError(
        `${where}: expected one column as target, got ${several.length}: ${listSome(several)}; several labels an example are not read: ` +
          "test them one by one, and leave the others out by `drop`",
      );
    }
    return findColumn({ names, where }, asked, "target");
  }
  const found = usualTargets(names);
  if (found.length === 1) return found[0]!;
  throw new DataError(
    `${where}: expected to know which column is to be told, got ${listSome(names)}; name it by \`target\`` +
      (found.length > 1 ? `: ${found.map((at) => names[at]).join(" or ")}` : ""),
  );
}

/** Find a column by name, or by number from 1 on. */
export function findColumn(
  { names, where }: Pick<NamedTable, "names" | "where">,
  asked: string,
  what: string,
): number {
  const at = names.indexOf(asked);
  if (at >= 0) return at;
  // Where columns have no names, or none of this.
  if (/^\d{1,6}$/.test(asked) && Number(asked) >= 1 && Number(asked) <= names.length)
    return Number(asked) - 1;
  throw new DataError(`${where}: ${what}: ${unknownName("column", asked, names.slice(0, 100))}`);
}

/** Columns that are left out: one, or several divided by commas. */
export function findDropped(
  table: NamedTable,
  asked: string,
  target: number,
  group: number | undefined,
): number[] {
  const names = table.names.includes(asked) ? [asked] : asked.split(",").map((name) => name.trim());
  const left = names.map((name) => findColumn(table, name, "drop"));
  const used = left.find((at) => at === target || at === group);
  if (used === undefined) return left;
  throw new DataError(
    `${table.where}: drop: column ${JSON.stringify(table.names[used])} is the ${used === target ? "target" : "group"}; leave it out of \`drop\``,
  );
}
