/**
 * @file Draws lines with their intervals, the paper's lines and the guides.
 */

import * as Plot from "@observablehq/plot";
import { formatSet } from "../units.ts";
import { shareAlong } from "./domain.ts";
import { type EndLabel, placeEnds } from "./end-labels.ts";
import {
  type Curve,
  type CurveAxis,
  type CurveFigure,
  type CurvePoint,
  FEW_POINTS,
  type Panel,
} from "./figure.ts";
import { type Board, type Drawing, type DrawOptions, drawFrame, shorten, textWidth } from "./frame.ts";
import { type PlacedGuide, placeGuides } from "./guides.ts";
import { dot, drawLegend, type Entry } from "./legend.ts";
import { logTick, logTicks } from "./log-axis.ts";
import { GUIDE_DASHES, inkOf, type Look, oursLook, paperLook, SOLID } from "./looks.ts";

const FONT_SIZE = 12;
const HEIGHT = 340;
/** Of each of many panels, and how many are many. */
const LOW_HEIGHT = 230;
const MANY = 3;
/** Figures narrower than this have their panels one below the other. */
const WIDE = 560;
/** A panel beside others is so wide, or wider. */
const NARROW = 230;
/** Room for names beside the ends of lines: this share of a panel at most, and the marker before them. */
const NAMES = 0.42;
const MARKER = 26;
/** Markers a long line has, about. */
const MARKERS = 10;
/** Multiples of the golden ratio, less their whole part, are spread evenly over `[0, 1)`. */
const GOLDEN = 0.618;
/** Pixels below the frame. */
const BOTTOM = 48;
/** Ticks of the y axis, about. */
const TALL_TICKS = 6;
/** Pixels for one tick of the x axis, and between two that are where something was tested. */
const TICK_WIDTH = 84;
const TICK_ROOM = 14;
/** More values than this are a course, and not a choice of values. */
const MOST_TESTED = 12;

/** Draw a figure; the same figure gives the same bytes. */
export const drawCurves = (
  { panels, namesEnds = false, ...heading }: CurveFigure,
  options: DrawOptions,
): string =>
  drawFrame(heading, options, (board) => {
    const entries = entriesOf(panels, board, namesEnds);
    const most = board.width < WIDE ? 1 : Math.max(1, Math.floor(board.width / NARROW));
    const rows = Math.ceil(panels.length / most);
    const columns = Math.ceil(panels.length / rows);
    const height = panels.length > MANY ? LOW_HEIGHT : HEIGHT;
    const charts = panels.map((panel) =>
      chart(panel, board, { width: board.width / columns, height, namesEnds }),
    );
    return [
      ...(entries.length > 0 ? [[drawLegend(entries, board)]] : []),
      ...Array.from({ length: rows }, (_, row) => charts.slice(row * columns, (row + 1) * columns)),
    ];
  });

/** What the legend says: which lines are ours and which the paper's, and what each is about. */
function entriesOf(panels: readonly Panel[], { paper: { ink }, theme }: Board, namesEnds: boolean): Entry[] {
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
  if (namesEnds) return sides;
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

/** How one of the panels is drawn, in pixels. */
interface PanelSize {
  readonly width: number;
  readonly height: number;
  readonly namesEnds: boolean;
}

function chart(panel: Panel, board: Board, { width, height, namesEnds }: PanelSize): Drawing {
  const { title, x, y, guides, curves } = panel;
  const isEmpty = curves.every((curve) => curve.paper.length === 0 && curve.ours.every((p) => p.y === null));
  const { ink } = board.paper;
  const marginTop = title === "" ? 28 : 36;
  const longest = Math.max(0, ...curves.map(({ label }) => textWidth(label, FONT_SIZE)));
  const marginRight = namesEnds ? Math.ceil(Math.min(longest + MARKER, NAMES * width)) + 8 : 24;
  return board.plot(
    {
      style: { fontSize: `${FONT_SIZE}px` },
      marginLeft: Math.max(44, Math.ceil(widestTick(y)) + 20),
      marginRight,
      marginTop,
      marginBottom: BOTTOM,
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
        ...(namesEnds
          ? placeEnds(panel, height - marginTop - BOTTOM).flatMap((end) => endMarks(end, marginRight, board))
          : []),
        ...(isEmpty
          ? [Plot.text(["No trial has a value to draw yet."], { frameAnchor: "middle", fill: ink })]
          : []),
      ],
    },
    height,
    width,
  );
}

/** A line's marker and name, at the right of the frame. */
function endMarks({ curve, label, down }: EndLabel, room: number, { paper, theme }: Board): Plot.Markish[] {
  const place = { frameAnchor: "top-right", dy: down } as const;
  return [
    curve &&
      dot([{}], oursLook(inkOf(curve.marking.color, theme), curve.marking.shape), paper, {
        ...place,
        x: null,
        y: null,
        dx: 14,
      }),
    Plot.text([shorten(label, FONT_SIZE, room - MARKER - 6)], {
      ...place,
      dx: MARKER,
      textAnchor: "start",
      lineAnchor: "middle",
      fill: paper.ink,
    }),
  ];
}

function widestTick(y: CurveAxis): number {
  const format = tickFormat(y);
  const tall = y.scale === "log" ? logTicks(y.domain, y.unit, TALL_TICKS) : y.domain;
  return Math.max(0, ...tall.map((value) => textWidth(format(Number(value.toPrecision(2))), FONT_SIZE)));
}

function axisMarks(panel: Panel, ink: string, width: number): Plot.Markish[] {
  const { title, x, y } = panel;
  return [
    Plot.gridY({ ticks: ticksOf(y, TALL_TICKS).ticks, stroke: ink, strokeOpacity: 0.12 }),
    Plot.axisX({
      ...(tested(panel, width) ?? ticksOf(x, Math.max(2, Math.min(10, Math.floor(width / TICK_WIDTH))))),
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

/** Ticks where something was tested, if those are few and there is room for each. */
function tested({ x, curves }: Panel, width: number): ReturnType<typeof ticksOf> | undefined {
  const values = new Set(curves.flatMap(({ ours, paper }) => [...ours, ...paper].map((point) => point.x)));
  const ticks = [...values]
    .filter((value) => value >= x.domain[0] && value <= x.domain[1])
    .sort((a, b) => a - b);
  const tick = tickFormat(x);
  const places = ticks.map((value) => width * shareAlong(value, x));
  const isFree = ticks.every((value, index) => {
    const room = index === 0 ? Number.POSITIVE_INFINITY : places[index]! - places[index - 1]!;
    return room > textWidth(tick(value), FONT_SIZE) + TICK_ROOM;
  });
  return ticks.length > 1 && ticks.length <= MOST_TESTED && isFree ? { ticks, tickFormat: tick } : undefined;
}

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
