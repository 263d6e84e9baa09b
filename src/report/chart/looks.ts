/**
 * @file How lines look: a color and a shape each; solid and filled for ours, dashed and hollow for the paper's.
 *
 * The first colors are those of Okabe and Ito (Color Universal Design, 2008), which people with color-blindness
 * can tell apart, a little lighter on dark ground. What a trial was trained on has one of them in every chart of a
 * test; labels random in part lie between true and random labels.
 */

import type * as Plot from "@observablehq/plot";
import type { Kind } from "../../run/kinds.ts";

/** `#rrggbb` on white and on dark ground, and the CSS variable that holds it on a page. */
export interface Color {
  readonly variable: string;
  readonly light: string;
  readonly dark: string;
}

/** What tells a line from the others: a color, and the number of a shape. */
export interface Marking {
  readonly color: Color;
  readonly shape: number;
}

/** How a line or dot looks. */
export interface Look {
  readonly color: string;
  /** Length of dashes and gaps, in pixels; empty for a solid line, undefined where there is no line. */
  readonly dashes?: string;
  readonly symbol?: Plot.SymbolType;
  /** Degrees the symbol is turned by, clockwise. */
  readonly turn?: number;
  readonly hollow?: boolean;
}

/** Ink and ground of charts that stand alone. */
export const INK = "#222222";
export const GROUND = "#ffffff";

/** Dashes of a line that has none. */
export const SOLID = "none";
/** Dashes of the paper's lines. */
const PAPER_DASHES = "5 4";
/** Dashes of a value to compare with, such as chance. */
export const GUIDE_DASHES = "1.5 3.5";

/** By the place of a line; a contrast of at least 3 with the ground. */
export const seriesColors: readonly Color[] = [
  ["#0072b2", "#56a8e8"],
  ["#d55e00", "#f5843f"],
  ["#009e73", "#35c79c"],
  ["#b8588f", "#e09cc5"],
  ["#222222", "#eeeeee"],
  ["#6b4fc4", "#a996ff"],
  ["#8a6d00", "#d9bf3f"],
  ["#d1006c", "#ff6fb1"],
  ["#4f8a10", "#9ad14b"],
  ["#8c4a2f", "#d39c7e"],
  ["#6f7780", "#9aa3ac"],
  ["#0f8b9d", "#5fd3e0"],
].map(([light, dark], index) => ({ variable: `--series-${index + 1}`, light: light!, dark: dark! }));

/** The first of the colors that no kind of trial has: of lines that are told apart by what is measured. */
export const MEASURES = 5;

/** Symbols by their name in Plot, and what they are turned by, in degrees. */
const SHAPES = [
  { symbol: "circle", turn: 0 },
  { symbol: "square", turn: 0 },
  { symbol: "triangle", turn: 0 },
  { symbol: "diamond", turn: 0 },
  { symbol: "triangle", turn: 180 },
  { symbol: "star", turn: 0 },
  { symbol: "cross", turn: 0 },
  { symbol: "wye", turn: 0 },
  { symbol: "triangle", turn: 90 },
  { symbol: "cross", turn: 45 },
  { symbol: "wye", turn: 180 },
  { symbol: "triangle", turn: 270 },
] as const;

/** What marks the line at a place, unless it is about something that has a color of its own. */
export const markingOf = (place: number): Marking => ({
  color: seriesColors[place % seriesColors.length]!,
  shape: place,
});

/** The color of a kind of trial; escalations share it. */
export function kindColor({ inputs, nominal }: Kind): Color {
  const [trueLabels, randomLabels, shuffled, random, gaussian] = seriesColors as [Color, ...Color[]];
  const from = { true: trueLabels, shuffled, random, gaussian }[inputs]!;
  const to = inputs === "true" ? randomLabels! : from;
  return {
    variable: `--${inputs}-labels-${nominal}`.replaceAll(/[^a-z0-9-]/g, "_"),
    light: mix(from.light, to.light, nominal),
    dark: mix(from.dark, to.dark, nominal),
  };
}

/** A color between two, `share` of the way, in sRGB. */
function mix(from: string, to: string, share: number): string {
  const channel = (color: string, index: number): number =>
    Number.parseInt(color.slice(1 + 2 * index, 3 + 2 * index), 16);
  const channels = [0, 1, 2].map((index) =>
    Math.round(channel(from, index) * (1 - share) + channel(to, index) * share)
      .toString(16)
      .padStart(2, "0"),
  );
  return `#${channels.join("")}`;
}

/** A color as CSS understands it: by its variable on a page, fixed in a file. */
export const inkOf = ({ variable, light }: Color, theme: "page" | "file"): string =>
  theme === "page" ? `var(${variable})` : light;

/** How a line of ours looks. */
export const oursLook = (color: string, shape: number): Look => ({
  color,
  dashes: "",
  ...SHAPES[shape % SHAPES.length]!,
});

/** How the paper's line beside it looks. */
export const paperLook = (color: string, shape: number): Look => ({
  ...oursLook(color, shape),
  dashes: PAPER_DASHES,
  hollow: true,
});
