/**
 * @file Table 1: training and test accuracy of every model, with and without regularizers, on true and random
 * labels.
 */

import { SHARE } from "../document/measurement.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { epochsCell, epochsColumn, parametersOf, stoppingCells, stoppingColumns } from "./cells.ts";
import type { Condition } from "./condition.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { measureTrials } from "./measure.ts";
import { recipeNotes, settingNotes, weightDecayNote } from "./notes.ts";
import { type Table1Row, table1Rows } from "./paper.ts";
import { conditionAt, type Setting } from "./scales.ts";
import { table1Claims } from "./table-1-claims.ts";

const conditionOf = (setting: Setting, { model, crop, weightDecay, randomLabels }: Table1Row): Condition =>
  conditionAt(setting, model, { crop, weightDecay, corrupt: randomLabels ? 1 : 0 });

/** What identifies a row to readers. */
const identity = ({ model, crop, weightDecay, randomLabels }: Table1Row) => ({
  model: text(model),
  labels: text(randomLabels ? "random" : "true"),
  crop: text(crop),
  weightDecay: text(weightDecay),
});

const identityColumns = [
  plain("model", "Model"),
  plain("labels", "Labels"),
  plain("crop", "Random crop"),
  plain("weightDecay", "Weight decay"),
];

/** The table as in the paper, its rows in the paper's order. */
function accuracyTable(trialsOf: (row: Table1Row) => readonly TrialResult[]) {
  return {
    name: "table-1",
    title: "Training and test accuracy on CIFAR-10",
    question:
      "Do random crops, weight decay and batch normalization explain why networks generalise that also fit random labels?",
    caption:
      "Accuracies after the last epoch, means over seeds. Rows with random labels are tested on true labels.",
    columns: [
      ...identityColumns,
      plain("parameters", "Parameters", "count"),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
      epochsColumn,
    ],
    rows: table1Rows.map((row) => {
      const trials = trialsOf(row);
      return {
        ...identity(row),
        parameters: text(parametersOf(row.model)),
        train: number(
          measureTrials(trials, ({ trainAccuracy }) => trainAccuracy, { paper: row.train, limits: SHARE }),
        ),
        test: number(
          measureTrials(trials, ({ testAccuracy }) => testAccuracy, { paper: row.test, limits: SHARE }),
        ),
        epochs: epochsCell(trials),
      };
    }),
  };
}

function stoppingTable(trialsOf: (row: Table1Row) => readonly TrialResult[]) {
  return {
    name: "table-1-early-stopping",
    title: "What early stopping could have had",
    caption:
      "The best test accuracy on the way and its epoch, beside the final one. The best of many epochs is above the final one by luck alone, so a gain below a point or so says nothing.",
    columns: [...identityColumns, ...stoppingColumns],
    rows: table1Rows
      .filter(({ randomLabels }) => !randomLabels)
      .map((row) => ({ ...identity(row), ...stoppingCells(trialsOf(row)) })),
  };
}

function read({ setting, results }: Findings): Reading {
  const trialsOf = (row: Table1Row): readonly TrialResult[] => results.of(conditionOf(setting, row));
  return {
    notes: [...settingNotes(setting), ...recipeNotes, weightDecayNote(table1.models)],
    tables: [accuracyTable(trialsOf), stoppingTable(trialsOf)],
    plots: [],
    claims: table1Claims(trialsOf),
  };
}

export const table1: Experiment = {
  name: "table-1",
  title: "Training and test accuracy on CIFAR-10",
  source: "Zhang et al., ICLR 2017, Table 1",
  models: ["inception", "inception-nobn", "alexnet", "mlp-3x512", "mlp-1x512"],
  anyModel: false,
  conditions: (setting, model) =>
    table1Rows.filter((row) => row.model === model).map((row) => conditionOf(setting, row)),
  read,
};
