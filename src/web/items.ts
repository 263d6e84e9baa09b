/**
 * @file Rows of the lab as the page is told of them.
 */

import { csvFormat } from "d3-dsv";
import type { ExperimentLine } from "../store/read/experiments.ts";
import type { ExperimentItem } from "./api.ts";

/** Workers in a list. */
export const LISTED_WORKERS = 200;

/** An experiment without what only the server needs. */
export function experimentItem({ version: _, ...item }: ExperimentLine): ExperimentItem {
  return item;
}

/** Rows as CSV, with a line of names; nothing where nothing is known. */
export const csvOf = (rows: readonly object[], columns: readonly string[]): string =>
  `${csvFormat(
    rows.map((row) => ({ ...row }) as Record<string, string>),
    [...columns],
  )}\n`;
