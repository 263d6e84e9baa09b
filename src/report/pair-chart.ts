/**
 * @file Draws pairs of train and test accuracy, one row a kind of trial.
 */

import * as Plot from "@observablehq/plot";
import type { Estimate } from "../base/statistics.ts";
import type { Pair, PairFigure } from "./figure.ts";
import { formatPercent, formatShare } from "./format.ts";
import { type Drawing, textWidth } from "./frame.ts";
import { dot, type Easel, REFERENCE_DASHES } from "./legend.ts";

const FONT_SIZE = 12;
/** Charts narrower than this have few ticks. */
const WIDE = 560;
/** Means that are closer have no room for both numbers. */
const CLOSE = 0.2;

/** Draw the pairs of a figure. */
export function pairChart({ x, pairs, reference }: PairFigure, easel: Easel): Drawing {
  const { inks, width, plot } = easel;
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
      x: { domain: [...x.domain], insetLeft: 26, label: null },
      y: { domain: pairs.map(({ label }) => label), label: null, type: "point", padding: 0.6 },
      marks: [
        Plot.gridX({ ticks: tickCount, stroke: inks.ink, strokeOpacity: 0.12 }),
        Plot.axisX({
          ticks: tickCount,
          tickFormat: formatShare,
          tickSize: 0,
          label: x.label,
          labelAnchor: "center",
          labelArrow: "none",
          color: inks.ink,
        }),
        Plot.axisY({
          tickSize: 0,
          tickPadding: 10,
          lineWidth: (marginLeft - 20) / FONT_SIZE,
          color: inks.ink,
        }),
        Plot.ruleX([reference.value], {
          stroke: inks.ink,
          strokeOpacity: 0.75,
          strokeWidth: 1.25,
          strokeDasharray: REFERENCE_DASHES,
        }),
        ...pairs.flatMap((pair) => pairMarks(pair, easel)),
      ],
    },
    48 * pairs.length + 68,
  );
}

function pairMarks({ label, kind, train, test }: Pair, { inks }: Easel): Plot.Markish[] {
  const color = inks.of(kind);
  const y = () => label;
  const interval = ({ low, high }: Estimate): Plot.Markish[] =>
    low === null || high === null
      ? []
      : [Plot.ruleY([0], { y, x1: () => low, x2: () => high, stroke: color, strokeWidth: 2.5 })];
  const gap =
    train && test
      ? [
          Plot.ruleY([0], {
            y,
            x1: () => test.mean,
            x2: () => train.mean,
            stroke: color,
            strokeWidth: 7,
            strokeOpacity: 0.22,
          }),
        ]
      : [];
  // Numbers stand above their dots; where those are close, the numbers turn away from each other.
  const close = train && test && Math.abs(train.mean - test.mean) < CLOSE;
  const number = (estimate: Estimate, other: Estimate | null): Plot.Markish =>
    Plot.text([formatPercent(estimate.mean)], {
      x: () => estimate.mean,
      y,
      dy: -15,
      textAnchor: !close ? "middle" : estimate.mean > other!.mean ? "start" : "end",
      fill: inks.ink,
      stroke: inks.ground,
      strokeWidth: 4,
      fontVariant: "tabular-nums",
    });
  const place = (estimate: Estimate) => [{ x: estimate.mean, y: label }];
  const look = { color, symbol: "circle" } as const;
  return [
    ...gap,
    ...(train ? [number(train, test), ...interval(train)] : []),
    ...(test ? [number(test, train), ...interval(test)] : []),
    ...(train ? [dot(place(train), look, inks, { r: 6 })] : []),
    ...(test ? [dot(place(test), { ...look, hollow: true }, inks, { r: 6 })] : []),
  ];
}
