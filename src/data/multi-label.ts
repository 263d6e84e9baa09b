/**
 * @file Several labels in one cell: found, so that combinations of labels are not taken for classes.
 */

import { DataError } from "../base/errors.ts";

/** What may stand between labels. */
const SEPARATORS = [";", "|", ","] as const;

/** Cells that are looked at. */
const LOOKED_AT = 100_000;

/**
 * Refuse a column of labels that hold several each: where cells are divided by a sign, and their parts are fewer than the cells
 * are different, as they come again in others.
 *
 * @param where - The file and column to blame.
 * @param rowOf - What to call a row, by its place.
 * @throws DataError naming the sign and rows, and what to do.
 */
export function refuseSeveral(cells: readonly string[], where: string, rowOf: (at: number) => string): void {
  const looked = cells.slice(0, LOOKED_AT).map((cell) => cell.trim());
  const isList = /^\[.*\]$/s;
  const listed = looked.findIndex((cell) => isList.test(cell));
  if (listed >= 0) throw several(where, "lists", looked, isList, rowOf);
  for (const sign of SEPARATORS) {
    const distinct = new Set(looked);
    const divided = [...distinct].filter((cell) => cell.includes(sign));
    if (divided.length === 0) continue;
    const parts = new Set([...distinct].flatMap((cell) => cell.split(sign).map((part) => part.trim())));
    const isWhole = divided.every((cell) => cell.split(sign).every((part) => part.trim() !== ""));
    if (!isWhole || parts.size >= distinct.size) continue;
    throw several(where, `labels divided by ${JSON.stringify(sign)}`, looked, sign, rowOf);
  }
}

function several(
  where: string,
  what: string,
  cells: readonly string[],
  sign: string | RegExp,
  rowOf: (at: number) => string,
): DataError {
  const has = (cell: string): boolean => (typeof sign === "string" ? cell.includes(sign) : sign.test(cell));
  const rows = cells.flatMap((cell, at) => (has(cell) ? [at] : []));
  const shown = rows.slice(0, 3).map((at) => `${JSON.stringify(cells[at]!.slice(0, 40))} in ${rowOf(at)}`);
  return new DataError(
    `${where}: expected one label in every row, got ${what} in ${rows.length}: ${shown.join(", ")}; several labels an example are not ` +
      "read: give one column for each label, 0 or 1, and test them one by one, or say `targetType` class if each text is one class",
  );
}
