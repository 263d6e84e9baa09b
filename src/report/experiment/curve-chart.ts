/**
 * @file Draws lines of an experiment with their intervals, the paper's lines and the guides.
 */

import * as Plot from "@observablehq/plot";
import { type Board, type Drawing, type DrawOptions, drawFrame, textWidth } from "../frame.ts";
import { dot, type Look, SOLID } from "../legend.ts";
import { curveLegend } from "./curve-legend.ts";
import { placeGuides } from "./guides.ts";
import { logTick, logTicks } from "./log-axis.ts";
import { type CurveAxis, type CurveFigure, FEW_POINTS } from "./plot-figure.ts";
import { oursLook, paperLook, seriesColor, seriesVariable } from "./series-look.ts";
import { formatSet } from "./units.ts";

const FONT_SIZE = 12;
const HEIGHT = 340;
/** Markers a long line has, about. */
const MARKERS = 10;
/** Multiples of the golden ratio, less their whole part, are spread evenly over `[0, 1)`. */
const GOLDEN = 0.618;
/** Ticks of the y axis, about. */
const TALL_TICKS = 6;
/** Pixels for one tick of the x axis. */
const TICK_WIDTH = 84;

/** Draw a figure; the same figure gives the same bytes. */
export function drawCurves(figure: CurveFigure, options: DrawOptions): string {
  const colors = figure.curves.map((_, index) =>
    options.theme === "page" ? `var(${seriesVariable(index)})` : seriesColor(index),
  );
  return drawFrame(figure, options, (board) => [
    ...(figure.curves.length > 0 ? [curveLegend(figure.curves, colors, board)] : []),
    chart(figure, colors, board),
  ]);
}

function chart(figure: CurveFigure, colors: readonly string[], { paper, width, plot }: Board): Drawing {
  const { x, y, guides, curves } = figure;
  const isEmpty = curves.every((curve) => curve.paper.length === 0 && curve.ours.every((p) => p.y === null));
  const { ink } = paper;
  const format = tickFormat(y);
  const tall = y.scale === "log" ? logTicks(y.domain, y.unit, TALL_TICKS) : y.domain;
  const labels = tall.map((value) => textWidth(format(Number(value.toPrecision(2))), FONT_SIZE));
  return plot(
    {
      style: { fontSize: `${FONT_SIZE}px` },
      marginLeft: Math.max(44, Math.ceil(Math.max(0, ...labels)) + 20),
      marginRight: 24,
      marginTop: 28,
      marginBottom: 48,
      x: { ...scaleOf(x), inset: 6 },
      y: scaleOf(y),
      marks: [
        Plot.gridY({ ticks: ticksOf(y, TALL_TICKS).ticks, stroke: ink, strokeOpacity: 0.12 }),
        Plot.axisX({
          ...ticksOf(x, Math.max(2, Math.min(10, Math.floor(width / TICK_WIDTH)))),
          // What was set has no ×, unlike what was measured.
          ...(x.unit === "ratio" ? { tickFormat: (value: number) => formatSet(value, x.unit) } : {}),
          label: x.label,
          labelAnchor: "center",
          labelArrow: "none",
          color: ink,
          tickSize: 4,
        }),
        Plot.axisY({
          ...ticksOf(y, TALL_TICKS),
          label: y.label,
          labelArrow: "none",
          color: ink,
          tickSize: 0,
        }),
        Plot.ruleY(
          guides.map((guide) => guide.y),
          { stroke: ink, strokeOpacity: 0.8, strokeWidth: 1.25, strokeDasharray: "1.5 3.5" },
        ),
        ...curves.flatMap((curve, index) => curveMarks(curve, figure, colors[index]!, index, paper)),
        ...placeGuides(figure).map(({ label, y: at, side, isBelow }) =>
          Plot.text([label], {
            x: () => x.domain[side === "left" ? 0 : 1],
            y: () => at,
            dy: isBelow ? 10 : -8,
            textAnchor: side === "left" ? "start" : "end",
            fill: ink,
            stroke: paper.ground,
            strokeWidth: 4,
          }),
        ),
        ...(isEmpty
          ? [Plot.text(["No trial has a value to draw yet."], { frameAnchor: "middle", fill: ink })]
          : []),
      ],
    },
    HEIGHT,
  );
}

const scaleOf = ({ domain, scale }: CurveAxis): Plot.ScaleOptions => ({
  domain: [...domain],
  label: null,
  ...(scale === "log" ? { type: "log" as const } : {}),
});

const tickFormat =
  ({ unit, scale }: CurveAxis) =>
  (value: number): string =>
    (scale === "log" ? logTick(value, unit) : formatSet(value, unit)) + (unit === "ratio" ? "×" : "");

/** Where an axis has ticks, and how they are written; what is counted has whole ones. */
function ticksOf(
  axis: CurveAxis,
  most: number,
): { ticks: number | number[]; tickFormat: (v: number) => string } {
  const [low, high] = axis.domain;
  const isWhole = axis.unit === "epochs" || axis.unit === "count";
  const format = tickFormat(axis);
  if (axis.scale === "log") return { ticks: logTicks(axis.domain, axis.unit, most), tickFormat: format };
  if (isWhole && high - low <= most) {
    const first = Math.ceil(low);
    const ticks = Array.from({ length: Math.floor(high) - first + 1 }, (_, index) => first + index);
    return { ticks, tickFormat: format };
  }
  return { ticks: most, tickFormat: format };
}

function curveMarks(
  { ours, paper: printed, strands = [], markers: hasMarkers = true }: CurveFigure["curves"][number],
  { intervals }: CurveFigure,
  color: string,
  index: number,
  paper: Board["paper"],
): Plot.Markish[] {
  const [mine, theirs] = [oursLook(color, index), paperLook(color, index)];
  const sure = ours.filter(({ y, low, high }) => y !== null && low !== null && high !== null);
  const spread =
    intervals === "bands"
      ? [Plot.areaY([...ours], { x: "x", y1: "low", y2: "high", fill: color, fillOpacity: 0.16 })]
      : [Plot.ruleX(sure, { x: "x", y1: "low", y2: "high", stroke: color, strokeWidth: 1.75 })];
  return [
    line(printed, theirs, 1.5),
    ...strands.map((points) => line(points, mine, 0.75, 0.55)),
    ...spread,
    line(ours, mine, 2),
    // A little larger, so that a ring is seen where ours lies on it.
    dot(some(printed, index), theirs, paper, { r: 4.75, strokeWidth: 1.5 }),
    dot(hasMarkers ? some(ours, index).filter(({ y }) => y !== null) : [], mine, paper, { r: 3.75 }),
  ];
}

const line = (points: readonly object[], look: Look, width: number, opacity?: number): Plot.Markish =>
  Plot.line([...points], {
    x: "x",
    y: "y",
    stroke: look.color,
    ...(opacity === undefined ? {} : { strokeOpacity: opacity }),
    strokeWidth: width,
    strokeDasharray: look.dashes || SOLID,
    strokeLinecap: "butt",
  });

/** All of few points, or some of many: others on each line, so that markers do not hide each other. */
function some<T>(points: readonly T[], index: number): T[] {
  if (points.length <= FEW_POINTS) return [...points];
  const stride = Math.ceil(points.length / MARKERS);
  const first = Math.floor(((index * GOLDEN) % 1) * stride);
  return points.filter((_, place) => place % stride === first);
}
