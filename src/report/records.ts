/**
 * @file Tables for machines: every number of a result, with the names it has there.
 */

import type { TestResult } from "../paper/test-result.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import type { SummaryRow } from "../verdict/schema.ts";
import { countStatuses, type Reader, type Table, tableOf } from "./table.ts";

/** One row a kind of trial, over its seeds. */
export function summaryRecords(result: TestResult): Table {
  const statuses = (["done", "diverged", "stopped", "failed"] as const).map(
    (status): Reader<SummaryRow> => ({
      name: status,
      title: status,
      form: "count",
      read: (row) => countStatuses(result, row)[status],
    }),
  );
  return tableOf<SummaryRow>(result.summary, [
    reader("inputs", "text", (row) => row.inputs),
    reader("nominal", "number", (row) => row.nominal),
    reader("realised", "number", (row) => row.realised),
    reader("escalation", "count", (row) => row.escalation),
    ...statuses,
    reader("n", "count", (row) => row.n),
    reader("fitted", "count", (row) => row.fitted),
    reader("epochsToFit", "estimate", (row) => row.epochsToFit),
    reader("trainLoss", "estimate", (row) => row.trainLoss),
    reader("trainAccuracy", "estimate", (row) => row.trainAccuracy),
    reader("testAccuracy", "estimate", (row) => row.testAccuracy),
    reader("testAccuracyCorrupted", "estimate", (row) => row.testAccuracyCorrupted),
  ]);
}

/** One row a trial. */
export function trialRecords(result: TestResult): Table {
  return tableOf<TrialResult>(result.trials, [
    ...identity((trial: TrialResult) => trial),
    reader("realised", "number", (trial) => trial.labels.realised),
    reader("learningRate", "number", (trial) => trial.learningRate),
    reader("status", "text", (trial) => trial.status),
    reader("error", "text", (trial) => trial.error ?? null),
    reader("epochs", "count", (trial) => trial.epochs),
    reader("epochsAllowed", "count", (trial) => trial.epochsAllowed),
    reader("steps", "count", (trial) => trial.steps),
    reader("fit", "text", (trial) => String(trial.fit)),
    reader("epochsToFit", "count", (trial) => trial.epochsToFit),
    reader("epochsTo95", "count", (trial) => trial.epochsTo95),
    reader("trainLoss", "number", (trial) => trial.trainLoss),
    reader("trainAccuracy", "number", (trial) => trial.trainAccuracy),
    reader("testAccuracy", "number", (trial) => trial.testAccuracy),
    reader("testAccuracyCorrupted", "number", (trial) => trial.testAccuracyCorrupted),
    reader("bestTestAccuracy", "number", (trial) => trial.best?.testAccuracy ?? null),
    reader("bestEpoch", "count", (trial) => trial.best?.epoch ?? null),
    reader("memorisingBegins", "count", (trial) => trial.memorising?.begins ?? null),
    reader("seconds", "number", (trial) => trial.seconds),
    reader("dataHash", "text", (trial) => trial.dataHash),
    reader("parametersHash", "text", (trial) => trial.parametersHash),
  ]);
}

/** One row a trial and epoch. */
export function historyRecords(result: TestResult): Table {
  const points = result.trials.flatMap((trial) => trial.history.map((row) => ({ trial, row })));
  type Point = { readonly trial: TrialResult; readonly row: HistoryRow };
  return tableOf<Point>(points, [
    ...identity(({ trial }: Point) => trial),
    reader("epoch", "count", ({ row }) => row.epoch),
    reader("trainLoss", "number", ({ row }) => row.trainLoss),
    reader("fitLoss", "number", ({ row }) => row.fitLoss),
    reader("trainAccuracy", "number", ({ row }) => row.trainAccuracy),
    reader("testAccuracy", "number", ({ row }) => row.testAccuracy),
    reader("changedGiven", "number", ({ row }) => row.apart?.changedGiven ?? null),
    reader("changedTrue", "number", ({ row }) => row.apart?.changedTrue ?? null),
    reader("unchanged", "number", ({ row }) => row.apart?.unchanged ?? null),
  ]);
}

/** The columns that say which trial a row is about. */
const identity = <T>(trialOf: (record: T) => TrialResult): Reader<T>[] => [
  reader("id", "text", (record) => trialOf(record).id),
  reader("inputs", "text", (record) => trialOf(record).inputs),
  reader("nominal", "number", (record) => trialOf(record).labels.nominal),
  reader("escalation", "count", (record) => trialOf(record).escalation),
  reader("seed", "count", (record) => trialOf(record).seed),
];

const reader = <T>(name: string, form: Reader<T>["form"], read: Reader<T>["read"]): Reader<T> => ({
  name,
  title: name,
  form,
  read,
});
