/**
 * @file A test in a few words: what was trained on what, how often, and what became of it.
 */

import { FEWEST_FOR_INTERVAL } from "../../base/statistics.ts";
import type { TestResult } from "../../paper/test-result.ts";
import { type Kind, kindOfTrial, sameKind } from "../../run/kinds.ts";
import { type TrialResult, trialStatuses } from "../../run/trial-record.ts";
import { formatCount, formatNoun } from "../format.ts";

/** What was trained on what, and how often. */
export function nameTest({ model, dataset, trials }: TestResult): string {
  const seeds = new Set(trials.map(({ seed }) => seed)).size;
  const groups = dataset.groups ? ` of ${formatNoun(dataset.groups.train, "group")}` : "";
  return `${model.name} on ${dataset.name}, ${formatCount(dataset.train)} training examples${groups}, ${formatNoun(seeds, "seed")}`;
}

/** How many examples there are in training and test, and of how many groups. */
export function tellExamples({ train, test, groups }: TestResult["dataset"]): string {
  const examples = `${formatCount(train)} training and ${formatNoun(test, "test example")}`;
  return groups
    ? `${examples} of ${formatCount(groups.train)} and ${formatNoun(groups.test, "group")}`
    : examples;
}

/** Whether there are intervals, and over what they range. */
export function tellSpread({ summary }: TestResult): string {
  const seeds = Math.max(0, ...summary.map(({ n }) => n));
  if (seeds >= FEWEST_FOR_INTERVAL)
    return "Means over seeds with 95 % intervals, which range over seeds on these data.";
  return seeds === 2
    ? "Both seeds of each kind of trial; intervals need three."
    : "One seed a kind of trial, so there are no intervals.";
}

/** The number of trials of a kind, by status. */
export function countStatuses(result: TestResult, kind: Kind): Record<TrialResult["status"], number> {
  const trials = result.trials.filter((trial) => sameKind(kindOfTrial(trial), kind));
  const counts = trialStatuses.map((status) => [
    status,
    trials.filter((trial) => trial.status === status).length,
  ]);
  return Object.fromEntries(counts);
}

/** The statuses of a kind's trials that are not `done`, such as `1 diverged, 2 failed`. */
export function tellStatuses(result: TestResult, kind: Kind): string {
  return Object.entries(countStatuses(result, kind))
    .filter(([status, count]) => status !== "done" && count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}

/** What a class is called. */
export const nameClass = ({ classNames }: TestResult["dataset"], label: number): string =>
  classNames?.[label] ?? String(label);
