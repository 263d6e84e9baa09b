/**
 * @file Figures over epochs: training loss, train accuracy and test accuracy, one line a kind of trial.
 */

import type { Plot, Series } from "../../document/plot.ts";
import { courseByEpoch } from "../../paper/measure.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { compareKinds, kindOfTrial, nameEscalated } from "../../run/kinds.ts";
import type { HistoryRow } from "../../run/trial-record.ts";
import { groupTrials } from "../../verdict/summary.ts";
import { scoreLimits } from "../../verdict/words.ts";
import {
  type CurveFigure,
  type DrawnPlot,
  type DrawnSeries,
  figureOfPlot,
  joinFigures,
} from "../chart/figure.ts";
import { kindColor } from "../chart/looks.ts";
import { formatCount, formatPercent } from "../format.ts";
import { wordingOf } from "../wording.ts";
import { nameTest } from "./about.ts";

/** Points a line keeps: more than a chart can show would only make the page heavy. */
const MOST_POINTS = 200;
/** Losses above so many times that of a uniform guess are left out: one divergence would flatten all lines. */
const HIGHEST_LOSS = 3;
/** Room above the highest loss, as a share of it. */
const HEADROOM = 0.05;

export const CARRIED =
  "A trial that fitted its labels and ended keeps its last value while other seeds of its kind train on.";

/** A plot of a test as a figure. */
export const testFigure = (result: TestResult, plot: DrawnPlot): CurveFigure =>
  figureOfPlot(plot, { source: null, name: nameTest(result) });

/** Training loss by epoch, as in Fig. 1a of the paper; null if no trial came through an epoch. */
export function trainingCurves(result: TestResult): CurveFigure | null {
  const isNumber = result.dataset.target !== undefined;
  const guess = isNumber ? 1 : Math.log(Math.max(2, result.dataset.classes));
  const series = linesOver(result, (row) => row.trainLoss, [0, Number.POSITIVE_INFINITY]);
  const means = series.flatMap(({ points }) => points.map(({ y }) => y!));
  const shown = means.filter((mean) => mean <= HIGHEST_LOSS * guess);
  const [longest] = [...result.trials].sort((a, b) => b.epochs - a.epochs);
  if (shown.length === 0 || longest === undefined) return null;
  const steps = longest.epochs > 0 ? Math.round(longest.steps / longest.epochs) : 0;
  return testFigure(result, {
    name: "training-curves",
    title: "Training loss by epoch",
    caption: `Mean over seeds of the loss on the labels trained on, over each epoch's batches before their updates. ${CARRIED}`,
    x: epochAxis(series, steps > 0 ? `Epoch (${formatCount(steps)} steps each)` : "Epoch"),
    y: {
      label: isNumber ? "Training loss, squared deviations" : "Training loss",
      unit: isNumber ? "number" : "nats",
      domain: [0, (1 + HEADROOM) * Math.max(guess, ...shown)],
    },
    guides: [{ label: isNumber ? "always the mean, 1" : `uniform guess, ${guess.toFixed(2)}`, y: guess }],
    series,
  });
}

/** Train and test accuracy by epoch, side by side; null if no trial came through an epoch. */
export function accuracyCurves(result: TestResult): CurveFigure | null {
  const limits = scoreLimits(result.dataset.target !== undefined);
  const train = linesOver(result, (row) => row.trainAccuracy, limits);
  const test = linesOver(result, (row) => row.testAccuracy, limits);
  if (train.length + test.length === 0) return null;
  const caption = `Means over seeds, measured after each epoch. ${CARRIED}`;
  const y = scoreAxis(result, [...train, ...test]);
  const { name } = wordingOf(result.dataset);
  const shared = { caption, x: epochAxis([...train, ...test]), y, guide: chanceOf(result) };
  return joinFigures({ name: "accuracy-curves", title: `Train and test ${name} by epoch` }, [
    testFigure(result, accuracyPlot(`Train ${name}, on the labels trained on`, train, shared)),
    testFigure(result, accuracyPlot(`Test ${name}, on the true labels`, test, shared)),
  ]);
}

/** A panel of accuracies over epochs. */
export const accuracyPlot = (
  title: string,
  series: DrawnSeries[],
  { caption, x, y, guide }: Pick<Plot, "caption" | "x" | "y"> & { readonly guide: Plot["guides"][number] },
): DrawnPlot => ({
  name: title,
  title,
  caption,
  x,
  series,
  y,
  guides: [guide],
});

/** The axis of accuracies. */
export const ACCURACY_AXIS = {
  label: "Accuracy",
  unit: "share",
  domain: [0, 1],
} as const satisfies Plot["y"];

/** R squared below this is not drawn: a network that memorized noise may be any number of times worse than the mean. */
export const LOWEST_R2 = -1.5;

/** The axis of scores: of accuracies, or of R squared as far as it is told apart. */
export function scoreAxis({ dataset }: Pick<TestResult, "dataset">, series: readonly Series[]): Plot["y"] {
  if (!dataset.target) return ACCURACY_AXIS;
  const least = Math.min(0, ...series.flatMap(({ points }) => points.map(({ y }) => y ?? 0)));
  return { label: "R²", unit: "r2", domain: [Math.max(LOWEST_R2, least), 1] };
}

/** What always guessing the commonest class gets. */
export function chanceOf({ verdict: { learning }, dataset }: TestResult): Plot["guides"][number] {
  if (dataset.target) return { label: "always the mean, 0", y: 0 };
  return { label: `commonest class, ${formatPercent(learning.chance)}`, y: learning.chance };
}

/** From before the first epoch to the last of all lines. */
export const epochAxis = (series: readonly Series[], label = "Epoch"): Plot["x"] => ({
  label,
  unit: "epochs",
  domain: [0, Math.max(...series.flatMap(({ points }) => points.map(({ x }) => x)))],
});

/** One line a kind of trial, over its seeds, marked alike in all figures; kinds that have nothing to show are left out. */
export const linesOver = (
  { trials }: Pick<TestResult, "trials">,
  read: (row: HistoryRow) => number | null,
  limits: readonly [number, number],
): DrawnSeries[] =>
  groupTrials(trials)
    .map((group) => ({
      kind: kindOfTrial(group[0]!),
      points: thin(courseByEpoch(group, read, limits, ({ fit }) => fit)),
    }))
    .sort((a, b) => compareKinds(a.kind, b.kind))
    .map(({ kind, points }, shape) => {
      const marking = { color: kindColor(kind), shape };
      return { title: nameEscalated(kind), points, paper: [], marking };
    })
    .filter(({ points }) => points.length > 0);

/** Some of the points, evenly, the first and the last among them. */
function thin(points: Series["points"]): Series["points"] {
  if (points.length <= MOST_POINTS) return points;
  const stride = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * stride)]!);
}
