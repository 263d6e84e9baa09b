/**
 * @file Text of rows and columns - CSV, TSV - as cells: encoding, delimiter, quotes.
 *
 * Source: Y. Shafranovich, "Common Format and MIME Type for Comma-Separated Values (CSV) Files", RFC 4180, 2005; read
 * strictly, since a quote that is skipped takes rows with it.
 */

import { DataError } from "../base/errors.ts";

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

const QUOTE = 34;
const LINE = 10;
const RETURN = 13;

/** A text, and what its bytes were taken for. */
export interface DecodedText {
  readonly text: string;
  readonly encoding: string;
}

/**
 * Decode a text: UTF-8, UTF-16 by its mark, else Windows' Latin-1 (windows-1252).
 *
 * @throws DataError if it has characters of code 0, as no text has.
 */
export function decodeText(bytes: Uint8Array, where: string): DecodedText {
  const [first, second] = bytes;
  const utf16 =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "";
  const decoded =
    utf16 === "" ? decodeBytes(bytes) : { text: new TextDecoder(utf16).decode(bytes), encoding: utf16 };
  const zero = decoded.text.indexOf("\0");
  if (zero < 0) return decoded;
  throw new DataError(
    `${where}: expected text, got a character of code 0 at ${zero}; write it as UTF-8, and no archive or binary file`,
  );
}

function decodeBytes(bytes: Uint8Array): DecodedText {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes), encoding: "utf-8" };
  } catch {
    return { text: new TextDecoder("windows-1252").decode(bytes), encoding: "windows-1252" };
  }
}

/**
 * Find what divides the columns: the first of tabs, semicolons, bars and commas that gives the first rows the same number of
 * columns, two or more.
 *
 * @throws DataError if none does, with what the first row looks like.
 */
export function findDelimiter(text: string, where: string): Delimiter {
  const [first = ""] = /[^\r\n]+/.exec(text) ?? [];
  for (const delimiter of DELIMITERS) {
    if (!first.includes(delimiter)) continue;
    try {
      const rows = parseDelimited(text, delimiter, where, LOOKED_AT);
      const width = rows[0]?.length ?? 0;
      if (width > 1 && rows.every((row) => row.length === width)) return delimiter;
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
    }
  }
  // One that the first row has tells more of what is wrong than that none fits.
  const likely = DELIMITERS.find((delimiter) => first.includes(delimiter));
  if (likely !== undefined) return likely;
  throw new DataError(
    `${where}: expected two columns or more, divided by ${Object.values(DELIMITER_NAMES).join(", ")}, got ${JSON.stringify(first.slice(0, 80))}`,
  );
}

/**
 * Read the cells of a text; empty lines are left out.
 *
 * @param most - Rows after which it stops.
 * @returns Rows of cells, without their quotes.
 * @throws DataError if a quote is not closed, or something stands behind it.
 */
export function parseDelimited(
  text: string,
  delimiter: Delimiter,
  where: string,
  most = Number.POSITIVE_INFINITY,
): string[][] {
  const rows: string[][] = [];
  const divider = delimiter.charCodeAt(0);
  const end = text.length;
  let at = 0;
  let row: string[] = [];
  while (at < end && rows.length < most) {
    const start = at;
    if (text.charCodeAt(at) === QUOTE) {
      at = closingQuote(text, at, where);
      row.push(text.slice(start + 1, at).replaceAll('""', '"'));
      at++;
    } else {
      for (
        let code = text.charCodeAt(at);
        at < end && code !== divider && code !== LINE && code !== RETURN;
      ) {
        code = text.charCodeAt(++at);
      }
      row.push(text.slice(start, at));
    }
    const code = text.charCodeAt(at);
    if (at < end && code === divider) {
      at++;
      // A delimiter at the very end stands before an empty cell.
      if (at < end) continue;
      row.push("");
    } else if (at < end && code !== LINE && code !== RETURN) {
      throw new DataError(
        `${where}: line ${lineOf(text, at)}: expected the end of a cell after its closing quote, got ` +
          `${JSON.stringify(text.slice(at, at + 20))}; write a quote within a cell twice`,
      );
    }
    at += text.startsWith("\r\n", at) ? 2 : 1;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/** Where the quoted cell that starts at `start` ends. */
function closingQuote(text: string, start: number, where: string): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 2)) {
    if (text.charCodeAt(at + 1) !== QUOTE) return at;
  }
  throw new DataError(
    `${where}: line ${lineOf(text, start)}: expected a closing quote for ${JSON.stringify(text.slice(start, start + 20))}, got the end of the file`,
  );
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split(/\r\n|\r|\n/).length;
