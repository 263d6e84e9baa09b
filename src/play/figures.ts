/**
 * @file Figures to take away, drawn by the report room as those of every report; loaded when one is asked for.
 */

import { plainPoint } from "../document/plot.ts";
import { drawCurves } from "../report/chart/curve-chart.ts";
import { type DrawnPlot, type DrawnSeries, figureOfPlot } from "../report/chart/figure.ts";
import { seriesColors } from "../report/chart/looks.ts";
import type { EpochRow } from "../train/history.ts";
import type { Lane, Race } from "./race.ts";

/** The figures there are. */
export const FIGURES = {
  accuracy: "Accuracy",
  loss: "Training loss",
  "time-to-fit": "Time to overfit",
} as const;

type Field = "trainAccuracy" | "testAccuracy" | "trainLoss";

/** A line in the color of its network, 0 for the left one; shapes tell training from test. */
const lineOf = (title: string, { rows }: Lane, field: Field, network: 0 | 1): DrawnSeries => ({
  title,
  points: rows.map((row: EpochRow) => plainPoint(row.epoch, row[field])),
  paper: [],
  marking: { color: seriesColors[network]!, shape: field === "testAccuracy" ? 2 : network },
});

function plotOf(name: keyof typeof FIGURES, { left, right, points }: Race, rightName: string): DrawnPlot {
  const common = { name: `playground-${name}`, title: FIGURES[name], caption: "", guides: [] };
  const epochs = { label: "Epoch", unit: "epochs", domain: null } as const;
  const both = (field: Field, what: string): DrawnSeries[] => [
    lineOf(`true labels, ${what}`, left, field, 0),
    lineOf(`${rightName.toLowerCase()}, ${what}`, right, field, 1),
  ];
  if (name === "time-to-fit") {
    const series = [
      {
        title: "epochs to fit",
        points: points.map(({ p, epochs: y }) => plainPoint(p / 100, y)),
        paper: [],
        marking: { color: seriesColors[1]!, shape: 0 },
      },
    ];
    return {
      ...common,
      x: { label: "Share of random labels", unit: "share", domain: [0, 1] },
      y: { label: "Epochs to fit", unit: "epochs", domain: null },
      series,
    };
  }
  if (name === "loss")
    return {
      ...common,
      x: epochs,
      y: { label: "Loss", unit: "nats", domain: null },
      series: both("trainLoss", "training"),
    };
  const series = [...both("trainAccuracy", "training"), ...both("testAccuracy", "test")];
  return { ...common, x: epochs, y: { label: "Accuracy", unit: "share", domain: [0, 1] }, series };
}

/** A figure as SVG, a whole document. */
export const figureSvg = (
  name: keyof typeof FIGURES,
  race: Race,
  rightName: string,
  command: string,
): string => {
  const figure = figureOfPlot(plotOf(name, race, rightName), {
    name: command,
    source: null,
    scale: "custom",
  });
  return drawCurves({ ...figure, subtitle: command, notes: [] }, { document, theme: "file" });
};
