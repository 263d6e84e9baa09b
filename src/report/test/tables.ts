/**
 * @file The tables of a test, for people to read.
 */

import type { TestResult } from "../../paper/test-result.ts";
import { compareKinds, kindOfTrial, nameEscalated, nameKind } from "../../run/kinds.ts";
import type { TrialResult } from "../../run/trial-record.ts";
import type { SummaryRow } from "../../verdict/schema.ts";
import { kindColor } from "../chart/looks.ts";
import type { Grid } from "../grid/grid.ts";
import { listGrid } from "../grid/list-grid.ts";
import { errorColumns, lengthColumns, outcomeColumns } from "../trial-columns.ts";
import { wordingOf } from "../wording.ts";
import { nameClass, nameTest, tellSpread, tellStatuses } from "./about.ts";

/** The summary of a test: one row a kind of trial, over its seeds. */
export function summaryGrid(result: TestResult): Grid {
  const { name, unit } = wordingOf(result.dataset);
  return listGrid<SummaryRow>(
    [...result.summary].sort(compareKinds),
    [
      { title: "Trained on", unit: "text", color: kindColor, read: nameEscalated },
      { title: `Test ${name}`, unit, read: (row) => row.testAccuracy },
      { title: `Train ${name}`, unit, read: (row) => row.trainAccuracy },
      {
        title: "Test, first five",
        unit,
        rank: 1,
        isOptional: true,
        read: (row) => row.testTopFive ?? null,
      },
      {
        title: "Train, first five",
        unit,
        rank: 2,
        isOptional: true,
        read: (row) => row.trainTopFive ?? null,
      },
      { title: "Fitted of n", unit: "fraction", read: (row) => `${row.fitted}/${row.n}` },
      { title: "Epochs to fit", unit: "epochs", rank: 1, read: (row) => row.epochsToFit },
      { title: "Labels changed", unit: "share", rank: 3, read: (row) => row.realised },
      {
        title: `Test ${name}, corrupted labels`,
        unit,
        rank: 2,
        read: (row) => row.testAccuracyCorrupted,
      },
      { title: "Ended otherwise", unit: "text", isOptional: true, read: (row) => tellStatuses(result, row) },
    ],
    {
      name: "summary",
      title: nameTest(result),
      caption: `What each kind of trial ended at. ${tellSpread(result)}`,
    },
  );
}

/** Test accuracy of each class after training on true labels, and on random ones; null if nothing is known of it. */
export function classGrid({ dataset, trials }: TestResult): Grid | null {
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
  return listGrid(
    [...known.keys()],
    [
      { title: "Class", unit: "text", read: (label) => nameClass(dataset, label) },
      {
        title: "Test examples",
        unit: "count",
        read: (label) => known[label]!.reduce((sum, count) => sum + count, 0),
      },
      { title: "Right, true labels", unit: "share", read: (label) => shareRight(0, label) },
      { title: "Right, random labels", unit: "share", read: (label) => shareRight(1, label) },
    ],
    {
      name: "classes",
      title: "By class",
      caption: "Share of the test examples of each class that are answered right, over seeds",
    },
  );
}

/** The trials of a test, one a row. */
export const trialGrid = ({ trials, dataset }: TestResult): Grid =>
  listGrid<TrialResult>(
    [...trials].sort((a, b) => compareKinds(kindOfTrial(a), kindOfTrial(b)) || a.seed - b.seed),
    [
      {
        title: "Trained on",
        unit: "text",
        color: (trial) => kindColor(kindOfTrial(trial)),
        read: (trial) => nameKind(kindOfTrial(trial)),
      },
      { title: "Seed", unit: "count", read: (trial) => trial.seed },
      { title: "Escalation", unit: "count", read: (trial) => trial.escalation },
      { title: "Learning rate", unit: "number", read: (trial) => trial.learningRate },
      { title: "Status", unit: "text", read: tellStatus },
      ...lengthColumns,
      { title: "To 95 %", unit: "count", read: (trial) => trial.epochsTo95 },
      ...outcomeColumns(wordingOf(dataset)),
      ...errorColumns,
      { title: "Data hash", unit: "hash", read: (trial) => trial.dataHash },
      { title: "Parameters hash", unit: "hash", read: (trial) => trial.parametersHash },
    ],
    { name: "trials", title: "Every trial", caption: "The trials, one a row; hashes are SHA-256" },
  );

const tellStatus = ({ status, error }: TrialResult): string =>
  error === undefined ? status : `${status}: ${error}`;
