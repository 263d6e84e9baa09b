/**
 * @file Draws lines with their intervals, the paper's lines and the guides.
 */

import * as Plot from "@observablehq/plot";
import { formatSet } from "../units.ts";
import {
  type Curve,
  type CurveAxis,
  type CurveFigure,
  type CurvePoint,
  FEW_POINTS,
  type Panel,
} from "./figure.ts";
import { type Board, type Drawing, type DrawOptions, drawFrame, textWidth } from "./frame.ts";
import { type PlacedGuide, placeGuides } from "./guides.ts";
import { dot, drawLegend, type Entry } from "./legend.ts";
import { logTick, logTicks } from "./log-axis.ts";
import { GUIDE_DASHES, inkOf, type Look, oursLook, paperLook, SOLID } from "./looks.ts";

const FONT_SIZE = 12;
const HEIGHT = 340;
/** Figures narrower than this have their panels one below the other. */
const WIDE = 560;
/** Markers a long line has, about. */
const MARKERS = 10;
/** Multiples of the golden ratio, less their whole part, are spread evenly over `[0, 1)`. */
const GOLDEN = 0.618;
/** Ticks of the y axis, about. */
const TALL_TICKS = 6;
/** Pixels for one tick of the x axis. */
const TICK_WIDTH = 84;

/** Draw a figure; the same figure gives the same bytes. */
export const drawCurves = ({ panels, ...heading }: CurveFigure, options: DrawOptions): string =>
  drawFrame(heading, options, (board) => {
    const entries = entriesOf(panels, board);
    const isWide = board.width >= WIDE;
    const width = isWide ? board.width / panels.length : board.width;
    const charts = panels.map((panel) => chart(panel, board, width));
    return [
      ...(entries.length > 0 ? [[drawLegend(entries, board)]] : []),
      ...(isWide ? [charts] : charts.map((one) => [one])),
    ];
  });

/** What the legend says: which lines are ours and which the paper's, and what each is about. */
function entriesOf(panels: readonly Panel[], { paper: { ink }, theme }: Board): Entry[] {
  const curves = panels.flatMap((panel) => panel.curves);
  const isCompared = curves.some(({ paper }) => paper.length > 0);
  const sides: Entry[] = isCompared
    ? [
        { label: "ours", look: oursLook(ink, 0) },
        { label: "paper", look: paperLook(ink, 0) },
      ]
    : [];
  const lines = curves.map(({ label, ours, paper, marking: { color, shape } }): Entry => {
    // A line we have not measured looks as the paper's.
    const isMeasured = ours.some(({ y }) => y !== null) || paper.length === 0;
    return { label, look: (isMeasured ? oursLook : paperLook)(inkOf(color, theme), shape) };
  });
  const [only, ...more] = panels;
  const isAlone = only !== undefined && more.length === 0;
  // Of several panels none has room for the labels of its guides, and they have most lines in common.
  const guides = isAlone
    ? placeGuides(only).filter(({ isFree }) => !isFree)
    : panels.flatMap((panel) => panel.guides);
  const shared = [
    ...lines,
    ...guides.map(({ label }) => ({ label, look: { color: ink, dashes: GUIDE_DASHES } })),
  ];
  return [...sides, ...new Map(shared.map((entry) => [entry.label, entry])).values()];
}

function chart(panel: Panel, board: Board, width: number): Drawing {
  const { title, x, y, guides, curves } = panel;
  const isEmpty = curves.every((curve) => curve.paper.length === 0 && curve.ours.every((p) => p.y === null));
  const { ink } = board.paper;
  return board.plot(
    {
      style: { fontSize: `${FONT_SIZE}px` },
      marginLeft: Math.max(44, Math.ceil(widestTick(y)) + 20),
      marginRight: 24,
      marginTop: title === "" ? 28 : 36,
      marginBottom: 48,
      x: { ...scaleOf(x), inset: 6 },
      y: scaleOf(y),
      marks: [
        ...axisMarks(panel, ink, width),
        Plot.ruleY(
          guides.map((guide) => guide.y),
          { stroke: ink, strokeOpacity: 0.8, strokeWidth: 1.25, strokeDasharray: GUIDE_DASHES },
        ),
        ...curves.flatMap((curve) => curveMarks(curve, panel, board)),
        ...(title === ""
          ? placeGuides(panel)
              .filter(({ isFree }) => isFree)
              .map((guide) => guideLabel(guide, x, board))
          : [titleMark(title, ink)]),
        ...(isEmpty
          ? [Plot.text(["No trial has a value to draw yet."], { frameAnchor: "middle", fill: ink })]
          : []),
      ],
    },
    HEIGHT,
    width,
  );
}

function widestTick(y: CurveAxis): number {
  const format = tickFormat(y);
  const tall = y.scale === "log" ? logTicks(y.domain, y.unit, TALL_TICKS) : y.domain;
  return Math.max(0, ...tall.map((value) => textWidth(format(Number(value.toPrecision(2))), FONT_SIZE)));
}

function axisMarks({ title, x, y }: Panel, ink: string, width: number): Plot.Markish[] {
  return [
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
      // The title of a panel says what it measures.
      label: title === "" ? y.label : null,
      labelArrow: "none",
      color: ink,
      tickSize: 0,
    }),
  ];
}

const titleMark = (title: string, ink: string): Plot.Markish =>
  Plot.text([title], {
    frameAnchor: "top-left",
    textAnchor: "start",
    dy: -20,
    fontWeight: 600,
    fill: ink,
  });

const guideLabel = (
  { label, y, side, isBelow }: PlacedGuide,
  { domain }: CurveAxis,
  { paper }: Board,
): Plot.Markish =>
  Plot.text([label], {
    x: () => domain[side === "left" ? 0 : 1],
    y: () => y,
    dy: isBelow ? 10 : -8,
    textAnchor: side === "left" ? "start" : "end",
    fill: paper.ink,
    stroke: paper.ground,
    strokeWidth: 4,
  });

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
  { ours, paper: printed, strands, hasMarkers, marking: { color, shape } }: Curve,
  { intervals }: Panel,
  { paper, theme }: Board,
): Plot.Markish[] {
  const ink = inkOf(color, theme);
  const [mine, theirs] = [oursLook(ink, shape), paperLook(ink, shape)];
  return [
    line(printed, theirs, 1.5),
    ...strands.map((points) => line(points, mine, 0.75, 0.55)),
    spread(ours, intervals, ink),
    line(ours, mine, 2),
    // A little larger, so that a ring is seen where ours lies on it.
    dot(some(printed, shape), theirs, paper, { r: 4.75, strokeWidth: 1.5 }),
    dot(hasMarkers ? some(ours, shape).filter(({ y }) => y !== null) : [], mine, paper, { r: 3.75 }),
  ];
}

/** The intervals of a line. */
function spread(points: readonly CurvePoint[], intervals: Panel["intervals"], color: string): Plot.Markish {
  const ends = { x: "x", y1: "low", y2: "high" };
  if (intervals === "bands") return Plot.areaY([...points], { ...ends, fill: color, fillOpacity: 0.16 });
  const sure = points.filter(({ y, low, high }) => y !== null && low !== null && high !== null);
  return Plot.ruleX(sure, { ...ends, stroke: color, strokeWidth: 1.75 });
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
function some<T>(points: readonly T[], shape: number): T[] {
  if (points.length <= FEW_POINTS) return [...points];
  const stride = Math.ceil(points.length / MARKERS);
  const first = Math.floor(((shape * GOLDEN) % 1) * stride);
  return points.filter((_, place) => place % stride === first);
}
