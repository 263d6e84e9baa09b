/**
 * @file The legend above a chart: what each line and dot is.
 */

import * as Plot from "@observablehq/plot";
import type { Figure, Line } from "./figure.ts";
import { type Board, type Drawing, type Paper, shorten, textWidth } from "./frame.ts";
import type { Kind } from "./kinds.ts";
import { dashesOf, symbolOf } from "./palette.ts";

/** The colours a chart is drawn in, as CSS understands them. */
export interface Inks extends Paper {
  readonly of: (kind: Kind) => string;
}

/** What every part of a chart is drawn with. */
export interface Easel {
  readonly inks: Inks;
  /** In pixels. */
  readonly width: number;
  readonly plot: (options: Plot.PlotOptions, height: number) => Drawing;
}

/** How a line or dot looks. */
export interface Look {
  readonly color: string;
  /** Undefined where there is no line. */
  readonly dashes?: string;
  readonly symbol?: Plot.SymbolType;
  /** Degrees the symbol is turned by, clockwise. */
  readonly turn?: number;
  readonly hollow?: boolean;
}

/** What a legend explains. */
export interface Entry {
  readonly label: string;
  readonly look: Look;
}

/** How lines that are about no one kind look, in their order. */
const PLAIN: readonly Omit<Look, "color">[] = [
  { dashes: "", symbol: "circle" },
  { dashes: "8 3", symbol: "square" },
  { dashes: "2 3", symbol: "triangle" },
];

export const REFERENCE_DASHES = "5 4";
/** Dashes of a line that has none. */
export const SOLID = "none";

/** How a line looks. */
export function lookOf({ kind }: Line, index: number, { ink, of }: Inks): Look {
  if (kind === null) return { color: ink, ...PLAIN[index % PLAIN.length]! };
  return { color: of(kind), dashes: dashesOf(kind), symbol: symbolOf(kind), hollow: kind.escalation > 0 };
}

const SAMPLE = 30;
const GAP = 18;
const ROW = 20;
const FONT_SIZE = 12;
const MARGIN = 16;

/** Draw the legend of a figure. */
export const legendOf = (figure: Figure, { inks, width, plot }: Easel): Drawing =>
  drawLegend([...entriesOf(figure, inks), { label: figure.reference.label, look: referenceLook(inks) }], {
    paper: inks,
    width,
    plot,
  });

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

const referenceLook = ({ ink }: Inks): Look => ({ color: ink, dashes: REFERENCE_DASHES });

function entriesOf(figure: Figure, inks: Inks): Entry[] {
  if (figure.form === "pairs") {
    return [
      { label: "train accuracy", look: { color: inks.ink, symbol: "circle" } },
      { label: "test accuracy", look: { color: inks.ink, symbol: "circle", hollow: true } },
    ];
  }
  const labels = new Map<string, Entry>();
  for (const { lines } of figure.panels) {
    for (const [index, line] of lines.entries())
      labels.set(line.label, { label: line.label, look: lookOf(line, index, inks) });
  }
  return [...labels.values()];
}
