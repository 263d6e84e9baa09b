/**
 * @file Tables as texts in HTML: titles over several columns, footnotes below, in a box that scrolls by itself.
 */

import type { Color } from "../chart/looks.ts";
import { html, type Insert, type Markup } from "../html/escape.ts";
import { type Grid, type GridCell, type GridGroup, tellNothing, widthOf } from "./grid.ts";

/** Names that stay on one line, in characters. */
const SHORT = 20;

/** Tables of so many columns are set a little smaller. */
const MANY = 10;

/** Write a table with its caption, notes and footnotes; its first column heads the rows. */
export function htmlGrid(grid: Grid): Markup {
  const { name, title, caption, groups, rows, notes, footnotes } = grid;
  if (rows.length === 0) return html`<p class="nothing">${tellNothing(grid)}</p>`;
  // What heads a row stands at its left.
  const sided = groups.map((group, index) => (index === 0 ? { ...group, align: "left" as const } : group));
  const columns = sided.flatMap((group) =>
    Array.from({ length: widthOf(group) }, (_, part) => `${group.align}${part === 0 ? " first" : ""}`),
  );
  const noteId = (mark: string): string => `note-${name}-${mark}`;
  // Rows about the same thing stand together, where any do; else each stands for itself.
  const heads = rows.map(([first]) => first?.text);
  const isGrouped = new Set(heads).size < heads.length;
  const isNew = (index: number): boolean => !isGrouped || heads[index] !== heads[index - 1];
  const isShort = heads.every((head) => (head ?? "").length <= SHORT);
  const show = (cell: GridCell): Insert => cellMarkup(cell, footnotes, noteId);
  return html`<p class="caption">${caption}</p>
<div class="scroll roomy" role="region" tabindex="0" aria-label="${title}">
<table class="grid${isShort && " short"}${columns.length >= MANY && " dense"}">
<thead>${headOf(sided)}</thead>
<tbody>
${rows.map(
  (row, index) =>
    html`<tr${isNew(index) && html` class="new"`}>${row.map((cell, place) =>
      place === 0
        ? html`<th scope="row" class="${columns[place]!}">${show(cell)}</th>`
        : html`<td class="${columns[place]!}">${show(cell)}</td>`,
    )}</tr>\n`,
)}</tbody>
</table>
</div>
${notes.length > 0 && html`<p class="remark">${notes.join(" ")}</p>`}
${
  footnotes.length > 0 &&
  html`<ul class="footnotes">${footnotes.map(
    ({ mark, text }) => html`<li id="${noteId(mark)}"><sup>${mark}</sup> ${text}</li>`,
  )}</ul>`
}`;
}

/** One row of titles, or two where columns stand under a common title. */
function headOf(groups: readonly GridGroup[]): Markup {
  const isDeep = groups.some(({ parts }) => parts.length > 0);
  const alone = ({ title, align }: GridGroup): Markup =>
    html`<th scope="col" class="${align} first"${isDeep && html` rowspan="2"`}>${title}</th>`;
  const above = groups.map((group) =>
    group.parts.length === 0
      ? alone(group)
      : html`<th scope="colgroup" class="group first" colspan="${group.parts.length}"><span>${group.title}</span></th>`,
  );
  const below = groups.flatMap(({ parts, align }) =>
    parts.map((part, index) => html`<th scope="col" class="${align}${index === 0 && " first"}">${part}</th>`),
  );
  return html`<tr>${above}</tr>${isDeep && html`\n<tr>${below}</tr>`}`;
}

function cellMarkup(
  { text, mark }: GridCell,
  footnotes: Grid["footnotes"],
  noteId: (mark: string) => string,
): Insert {
  if (mark === "") return text;
  const note = footnotes.find((footnote) => footnote.mark === mark)?.text ?? "";
  return html`<span title="${note}">${text}<sup><a href="#${noteId(mark)}">${mark}</a></sup></span>`;
}

/** Write a list of records with its caption; hashes are cut, and shown whole where a pointer rests. */
export function htmlList(grid: Grid): Markup {
  const { caption, groups, rows } = grid;
  if (rows.length === 0) return html`<p class="nothing">${tellNothing(grid)}</p>`;
  return html`<p class="caption">${caption}</p>
<div class="scroll" role="region" tabindex="0" aria-label="${caption}">
<table>
<thead><tr>${groups.map(({ title, style }) => html`<th scope="col" class="${style}">${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${row.map((cell, place) =>
      place === 0
        ? html`<th scope="row">${listMarkup(cell)}</th>`
        : html`<td class="${groups[place]!.style}">${listMarkup(cell)}</td>`,
    )}</tr>\n`,
)}</tbody>
</table>
</div>`;
}

/** A dot in the color that something has in charts. */
export const swatch = ({ variable }: Color): Markup =>
  html`<span class="swatch" style="background:var(${variable})"></span>`;

const listMarkup = ({ text, whole, color }: GridCell): Insert => [
  color && swatch(color),
  whole === undefined ? text : html`<code title="${whole}">${text}</code>`,
];
