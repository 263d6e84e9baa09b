/**
 * @file Draws pairs of train and test accuracy, one row a kind of trial.
 */

import * as Plot from "@observablehq/plot";
import { formatShare } from "../../base/percent.ts";
import type { Estimate } from "../../base/statistics.ts";
import { formatPercent, NOTHING } from "../format.ts";
import { type Board, type Drawing, type DrawOptions, drawFrame, type Heading, textWidth } from "./frame.ts";
import { dot, drawLegend } from "./legend.ts";
import { type Color, GUIDE_DASHES, inkOf } from "./looks.ts";

/** Train and test accuracy of one kind of trial. */
export interface Pair {
  readonly label: string;
  readonly color: Color;
  readonly train: Estimate | null;
  readonly test: Estimate | null;
}

/** Pairs one below the other, and an accuracy to compare with. */
export interface PairFigure extends Heading {
  readonly pairs: readonly Pair[];
  readonly guide: { readonly label: string; readonly x: number };
  /** What is shown; accuracies unless told. Dots beyond its ends stand there. */
  readonly axis?: PairAxis | undefined;
}

/** What dots are, from where to where, and how their numbers are written. */
export interface PairAxis {
  readonly label: string;
  readonly domain: readonly [number, number];
  readonly write: (value: number) => string;
  readonly tick: (value: number) => string;
}

const ACCURACY: PairAxis = {
  label: "Accuracy",
  domain: [0, 1],
  write: formatPercent,
  tick: formatShare,
};

const FONT_SIZE = 12;
/** Charts narrower than this have few ticks, and the name and the numbers of a row above it. */
const WIDE = 560;
/** Pixels of a row, and of a column of numbers. */
const ROW = { wide: 56, narrow: 58 };
const COLUMN = 76;
/** How far a guide reaches up and down from the middle of a row, in rows, where there is text between rows. */
const REACH = 0.22;

/** Draw a figure; the same figure gives the same bytes. */
export const drawPairs = (figure: PairFigure, options: DrawOptions): string =>
  drawFrame(figure, options, (board) => {
    const color = board.paper.ink;
    const { label } = figure.axis ?? ACCURACY;
    const name = label === label.toUpperCase() ? label : label.toLowerCase();
    const legend = [
      { label: `train ${name}`, look: { color, symbol: "circle" } },
      { label: `test ${name}`, look: { color, symbol: "circle", hollow: true } },
      { label: figure.guide.label, look: { color, dashes: GUIDE_DASHES } },
    ] as const;
    return [[drawLegend(legend, board)], [chart(figure, board)]];
  });

function chart({ pairs, guide, axis = ACCURACY }: PairFigure, board: Board): Drawing {
  const { paper, width, plot } = board;
  const { ink } = paper;
  const isWide = width >= WIDE;
  const longest = Math.max(...pairs.map(({ label }) => textWidth(label, FONT_SIZE)));
  const marginLeft = isWide ? Math.ceil(Math.min(longest + 28, width * 0.3)) : 16;
  const tickCount = isWide ? 5 : 2;
  const rule = { stroke: ink, strokeOpacity: 0.8, strokeWidth: 1.25, strokeDasharray: GUIDE_DASHES };
  const spans = isWide ? [[-0.5, pairs.length - 0.5]] : pairs.map((_, row) => [row - REACH, row + REACH]);
  return plot(
    {
      style: { fontSize: `${FONT_SIZE}px` },
      marginLeft,
      // Numbers stand in columns of their own, where no line is.
      marginRight: isWide ? 2 * COLUMN + 12 : 16,
      marginTop: isWide ? 20 : 8,
      marginBottom: 46,
      x: { domain: [...axis.domain], insetLeft: 8, insetRight: 8, label: null },
      y: { domain: [pairs.length - 0.5, isWide ? -0.5 : -0.7], label: null, axis: null },
      marks: [
        // Names and numbers between the rows are crossed by no line.
        isWide
          ? Plot.gridX({ ticks: tickCount, stroke: ink, strokeOpacity: 0.12 })
          : Plot.ruleY(pairs.keys(), { stroke: ink, strokeOpacity: 0.12 }),
        Plot.axisX({
          ticks: tickCount,
          tickFormat: axis.tick,
          tickSize: 0,
          label: axis.label,
          labelAnchor: "center",
          labelArrow: "none",
          color: ink,
        }),
        Plot.ruleX(spans, { x: () => guide.x, y1: "0", y2: "1", ...rule }),
        ...(isWide ? [header("test", 1, ink), header("train", 2, ink)] : []),
        ...pairs.flatMap((pair, row) => [
          ...pairMarks(pair, row, axis, board),
          ...(isWide ? textsBeside(pair, row, axis, marginLeft, ink) : textsAbove(pair, row, axis, board)),
        ]),
      ],
    },
    (isWide ? ROW.wide : ROW.narrow) * pairs.length + 66,
  );
}

