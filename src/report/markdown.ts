/**
 * @file Tables as Markdown (GitHub's).
 */

import { plainMarkdown } from "./plain-markdown.ts";
import { type Column, formatCell, type Table } from "./table.ts";

/** Write a table as Markdown. */
export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => plainMarkdown(title))),
    line(columns.map(alignment)),
    ...rows.map((row) => line(row.map((cell, index) => plainMarkdown(formatCell(columns[index]!, cell))))),
    "",
  ].join("\n");
}

const alignment = ({ form }: Column): string => (form === "text" ? "---" : "---:");
