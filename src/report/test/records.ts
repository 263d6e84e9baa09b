/**
 * @file A test for machines: every number of it, with the names it has in the result.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { type HistoryRow, type TrialResult, trialStatuses } from "../../run/trial-record.ts";
import type { SummaryRow } from "../../verdict/schema.ts";
import { type Field, recordsCsv } from "../csv.ts";
import { countStatuses } from "./about.ts";

/** As CSV, one row a kind of trial, over its seeds. */
export const summaryCsv = (result: TestResult): string =>
  recordsCsv<SummaryRow>(result.summary, [
    ["inputs", (row) => row.inputs],
    ["nominal", (row) => row.nominal],
    ["realised", (row) => row.realised],
    ["escalation", (row) => row.escalation],
    ...trialStatuses.map(
      (status): Field<SummaryRow> => [status, (row) => countStatuses(result, row)[status]],
    ),
    ["n", (row) => row.n],
    ["fitted", (row) => row.fitted],
    ...estimateFields("epochsToFit"),
    ...estimateFields("trainLoss"),
    ...estimateFields("trainAccuracy"),
    ...estimateFields("testAccuracy"),
    ...estimateFields("testAccuracyCorrupted"),
    ...estimateFields("trainTopFive"),
    ...estimateFields("testTopFive"),
  ]);

/** As CSV, one row a trial. */
export const trialsCsv = ({ trials }: TestResult): string =>
  recordsCsv<TrialResult>(trials, [
    ...identity<TrialResult>((trial) => trial),
    ["realised", (trial) => trial.labels.realised],
    ["learningRate", (trial) => trial.learningRate],
    ["status", (trial) => trial.status],
    ["error", (trial) => trial.error],
    ["epochs", (trial) => trial.epochs],
    ["epochsAllowed", (trial) => trial.epochsAllowed],
    ["steps", (trial) => trial.steps],
    ["fit", (trial) => trial.fit],
    ["epochsToFit", (trial) => trial.epochsToFit],
    ["epochsTo95", (trial) => trial.epochsTo95],
    ["trainLoss", (trial) => trial.trainLoss],
    ["trainAccuracy", (trial) => trial.trainAccuracy],
    ["testAccuracy", (trial) => trial.testAccuracy],
    ["testAccuracyCorrupted", (trial) => trial.testAccuracyCorrupted],
    ["trainTopFive", (trial) => trial.topFive?.train],
    ["testTopFive", (trial) => trial.topFive?.test],
    ["bestTestAccuracy", (trial) => trial.best?.testAccuracy],
    ["bestEpoch", (trial) => trial.best?.epoch],
    ["stoppedTestAccuracy", (trial) => trial.stopping?.testAccuracy],
    ["stoppedEpoch", (trial) => trial.stopping?.epoch],
    ["stoppedValidationAccuracy", (trial) => trial.stopping?.validationAccuracy],
    ["memorisingBegins", (trial) => trial.memorising?.begins],
    ["seconds", (trial) => trial.seconds],
    ["dataHash", (trial) => trial.dataHash],
    ["parametersHash", (trial) => trial.parametersHash],
  ]);

/** As CSV, one row a trial and epoch. */
export function historyCsv({ trials }: TestResult): string {
  type Point = { readonly trial: TrialResult; readonly row: HistoryRow };
  const points = trials.flatMap((trial) => trial.history.map((row): Point => ({ trial, row })));
  return recordsCsv(points, [
    ...identity<Point>(({ trial }) => trial),
    ["epoch", ({ row }) => row.epoch],
    ["trainLoss", ({ row }) => row.trainLoss],
    ["fitLoss", ({ row }) => row.fitLoss],
    ["trainAccuracy", ({ row }) => row.trainAccuracy],
    ["testAccuracy", ({ row }) => row.testAccuracy],
    ["trainTopFive", ({ row }) => row.topFive?.train],
    ["testTopFive", ({ row }) => row.topFive?.test],
    ["changedGiven", ({ row }) => row.apart?.changedGiven],
    ["changedTrue", ({ row }) => row.apart?.changedTrue],
    ["unchanged", ({ row }) => row.apart?.unchanged],
  ]);
}

/** The columns that say which trial a row is about. */
const identity = <T>(trialOf: (record: T) => TrialResult): Field<T>[] => [
  ["id", (record) => trialOf(record).id],
  ["inputs", (record) => trialOf(record).inputs],
  ["nominal", (record) => trialOf(record).labels.nominal],
  ["escalation", (record) => trialOf(record).escalation],
  ["seed", (record) => trialOf(record).seed],
];

/** Numbers of a summary that are means over seeds. */
type EstimateName =
  | "epochsToFit"
  | "trainLoss"
  | "trainAccuracy"
  | "testAccuracy"
  | "testAccuracyCorrupted"
  | "trainTopFive"
  | "testTopFive";

/** The columns of an estimate: its mean, its interval, and the number of seeds. */
const estimateFields = (name: EstimateName): Field<SummaryRow>[] => [
  [`${name}Mean`, (row) => row[name]?.mean],
  [`${name}Low`, (row) => row[name]?.low],
  [`${name}High`, (row) => row[name]?.high],
  [`${name}N`, (row) => row[name]?.n ?? 0],
];
