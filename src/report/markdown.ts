/**
 * @file Tables as Markdown (GitHub's).
 */

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

/** Text that Markdown shows as it is. */
export const plainMarkdown = (text: string): string =>
  text.replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&").replaceAll(/\s+/g, " ");
