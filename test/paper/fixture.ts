/**
 * Trials made by hand, for the readings of experiments.
 */

import type { Condition } from "../../src/paper/condition.ts";
import { documentOf } from "../../src/paper/document.ts";
import type { Experiment } from "../../src/paper/experiment.ts";
import type { ExperimentResult } from "../../src/paper/experiment-result.ts";
import type { KnownTrial } from "../../src/paper/results.ts";
import type { Setting } from "../../src/paper/scales.ts";
import type { HistoryRow, TrialResult } from "../../src/run/trial-record.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";

/** What every spec here says about its data. */
export const datasetOf = ({ data }: Condition): TrialSpec["dataset"] => ({
  name: data.name,
  hash: "0".repeat(64),
  train: data.n ?? 50_000,
  test: data.testN ?? 10_000,
});

/** An epoch's row; everything measured. */
export const row = (
  epoch: number,
  fitLoss: number,
  trainAccuracy: number,
  testAccuracy = 0.5,
): HistoryRow => ({ epoch, trainLoss: fitLoss, fitLoss, trainAccuracy, testAccuracy });

/** A finished trial of a condition; its numbers are those of the last row of its history, unless told. */
export async function trialOf(
  condition: Condition,
  history: readonly HistoryRow[],
  changes: Partial<TrialResult> & { readonly seed?: number } = {},
): Promise<KnownTrial> {
  const { data: _, ...what } = condition;
  const seed = changes.seed ?? 0;
  const spec: TrialSpec = { schema: "shatter/trial@1", dataset: datasetOf(condition), ...what, seed };
  const last = history.at(-1)!;
  const result: TrialResult = {
    id: await trialId(spec),
    inputs: spec.inputs,
    labels: { nominal: spec.corrupt, realised: 0.9 * spec.corrupt },
    seed,
    status: "done",
    epochs: last.epoch,
    epochsAllowed: spec.recipe.epochs,
    steps: 391 * last.epoch,
    fit: true,
    epochsToFit: last.epoch,
    epochsTo95: null,
    best: { epoch: 1, testAccuracy: Math.max(...history.map((each) => each.testAccuracy ?? 0)) },
    escalation: 0,
    learningRate: spec.recipe.learningRate,
    trainLoss: last.fitLoss,
    trainAccuracy: last.trainAccuracy,
    testAccuracy: last.testAccuracy,
    testAccuracyCorrupted: last.testAccuracy,
    seconds: 1,
    confusion: null,
    dataHash: null,
    parametersHash: null,
    history: [...history],
    ...changes,
  };
  return { spec, result };
}

export const provenance: ExperimentResult["provenance"] = {
  version: "0.1.0",
  commit: null,
  engine: "none",
  device: "cpu",
  threads: 1,
  jobs: 1,
  node: "none",
  machine: "none",
  command: null,
  started: "2026-01-01T00:00:00.000Z",
  seconds: 1,
  interrupted: false,
};

/** The document of an experiment with these trials. */
export const read = (
  experiment: Experiment,
  trials: readonly KnownTrial[],
  setting: Setting = { scale: "paper" },
  models: readonly string[] = experiment.models,
): ExperimentResult =>
  documentOf({ id: experiment.name, experiment, setting, models, trials, datasetOf, provenance });

/** The cell of a table's row, by a predicate on the row's plain cells. */
export function cellOf(
  document: ExperimentResult,
  table: string,
  isRow: (plain: Readonly<Record<string, unknown>>) => boolean,
  column: string,
) {
  const found = document.tables
    .find(({ name }) => name === table)!
    .rows.find((cells) => {
      const plain = Object.entries(cells).flatMap(([key, cell]) =>
        "text" in cell ? [[key, cell.text]] : [],
      );
      return isRow(Object.fromEntries(plain));
    })!;
  const cell = found[column]!;
  return "measurement" in cell ? cell.measurement : cell.text;
}

/** A claim of a document. */
export const claimOf = (document: ExperimentResult, number: number) =>
  document.claims.find((claim) => claim.number === number)!;
