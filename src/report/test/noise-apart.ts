/**
 * @file The figure of partly corrupted labels followed apart, and when memorizing began, in words.
 */

import { meanOf } from "../../base/statistics.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { kindOfTrial, nameEscalated } from "../../run/kinds.ts";
import type { TrialResult } from "../../run/trial-record.ts";
import { ACCURACY_LIMITS, groupTrials } from "../../verdict/summary.ts";
import { type CurveFigure, joinFigures } from "../chart/figure.ts";
import { formatPercent } from "../format.ts";
import { ACCURACY_AXIS, accuracyPlot, CARRIED, epochAxis, linesOver, testFigure } from "./curves.ts";

/** Accuracies on changed and unchanged training labels by epoch; null if no labels were partly corrupted. */
export function noiseApart(result: TestResult): CurveFigure | null {
  const trials = result.trials.filter(isPartly);
  const panels = [
    { title: "Changed, as given", field: "changedGiven" },
    { title: "Changed, truly", field: "changedTrue" },
    { title: "Not changed", field: "unchanged" },
  ] as const;
  // The others have nothing to show here, and keep their marks.
  const among = result.trials.map((trial) => (isPartly(trial) ? trial : { ...trial, history: [] }));
  const drawn = panels.map(({ title, field }) => ({
    title,
    series: linesOver({ trials: among }, ({ apart }) => apart?.[field] ?? null, ACCURACY_LIMITS),
  }));
  const lines = drawn.flatMap(({ series }) => series);
  const guesses = trials.flatMap(({ memorising }) => (memorising ? [memorising.guessing] : []));
  if (lines.length === 0 || guesses.length === 0) return null;
  const guessing = meanOf(guesses);
  const shared = {
    caption: [
      ...groupTrials(trials).flatMap(tellMemorizing),
      "Training accuracy after each epoch, means over seeds: on examples whose labels were changed against the labels given to them (memorised) and against their true labels (learned from other examples), and on the rest against their labels.",
      CARRIED,
    ].join(" "),
    x: epochAxis(lines),
    y: ACCURACY_AXIS,
    guide: { label: `guessing a changed label, ${formatPercent(guessing)}`, y: guessing },
  };
  return joinFigures(
    { name: "noise-apart", title: "Changed labels and the others, by epoch" },
    drawn.map(({ title, series }) => testFigure(result, accuracyPlot(title, series, shared))),
  );
}

const isPartly = ({ labels: { nominal } }: TrialResult): boolean => nominal > 0 && nominal < 1;

/** When memorizing began in the trials of a kind, in one sentence; none if no trial came to its end. */
function tellMemorizing(trials: readonly TrialResult[]): string[] {
  const ended = trials.flatMap(({ memorising }) => (memorising ? [memorising] : []));
  if (ended.length === 0) return [];
  const kind = nameEscalated(kindOfTrial(trials[0]!));
  const begins = ended.flatMap((trial) => trial.begins ?? []).sort((a, b) => a - b);
  const best = ended.flatMap(({ bestTrue }) => bestTrue ?? []);
  const [first, last] = [begins[0], begins.at(-1)];
  const epochs = first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
  const seeds = ended.length === 1 ? "" : ` (${begins.length} of ${ended.length} seeds)`;
  const start = ended.every(({ bound }) => bound >= 1)
    ? "memorising cannot be told from mistakes, as there are two classes only, or few changed labels"
    : begins.length === 0
      ? "no memorising is seen: changed labels are answered as given no more often than guessing explains"
      : `memorising is seen from ${epochs} on${seeds}, when changed labels are answered as given more often than guessing explains`;
  const truly =
    best.length === 0
      ? ""
      : `; at best ${formatPercent(meanOf(best.map(({ accuracy }) => accuracy)))} of them are answered truly (epoch ${[...new Set(best.map(({ epoch }) => epoch))].sort((a, b) => a - b).join(", ")})`;
  return [`${kind}: ${start}${truly}.`];
}
