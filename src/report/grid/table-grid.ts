/**
 * @file A table of a document as texts: ours, the paper's and the difference side by side.
 */

import { FEWEST_FOR_INTERVAL } from "../../base/statistics.ts";
import type { Measurement } from "../../document/measurement.ts";
import type { Cell, Column, Table } from "../../document/table.ts";
import { formatDifference, formatMeasured, formatPlain, formatValue, isShare, unitSuffix } from "../units.ts";
import { type Grid, type GridCell, type GridGroup, plainCell, widthOf } from "./grid.ts";

/** A note that needs no footnote: what a dash without one means. */
const NOT_MEASURED = "not measured";

/** What measurements are means over: the seeds of an experiment, or what the document says itself. */
export type Repetitions = "seeds" | "other";

/** The texts of a table. */
export function gridOf(table: Table, repetitions: Repetitions = "seeds"): Grid {
  const measurements = measurementsIn(table);
  const seeds = new Set(measurements.filter(({ value }) => value !== null).map(({ n }) => n));
  const showN = seeds.size > 1;
  const marks = marksOf(measurements);
  const groups = table.columns.map((column) => groupOf(column, table, showN));
  return {
    name: table.name,
    title: table.title,
    caption: table.caption,
    groups,
    rows: table.rows.map((row) =>
      table.columns.flatMap((column, index) =>
        cellsOf(row[column.key], column, widthOf(groups[index]!), showN, marks),
      ),
    ),
    notes: notesOf(measurements, seeds, table.columns, groups, repetitions),
    footnotes: [...marks].map(([text, mark]) => ({ mark, text })),
  };
}

function measurementsIn({ columns, rows }: Table): Measurement[] {
  return rows.flatMap((row) =>
    columns.flatMap(({ key }) => {
      const cell = row[key];
      return cell && "measurement" in cell ? [cell.measurement] : [];
    }),
  );
}

function groupOf({ key, title, unit, measured }: Column, { rows }: Table, showN: boolean): GridGroup {
  const cells = rows.map((row) => row[key]).filter((cell) => cell !== undefined);
  if (!measured) {
    const isText = cells.every((cell) => "text" in cell && typeof cell.text !== "number");
    return { title, parts: [], align: isText ? "left" : "right", isHead: true };
  }
  const isCompared = cells.some((cell) => "measurement" in cell && cell.measurement.paper !== null);
  const n = showN ? " (n)" : "";
  return {
    title: title + unitSuffix(unit) + (isCompared ? "" : n),
    parts: isCompared ? [`ours${n}`, "paper", "diff."] : [],
    align: "right",
    isHead: false,
  };
}

function cellsOf(
  cell: Cell | undefined,
  { unit }: Column,
  width: number,
  showN: boolean,
  marks: ReadonlyMap<string, string>,
): GridCell[] {
  const empty = Array.from({ length: width - 1 }, () => plainCell(""));
  if (cell === undefined) return [plainCell(""), ...empty];
  if ("text" in cell) return [plainCell(formatPlain(cell.text, unit)), ...empty];
  const { measurement } = cell;
  const { value, paper, n, note } = measurement;
  const count = showN && value !== null ? ` (${n})` : "";
  const ours = { text: formatMeasured(measurement, unit) + count, mark: marks.get(note ?? "") ?? "" };
  if (width === 1) return [ours];
  // A dash would say that the paper has it and we have not.
  if (paper === null) return [ours, plainCell(""), plainCell("")];
  return [ours, plainCell(formatValue(paper, unit)), plainCell(formatDifference(measurement, unit))];
}

/** The mark of each note: a, b, c, ... in the order of the table. */
function marksOf(measurements: readonly Measurement[]): Map<string, string> {
  const notes = measurements.flatMap(({ note }) => (note === null || note === NOT_MEASURED ? [] : [note]));
  return new Map([...new Set(notes)].map((note, index) => [note, markOf(index)]));
}

function markOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26));
  return index < 26 ? letter : markOf(Math.floor(index / 26) - 1) + letter;
}

function notesOf(
  measurements: readonly Measurement[],
  seeds: ReadonlySet<number>,
  columns: readonly Column[],
  groups: readonly GridGroup[],
  repetitions: Repetitions,
): string[] {
  const isMissing = ({ value, note }: Measurement): boolean =>
    value === null && (note === null || note === NOT_MEASURED);
  const compared = columns.filter((_, index) => groups[index]!.parts.length > 0);
  const points = compared.some(({ unit }) => isShare(unit)) ? ", for percentages in percentage points" : "";
  return [
    ...(repetitions === "seeds" ? spreadNotes(seeds) : intervalNotes(measurements)),
    ...(compared.length > 0 && seeds.size > 0 ? [`Differences are ours minus the paper’s${points}.`] : []),
    ...(measurements.some(isMissing) ? ["— is not measured."] : []),
  ];
}

function intervalNotes(measurements: readonly Measurement[]): string[] {
  const hasIntervals = measurements.some(({ low, high }) => low !== null && high !== null);
  const hasCounts = measurements.some(({ n }) => n > 1);
  return hasIntervals
    ? [`± is the 95 % interval${hasCounts ? "; n is the number of repetitions" : ""}.`]
    : [];
}

function spreadNotes(seeds: ReadonlySet<number>): string[] {
  if (seeds.size === 0) return [];
  const [n] = [...seeds];
  if (seeds.size === 1 && n === 1) return ["One seed (n = 1), so there are no intervals."];
  if (Math.max(...seeds) < FEWEST_FOR_INTERVAL) return ["Means of two seeds; intervals need three."];
  const count = seeds.size === 1 ? `; n = ${n} seeds` : "; n is the number of seeds";
  return [`Means over seeds, ± the 95 % interval (Student’s t)${count}.`];
}
