/**
 * @file A table as texts, some of its columns under a common title, with footnotes.
 *
 * How it is written is another matter: see `grid-html.ts`, `grid-markdown.ts`, `grid-latex.ts` and
 * `grid-terminal.ts`.
 */

/** One column, or several under a common title. */
export interface GridGroup {
  readonly title: string;
  /** Titles of its columns, where it has several. */
  readonly parts: readonly string[];
  /** Numbers stand at the right. */
  readonly align: "left" | "right";
  /** Whether it says what a row is about, and so stands in every part of a table that is split. */
  readonly isHead: boolean;
}

/** A cell; a number that needs a word, or the dash for one that is missing, has the mark of a footnote. */
export interface GridCell {
  readonly text: string;
  /** Empty for none. */
  readonly mark: string;
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
}

/** How many columns a group has. */
export const widthOf = ({ parts }: GridGroup): number => Math.max(1, parts.length);

/** A cell without a footnote. */
export const plainCell = (text: string): GridCell => ({ text, mark: "" });
