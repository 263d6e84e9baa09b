/**
 * @file A table as texts, some of its columns under a common title, with footnotes.
 *
 * How it is written is another matter: see `html.ts`, `markdown.ts`, `latex.ts` and `terminal.ts`.
 */

import type { Color } from "../chart/looks.ts";

/** One column, or several under a common title. */
export interface GridGroup {
  readonly title: string;
  /** Titles of its columns, where it has several. */
  readonly parts: readonly string[];
  /** Numbers stand at the right. */
  readonly align: "left" | "right";
  /** Whether it says what a row is about, and so stands in every part of a table that is split. */
  readonly isHead: boolean;
  /** What the cells of a list are, for its style sheet. */
  readonly style?: string;
  /** Where room is short, the column of the highest rank goes first; one without a rank stays. */
  readonly rank?: number | undefined;
}

/** A cell; a number that needs a word, or the dash for one that is missing, has the mark of a footnote. */
export interface GridCell {
  readonly text: string;
  /** Empty for none. */
  readonly mark: string;
  /** What the text is the beginning of, such as a hash. */
  readonly whole?: string;
  /** The color that what it names has in charts. */
  readonly color?: Color;
}

/** A table as texts. */
export interface Grid {
  /** For file names and labels. */
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly groups: readonly GridGroup[];
  /** As many cells a row as the groups have columns. */
  readonly rows: readonly (readonly GridCell[])[];
  /** How to read the numbers, a sentence each. */
  readonly notes: readonly string[];
  readonly footnotes: readonly { readonly mark: string; readonly text: string }[];
  /** Whether it is a list of records, whose titles are no wider than their cells need. */
  readonly isList?: boolean;
}

/** How many columns a group has. */
export const widthOf = ({ parts }: GridGroup): number => Math.max(1, parts.length);

/** A cell without a footnote. */
export const plainCell = (text: string): GridCell => ({ text, mark: "" });

/** What stands in place of a table without rows. */
export const tellNothing = ({ isList }: Grid): string =>
  isList ? "No trial has a result." : "The table has no rows yet.";

/** A table of plain texts; columns of words say what a row is about. */
export const plainGrid = (
  about: Pick<Grid, "name" | "title" | "caption">,
  columns: readonly (readonly [title: string, align: GridGroup["align"]])[],
  rows: readonly (readonly string[])[],
  notes: readonly string[] = [],
): Grid => ({
  ...about,
  groups: columns.map(([title, align]) => ({ title, parts: [], align, isHead: align === "left" })),
  rows: rows.map((row) => row.map(plainCell)),
  notes,
  footnotes: [],
});
