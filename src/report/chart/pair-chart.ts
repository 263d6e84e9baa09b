/**
 * @file Draws pairs of train and test accuracy, one row a kind of trial.
 */

import * as Plot from "@observablehq/plot";
import { formatShare } from "../../base/percent.ts";
import type { Estimate } from "../../base/statistics.ts";
import { formatPercent } from "../format.ts";
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
  /** What is shown; accuracies unless told. Dots beyond its ends stand there, under their number. */
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
/** Charts narrower than this have few ticks. */
const WIDE = 560;
/** Means that are closer, as a share of the axis, have no room for both numbers. */
const CLOSE = 0.2;

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
  const longest = Math.max(...pairs.map(({ label }) => textWidth(label, FONT_SIZE)));
  const marginLeft = Math.ceil(Math.min(longest + 28, width * 0.36));
  const tickCount = width < WIDE ? 2 : 5;
  return plot(
    {
      style: { fontSize: `${FONT_SIZE}px` },
      marginLeft,
      // Room for the longest number, which may begin at the last dot.
      marginRight: Math.ceil(textWidth("99.99 %", FONT_SIZE)) + 8,
      marginTop: 12,
      marginBottom: 46,
      x: { domain: [...axis.domain], insetLeft: 26, label: null },
      y: { domain: pairs.map(({ label }) => label), label: null, type: "point", padding: 0.6 },
      marks: [
        Plot.gridX({ ticks: tickCount, stroke: ink, strokeOpacity: 0.12 }),
        Plot.axisX({
          ticks: tickCount,
          tickFormat: axis.tick,
          tickSize: 0,
          label: axis.label,
          labelAnchor: "center",
          labelArrow: "none",
          color: ink,
        }),
        Plot.axisY({ tickSize: 0, tickPadding: 10, lineWidth: (marginLeft - 20) / FONT_SIZE, color: ink }),
        Plot.ruleX([guide.x], {
          stroke: ink,
          strokeOpacity: 0.8,
          strokeWidth: 1.25,
          strokeDasharray: GUIDE_DASHES,
        }),
        ...pairs.flatMap((pair) => pairMarks(pair, axis, board)),
      ],
    },
    48 * pairs.length + 68,
  );
}

function pairMarks(
  { label, color, train, test }: Pair,
  { domain, write }: PairAxis,
  { paper, theme }: Board,
): Plot.Markish[] {
  const [first, last] = domain;
  const within = (x: number): number => Math.min(last, Math.max(first, x));
  const ink = inkOf(color, theme);
  const at = (x: number) => [{ x: within(x), y: label }];
  const along = (from: number, to: number, style: Plot.RuleYOptions): Plot.Markish =>
    Plot.ruleY([0], { y: () => label, x1: () => within(from), x2: () => within(to), stroke: ink, ...style });
  const interval = ({ low, high }: Estimate): Plot.Markish[] =>
    low === null || high === null ? [] : [along(low, high, { strokeWidth: 2.5 })];
  // Numbers stand above their dots; where those are close, the numbers turn away from each other.
  const isClose = train && test && Math.abs(within(train.mean) - within(test.mean)) < CLOSE * (last - first);
  const number = ({ mean }: Estimate, other: Estimate | null): Plot.Markish =>
    Plot.text([write(mean)], {
      x: () => within(mean),
      y: () => label,
      dy: -15,
      textAnchor: !isClose ? "middle" : mean > other!.mean ? "start" : "end",
      fill: paper.ink,
      stroke: paper.ground,
      strokeWidth: 4,
      fontVariant: "tabular-nums",
    });
  const look = { color: ink, symbol: "circle" } as const;
  return [
    train && test ? along(test.mean, train.mean, { strokeWidth: 7, strokeOpacity: 0.22 }) : null,
    ...(train ? [number(train, test), ...interval(train)] : []),
    ...(test ? [number(test, train), ...interval(test)] : []),
    train && dot(at(train.mean), look, paper, { r: 6 }),
    test && dot(at(test.mean), { ...look, hollow: true }, paper, { r: 6 }),
  ];
}
