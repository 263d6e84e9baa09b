/**
 * @file Tables as texts on a terminal: aligned, and split where they are too wide.
 */

import { NOTHING } from "../format.ts";
import { type Paint, painter, printable, type TerminalOptions, wrapWords } from "../terminal.ts";
import { type Grid, type GridGroup, tellNothing, widthOf } from "./grid.ts";

/** Between columns, and around a group that was measured. */
const GAP = "  ";
const WIDE_GAP = "   ";
/** Text columns are not made narrower than this, in a whole table and in one that is split. */
const NARROW = 20;
const NARROWEST = 10;
/** The titles of a table are not broken into narrower lines; those of a list end where its cells do. */
const LEAST_TITLE = 6;

/** Characters no cell has. */
const UNBROKEN = 1e6;

/** A group of columns with its texts. */
interface Laid {
  readonly group: GridGroup;
  /** Title lines of the group, or of its only column. */
  readonly head: readonly string[];
  readonly widths: readonly number[];
  /** `[rows][columns][lines]`. */
  readonly cells: readonly (readonly (readonly string[])[])[];
  readonly width: number;
}

/**
 * Write a table for a terminal, without its title and notes.
 *
 * Where it is too wide, columns go in the order of their rank, and the last line names them; then long texts are
 * broken; where that is not enough, the measured columns follow each other in blocks, each with the columns that say
 * what a row is about.
 */
export function terminalGrid(grid: Grid, { color, width = 100 }: TerminalOptions): string {
  if (grid.rows.length === 0) return tellNothing(grid);
  const paint = painter(color);
  const all = layOutAll(grid);
  const laid = withoutRanked(all, width);
  const whole = squeeze(grid, laid, width, NARROW);
  if (totalWidth(whole) <= width || laid.every(({ group }) => group.isHead)) {
    return [block(whole, grid, paint), ...leftOut(all, laid, paint)].join("\n");
  }
  const widest = Math.max(...laid.filter(({ group }) => !group.isHead).map((one) => one.width));
  const leading = squeeze(
    grid,
    laid.filter(({ group }) => group.isHead),
    width - widest - WIDE_GAP.length,
    NARROWEST,
  );
  const blocks: Laid[][] = [];
  for (const one of laid.filter(({ group }) => !group.isHead)) {
    const last = blocks.at(-1);
    if (last && totalWidth([...last, one]) <= width) last.push(one);
    else blocks.push([...leading, one]);
  }
  return blocks.map((groups) => block(groups, grid, paint)).join("\n\n");
}

/** The columns that fit a width, as far as those with a rank can go for it. */
function withoutRanked(laid: readonly Laid[], width: number): readonly Laid[] {
  const ranks = laid.map(({ group }) => group.rank ?? 0);
  const highest = ranks.indexOf(Math.max(...ranks));
  if (totalWidth(laid) <= width || ranks[highest] === 0) return laid;
  return withoutRanked(laid.toSpliced(highest, 1), width);
}

/** Which columns went. */
function leftOut(all: readonly Laid[], laid: readonly Laid[], paint: Paint): string[] {
  const left = all
    .filter((one) => !laid.includes(one))
    .sort((a, b) => b.group.rank! - a.group.rank!)
    .map(({ group }) => group.title.charAt(0).toLowerCase() + group.title.slice(1));
  return left.length > 0 ? [paint("dim", `Not shown for want of room: ${left.join("; ")}.`)] : [];
}

function layOutAll(grid: Grid): Laid[] {
  let column = 0;
  return grid.groups.map((group) => {
    const from = column;
    column += widthOf(group);
    return layOut(grid, group, from, UNBROKEN);
  });
}

/** @param most - Characters a text column may take. */
function layOut(grid: Grid, group: GridGroup, from: number, most: number): Laid {
  const columns = Array.from({ length: widthOf(group) }, (_, index) => from + index);
  const cells = grid.rows.map((row) =>
    columns.map((column) => {
      const { text, mark } = row[column]!;
      const shown = printable(text) + (mark === "" ? "" : `[${mark}]`);
      return group.align === "left" ? fold(shown, most) : [shown];
    }),
  );
  const widths = columns.map((_, index) =>
    Math.max(
      group.parts[index]?.length ?? 0,
      ...cells.map((row) => Math.max(...row[index]!.map((line) => line.length))),
    ),
  );
  const inner = widths.reduce((total, one) => total + one, GAP.length * (widths.length - 1));
  const head = wrapWords(printable(group.title), Math.max(inner, grid.isList ? 0 : LEAST_TITLE));
  const width = Math.max(inner, ...head.map((line) => line.length));
  // A title wider than its columns widens the last of them.
  return { group, head, widths: [...widths.slice(0, -1), widths.at(-1)! + width - inner], cells, width };
}

