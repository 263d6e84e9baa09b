/**
 * @file Records as a table of texts: one a row, each number with its unit.
 */

import type { Estimate } from "../../base/statistics.ts";
import type { Unit } from "../../document/measurement.ts";
import { formatR2 } from "../../verdict/words.ts";
import type { Color } from "../chart/looks.ts";
import { formatCount, formatEstimate, formatNumber, formatPercent, NOTHING } from "../format.ts";
import { type Grid, type GridCell, plainCell } from "./grid.ts";

/** Null or empty where nothing is known. */
type ListValue = string | number | Estimate | null;

/** A column of a list. */
export interface ListColumn<T> {
  readonly title: string;
  /** How its cells are written: shares in percent, hashes cut, all but texts at the right. */
  readonly unit: Unit | "hash" | "fraction";
  /** Where room is short, the column of the highest rank goes first; one without a rank stays. */
  readonly rank?: number;
  /** Whether it is left out where no record has anything for it. */
  readonly isOptional?: boolean;
  /** The color that what its cell names has in charts. */
  readonly color?: (record: T) => Color;
  readonly read: (record: T) => ListValue;
}

const isNothing = (value: ListValue): value is null | "" => value === null || value === "";

/** The table of some records. */
export function listGrid<T>(
  records: readonly T[],
  all: readonly ListColumn<T>[],
  about: Pick<Grid, "name" | "title" | "caption"> = { name: "", title: "", caption: "" },
): Grid {
  const columns = all.filter(
    ({ isOptional, read }) => !isOptional || records.some((record) => !isNothing(read(record))),
  );
  return {
    ...about,
    groups: columns.map(({ title, unit, rank }) => ({
      title,
      parts: [],
      align: unit === "text" ? "left" : "right",
      isHead: true,
      style: unit,
      rank,
    })),
    rows: records.map((record) => columns.map((column) => cellOf(record, column))),
    notes: [],
    footnotes: [],
    isList: true,
  };
}

/** Digits of a hash that people compare. */
const SHORT_HASH = 12;

function cellOf<T>(record: T, { unit, read, color }: ListColumn<T>): GridCell {
  const value = read(record);
  return {
    ...plainCell(isNothing(value) ? NOTHING : format(value, unit)),
    ...(unit === "hash" && value !== null ? { whole: String(value) } : {}),
    ...(color ? { color: color(record) } : {}),
  };
}

function format(value: string | number | Estimate, unit: ListColumn<never>["unit"]): string {
  if (unit === "hash") return String(value).slice(0, SHORT_HASH);
  if (typeof value === "string") return value;
  if (typeof value === "object") {
    return formatEstimate(value, unit === "share" ? "percent" : unit === "r2" ? "r2" : "number");
  }
  if (unit === "r2") return formatR2(value);
  return (unit === "share" ? formatPercent : unit === "number" ? formatNumber : formatCount)(value);
}
