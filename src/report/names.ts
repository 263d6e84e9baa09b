/**
 * @file File names for the tables and plots of a document, whose own names may be anything.
 */

import type { Plot } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import type { About } from "./chart/tell-plot.ts";

/** Names of files that every report has. */
const TAKEN = ["index", "result", "claims"];

/** What has tables and plots: the document of an experiment, or of a theory. */
export interface Drawn extends About {
  readonly tables: readonly Table[];
  readonly plots: readonly Plot[];
}

/** A table or plot and the name of its files, without their end. */
export interface Named<T> {
  readonly stem: string;
  readonly item: T;
}

/** The tables of a document; no two of them share a file. */
export const namedTables = (result: Pick<Drawn, "tables" | "plots">): Named<Table>[] =>
  nameAll(result.tables, [...TAKEN, ...namedPlots(result).map(({ stem }) => pointsStem(stem))]);

/** The plots of a document; a plot may share its stem with a table, as their files end differently. */
export const namedPlots = ({ plots }: Pick<Drawn, "plots">): Named<Plot>[] => nameAll(plots, TAKEN);

/** The stem of the file of a plot's points. */
export const pointsStem = (stem: string): string => `${stem}-points`;

function nameAll<T extends { readonly name: string }>(
  items: readonly T[],
  taken: readonly string[],
): Named<T>[] {
  // File systems may not tell capital letters from small ones.
  const used = new Set(taken.map((stem) => stem.toLowerCase()));
  return items.map((item) => {
    const base = plainStem(item.name);
    let stem = base;
    for (let copy = 2; used.has(stem.toLowerCase()); copy++) stem = `${base}-${copy}`;
    used.add(stem.toLowerCase());
    return { stem, item };
  });
}

/** Letters, digits, dots, hyphens and underscores, no dot first: a name every file system takes, in no other folder. */
const plainStem = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replaceAll(/^[.-]+|[.-]+$/g, "")
    .slice(0, 100) || "unnamed";
