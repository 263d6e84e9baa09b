/**
 * @file Trials that differ only in their seed, as one row each: means and 95 % intervals.
 */

import { type Estimate, estimate } from "../base/statistics.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { SummaryRow } from "./schema.ts";
import { scoreLimits, tellNumbers } from "./words.ts";

/** Mean and interval of what is there; null if nothing is. */
export function estimateOf(
  values: readonly (number | null)[],
  limits?: readonly [number, number],
): Estimate | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? estimate(known, limits) : null;
}

/** Nothing is fitted before the first epoch. */
export const EPOCH_LIMITS = [1, Number.POSITIVE_INFINITY] as const;

/** Accuracies cannot leave `[0, 1]`, and neither do their intervals. */
export const ACCURACY_LIMITS = [0, 1] as const;

/** Trials of one kind, in the order they were asked for. */
export function groupTrials(trials: readonly TrialResult[]): TrialResult[][] {
  const groups = new Map<string, TrialResult[]>();
  for (const trial of trials) {
    const key = `${trial.inputs} ${trial.labels.nominal} ${trial.escalation}`;
    groups.set(key, [...(groups.get(key) ?? []), trial]);
  }
  return [...groups.values()];
}

/** One row a kind of trial; only trials that ended by themselves count toward its numbers. */
export function summarize(trials: readonly TrialResult[]): SummaryRow[] {
  return groupTrials(trials).map((group) => {
    const ended = group.filter(({ status }) => status === "done" || status === "diverged");
    const over = (read: (trial: TrialResult) => number | null, within?: readonly [number, number]) =>
      estimateOf(ended.map(read), within);
    const { inputs, labels, escalation } = group[0]!;
    const limits = scoreLimits(tellNumbers(group));
    const [trainTopFive, testTopFive] = (["train", "test"] as const).map((split) =>
      over(({ topFive }) => topFive?.[split] ?? null, ACCURACY_LIMITS),
    );
    return {
      inputs,
      nominal: labels.nominal,
      ...(labels.permuted ? { permuted: labels.permuted } : {}),
      escalation,
      n: ended.length,
      realised: estimateOf(group.map((trial) => trial.labels.realised))?.mean ?? null,
      fitted: ended.filter((trial) => trial.fit).length,
      epochsToFit: over((trial) => trial.epochsToFit, EPOCH_LIMITS),
      trainLoss: over((trial) => trial.trainLoss, [0, Number.POSITIVE_INFINITY]),
      trainAccuracy: over((trial) => trial.trainAccuracy, limits),
      testAccuracy: over((trial) => trial.testAccuracy, limits),
      testAccuracyCorrupted: over((trial) => trial.testAccuracyCorrupted, limits),
      ...(trainTopFive && testTopFive && { trainTopFive, testTopFive }),
    };
  });
}
