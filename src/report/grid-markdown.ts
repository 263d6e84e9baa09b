/**
 * @file Tables as texts in Markdown (GitHub's).
 */

import type { Grid, GridCell, GridGroup } from "./grid.ts";
import { plainMarkdown } from "./plain-markdown.ts";

/** Write a table with its title, caption and footnotes. */
export function markdownGrid({ title, caption, groups, rows, notes, footnotes }: Grid): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = [
    line(groups.flatMap(titlesOf)),
    line(groups.flatMap((group) => titlesOf(group).map(() => (group.align === "left" ? "---" : "---:")))),
    ...rows.map((row) => line(row.map(cellText))),
  ];
  const below = [
    notes.map(plainMarkdown).join(" "),
    footnotes.map(({ mark, text }) => `<sup>${mark}</sup> ${plainMarkdown(text)}`).join("; "),
  ];
  const parts = [`# ${plainMarkdown(title)}`, plainMarkdown(caption), lines.join("\n"), ...below];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const titlesOf = ({ title, parts }: GridGroup): string[] =>
  parts.length === 0
    ? [plainMarkdown(title)]
    : parts.map((part, index) => plainMarkdown(index === 0 ? `${title}: ${part}` : part));

const cellText = ({ text, mark }: GridCell): string =>
  plainMarkdown(text) + (mark === "" ? "" : `<sup>${mark}</sup>`);