/** Break a text into lines of a width: between words, and within those that are longer. */
function fold(text: string, width: number): string[] {
  return wrapWords(text, width).flatMap((line) => {
    if (line.length <= width) return [line];
    const lines: string[] = [""];
    for (const part of line.split(/(?<=[-_/.,])/).flatMap((long) => long.match(chunksOf(width)) ?? [])) {
      if (lines.at(-1)!.length + part.length <= width) lines.push(lines.pop()! + part);
      else lines.push(part);
    }
    return lines;
  });
}

const chunksOf = (width: number): RegExp => new RegExp(`.{1,${width}}`, "gu");

/** Break the texts of the widest text column, again and again, until the groups fit a width or no more can be done. */
function squeeze(grid: Grid, laid: readonly Laid[], width: number, least: number): Laid[] {
  const starts = startsOf(grid);
  let groups = [...laid];
  for (let limit = 60; limit >= least && totalWidth(groups) > width; limit -= 2) {
    groups = groups.map((one) =>
      one.group.align === "left" && one.width > limit
        ? layOut(grid, one.group, starts.get(one.group)!, limit)
        : one,
    );
  }
  return groups;
}

function startsOf({ groups }: Grid): Map<GridGroup, number> {
  let column = 0;
  return new Map(
    groups.map((group) => {
      const from = column;
      column += widthOf(group);
      return [group, from];
    }),
  );
}

/** What stands before a group. */
const gapBefore = (groups: readonly Laid[], index: number): string =>
  index === 0 ? "" : groups[index]!.group.isHead && groups[index - 1]!.group.isHead ? GAP : WIDE_GAP;

const totalWidth = (groups: readonly Laid[]): number =>
  groups.reduce((total, { width }, index) => total + width + gapBefore(groups, index).length, 0);

/** Groups beside each other, under their titles. */
function block(groups: readonly Laid[], { rows }: Grid, paint: Paint): string {
  const heads = groups.map(headLines);
  const height = Math.max(...heads.map((lines) => lines.length));
  const join = (texts: readonly string[]): string =>
    texts
      .map((text, index) => gapBefore(groups, index) + text)
      .join("")
      .trimEnd();
  const titles = Array.from({ length: height }, (_, line) =>
    paint(
      "bold",
      join(
        groups.map(({ width }, index) =>
          (heads[index]![line - height + heads[index]!.length] ?? "").padEnd(width),
        ),
      ),
    ),
  );
  const rule = paint("dim", join(groups.map(({ width }) => "─".repeat(width))));
  const body = rows.flatMap((_, row) => {
    const lines = Math.max(...groups.flatMap(({ cells }) => cells[row]!.map((cell) => cell.length)));
    return Array.from({ length: lines }, (__, line) =>
      join(groups.map((group) => rowLine(group, row, line, paint))),
    );
  });
  return [...titles, rule, ...body].join("\n");
}

const rowLine = ({ group, widths, cells }: Laid, row: number, line: number, paint: Paint): string =>
  cells[row]!.map((cell, index) => {
    const text = align(group, cell[line] ?? "", widths[index]!);
    return text.trim() === NOTHING ? paint("dim", text) : text;
  }).join(GAP);

const align = ({ align: side }: GridGroup, text: string, width: number): string =>
  side === "left" ? text.padEnd(width) : text.padStart(width);

/** The title of a group between rules, over those of its columns; or that of its only column. */
function headLines({ group, head, widths, width }: Laid): string[] {
  if (group.parts.length === 0) return head.map((line) => align(group, line, width));
  const ruled = head.map((line) => {
    const left = Math.max(0, Math.floor((width - line.length - 2) / 2));
    const text = left === 0 ? line : `${"─".repeat(left)} ${line} `;
    return text.padEnd(width, left === 0 ? " " : "─");
  });
  return [...ruled, group.parts.map((part, index) => align(group, part, widths[index]!)).join(GAP)];
}
