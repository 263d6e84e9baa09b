/**
 * @file Tables as plain data: what a test found, for people to read.
 *
 * How a table is written is another matter: see `terminal.ts`, `markdown.ts`, `csv.ts` and `html.ts`.
 */

import { type Estimate, FEWEST_FOR_INTERVAL } from "../base/statistics.ts";
import type { TestResult } from "../paper/test-result.ts";
import { type TrialResult, trialStatuses } from "../run/trial-record.ts";
import { formatCount, formatEstimate, formatNoun, formatNumber, formatPercent, NOTHING } from "./format.ts";
import { compareKinds, type Kind, nameEscalated, nameKind, sameKind } from "./kinds.ts";

/** What the cells of a column are, and so how they are written; shares are written in percent. */
export type ColumnForm =
  | "text"
  | "hash"
  | "fraction"
  | "count"
  | "number"
  | "share"
  | "estimate"
  | "share-estimate";

/** One column. */
export interface Column {
  /** As machines read it: camel case. */
  readonly name: string;
  /** As people read it. */
  readonly title: string;
  readonly form: ColumnForm;
  /** Where room is short, the column of the highest rank goes first; one without a rank stays. */
  readonly rank?: number;
}

/** Null where nothing is known. */
export type Cell = string | number | Estimate | null;

/** Columns, and rows of as many cells. */
export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A column with the way to read its cell from a record. */
export interface Reader<T> extends Column {
  readonly read: (record: T) => Cell;
}

/** The table of some records. */
export function tableOf<T>(records: readonly T[], readers: readonly Reader<T>[]): Table {
  return {
    columns: readers.map(({ read: _, ...column }) => column),
    rows: records.map((record) => readers.map(({ read }) => read(record))),
  };
}

/** Digits of a hash that people compare. */
const SHORT_HASH = 12;

/** A cell as people read it. */
export function formatCell({ form }: Column, cell: Cell): string {
  if (cell === null || cell === "") return NOTHING;
  if (typeof cell === "string") return form === "hash" ? cell.slice(0, SHORT_HASH) : cell;
  if (typeof cell === "object") return formatEstimate(cell, form === "share-estimate" ? "percent" : "number");
  return form === "share" ? formatPercent(cell) : form === "number" ? formatNumber(cell) : formatCount(cell);
}