/** The title of a column of numbers. */
const header = (title: string, column: number, ink: string): Plot.Markish =>
  Plot.text([title], {
    frameAnchor: "top-right",
    textAnchor: "end",
    dx: column * COLUMN,
    dy: -16,
    fill: ink,
    fillOpacity: 0.75,
  });

/** The name of a row at its left, its numbers at its right. */
function textsBeside(
  { label, train, test }: Pair,
  row: number,
  { write }: PairAxis,
  marginLeft: number,
  ink: string,
): Plot.Markish[] {
  const number = (score: Estimate | null, column: number): Plot.Markish =>
    Plot.text([score ? write(score.mean) : NOTHING], {
      frameAnchor: "right",
      y: () => row,
      dx: column * COLUMN,
      textAnchor: "end",
      fill: ink,
      fontVariant: "tabular-nums",
      fontWeight: column === 1 ? 600 : 400,
    });
  return [
    Plot.text([label], {
      frameAnchor: "left",
      y: () => row,
      dx: -12,
      textAnchor: "end",
      lineWidth: (marginLeft - 20) / FONT_SIZE,
      fill: ink,
    }),
    number(test, 1),
    number(train, 2),
  ];
}

/** The name of a row and its numbers above it; the name higher, where there is no room for both beside each other. */
function textsAbove({ label, train, test }: Pair, row: number, { write }: PairAxis, { paper, width }: Board) {
  const told = [test && `test ${write(test.mean)}`, train && `train ${write(train.mean)}`]
    .filter(Boolean)
    .join(", ");
  const style = { y: () => row, fill: paper.ink, stroke: paper.ground, strokeWidth: 4 };
  // Bold is about a tenth wider.
  const isBeside = 1.1 * textWidth(label, FONT_SIZE) + textWidth(told, FONT_SIZE) + 44 <= width;
  return [
    Plot.text([label], {
      ...style,
      dy: isBeside ? -22 : -36,
      frameAnchor: "left",
      textAnchor: "start",
      fontWeight: 600,
    }),
    Plot.text([told], {
      ...style,
      dy: -22,
      frameAnchor: "right",
      textAnchor: "end",
      fontVariant: "tabular-nums",
    }),
  ];
}

function pairMarks(
  { color, train, test }: Pair,
  row: number,
  { domain }: PairAxis,
  { paper, theme }: Board,
): Plot.Markish[] {
  const [first, last] = domain;
  const within = (x: number): number => Math.min(last, Math.max(first, x));
  const ink = inkOf(color, theme);
  const at = (x: number) => [{ x: within(x), y: row }];
  const along = (from: number, to: number, style: Plot.RuleYOptions): Plot.Markish =>
    Plot.ruleY([0], { y: () => row, x1: () => within(from), x2: () => within(to), stroke: ink, ...style });
  const interval = ({ low, high }: Estimate): Plot.Markish[] =>
    low === null || high === null ? [] : [along(low, high, { strokeWidth: 2.5 })];
  const look = { color: ink, symbol: "circle" } as const;
  return [
    train && test ? along(test.mean, train.mean, { strokeWidth: 7, strokeOpacity: 0.22 }) : null,
    ...(train ? interval(train) : []),
    ...(test ? interval(test) : []),
    train && dot(at(train.mean), look, paper, { r: 6 }),
    test && dot(at(test.mean), { ...look, hollow: true }, paper, { r: 6 }),
  ];
}
