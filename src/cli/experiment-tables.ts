/**
 * @file The tables of an experiment for the terminal: each measured column with the paper's beside it.
 */

import type { Cell, ExperimentTable, Measurement, Unit } from "../lab/experiment-result.ts";
import { formatNumber, formatPercent, formatShare } from "../report/format.ts";
import { type Column, type Table, tableOf } from "../report/table.ts";
import { terminalTable } from "../report/terminal.ts";

type Row = ExperimentTable["rows"][number];

const isShare = (unit: Unit): boolean => unit === "share" || unit === "error";

const measurementIn = (row: Row, key: string): Measurement | undefined => {
  const cell = row[key];
  return cell && "measurement" in cell ? cell.measurement : undefined;
};

function plainText(cell: Cell | undefined, unit: Unit): string | number | null {
  if (!cell || !("text" in cell) || cell.text === null) return null;
  if (typeof cell.text === "boolean") return cell.text ? "yes" : "no";
  if (typeof cell.text === "string") return cell.text;
  // A share that was asked for, such as a probability, is written as it is; what was measured is rounded.
  if (unit === "share") return formatShare(cell.text);
  return unit === "error" ? formatPercent(cell.text) : formatNumber(cell.text);
}

/** A number with its interval, or why there is none. */
function measuredText({ value, low, high, note }: Measurement, unit: Unit): string | null {
  if (value === null) return note;
  const say = (number: number): string => (isShare(unit) ? formatPercent(number) : formatNumber(number));
  const ends = low === null || high === null ? "" : ` [${say(low)}, ${say(high)}]`;
  return `${say(value)}${ends}`;
}

/** A column and, where the paper has numbers, one with those. */
function columnsOf(
  table: ExperimentTable,
  { key, title, unit, measured }: ExperimentTable["columns"][number],
) {
  type Reading = Column & { readonly read: (row: Row) => string | number | null };
  if (!measured) {
    const form = unit === "text" ? ("text" as const) : ("count" as const);
    return [{ name: key, title, form, read: (row: Row) => plainText(row[key], unit) }] satisfies Reading[];
  }
  const hasPaper = table.rows.some((row) => (measurementIn(row, key)?.paper ?? null) !== null);
  const paper: Reading = {
    name: `${key}Paper`,
    title: "paper",
    form: isShare(unit) ? "share" : "number",
    read: (row) => measurementIn(row, key)?.paper ?? null,
  };
  const ours: Reading = {
    name: key,
    title,
    form: "count",
    read: (row) => {
      const measurement = measurementIn(row, key);
      return measurement ? measuredText(measurement, unit) : null;
    },
  };
  return hasPaper ? [ours, paper] : [ours];
}

/** One table for a terminal. */
export function experimentTable(table: ExperimentTable, color: boolean, width: number): string {
  const readers = table.columns.flatMap((column) => columnsOf(table, column));
  const plain: Table = tableOf(table.rows, readers);
  return terminalTable(plain, { color, width });
}
