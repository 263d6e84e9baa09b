/**
 * @file Tables for the terminal: aligned, and no wider than it.
 */

import { NOTHING } from "./format.ts";
import { type Column, formatCell, type Table } from "./table.ts";

/** How a table is shown on a terminal. */
export interface TerminalOptions {
  /** Whether to write colours; without them no escape character is written. */
  readonly color: boolean;
  /** Columns of the terminal; 100 if not given. */
  readonly width?: number;
}

const GAP = "  ";

/** Text in a style of the terminal, where it wants colours; blank text is left alone. */
export type Paint = (style: keyof typeof STYLES, text: string) => string;

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 };

/** How to write styled text. */
export const painter =
  (color: boolean): Paint =>
  (style, text) =>
    color && text.trim() !== "" ? `\u001b[${STYLES[style]}m${text}\u001b[0m` : text;

/**
 * Write a table for a terminal.
 *
 * Where it is too wide, columns go in the order of their rank, and the last line names them. What is left
 * may still be too wide; it is not cut.
 */
export function terminalTable(table: Table, { color, width = 100 }: TerminalOptions): string {
  const paint = painter(color);
  if (table.rows.length === 0) return "No trial has a result.";
  let shown = table.columns.map((column, index) => layOut(table, column, index));
  const left: string[] = [];
  while (totalWidth(shown) > width) {
    const widest = shown.reduce((a, b) => ((b.column.rank ?? 0) > (a.column.rank ?? 0) ? b : a));
    if (widest.column.rank === undefined) break;
    left.push(widest.column.title.toLowerCase());
    shown = shown.filter((column) => column !== widest);
  }
  const line = (cells: readonly string[]): string => cells.join(GAP).trimEnd();
  const headLines = Math.max(...shown.map(({ head }) => head.length));
  const heads = Array.from({ length: headLines }, (_, row) =>
    paint(
      "bold",
      line(shown.map((column) => pad(column, column.head[row - headLines + column.head.length] ?? ""))),
    ),
  );
  const rule = paint("dim", shown.map((column) => "─".repeat(column.width)).join(GAP));
  const rows = table.rows.map((_, row) =>
    line(
      shown.map((column) => {
        const text = column.cells[row]!;
        return text === NOTHING ? paint("dim", pad(column, text)) : pad(column, text);
      }),
    ),
  );
  const note = left.length > 0 ? [paint("dim", `Not shown for want of room: ${left.join("; ")}.`)] : [];
  return [...heads, rule, ...rows, ...note].join("\n");
}

/** A column with its texts and the width they need. */
interface Laid {
  readonly column: Column;
  readonly head: readonly string[];
  readonly cells: readonly string[];
  readonly width: number;
}

function layOut(table: Table, column: Column, index: number): Laid {
  const cells = table.rows.map((row) => printable(formatCell(column, row[index]!)));
  const widest = Math.max(...cells.map((cell) => cell.length));
  const head = wrapWords(column.title, widest);
  return { column, head, cells, width: Math.max(widest, ...head.map((line) => line.length)) };
}

/** Break a text into lines that fit a width, where a word is not longer; a number stays with its percent sign. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/ (?!%)/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Prose is not wider than this. */
const PROSE = 100;

/** Writes prose in lines, each after its indent. */
export type Tell = (text: string, first?: string, rest?: string) => string;

/** Prose for a terminal of so many columns; words are not broken. */
export const teller =
  (width: number): Tell =>
  (text, first = "  ", rest = first) => {
    // The first line begins where the others do, so that both fit.
    const room = Math.max(20, Math.min(PROSE, width) - Math.max(first.length, rest.length));
    return wrapWords(printable(text), room)
      .map((line, index) => (index === 0 ? first : rest) + line)
      .join("\n");
  };

const pad = ({ column, width }: Laid, text: string): string =>
  column.form === "text" ? text.padEnd(width) : text.padStart(width);

const totalWidth = (columns: readonly Laid[]): number =>
  columns.reduce((total, { width }) => total + width, GAP.length * (columns.length - 1));

/** Text without characters that steer a terminal. */
export const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ");
