/**
 * @file Section of an audit: columns that say nothing, say what another one says, or number the rows.
 */

import { breathe } from "../base/progress.ts";
import { randomStream } from "../base/random.ts";
import { isImages } from "../data/dataset.ts";
import { field, tableOf } from "../document/table.ts";
import type { AuditSection } from "./audit-result.ts";
import { columnNames, eachColumn } from "./columns.ts";
import { type AuditTask, countNoun, type SectionMaker, sectionOf } from "./section.ts";

/** Correlation from which two columns say the same. */
const SAME = 1 - 1e-9;

/** Prints of columns that say the same differ by less, for rounding. */
const PRINT_MARGIN = 1e-4;

/** Rows from which counting them is no chance. */
const COUNTS_FROM = 10;

export const columnFacts: SectionMaker = {
  name: "columns",
  what: "constant and duplicated columns",
  lacks: ({ splits }) => (isImages(splits.train) ? "" : undefined),
  async make(task) {
    const found = await lookAt(task);
    return describeColumns(columnNames(task), found);
  },
};

/** Columns by their places. */
interface Found {
  readonly constant: readonly number[];
  readonly counting: readonly number[];
  /** Columns that say the same. */
  readonly groups: readonly (readonly number[])[];
}

function describeColumns(names: readonly string[], { constant, counting, groups }: Found): AuditSection {
  const repeated = groups.reduce((sum, group) => sum + group.length - 1, 0);
  const list = (columns: readonly number[]): string =>
    columns
      .slice(0, 5)
      .map((column) => JSON.stringify(names[column]))
      .join(", ") + (columns.length > 5 ? ` and ${columns.length - 5} more` : "");
  const said = [
    ...(counting.length > 0
      ? [
          `${countNoun(counting.length, "column")} ${counting.length === 1 ? "has" : "have"} another whole number in every row, as an id does: ${list(counting)}. Where rows are sorted, it tells the target.`,
        ]
      : []),
    ...(groups.length > 0
      ? [
          `${countNoun(repeated, "column")} ${repeated === 1 ? "says" : "say"} what another one says: ${groups
            .slice(0, 3)
            .map((group) => list(group))
            .join("; ")}${groups.length > 3 ? "; ..." : ""}.`,
        ]
      : []),
    ...(constant.length > 0
      ? [
          `${countNoun(constant.length, "column")} ${constant.length === 1 ? "has" : "have"} one value in all of training: ${list(constant)}.`,
        ]
      : []),
  ];
  return sectionOf({
    name: "columns",
    title: "Columns",
    outcome: said.length > 0 ? "notice" : "clear",
    findings:
      said.length > 0
        ? said
        : [
            `None of ${countNoun(names.length, "column")} is constant, repeats another one or numbers the rows.`,
          ],
    method: [
      "Columns say the same where their correlation over all rows is 1 or -1; categories where they are others' by other names.",
      "A column numbers the rows where it has whole numbers, each once, that fill half of their range or more.",
    ],
    lists:
      said.length > 0
        ? [
            tableOf(
              { name: "columns", title: "Columns that say nothing of their own", caption: "" },
              [
                ...counting.map((column) => ({ column, what: "numbers the rows" })),
                ...groups.flatMap(([kept, ...others]) =>
                  others.map((column) => ({ column, what: `says what ${names[kept!]} says` })),
                ),
                ...constant.map((column) => ({ column, what: "is constant" })),
              ],
              [
                field("column", "Column", ({ column }) => names[column]!),
                field("what", "What", ({ what }) => what),
              ],
            ),
          ]
        : [],
    numbers: { columns: names.length, constant: constant.length, repeated, numbering: counting.length },
  });
}

/** Look at every column. */
async function lookAt(task: AuditTask): Promise<Found> {
  const count = columnNames(task).length;
  const constant: number[] = [];
  const counting: number[] = [];
  const prints: { readonly at: number; readonly print: number; readonly values: Float64Array }[] = [];
  const draw = drawWeights(task);
  let at = 0;
  for (const { train, test, isCategory } of eachColumn(task)) {
    if (at % 64 === 0) await breathe(task, at, count, "looking at columns");
    const all = Float64Array.from([...train, ...test]);
    if (train.every((value) => value === train[0])) constant.push(at);
    else {
      if (!isCategory && isNumbering(all)) counting.push(at);
      const values = standardized(isCategory ? inOrderOfOccurrence(all) : all);
      if (values) prints.push({ at, values, print: Math.abs(dot(values, draw)) });
    }
    at++;
  }
  return { constant, counting, groups: groupSame(prints) };
}

/** One number an example, the same for all columns. */
function drawWeights({ splits, seed }: AuditTask): Float64Array {
  const stream = randomStream(seed, "audit-columns");
  const count = splits.train.labels.length + splits.test.labels.length;
  return Float64Array.from({ length: count }, () => stream.uniform() - 0.5);
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += a[at]! * b[at]!;
  return sum;
};

/** Values of mean 0 and norm 1; undefined where all are equal. */
function standardized(values: Float64Array): Float64Array | undefined {
  let mean = 0;
  for (const value of values) mean += value / values.length;
  const centered = values.map((value) => value - mean);
  const norm = Math.sqrt(dot(centered, centered));
  return norm > 0 ? centered.map((value) => value / norm) : undefined;
}

/** Categories numbered as they occur, so that names do not matter. */
function inOrderOfOccurrence(values: Float64Array): Float64Array {
  const numbers = new Map<number, number>();
  return values.map((value) => {
    const known = numbers.get(value) ?? numbers.size;
    numbers.set(value, known);
    return known;
  });
}

/** Whether all values are whole, each there once, and fill half of their range or more. */
function isNumbering(values: Float64Array): boolean {
  if (values.length < COUNTS_FROM || !values.every(Number.isInteger)) return false;
  const sorted = values.toSorted();
  const isOnce = sorted.every((value, at) => at === 0 || value > sorted[at - 1]!);
  return isOnce && sorted.at(-1)! - sorted[0]! < 2 * values.length;
}

/** Columns that say the same, in groups: those of nearly equal prints are compared whole. */
function groupSame(
  prints: readonly { readonly at: number; readonly print: number; readonly values: Float64Array }[],
): number[][] {
  const sorted = prints.toSorted((a, b) => a.print - b.print);
  const groups: { readonly first: (typeof sorted)[number]; readonly members: number[] }[] = [];
  for (const column of sorted) {
    let group: (typeof groups)[number] | undefined;
    for (let at = groups.length - 1; at >= 0 && column.print - groups[at]!.first.print < PRINT_MARGIN; at--) {
      if (Math.abs(dot(column.values, groups[at]!.first.values)) >= SAME) group = groups[at];
    }
    if (group) group.members.push(column.at);
    else groups.push({ first: column, members: [column.at] });
  }
  return groups
    .filter(({ members }) => members.length > 1)
    .map(({ members }) => members.sort((a, b) => a - b))
    .sort((a, b) => a[0]! - b[0]!);
}
