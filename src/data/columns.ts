/**
 * @file What a column of texts is: numbers, categories, or nothing a network can be given.
 */

import { DataError } from "../base/errors.ts";
import { sortNatural } from "./natural.ts";

/** Most categories of a column: each becomes a column of its own. */
const MOST_CATEGORIES = 100;

/** Distinct texts from which nothing more is made of them. */
const MOST_TEXTS = 10_000;

/** Distinct texts at which it is looked whether they are numbers. */
const MANY_TEXTS = 2 ** 17;

/** Share of numbers from which a column is one of numbers, with mistakes. */
const MOSTLY = 0.9;

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const DATE =
  /^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4})([T ].*)?$|^\d{1,2}:\d\d(:\d\d)?$/;

/** Texts that stand for a missing value. */
const MISSING = new Set(["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "?", "#N/A"]);

/** Whether a cell has no value. */
export function isMissing(cell: string): boolean {
  const code = cell.charCodeAt(0);
  // Most cells begin as a number does, and so does no text for a missing value.
  if (code >= 45 && code <= 57) return false;
  return MISSING.has(cell.trim());
}

/** The number a cell is, NaN if it is none. */
export function numberOf(cell: string, decimal: "." | ","): number {
  const text = cell.trim();
  if (decimal === ".") return NUMBER.test(text) ? Number(text) : Number.NaN;
  if (text.includes(".")) return Number.NaN;
  const plain = text.replace(",", ".");
  return NUMBER.test(plain) ? Number(plain) : Number.NaN;
}

/** A column as a network can be given it. */
export interface Column {
  readonly name: string;
  /** Numbers, NaN where missing; or the category of each row, -1 where missing. */
  readonly values: Float64Array | Int32Array;
  /** Names of the categories; undefined for numbers. */
  readonly categories?: readonly string[];
  readonly missing: number;
  readonly decimal: "." | ",";
}

/** The cells of a column by their place, from 0 on, and where they come from. */
export interface CellColumn {
  readonly name: string;
  readonly count: number;
  readonly text: (at: number) => string;
  /** The numbers that cells are, with a decimal point; NaN where one is none. */
  readonly numbers: () => Float64Array;
  readonly isMissing: (at: number) => boolean;
  /** The file to blame. */
  readonly where: string;
  /** Whether it is of texts where the file says so: then `007` is a name, and no number. */
  readonly isText?: boolean;
  /** What to call the row of a cell. */
  readonly rowOf: (at: number) => string;
}

/** Columns of which it is told what is wrong. */
const MOST_TOLD = 5;

/**
 * Find out what columns are.
 *
 * @param mayBeComma - Whether a comma may be a decimal sign, as it divides no columns.
 * @param rows - Number of rows.
 * @throws DataError if one has dates, few cells that are no numbers among many that are, or too many categories: what is wrong with
 *   each of the first ones, a line each.
 */
export function readColumns(columns: readonly CellColumn[], mayBeComma: boolean, rows: number): Column[] {
  const problems: string[] = [];
  const read = columns.flatMap((cells) => {
    try {
      const column = readColumn(cells, mayBeComma);
      refuseIdentifiers(column, rows, cells.where);
      return [column];
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      problems.push(error.message);
      return [];
    }
  });
  if (problems.length === 0) return read;
  const more = problems.length - MOST_TOLD;
  throw new DataError(
    [...problems.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} columns more`] : [])].join("\n"),
  );
}

/**
 * Find out what a column is.
 *
 * @param mayBeComma - Whether a comma may be a decimal sign, as it divides no columns.
 * @throws DataError if it has dates, few cells that are no numbers among many that are, or too many categories.
 */
function readColumn(column: CellColumn, mayBeComma: boolean): Column {
  const { name, count, numbers, isMissing: isHole } = column;
  const values = numbers();
  let missing = 0;
  for (let at = 0; at < count; at++) {
    if (!Number.isNaN(values[at]!)) continue;
    if (!isHole(at)) return readOther(column, mayBeComma);
    missing++;
  }
  return { name, values, missing, decimal: "." };
}

/** Read a column that is not of numbers with a decimal point alone. */
function readOther(
  { name, count, text, where, rowOf, isText = false }: CellColumn,
  mayBeComma: boolean,
): Column {
  const here = `${where}: column ${JSON.stringify(name)}`;
  // How often each text is there: most columns have few.
  const times = new Map<string, number>();
  let isLong = false;
  for (let at = 0; at < count; at++) {
    const cell = text(at);
    if (!isMissing(cell)) times.set(cell, (times.get(cell) ?? 0) + 1);
    // So many are numbers with mistakes, or refused: the rest need not be read for that.
    if (isLong || times.size <= MANY_TEXTS) continue;
    isLong = true;
    if (!isMostlyNumbers([...times.keys()])) throw identifiers(name, times.size, at + 1, where);
  }
  const cells = [...times.keys()];
  const there = times.values().reduce((sum, some) => sum + some, 0);
  const missing = count - there;
  const countOf = (sign: "." | ","): number =>
    isText
      ? 0
      : times
          .entries()
          .reduce((sum, [cell, some]) => sum + (Number.isNaN(numberOf(cell, sign)) ? 0 : some), 0);
  const points = countOf(".");
  const commas = mayBeComma && points < there ? countOf(",") : 0;
  const decimal = commas > points ? "," : ".";
  const numbers = Math.max(points, commas);
  if (numbers === there && !isText) {
    if (decimal === ",") refuseThousands(cells, here);
    const values = Float64Array.from({ length: count }, (_, at) =>
      isMissing(text(at)) ? Number.NaN : numberOf(text(at), decimal),
    );
    return { name, values, missing, decimal };
  }
  if (numbers >= MOSTLY * there && !isText) {
    let row = 0;
    while (isMissing(text(row)) || !Number.isNaN(numberOf(text(row), decimal))) row++;
    throw new DataError(
      `${here}: expected numbers, as in ${numbers} of ${there} rows, got ${JSON.stringify(text(row))} in ${rowOf(row)}; ` +
        "correct it, or leave the cell empty and say `missing`",
    );
  }
  if (cells.every((cell) => DATE.test(cell.trim()))) {
    throw new DataError(
      `${here}: expected numbers or categories, got dates or times such as ${JSON.stringify(cells[0])}; ` +
        "make numbers of them, such as days since a first one, or leave the column out (`drop`)",
    );
  }
  const texts = new Set(cells.map((cell) => cell.trim()));
  if (texts.size > MOST_TEXTS) throw identifiers(name, texts.size, count, where);
  const categories = sortNatural([...texts], (each) => each);
  const ofTexts = new Map(categories.map((category, at) => [category, at]));
  const places = new Map(cells.map((cell) => [cell, ofTexts.get(cell.trim())!]));
  const values = Int32Array.from({ length: count }, (_, at) => places.get(text(at)) ?? -1);
  return { name, values, categories, missing, decimal };
}

const isMostlyNumbers = (cells: readonly string[]): boolean =>
  ([".", ","] as const).some(
    (sign) => cells.filter((cell) => !Number.isNaN(numberOf(cell, sign))).length >= MOSTLY * cells.length,
  );

/** Refuse `1,234`, if all commas of a column stand before three digits: it may be 1.234 or 1234. */
function refuseThousands(cells: readonly string[], here: string): void {
  const withComma = cells.filter((cell) => cell.includes(","));
  if (withComma.some((cell) => !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(cell.trim()))) return;
  throw new DataError(
    `${here}: expected to see what a comma means, got ${JSON.stringify(withComma[0])}, which may be with decimals or a thousand; ` +
      "write numbers with a decimal point and no sign for thousands",
  );
}

/**
 * Refuse a column of so many categories that they tell examples apart.
 *
 * @throws DataError if it has more than 100, or more than half as many as rows.
 */
function refuseIdentifiers({ name, categories }: Column, rows: number, where: string): void {
  const count = categories?.length ?? 0;
  if (count <= MOST_CATEGORIES && (count <= 20 || count <= rows / 2)) return;
  throw identifiers(name, count, rows, where);
}

const identifiers = (name: string, count: number, rows: number, where: string): DataError =>
  new DataError(
    `${where}: column ${JSON.stringify(name)}: expected at most ${MOST_CATEGORIES} categories, fewer than examples by far, got ` +
      `${count} in ${rows} rows; is it a name of the example? Leave it out (\`drop\`), name it by \`group\` if its rows belong together, or put its values into fewer categories`,
  );
