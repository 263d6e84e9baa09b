/**
 * @file The picture of `shatter data show`: a row a randomization, a column an image.
 */

import { labelName } from "../data/dataset.ts";
import { oneOfEachClass } from "../data/gallery.ts";
import { examplePng } from "../data/node/example-image.ts";
import { corruptLabels } from "../data/randomize.ts";
import { type PictureRequest, rowsOf } from "./data-rows.ts";

/** One image: its place in the training data, its true label, and the one it may be given. */
export interface Column {
  readonly index: number;
  readonly label: string;
  readonly given: string;
}

const TILE = 84;
const GAP = 14;
const MARGIN = 28;
const TITLES = 196;
const HEADER = 74;
const CAPTION = 20;
/** Pixels of an embedded image for one on the page: sharp at twice the size, as PNGs of drawings are. */
const ZOOM = 2;

/** The columns of the picture: the first examples of class 0, 1, 2, ..., and again from the start. */
export function pickColumns({ splits, seed, corrupt, count }: PictureRequest): Column[] {
  const { train } = splits;
  const given = corruptLabels(train, corrupt, seed, "train").labels;
  return oneOfEachClass(train, count).map((index) => ({
    index,
    label: labelName(train, train.labels[index]!),
    given: labelName(train, given[index]!),
  }));
}

/** Draw the picture as SVG, its images embedded as PNG. */
export async function drawPicture(request: PictureRequest, columns: readonly Column[]): Promise<string> {
  const { splits, seed } = request;
  const pitch = TILE + GAP;
  const rowHeight = TILE + CAPTION + 14;
  const width = MARGIN * 2 + TITLES + columns.length * pitch - GAP;
  const rows = rowsOf(
    request,
    columns.map(({ index }) => index),
  );
  const height = HEADER + rows.length * rowHeight + MARGIN;
  const parts: string[] = [];
  for (const [row, { title, note, images }] of rows.entries()) {
    const top = HEADER + row * rowHeight;
    parts.push(
      text(MARGIN, top + TILE / 2 - 4, title, "title"),
      text(MARGIN, top + TILE / 2 + 16, note, "note"),
    );
    for (const [column, { label, given }] of columns.entries()) {
      const left = MARGIN + TITLES + column * pitch;
      const png = await examplePng(images, column, TILE * ZOOM);
      parts.push(
        `<image x="${left}" y="${top}" width="${TILE}" height="${TILE}" href="data:image/png;base64,${png.toString("base64")}"/>`,
        `<rect x="${left - 0.5}" y="${top - 0.5}" width="${TILE + 1}" height="${TILE + 1}" class="frame"/>`,
      );
      const middle = left + TILE / 2;
      const caption = top + TILE + 15;
      if (row < rows.length - 1) parts.push(text(middle, caption, label, "label"));
      else if (label === given)
        parts.push(text(middle, caption, label, "label"), text(middle, caption + 15, "kept", "kept"));
      else
        parts.push(text(middle, caption, label, "struck"), text(middle, caption + 15, `→ ${given}`, "given"));
    }
  }
  const heading = `${splits.train.name} under each randomization, seed ${seed}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<style>
  text { font-family: "Inter", "Helvetica Neue", "DejaVu Sans", Arial, sans-serif; fill: #1d2733; }
  .heading { font-size: 20px; font-weight: 600; }
  .title { font-size: 15px; font-weight: 600; }
  .note, .kept { font-size: 12px; fill: #6b7785; }
  .label, .given, .struck, .kept { font-size: 12px; text-anchor: middle; }
  .struck { fill: #8b95a1; text-decoration: line-through; }
  .given { fill: #b4231a; font-weight: 600; }
  .frame { fill: none; stroke: #d4dae1; }
</style>
<rect width="${width}" height="${height}" fill="#fbfcfd"/>
${text(MARGIN, 44, heading, "heading")}
${parts.join("\n")}
</svg>
`;
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

const text = (x: number, y: number, content: string, style: string): string =>
  `<text x="${x}" y="${y}" class="${style}">${content.replace(/[&<>]/g, (sign) => ESCAPES[sign]!)}</text>`;
