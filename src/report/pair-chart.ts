/**
 * @file Draws pairs of train and test accuracy, one row a kind of trial.
 */

import * as Plot from "@observablehq/plot";
import type { Estimate } from "../base/statistics.ts";
import type { Drawing } from "./charts.ts";
import type { Pair, PairFigure } from "./figure.ts";
import { formatPercent, formatShare } from "./format.ts";
import { dot, type Easel, REFERENCE_DASHES, textWidth } from "./legend.ts";

const FONT_SIZE = 12;
/** Charts narrower than this have few ticks. */
const WIDE = 560;

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
      marginRight: 70,
      marginTop: 6,
      marginBottom: 40,
      x: { domain: [...x.domain], insetLeft: 34, label: null },
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
    46 * pairs.length + 58,
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
  const number = (estimate: Estimate, side: 1 | -1): Plot.Markish => {
    const end = side > 0 ? (estimate.high ?? estimate.mean) : (estimate.low ?? estimate.mean);
    return Plot.text([formatPercent(estimate.mean)], {
      x: () => end,
      y,
      dx: 10 * side,
      textAnchor: side > 0 ? "start" : "end",
      fill: inks.ink,
      stroke: inks.ground,
      strokeWidth: 4,
      fontVariant: "tabular-nums",
    });
  };
  // The numbers stand outside of the pair.
  const side = (train?.mean ?? 1) >= (test?.mean ?? 0) ? 1 : -1;
  const place = (estimate: Estimate) => [{ x: estimate.mean, y: label }];
  const look = { color, symbol: "circle" } as const;
  return [
    ...gap,
    ...(train ? [number(train, side), ...interval(train)] : []),
    ...(test ? [number(test, -side as 1 | -1), ...interval(test)] : []),
    ...(train ? [dot(place(train), look, inks, { r: 6 })] : []),
    ...(test ? [dot(place(test), { ...look, hollow: true }, inks, { r: 6 })] : []),
  ];
}
