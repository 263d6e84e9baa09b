/**
 * @file The figure of partly corrupted labels followed apart, and when memorising began, in words.
 */

import { meanOf } from "../base/statistics.ts";
import type { TestResult } from "../paper/test-result.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { groupTrials } from "../verdict/summary.ts";
import { CARRIED, describe, epochAxis, linesOver } from "./curves.ts";
import type { LineFigure } from "./figure.ts";
import { formatPercent } from "./format.ts";
import { nameEscalated } from "./kinds.ts";
import { kindOfTrial, nameTest } from "./table.ts";

/** Accuracies on changed and unchanged training labels by epoch; null if no labels were partly corrupted. */
export function noiseApart(result: TestResult): LineFigure | null {
  const trials = result.trials.filter(({ labels }) => labels.nominal > 0 && labels.nominal < 1);
  const panel = (title: string, read: (row: HistoryRow) => number | null | undefined) => ({
    title,
    lines: linesOver({ trials }, (row) => read(row) ?? null, [0, 1]),
  });
  const panels = [
    panel("Changed, as given", ({ apart }) => apart?.changedGiven),
    panel("Changed, truly", ({ apart }) => apart?.changedTrue),
    panel("Not changed", ({ apart }) => apart?.unchanged),
  ];
  const drawn = panels.flatMap(({ lines }) => lines);
  const guesses = trials.flatMap(({ memorising }) => (memorising ? [memorising.guessing] : []));
  if (drawn.length === 0 || guesses.length === 0) return null;
  const guessing = meanOf(guesses);
  return {
    form: "lines",
    name: "noise-apart",
    title: "Changed labels and the others, by epoch",
    subtitle: nameTest(result),
    description: panels
      .filter(({ lines }) => lines.length > 0)
      .map(({ title, lines }) =>
        describe(`Mean accuracy on training labels (${title.toLowerCase()})`, lines, formatPercent),
      )
      .join(" "),
    x: epochAxis(drawn, "epoch"),
    y: { label: "accuracy", form: "share", domain: [0, 1] },
    reference: { label: `guessing a changed label, ${formatPercent(guessing)}`, value: guessing },
    intervals: "bands",
    panels,
    notes: [
      ...groupTrials(trials).flatMap(tellMemorising),
      "Training accuracy after each epoch, means over seeds with 95 % intervals: on examples whose labels were changed against the labels given to them (memorised) and against their true labels (learned from other examples), and on the rest against their labels.",
      CARRIED,
    ],
  };
}

/** When memorising began in the trials of a kind, in one sentence; none if no trial came to its end. */
function tellMemorising(trials: readonly TrialResult[]): string[] {
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
