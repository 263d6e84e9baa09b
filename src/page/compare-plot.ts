/**
 * @file Groups of trials over epochs as a figure: means and their bands, in one panel or in one for each value of a field.
 */

import type { Unit } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import { xDomain, yDomain } from "../report/chart/domain.ts";
import { type DrawnSeries, figureOfPlot, joinFigures } from "../report/chart/figure.ts";
import { markingOf, seriesColors } from "../report/chart/looks.ts";
import { nameGroups, nameValue } from "../report/group-names.ts";
import type { CompareAnswer } from "../web/api.ts";
import { type CompareView, type Group, keyOf, splitOf } from "./compare-view.ts";
import { about, type Drawn, EPOCHS } from "./trial-plots.ts";

/** What a metric is, on an axis. */
export const metrics = {
  testAccuracy: { title: "Test accuracy", unit: "share" },
  trainAccuracy: { title: "Train accuracy", unit: "share" },
  trainLoss: { title: "Training loss", unit: "nats" },
  fitLoss: { title: "Loss after the epoch", unit: "nats" },
} as const satisfies Readonly<
  Record<CompareAnswer["metric"], { readonly title: string; readonly unit: Unit }>
>;

/** What marks a pinned line in the panels of others. */
const PINNED = { color: seriesColors[10]!, shape: 11 };

/** The values of some fields of a group. */
const partOf = ({ fields }: Group, names: readonly string[]): Group["fields"] =>
  Object.fromEntries(names.map((name) => [name, fields[name]!]));

/** The figure of a comparison, and all of its lines as one plot. */
export function comparePlot(answer: CompareAnswer, singles: readonly Group[], view: CompareView): Drawn {
  const { metric, groups, by } = answer;
  const { title, unit } = metrics[metric];
  const split = splitOf(answer, view.split);
  const rest = by.filter((field) => field !== split);
  // A line has the same marking in all panels, and keeps it when others are hidden.
  const keys = [...new Set(groups.map((group) => JSON.stringify(partOf(group, rest))))];
  const markingFor = (group: Group) => markingOf(keys.indexOf(JSON.stringify(partOf(group, rest))));
  const from = view.from ?? 0;
  const to = view.to ?? Number.POSITIVE_INFINITY;
  const isWithin = ({ epoch }: { readonly epoch: number }): boolean => epoch >= from && epoch <= to;
  const lineOf = (group: Group): DrawnSeries => ({
    title: group.title,
    points: group.points
      .filter(isWithin)
      .map(({ epoch, mean, ...spread }) => ({ x: epoch, y: mean, ...spread })),
    paper: [],
    marking: markingFor(group),
    strands: strandsOf(group, singles).map((points) => points.filter(isWithin).map(place)),
  });
  const shown = groups.filter((group) => group.points.length > 0 && !view.hidden.includes(keyOf(group)));
  const isZoomed = view.from !== null || view.to !== null;
  const plot = {
    name: `compare-${metric}`,
    title: `${title} by epoch`,
    caption:
      "A mean is over the trials that came to its epoch, so it may jump where some have ended." +
      (singles.length > 0 ? " Thin lines are single trials." : ""),
    x: EPOCHS,
    y: { label: title, unit, domain: unit === "share" && !isZoomed ? both([0, 1]) : null },
    guides: [],
    series: shown.map(lineOf),
  };
  const told = about(`grouped by ${by.join(", ")}`);
  const bare: Plot = {
    ...plot,
    series: plot.series.map(({ title: name, points, paper }) => ({ title: name, points, paper })),
  };
  if (split === null) return { plot: bare, figure: { ...figureOfPlot(plot, told), namesEnds: true } };
  // Panels are compared along the same axes.
  const axes = {
    x: { ...plot.x, domain: both(xDomain(plot)) },
    y: { ...plot.y, domain: both(yDomain(plot)) },
  };
  const figures = [...new Set(shown.map(({ fields }) => fields[split]!))].map((value) => {
    const own = shown.filter(({ fields }) => fields[split] === value);
    const names = nameGroups(own.map((group) => partOf(group, rest)));
    const guests = shown.filter((group) => !own.includes(group) && view.pinned.includes(keyOf(group)));
    const series = [
      ...guests.map((group) => ({ ...lineOf(group), marking: PINNED, strands: [] })),
      ...own.map((group, index) => ({ ...lineOf(group), title: names[index] || title })),
    ];
    return figureOfPlot({ ...plot, ...axes, title: nameValue(split, value), series }, told);
  });
  return { plot: bare, figure: { ...joinFigures(plot, figures), namesEnds: true } };
}

const both = ([low, high]: readonly [number, number]): [number, number] => [low, high];
const place = ({ epoch, mean }: Group["points"][number]) => ({ x: epoch, y: mean });

/** The curves of the single trials of a group. */
const strandsOf = ({ fields }: Group, singles: readonly Group[]): Group["points"][] =>
  singles
    .filter((single) => Object.entries(fields).every(([field, value]) => single.fields[field] === value))
    .map(({ points }) => points);
