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
const BOLD = 1;
const DIM = 2;

/**
 * Write a table for a terminal.
 *
 * Where it is too wide, columns go in the order of their rank, and the last line names them. What is left
 * may still be too wide; it is not cut.
 */
export function terminalTable(table: Table, { color, width = 100 }: TerminalOptions): string {
  const paint = (code: number, text: string): string =>
    color && text.trim() !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
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
      BOLD,
      line(shown.map((column) => pad(column, column.head[row - headLines + column.head.length] ?? ""))),
    ),
  );
  const rule = paint(DIM, shown.map((column) => "─".repeat(column.width)).join(GAP));
  const rows = table.rows.map((_, row) =>
    line(
      shown.map((column) => {
        const text = column.cells[row]!;
        return text === NOTHING ? paint(DIM, pad(column, text)) : pad(column, text);
      }),
    ),
  );
  const note = left.length > 0 ? [paint(DIM, `Not shown for want of room: ${left.join("; ")}.`)] : [];
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
  const head = wrap(column.title, widest);
  return { column, head, cells, width: Math.max(widest, ...head.map((line) => line.length)) };
}

/** Break a title into lines that fit a width, where a word is not longer. */
function wrap(title: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of title.split(" ")) {
    const last = lines[lines.length - 1];
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const pad = ({ column, width }: Laid, text: string): string =>
  column.form === "text" ? text.padEnd(width) : text.padStart(width);

const totalWidth = (columns: readonly Laid[]): number =>
  columns.reduce((total, { width }) => total + width, GAP.length * (columns.length - 1));

/** Text without characters that steer a terminal. */
const printable = (text: string): string => text.replaceAll(/\p{Cc}/gu, " ");
