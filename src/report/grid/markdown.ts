/**
 * @file Tables as texts in Markdown (GitHub's).
 */

import { plainMarkdown } from "../plain-markdown.ts";
import type { Grid, GridCell, GridGroup } from "./grid.ts";

/** Write a table with its title, caption and footnotes. */
export function markdownGrid(grid: Grid): string {
  const { title, caption, notes, footnotes } = grid;
  const below = [
    notes.map(plainMarkdown).join(" "),
    footnotes.map(({ mark, text }) => `<sup>${mark}</sup> ${plainMarkdown(text)}`).join("; "),
  ];
  const parts = [`# ${plainMarkdown(title)}`, plainMarkdown(caption), markdownRows(grid), ...below];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

/** Write a table by itself; it ends without a line break. */
export function markdownRows({ groups, rows }: Grid): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(groups.flatMap(titlesOf)),
    line(groups.flatMap((group) => titlesOf(group).map(() => (group.align === "left" ? "---" : "---:")))),
    ...rows.map((row) => line(row.map(cellText))),
  ].join("\n");
}

const titlesOf = ({ title, parts }: GridGroup): string[] =>
  parts.length === 0
    ? [plainMarkdown(title)]
    : parts.map((part, index) => plainMarkdown(index === 0 ? `${title}: ${part}` : part));

const cellText = ({ text, mark }: GridCell): string =>
  plainMarkdown(text) + (mark === "" ? "" : `<sup>${mark}</sup>`);
