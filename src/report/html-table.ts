/**
 * @file Tables and lists of facts as HTML.
 */

import { html, type Insert, type Markup } from "./escape.ts";
import { type Kind, keyOfKind } from "./kinds.ts";
import { variableOf } from "./palette.ts";
import { type Cell, type Column, formatCell, type Table } from "./table.ts";

/** How a table is shown. */
export interface TableOptions {
  readonly caption: string;
  /** Each row's kind, whose colour is shown at its head. */
  readonly kinds?: readonly Kind[];
}

/** A table that scrolls sideways where the window is too narrow; its first column heads the rows. */
export function htmlTable({ columns, rows }: Table, { caption, kinds }: TableOptions): Markup {
  if (rows.length === 0) return html`<p class="nothing">No trial has a result.</p>`;
  const swatch = (row: number): Insert => {
    const kind = kinds?.[row];
    return (
      kind &&
      html`<span class="swatch" style="background:var(${variableOf(kind)})" data-kind="${keyOfKind(kind)}"></span>`
    );
  };
  const cells = (row: readonly Cell[], index: number): Markup[] =>
    row.map((cell, place) => {
      const column = columns[place]!;
      return place === 0
        ? html`<th scope="row">${swatch(index)}${show(column, cell)}</th>`
        : html`<td class="${column.form}">${show(column, cell)}</td>`;
    });
  return html`<p class="caption">${caption}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table>
<thead><tr>${columns.map(({ title, form }) => html`<th scope="col" class="${form}">${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row, index) => html`<tr>${cells(row, index)}</tr>\n`)}</tbody>
</table>
</div>`;
}

function show(column: Column, cell: Cell): Insert {
  const text = formatCell(column, cell);
  return column.form === "hash" && typeof cell === "string"
    ? html`<code title="${cell}">${text}</code>`
    : text;
}

/** Facts as a list of names and values; facts without a value are left out. */
export const factList = (facts: readonly (readonly [what: string, value: Insert])[]): Markup =>
  html`<dl>${facts
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([what, value]) => html`<div><dt>${what}</dt><dd>${value}</dd></div>`)}</dl>`;
