/**
 * @file A plot of an experiment as a figure: plain data with its limits, and what is said about it.
 */

import type { Unit } from "../../document/measurement.ts";
import type { Plot, Series } from "../../document/plot.ts";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { formatNoun } from "../format.ts";
import type { Heading } from "../frame.ts";
import { type Domain, xDomain, yDomain } from "./domain.ts";
import { isPositive } from "./log-axis.ts";
import { formatSet, formatValue, isShare, unitSuffix } from "./units.ts";

/** A mean with its 95 % interval at one place; a null is a gap in the line. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** Our line, and the paper's in the same colour. */
export interface Curve {
  readonly label: string;
  readonly ours: readonly CurvePoint[];
  /** False for a line without markers. */
  readonly markers?: boolean;
  readonly paper: readonly { readonly x: number; readonly y: number }[];
  /** Lines of single trials, drawn thin behind their mean; none unless given. */
  readonly strands?: readonly (readonly { readonly x: number; readonly y: number }[])[];
}

/** What an axis measures. */
export interface CurveAxis {
  readonly label: string;
  readonly unit: Unit;
  readonly domain: Domain;
  /** Linear if not given. */
  readonly scale?: "log";
}

/** Lines beside the paper's. */
export interface CurveFigure extends Heading {
  /** Of the plot; for file names see `names.ts`. */
  readonly name: string;
  readonly x: CurveAxis;
  readonly y: CurveAxis;
  readonly guides: readonly { readonly label: string; readonly y: number }[];
  /** How intervals are drawn: bars at few points, a band along many. */
  readonly intervals: "bars" | "bands";
  readonly curves: readonly Curve[];
  /** How to read it, a sentence each. */
  readonly notes: readonly string[];
}

/** Lines of more points are drawn with bands, and with markers at some of them. */
export const FEW_POINTS = 20;

/** What a plot belongs to: an experiment has a scale and is about seeds, a theory has neither. */
export type About = Pick<ExperimentResult, "source" | "name"> & Partial<Pick<ExperimentResult, "scale">>;

/** The figure of a plot. */
export function figureOfPlot(whole: Plot, about: About): CurveFigure {
  const plot = withoutHidden(whole);
  const y = yDomain(plot);
  const isShown = (value: number): boolean => value >= y[0] && value <= y[1];
  const curves = plot.series.map(
    ({ title, points, paper, markers = true }): Curve => ({
      label: title,
      ...(markers ? {} : { markers }),
      ours: points.map((point) => ({
        x: point.x,
        y: point.y !== null && isShown(point.y) ? point.y : null,
        low: clampOrNull(point.low, y),
        high: clampOrNull(point.high, y),
      })),
      paper: paper.filter((point) => isShown(point.y)),
    }),
  );
  const longest = Math.max(0, ...curves.map(({ ours }) => ours.length));
  const intervals = longest > FEW_POINTS ? "bands" : "bars";
  return {
    name: plot.name,
    title: plot.title,
    subtitle: about.scale === undefined ? (about.source ?? about.name) : subtitleOf(plot, about, about.scale),
    description: describe(plot, about.scale !== undefined),
    x: axisOf(plot.x, xDomain(plot)),
    y: axisOf(plot.y, y),
    guides: plot.guides.filter((guide) => isShown(guide.y)),
    intervals,
    curves,
    notes: [...notesOf(plot, y, intervals, about.scale !== undefined, whole), ...hiddenNotes(whole)],
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
function withoutHidden(plot: Plot): Plot {
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

const measuredIn = ({ points }: Series): Series["points"] => points.filter(({ y }) => y !== null);

function subtitleOf({ series }: Plot, { source, name }: About, scale: ExperimentResult["scale"]): string {
  const seeds = [...new Set(series.flatMap((one) => measuredIn(one).map(({ n }) => n)))].sort(
    (a, b) => a - b,
  );
  const [least, most] = [seeds[0], seeds.at(-1)];
  const told =
    least === undefined
      ? "nothing measured"
      : least === most
        ? formatNoun(least, "seed")
        : `${least} to ${most} seeds`;
  const what = scale === "custom" ? "" : `, ${scale} scale`;
  return `${source === null ? name : `Beside ${source}`}${what}, ${told}`;
}

function notesOf(
  { caption, series, guides }: Plot,
  [low, high]: Domain,
  intervals: CurveFigure["intervals"],
  hasSeeds: boolean,
  whole: Plot,
): string[] {
  const measured = series.flatMap(measuredIn);
  const reach = measured.flatMap((point) => [point.low, point.high].filter((end) => end !== null));
  const isCut = reach.some((end) => end < low || end > high);
  const isLeftOut = [
    ...measured.map(({ y }) => y!),
    ...series.flatMap(({ paper }) => paper.map(({ y }) => y)),
    ...guides.map(({ y }) => y),
  ].some((y) => y < low || y > high);
  const bare = series.filter((one) => measuredIn(one).length === 0).map(({ title }) => title);
  const gaps = whole.series.flatMap(({ title, points }) => {
    const count = points.filter(({ y }) => y === null).length;
    return count > 0 && count < points.length ? [`${title} at ${formatNoun(count, "point")}`] : [];
  });
  const spread = intervals === "bands" ? "Bands" : "Bars";
  const isSpread = reach.length > 0;
  return [
    ...(caption === "" ? [] : [caption]),
    ...(isSpread ? [`${spread} are 95 % intervals${isCut ? ", cut off at the frame" : ""}.`] : []),
    ...(hasSeeds && measured.length > 0 && !isSpread
      ? ["Fewer than three seeds, so there are no intervals."]
      : []),
    ...(bare.length > 0 ? [`Not measured: ${bare.join(", ")}.`] : []),
    ...(gaps.length > 0 ? [`No value: ${gaps.join(", ")}.`] : []),
    ...(isLeftOut ? ["Values beyond the frame are not drawn."] : []),
  ];
}

/** Where each line starts and ends, in words. */
function describe({ y, x, series, guides }: Plot, isCompared: boolean): string {
  const ends = (points: readonly { readonly x: number; readonly y: number | null }[]): string => {
    const known = points.filter((point) => point.y !== null);
    const [first, last] = [known[0], known.at(-1)];
    if (!first || !last) return "not measured";
    const tell = (point: typeof first): string =>
      `${formatValue(point.y, y.unit)}${unitSuffix(y.unit).replace(",", "")} at ${formatSet(point.x, x.unit)}`;
    return first === last ? tell(first) : `${tell(first)}, ${tell(last)}`;
  };
  const told = series.map(
    ({ title, points, paper }) =>
      `${title}: ${isCompared || paper.length > 0 ? "ours " : ""}${ends(points)}${paper.length > 0 ? `; the paper ${ends(paper)}` : ""}`,
  );
  const lines = guides.map((guide) => `${guide.label}: ${formatSet(guide.y, y.unit)}`);
  return `${y.label} by ${x.label.toLowerCase()}. ${[...told, ...lines].join(". ")}.`;
}
