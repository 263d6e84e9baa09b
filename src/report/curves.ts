/**
 * @file Figures over epochs: training loss, train accuracy and test accuracy, one line a kind of trial.
 */

import { estimate } from "../base/statistics.ts";
import type { TestResult } from "../paper/test-result.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { groupTrials } from "../verdict/summary.ts";
import type { Axis, Line, LineFigure, Point } from "./figure.ts";
import { formatCount, formatNumber, formatPercent } from "./format.ts";
import { compareKinds, nameEscalated } from "./kinds.ts";
import { kindOfTrial, nameTest } from "./table.ts";

/** Points a line keeps: more than a chart can show would only make the page heavy. */
const MOST_POINTS = 200;
/** Losses above so many times that of a uniform guess are left out: one divergence would flatten all lines. */
const HIGHEST_LOSS = 3;

export const CARRIED =
  "A trial that fitted its labels and ended keeps its last value while other seeds of its kind train on.";

/** Training loss by epoch, as in Fig. 1a of the paper; null if no trial came through an epoch. */
export function trainingCurves(result: TestResult): LineFigure | null {
  const guess = Math.log(Math.max(2, result.dataset.classes));
  const ceiling = HIGHEST_LOSS * guess;
  const all = linesOver(result, (row) => row.trainLoss, [0, Number.POSITIVE_INFINITY]);
  const lines = all.map((line) => ({ ...line, points: line.points.filter(({ mean }) => mean <= ceiling) }));
  const drawn = lines.filter(({ points }) => points.length > 0);
  const [longest] = [...result.trials].sort((a, b) => b.epochs - a.epochs);
  if (drawn.length === 0 || longest === undefined) return null;
  const cut = all.some(({ points }) => points.some(({ mean }) => mean > ceiling));
  const highest = Math.max(guess, ...drawn.flatMap(({ points }) => points.map(({ mean }) => mean)));
  const steps = longest.epochs > 0 ? Math.round(longest.steps / longest.epochs) : 0;
  return {
    form: "lines",
    name: "training-curves",
    title: "Training loss by epoch",
    subtitle: nameTest(result),
    description: describe("Mean training loss", drawn, formatNumber),
    x: epochAxis(drawn, steps > 0 ? `epoch (${formatCount(steps)} steps each)` : "epoch"),
    y: { label: "training loss (nats)", form: "number", domain: [0, highest * 1.05] },
    reference: { label: `uniform guess, ${guess.toFixed(2)}`, value: guess },
    intervals: "bands",
    panels: [{ title: "", lines: drawn }],
    notes: [
      "Mean over seeds of the loss on the labels trained on, over each epoch's batches before their updates; the band is its 95 % interval.",
      CARRIED,
      ...(cut ? [`Losses above ${ceiling.toFixed(1)} nats are not drawn.`] : []),
    ],
  };
}

/** Train and test accuracy by epoch, side by side; null if no trial came through an epoch. */
export function accuracyCurves(result: TestResult): LineFigure | null {
  const train = linesOver(result, (row) => row.trainAccuracy, [0, 1]);
  const test = linesOver(result, (row) => row.testAccuracy, [0, 1]);
  const drawn = [...train, ...test];
  if (drawn.length === 0) return null;
  const { chance } = result.verdict.learning;
  return {
    form: "lines",
    name: "accuracy-curves",
    title: "Train and test accuracy by epoch",
    subtitle: nameTest(result),
    description: [
      describe("Mean train accuracy", train, formatPercent),
      describe("Mean test accuracy", test, formatPercent),
    ].join(" "),
    x: epochAxis(drawn, "epoch"),
    y: { label: "accuracy", form: "share", domain: [0, 1] },
    reference: { label: `commonest class, ${formatPercent(chance)}`, value: chance },
    intervals: "bands",
    panels: [
      { title: "Train accuracy, on the labels trained on", lines: train },
      { title: "Test accuracy, on the true labels", lines: test },
    ],
    notes: ["Means over seeds, measured after each epoch; the band is the 95 % interval.", CARRIED],
  };
}

export const epochAxis = (lines: readonly Line[], label: string): Axis => ({
  label,
  form: "whole",
  domain: [0, Math.max(...lines.flatMap(({ points }) => points.map(({ x }) => x)))],
});

/** One line a kind of trial, over its seeds; kinds that have nothing to show are left out. */
export function linesOver(
  result: Pick<TestResult, "trials">,
  read: (row: HistoryRow) => number | null,
  limits: readonly [number, number],
): Line[] {
  return groupTrials(result.trials)
    .map((trials) => {
      const kind = kindOfTrial(trials[0]!);
      return { label: nameEscalated(kind), kind, points: thin(meansOver(trials, read, limits)) };
    })
    .filter(({ points }) => points.length > 0)
    .sort((a, b) => compareKinds(a.kind, b.kind));
}

function meansOver(
  trials: readonly TrialResult[],
  read: (row: HistoryRow) => number | null,
  limits: readonly [number, number],
): Point[] {
  const histories = trials.map((trial) => new Map(trial.history.map((row) => [row.epoch, row])));
  const epochs = [...new Set(histories.flatMap((history) => [...history.keys()]))].sort((a, b) => a - b);
  return epochs.flatMap((x) => {
    const values = trials.map((trial, index) => {
      const row =
        histories[index]!.get(x) ?? (trial.fit ? trial.history[trial.history.length - 1] : undefined);
      return row ? read(row) : null;
    });
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return [];
    const { mean, low, high, n } = estimate(known, limits);
    return [{ x, mean, low, high, n }];
  });
}

/** Some of the points, evenly, the first and the last among them. */
function thin(points: readonly Point[]): Point[] {
  if (points.length <= MOST_POINTS) return [...points];
  const stride = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * stride)]!);
}

/** Where each line starts and ends, in words. */
export function describe(what: string, lines: readonly Line[], show: (value: number) => string): string {
  const ends = lines.map(({ label, points }) => {
    const [first, last] = [points[0]!, points[points.length - 1]!];
    return `${label}: ${show(first.mean)} after epoch ${first.x}, ${show(last.mean)} after epoch ${last.x}`;
  });
  return `${what} over seeds. ${ends.join("; ")}.`;
}