/** What was trained on what, and how often. */
export function nameTest({ model, dataset, trials }: TestResult): string {
  const seeds = new Set(trials.map(({ seed }) => seed)).size;
  return `${model.name} on ${dataset.name}, ${formatCount(dataset.train)} training examples, ${formatNoun(seeds, "seed")}`;
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

/** A trial's kind. */
export const kindOfTrial = ({
  inputs,
  labels: { nominal, permuted },
  escalation,
}: Pick<TrialResult, "inputs" | "escalation"> & {
  readonly labels: Pick<TrialResult["labels"], "nominal" | "permuted">;
}): Kind => ({ inputs, nominal, ...(permuted ? { permuted } : {}), escalation });

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
function tellStatuses(result: TestResult, kind: Kind): string {
  return Object.entries(countStatuses(result, kind))
    .filter(([status, count]) => status !== "done" && count > 0)
    .map(([status, count]) => `${count} ${status}`)
    .join(", ");
}

/** The summary of a test: one row a kind of trial, over its seeds. */
export function summaryTable(result: TestResult): Table {
  const rows = [...result.summary].sort(compareKinds);
  const troubled = rows.some((row) => tellStatuses(result, row) !== "");
  const readers: Reader<TestResult["summary"][number]>[] = [
    { name: "kind", title: "Trained on", form: "text", read: nameEscalated },
    { name: "realised", title: "Labels changed", form: "share", rank: 3, read: (row) => row.realised },
    { name: "fitted", title: "Fitted of n", form: "fraction", read: (row) => `${row.fitted}/${row.n}` },
    {
      name: "epochsToFit",
      title: "Epochs to fit",
      form: "estimate",
      rank: 1,
      read: (row) => row.epochsToFit,
    },
    {
      name: "trainAccuracy",
      title: "Train accuracy",
      form: "share-estimate",
      read: (row) => row.trainAccuracy,
    },
    { name: "testAccuracy", title: "Test accuracy", form: "share-estimate", read: (row) => row.testAccuracy },
    {
      name: "testAccuracyCorrupted",
      title: "Test accuracy, corrupted labels",
      form: "share-estimate",
      rank: 2,
      read: (row) => row.testAccuracyCorrupted,
    },
    { name: "ended", title: "Ended otherwise", form: "text", read: (row) => tellStatuses(result, row) },
  ];
  return tableOf(
    rows,
    readers.filter(({ name }) => troubled || name !== "ended"),
  );
}

/** Test accuracy of each class after training on true labels, and on random ones; null if nothing is known of it. */
export function classTable({ dataset, trials }: TestResult): Table | null {
  const shareRight = (nominal: number, label: number): number | null => {
    const rows = trials.flatMap(({ inputs, labels, escalation, confusion }) =>
      inputs === "true" && labels.nominal === nominal && escalation === 0 && confusion
        ? [confusion[label]!]
        : [],
    );
    const total = rows.flat().reduce((sum, count) => sum + count, 0);
    return total === 0 ? null : rows.reduce((sum, row) => sum + row[label]!, 0) / total;
  };
  const known = trials.find(({ inputs, confusion }) => inputs === "true" && confusion !== null)?.confusion;
  if (!known) return null;
  return tableOf(
    [...known.keys()],
    [
      {
        name: "class",
        title: "Class",
        form: "text",
        read: (label) => dataset.classNames?.[label] ?? String(label),
      },
      {
        name: "count",
        title: "Test examples",
        form: "count",
        read: (label) => known[label]!.reduce((sum, count) => sum + count, 0),
      },
      { name: "true", title: "Right, true labels", form: "share", read: (label) => shareRight(0, label) },
      { name: "random", title: "Right, random labels", form: "share", read: (label) => shareRight(1, label) },
    ],
  );
}

/** The trials of a test, one a row. */
export function trialTable(result: TestResult): Table {
  const trials = [...result.trials].sort(
    (a, b) => compareKinds(kindOfTrial(a), kindOfTrial(b)) || a.seed - b.seed,
  );
  const readers: Reader<TrialResult>[] = [
    { name: "kind", title: "Trained on", form: "text", read: (trial) => nameKind(kindOfTrial(trial)) },
    { name: "seed", title: "Seed", form: "count", read: (trial) => trial.seed },
    { name: "escalation", title: "Escalation", form: "count", read: (trial) => trial.escalation },
    { name: "learningRate", title: "Learning rate", form: "number", read: (trial) => trial.learningRate },
    { name: "status", title: "Status", form: "text", read: tellStatus },
    {
      name: "epochs",
      title: "Epochs",
      form: "fraction",
      read: (trial) => `${trial.epochs}/${trial.epochsAllowed}`,
    },
    { name: "epochsToFit", title: "To fit", form: "count", read: (trial) => trial.epochsToFit },
    { name: "epochsTo95", title: "To 95 %", form: "count", read: (trial) => trial.epochsTo95 },
    { name: "trainLoss", title: "Train loss, nats", form: "number", read: (trial) => trial.trainLoss },
    { name: "trainAccuracy", title: "Train accuracy", form: "share", read: (trial) => trial.trainAccuracy },
    { name: "testAccuracy", title: "Test accuracy", form: "share", read: (trial) => trial.testAccuracy },
    { name: "best", title: "Best on the way", form: "fraction", read: formatBest },
    { name: "seconds", title: "Seconds", form: "number", read: (trial) => trial.seconds },
    { name: "id", title: "Trial", form: "hash", read: (trial) => trial.id },
    { name: "dataHash", title: "Data hash", form: "hash", read: (trial) => trial.dataHash },
    { name: "parametersHash", title: "Parameters hash", form: "hash", read: (trial) => trial.parametersHash },
  ];
  const hasBest = trials.some(({ best }) => best !== null);
  return tableOf(
    trials,
    readers.filter(({ name }) => hasBest || name !== "best"),
  );
}

/** The best test accuracy of a trial and its epoch; null where it is not known. */
export const formatBest = ({ best }: TrialResult): string | null =>
  best && `${formatPercent(best.testAccuracy)} (epoch ${best.epoch})`;

const tellStatus = ({ status, error }: TrialResult): string =>
  error === undefined ? status : `${status}: ${error}`;
