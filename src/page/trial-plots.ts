/**
 * @file The curves of a trial as plots that the report room draws.
 */

import type { Plot, Series } from "../document/plot.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { type CurveFigure, figureOfPlot } from "../report/chart/figure.ts";
import { wordingFor } from "../report/wording.ts";
import type { EpochPoint } from "../web/api.ts";

/** A plot and its figure. */
export interface Drawn {
  readonly plot: Plot;
  readonly figure: CurveFigure;
}

/** What is said of a figure that is of no experiment of the paper. */
export const about = (name: string): Pick<ExperimentResult, "source" | "scale" | "name"> => ({
  name,
  source: null,
  scale: "custom",
});

/** R squared below this is not drawn. */
const LOWEST_R2 = -1;

/** The axis of epochs. */
export const EPOCHS = { label: "Epoch", unit: "epochs", domain: null } as const;

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
