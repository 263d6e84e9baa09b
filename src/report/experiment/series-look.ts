/**
 * @file How the lines of an experiment look: a colour and a shape each; solid and filled for ours, dashed and
 * hollow for the paper's.
 *
 * The first colours are those of Okabe and Ito (Color Universal Design, 2008), as in the charts of a test.
 */

import type { Look } from "../legend.ts";
import type { Scheme } from "../palette.ts";

/** `#rrggbb` by the place of a line; a contrast of at least 3 with the ground. */
export const SERIES_COLORS: Readonly<Record<Scheme, readonly string[]>> = {
  light: [
    ...["#0072b2", "#d55e00", "#009e73", "#b8588f", "#222222", "#6b4fc4"],
    ...["#8a6d00", "#d1006c", "#4f8a10", "#8c4a2f", "#6f7780", "#0f8b9d"],
  ],
  dark: [
    ...["#56a8e8", "#f5843f", "#35c79c", "#e09cc5", "#eeeeee", "#a996ff"],
    ...["#d9bf3f", "#ff6fb1", "#9ad14b", "#d39c7e", "#9aa3ac", "#5fd3e0"],
  ],
};

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

/** Dashes of the paper's lines. */
export const PAPER_DASHES = "5 4";

/** The CSS variable that holds a line's colour. */
export const seriesVariable = (index: number): string =>
  `--series-${(index % SERIES_COLORS.light.length) + 1}`;

/** The colour of a line in a file. */
export const seriesColor = (index: number): string =>
  SERIES_COLORS.light[index % SERIES_COLORS.light.length]!;

/** How a line of ours looks. */
export const oursLook = (color: string, index: number): Look => ({
  color,
  dashes: "",
  ...SHAPES[index % SHAPES.length]!,
});

/** How the paper's line beside it looks. */
export const paperLook = (color: string, index: number): Look => ({
  ...oursLook(color, index),
  dashes: PAPER_DASHES,
  hollow: true,
});
