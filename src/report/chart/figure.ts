/**
 * @file Plots as figures: plain data with their limits, and what is said about them.
 */

import type { Unit } from "../../document/measurement.ts";
import type { Plot, Series } from "../../document/plot.ts";
import { formatNoun } from "../format.ts";
import { isShare, unitSuffix } from "../units.ts";
import { type Domain, xDomain, yDomain } from "./domain.ts";
import type { Heading } from "./frame.ts";
import { isPositive } from "./log-axis.ts";
import { type Marking, markingOf } from "./looks.ts";
import { type About, describe, notesOf, subtitleOf } from "./tell-plot.ts";

/** A line of a plot; what marks it where its place does not, and lines of single trials behind it. */
export interface DrawnSeries extends Series {
  readonly marking?: Marking;
  readonly strands?: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** A plot whose lines may have more to them than a document says. */
export interface DrawnPlot extends Plot {
  readonly series: DrawnSeries[];
}

/** A mean with its 95 % interval at one place; a null is a gap in the line. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Our line, and the paper's in the same color. */
export interface Curve {
  readonly label: string;
  readonly ours: readonly CurvePoint[];
  readonly hasMarkers: boolean;
  readonly paper: readonly { readonly x: number; readonly y: number }[];
  readonly marking: Marking;
  /** Lines of single trials, drawn thin behind their mean. */
  readonly strands: NonNullable<DrawnSeries["strands"]>;
}

/** What an axis measures. */
export interface CurveAxis {
  readonly label: string;
  readonly unit: Unit;
  readonly domain: Domain;
  /** Linear if not given. */
  readonly scale?: "log";
}

/** Lines beside the paper's, on axes of their own. */
export interface Panel {
  /** Empty for one that is alone. */
  readonly title: string;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  readonly guides: readonly { readonly label: string; readonly y: number }[];
  /** How intervals are drawn: bars at few points, a band along many. */
  readonly intervals: "bars" | "bands";
  readonly curves: readonly Curve[];
}

/** Panels side by side under one legend. */
export interface CurveFigure extends Heading {
  readonly panels: readonly Panel[];
  /** Lines are named beside their ends, and no legend names them. */
  readonly namesEnds?: boolean;
}

/** Lines of more points are drawn with bands, and with markers at some of them. */
export const FEW_POINTS = 20;

/** The figure of a plot. */
export function figureOfPlot(whole: DrawnPlot, about: About): CurveFigure {
  const plot = withoutHidden(whole);
  const hasSeeds = about.scale !== undefined;
  const panel = panelOf(plot);
  return {
    name: plot.name,
    title: plot.title,
    subtitle: subtitleOf(plot, about),
    description: describe(plot, hasSeeds),
    notes: [...notesOf(plot, panel, hasSeeds, whole), ...hiddenNotes(whole)],
    panels: [panel],
  };
}

/** Figures as the panels of one. */
export function joinFigures(
  { name, title }: Pick<Heading, "name" | "title">,
  figures: readonly CurveFigure[],
): CurveFigure {
  return {
    name,
    title,
    subtitle: figures[0]?.subtitle ?? "",
    description: figures.map((figure) => `${figure.title}: ${figure.description}`).join(" "),
    notes: [...new Set(figures.flatMap(({ notes }) => notes))],
    panels: figures.flatMap((figure) => figure.panels.map((panel) => ({ ...panel, title: figure.title }))),
  };
}

/** A plot with its limits, and without what lies beyond them. */
function panelOf(plot: DrawnPlot): Panel {
  const y = yDomain(plot);
  const isShown = (value: number): boolean => value >= y[0] && value <= y[1];
  const curves = plot.series.map(
    ({ title, points, paper, markers = true, marking, strands = [] }, place): Curve => ({
      label: title,
      hasMarkers: markers,
      marking: marking ?? markingOf(place),
      ours: points.map((point) => ({
        x: point.x,
        y: point.y !== null && isShown(point.y) ? point.y : null,
        low: clampOrNull(point.low, y),
        high: clampOrNull(point.high, y),
      })),
      paper: paper.filter((point) => isShown(point.y)),
      strands,
    }),
  );
  const longest = Math.max(0, ...curves.map(({ ours }) => ours.length));
  return {
    title: "",
    x: axisOf(plot.x, xDomain(plot)),
    y: axisOf(plot.y, y),
    guides: plot.guides.filter((guide) => isShown(guide.y)),
    intervals: longest > FEW_POINTS ? "bands" : "bars",
    curves,
  };
}

const axisOf = ({ label, unit, scale }: Plot["x"], domain: Domain): CurveAxis => ({
  label: label + axisSuffix(unit),
  unit,
  domain,
  ...(scale === "log" ? { scale } : {}),
});

/** Whether a logarithmic axis has no place for a point. */
const isHidden = (
  { x, y }: Pick<Plot, "x" | "y">,
  point: { readonly x: number; readonly y: number | null },
): boolean =>
  (x.scale === "log" && !isPositive(point.x)) ||
  (y.scale === "log" && point.y !== null && !isPositive(point.y));

/** A plot without what its logarithmic axes have no place for; points become gaps if only their height has none. */
function withoutHidden(plot: DrawnPlot): DrawnPlot {
  const { x, y } = plot;
  if (x.scale !== "log" && y.scale !== "log") return plot;
  return {
    ...plot,
    guides: plot.guides.filter((guide) => y.scale !== "log" || isPositive(guide.y)),
    series: plot.series.map((one) => ({
      ...one,
      points: one.points
        .filter((point) => x.scale !== "log" || isPositive(point.x))
        .map((point) => (isHidden(plot, point) ? { ...point, y: null, low: null, high: null } : point)),
      paper: one.paper.filter((point) => !isHidden(plot, point)),
    })),
  };
}

/** What is left out of a plot with logarithmic axes, and why. */
function hiddenNotes(plot: Plot): string[] {
  const hidden = plot.series.flatMap(({ title, points, paper }) => {
    const count = [...points, ...paper].filter((point) => isHidden(plot, point)).length;
    return count > 0 ? [`${title} at ${formatNoun(count, "point")}`] : [];
  });
  return hidden.length === 0
    ? []
    : [`Values of 0 or less have no place on a logarithmic axis and are left out: ${hidden.join(", ")}.`];
}

const clampOrNull = (value: number | null, [low, high]: Domain): number | null =>
  value === null ? null : Math.min(high, Math.max(low, value));

/** Ticks say percent by themselves. */
const axisSuffix = (unit: Unit): string => (isShare(unit) ? "" : unitSuffix(unit));
