/**
 * @file The legend above a chart: what each line and dot is.
 */

import * as Plot from "@observablehq/plot";
import { type Board, type Drawing, type Paper, shorten, textWidth } from "./frame.ts";
import { type Look, SOLID } from "./looks.ts";

/** What a legend explains. */
export interface Entry {
  readonly label: string;
  readonly look: Look;
}

const SAMPLE = 30;
const GAP = 18;
const ROW = 20;
const FONT_SIZE = 12;
const MARGIN = 16;

/** Draw a legend, in as many rows as it needs; labels wider than it are cut. */
export function drawLegend(entries: readonly Entry[], { paper, width, plot }: Board): Drawing {
  let x = MARGIN;
  let row = 0;
  const placed = entries.map((full) => {
    const entry = { ...full, label: shorten(full.label, FONT_SIZE, width - 2 * MARGIN - SAMPLE) };
    const needed = SAMPLE + textWidth(entry.label, FONT_SIZE);
    if (x > MARGIN && x + needed > width - MARGIN) {
      x = MARGIN;
      row++;
    }
    const place = { ...entry, x, y: ROW * row + 14 };
    x += needed + GAP;
    return place;
  });
  const marks = placed.flatMap(({ label, look, x: left, y }) => [
    ...(look.dashes === undefined
      ? []
      : [
          Plot.link([0], {
            x1: () => left,
            x2: () => left + SAMPLE - 6,
            y1: () => y,
            y2: () => y,
            stroke: look.color,
            strokeWidth: 2,
            strokeDasharray: look.dashes || SOLID,
          }),
        ]),
    ...(look.symbol ? [dot([{ x: left + (SAMPLE - 6) / 2, y }], look, paper)] : []),
    Plot.text([label], { x: () => left + SAMPLE, y: () => y, textAnchor: "start", fill: paper.ink }),
  ]);
  const scale = { type: "identity", axis: null } as const;
  return plot({ x: scale, y: scale, margin: 0, marks }, ROW * (row + 1) + 10);
}

/** Dots of a look, filled or hollow. */
export const dot = (
  points: readonly object[],
  look: Look,
  paper: Paper,
  options: Plot.DotOptions = {},
): Plot.Dot =>
  Plot.dot([...points], {
    x: "x",
    y: "y",
    r: 4,
    symbol: look.symbol ?? "circle",
    rotate: look.turn ?? 0,
    fill: look.hollow ? paper.ground : look.color,
    stroke: look.color,
    strokeWidth: 1.75,
    ...options,
  });
