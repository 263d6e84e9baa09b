/**
 * @file Tables as Markdown (GitHub's).
 */

import { type Column, formatCell, type Table } from "./table.ts";

/** Write a table as Markdown. */
export function markdownTable({ columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    line(columns.map(({ title }) => plain(title))),
    line(columns.map(alignment)),
    ...rows.map((row) => line(row.map((cell, index) => plain(formatCell(columns[index]!, cell))))),
    "",
  ].join("\n");
}

const alignment = ({ form }: Column): string => (form === "text" ? "---" : "---:");

/** Text that Markdown shows as it is. */
const plain = (text: string): string => text.replaceAll(/[\\`*_[\]<>|~#&]/g, "\\$&").replaceAll(/\s+/g, " ");
