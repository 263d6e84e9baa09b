/**
 * @file Text of rows and columns - CSV, TSV - as cells: encoding, delimiter, quotes.
 *
 * Source: Y. Shafranovich, "Common Format and MIME Type for Comma-Separated Values (CSV) Files", RFC 4180, 2005; read
 * strictly, since a quote that is skipped takes rows with it.
 */

import { DataError } from "../base/errors.ts";
import type { Cells } from "./cells.ts";
import { isMissing, numberOf } from "./columns.ts";
import { readDecimal } from "./decimal.ts";

/** Delimiters that are looked for, in this order: a comma may also be a decimal sign. */
const DELIMITERS = ["\t", ";", "|", ","] as const;

export type Delimiter = (typeof DELIMITERS)[number];

/** What delimiters are called. */
export const DELIMITER_NAMES: Readonly<Record<Delimiter, string>> = {
  "\t": "tabs",
  ";": "semicolons",
  "|": "bars",
  ",": "commas",
};

/** Rows that are looked at for the delimiter. */
const LOOKED_AT = 100;

/** Most columns of a file, bytes of a cell, and cells. */
const MOST_COLUMNS = 100_000;
const LONGEST_CELL = 2 ** 20;
const MOST_CELLS = 2 ** 28;

const QUOTE = 34;
const LINE = 10;
const RETURN = 13;

/** Bytes of a text that an error shows. */
const SHOWN = 20;

/**
 * Find what divides the columns: the first of tabs, semicolons, bars and commas that gives the first rows the same number of
 * columns, two or more.
 *
 * @param bytes - UTF-8.
 * @throws DataError if none does, with what the first row looks like.
 */
