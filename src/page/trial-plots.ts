/**
 * @file The curves of a trial, and of groups of trials, as plots that the report room draws.
 */

import type { Unit } from "../document/measurement.ts";
import type { Plot, Series } from "../document/plot.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { type CurveFigure, figureOfPlot } from "../report/chart/figure.ts";
import { wordingFor } from "../report/wording.ts";
import type { CompareAnswer, EpochPoint } from "../web/api.ts";

/** A plot and its figure. */
export interface Drawn {
  readonly plot: Plot;
  readonly figure: CurveFigure;
}

/** What is said of a figure that is of no experiment of the paper. */
const about = (name: string): Pick<ExperimentResult, "source" | "scale" | "name"> => ({
  name,
  source: null,
  scale: "custom",
});

/** R squared below this is not drawn. */
const LOWEST_R2 = -1;

const EPOCHS = { label: "Epoch", unit: "epochs", domain: null } as const;

type Field = Exclude<keyof EpochPoint, "epoch">;

/** One line of a trial; epochs that were not measured are left out, so that the line goes on. */
function lineOf(title: string, points: readonly EpochPoint[], field: Field): Series {
  const known = points.flatMap((point) => {
    const y = point[field];
    return y === null ? [] : [{ x: point.epoch, y, low: null, high: null, n: 1 }];
  });
  return { title, points: known, paper: [] };
}

/** Accuracy and loss of a trial over its epochs. */
export function trialPlots(name: string, points: readonly EpochPoint[], tellsNumbers: boolean): Drawn[] {
  const { title: score, unit, loss } = wordingFor(tellsNumbers);
  const lowest = tellsNumbers ? LOWEST_R2 : 0;
  const plots: Plot[] = [
    {
      name: "accuracy",
      title: `${score} by epoch`,
      caption: "",
      x: EPOCHS,
      y: { label: score, unit, domain: [lowest, 1] },
      guides: [],
      series: [
        lineOf("train, on the labels trained on", points, "trainAccuracy"),
        lineOf("test, on the true labels", points, "testAccuracy"),
      ],
    },
    {
      name: "loss",
      title: "Loss by epoch",
      caption: "",
      x: EPOCHS,
      y: { label: tellsNumbers ? "Loss, squared deviations" : "Loss", unit: loss.unit, domain: null },
      guides: [],
      series: [
        lineOf("mean over the epoch’s batches", points, "trainLoss"),
        lineOf("after the epoch", points, "fitLoss"),
      ].filter((line, index) => index === 0 || line.points.length > 0),
    },
  ];
  return plots.map((plot) => {
    const figure = figureOfPlot(plot, about(name));
    // A single trial has no interval to speak of.
    return { plot, figure: { ...figure, notes: [] } };
  });
}

/** What a metric is, on an axis. */
export const metrics = {
  testAccuracy: { title: "Test accuracy", unit: "share" },
  trainAccuracy: { title: "Train accuracy", unit: "share" },
  trainLoss: { title: "Training loss", unit: "nats" },
  fitLoss: { title: "Loss after the epoch", unit: "nats" },
} as const satisfies Readonly<
  Record<CompareAnswer["metric"], { readonly title: string; readonly unit: Unit }>
>;

/** Groups of trials over epochs: means and their bands, and single trials behind them if they are given. */
export function comparePlot(
  { metric, groups, by }: CompareAnswer,
  singles: readonly CompareAnswer["groups"][number][],
): Drawn {
  const { title, unit } = metrics[metric];
  const series = groups.map(
    (group): Series => ({
      title: `${group.title} (n = ${group.trials.length})`,
      points: group.points.map(({ epoch, mean, low, high, n }) => ({ x: epoch, y: mean, low, high, n })),
      paper: [],
    }),
  );
  const plot: Plot = {
    name: `compare-${metric}`,
    title: `${title} by epoch`,
    caption:
      "A mean is over the trials that came to its epoch, so it may jump where some have ended." +
      (singles.length > 0 ? " Thin lines are single trials." : ""),
    x: EPOCHS,
    y: { label: title, unit, domain: unit === "share" ? [0, 1] : null },
    guides: [],
    series,
  };
  const strandsOf = (fields: Readonly<Record<string, string>>) =>
    singles
      .filter((single) => by.every((field) => single.fields[field] === fields[field]))
      .map((single) => single.points.map(({ epoch, mean }) => ({ x: epoch, y: mean })));
  const drawn = series.map((line, index) => ({ ...line, strands: strandsOf(groups[index]!.fields) }));
  return { plot, figure: figureOfPlot({ ...plot, series: drawn }, about(`grouped by ${by.join(", ")}`)) };
}