export function findDelimiter(bytes: Uint8Array, where: string): Delimiter {
  let start = 0;
  while (bytes[start] === LINE || bytes[start] === RETURN) start++;
  const ends = [LINE, RETURN].map((code) => bytes.indexOf(code, start)).filter((at) => at >= 0);
  const first = bytes.subarray(start, Math.min(bytes.length, ...ends));
  const inFirst = DELIMITERS.filter((delimiter) => first.includes(delimiter.charCodeAt(0)));
  for (const delimiter of inFirst) {
    try {
      if (scanDelimited(bytes, delimiter, where, LOOKED_AT).columns > 1) return delimiter;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  // One that the first row has tells more of what is wrong than that none fits.
  const [likely] = inFirst;
  if (likely !== undefined) return likely;
  throw new DataError(
    `${where}: expected two columns or more, divided by ${Object.values(DELIMITER_NAMES).join(", ")}, got ${JSON.stringify(textOf(first.subarray(0, 80)))}`,
  );
}

/**
 * Find the cells of a text; empty lines are left out.
 *
 * @param bytes - UTF-8.
 * @param most - Rows after which it stops.
 * @throws DataError if a quote is not closed, or something stands behind it, if a row has more or fewer cells than the first, or
 *   if there are more than 100,000 columns, 2^27 cells or a cell of more than 2^20 bytes.
 */
export function scanDelimited(
  bytes: Uint8Array,
  delimiter: Delimiter,
  where: string,
  most = Number.POSITIVE_INFINITY,
): Cells {
  const divider = delimiter.charCodeAt(0);
  const end = bytes.length;
  const starts = new Starts(where);
  let [at, rows, columns, before] = [0, 0, 0, 0];
  while (at < end && rows < most) {
    const start = at;
    starts.add(start);
    if (bytes[at] === QUOTE) {
      at = closingQuote(bytes, at, where) + 1;
      if (at < end && bytes[at] !== divider && bytes[at] !== LINE && bytes[at] !== RETURN) {
        throw new DataError(
          `${where}: line ${lineOf(bytes, at)}: expected the end of a cell after its closing quote, got ` +
            `${show(bytes, at)}; write a quote within a cell twice`,
        );
      }
    } else {
      // The hot loop: nothing else looks at every byte.
      for (let code = bytes[at]; code !== divider && code !== LINE && code !== RETURN; code = bytes[at]) {
        if (++at >= end) break;
      }
    }
    if (at - start > LONGEST_CELL) {
      throw new DataError(
        `${where}: line ${lineOf(bytes, start)}: expected cells of at most ${LONGEST_CELL} bytes, got one of ${at - start}, which begins with ${show(bytes, start)}; is a quote not closed?`,
      );
    }
    const isDivided = at < end && bytes[at] === divider;
    // A delimiter at the very end stands before an empty cell.
    if (isDivided && at + 1 === end) starts.add(end);
    if (isDivided && at + 1 < end) {
      at++;
      continue;
    }
    const width = starts.count - before;
    const isEmpty = width === 1 && (at === start || (bytes[start] === QUOTE && at === start + 2));
    if (isEmpty) starts.count--;
    else {
      if (rows === 0) columns = checkWidth(width, where);
      rows++;
      if (width !== columns) {
        throw new DataError(
          `${where}: expected ${columns} cells in every row, as in the first, got ${width} in row ${rows}, ` +
            `which begins with ${JSON.stringify(beginningOf(bytes, starts.all.subarray(before, starts.count), divider))}`,
        );
      }
    }
    before = starts.count;
    at += bytes[at] === RETURN && bytes[at + 1] === LINE ? 2 : 1;
  }
  return new DelimitedCells(bytes, divider, starts.all, rows, columns);
}

function checkWidth(width: number, where: string): number {
  if (width <= MOST_COLUMNS) return width;
  throw new DataError(
    `${where}: expected at most ${MOST_COLUMNS} columns, got ${width}; are rows and columns exchanged?`,
  );
}

/** Where cells start, as many as come. */
class Starts {
  all = new Uint32Array(2 ** 16);
  count = 0;
  private readonly where: string;

  constructor(where: string) {
    this.where = where;
  }

  add(start: number): void {
    if (this.count === this.all.length) this.grow();
    this.all[this.count++] = start;
  }

  private grow(): void {
    if (this.count >= MOST_CELLS) {
      throw new DataError(
        `${this.where}: expected at most ${MOST_CELLS} cells, got more; take fewer rows or columns`,
      );
    }
    const larger = new Uint32Array(2 * this.count);
    larger.set(this.all);
    this.all = larger;
  }
}

/** Texts that are kept, so that one that comes again is not made again: by a hash of their bytes. */
const KEPT = 2 ** 12;
const LONGEST_KEPT = 64;

/** Cells of a text in memory. */
class DelimitedCells implements Cells {
  readonly rows: number;
  readonly columns: number;
  private readonly bytes: Uint8Array;
  private readonly divider: number;
  private readonly starts: Uint32Array;
  private readonly keptStarts = new Int32Array(KEPT).fill(-1);
  private readonly keptTexts = new Array<string>(KEPT).fill("");

  constructor(bytes: Uint8Array, divider: number, starts: Uint32Array, rows: number, columns: number) {
    this.bytes = bytes;
    this.divider = divider;
    this.starts = starts;
    this.rows = rows;
    this.columns = columns;
  }

  text(row: number, column: number): string {
    const { bytes } = this;
    const start = this.starts[row * this.columns + column]!;
    if (bytes[start] === QUOTE) return cellText(bytes, start, this.divider);
    let hash = 0;
    let at = start;
    for (; !isEnd(bytes, at, this.divider); at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    if (at - start > LONGEST_KEPT) return textOf(bytes.subarray(start, at));
    const place = (hash ^ (hash >>> 12)) & (KEPT - 1);
    const kept = this.keptStarts[place]!;
    if (kept >= 0 && this.isSame(kept, start, at - start)) return this.keptTexts[place]!;
    this.keptStarts[place] = start;
    this.keptTexts[place] = textOf(bytes.subarray(start, at));
    return this.keptTexts[place]!;
  }

  number(row: number, column: number): number {
    const start = this.starts[row * this.columns + column]!;
    const value = readDecimal(this.bytes, start, this.divider);
    return Number.isNaN(value) ? numberOf(this.text(row, column), ".") : value;
  }

  isMissing(row: number, column: number): boolean {
    const code = this.bytes[this.starts[row * this.columns + column]!]!;
    // As a number begins, and no text for a missing value.
    if (code >= 45 && code <= 57 && code !== this.divider) return false;
    return isMissing(this.text(row, column));
  }

  /** Whether an unquoted cell has these `length` bytes, and no more. */
  private isSame(kept: number, start: number, length: number): boolean {
    const { bytes } = this;
    for (let at = 0; at < length; at++) if (bytes[kept + at] !== bytes[start + at]) return false;
    return isEnd(bytes, kept + length, this.divider);
  }
}

const isEnd = (bytes: Uint8Array, at: number, divider: number): boolean =>
  at >= bytes.length || bytes[at] === divider || bytes[at] === LINE || bytes[at] === RETURN;

/** The text of the cell that starts at `start`. */
function cellText(bytes: Uint8Array, start: number, divider: number): string {
  if (bytes[start] === QUOTE) {
    return textOf(bytes.subarray(start + 1, closingQuote(bytes, start, ""))).replaceAll('""', '"');
  }
  let at = start;
  while (!isEnd(bytes, at, divider)) at++;
  return textOf(bytes.subarray(start, at));
}

/** Where the quote that closes that at `start` is. */
function closingQuote(bytes: Uint8Array, start: number, where: string): number {
  for (let at = bytes.indexOf(QUOTE, start + 1); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) return at;
  }
  throw new DataError(
    `${where}: line ${lineOf(bytes, start)}: expected a closing quote for ${show(bytes, start)}, got the end of the file`,
  );
}

/** How a row begins, as a message shows it. */
const beginningOf = (bytes: Uint8Array, starts: Uint32Array, divider: number): string =>
  Array.from(starts.subarray(0, SHOWN), (start) => cellText(bytes, start, divider).slice(0, 2 * SHOWN))
    .join(" ")
    .slice(0, 2 * SHOWN);

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
const show = (bytes: Uint8Array, at: number): string =>
  JSON.stringify(textOf(bytes.subarray(at, at + SHOWN)));

function lineOf(bytes: Uint8Array, end: number): number {
  let line = 1;
  for (let at = 0; at < end; at++) {
    if (bytes[at] === LINE ? bytes[at - 1] !== RETURN : bytes[at] === RETURN) line++;
  }
  return line;
}
