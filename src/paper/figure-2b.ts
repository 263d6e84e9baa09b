/**
 * @file Figure 2b: learning curves of Inception with and without batch normalization, and what early stopping
 * could have had. All explicit regularizers are off.
 */

import { percent } from "../base/percent.ts";
import { meanOf } from "../base/statistics.ts";
import type { Claim } from "../document/claims.ts";
import { type Check, judgeClaim, STOPPING_MARGIN } from "../document/claims.ts";
import { SHARE } from "../document/measurement.ts";
import type { Plot } from "../document/plot.ts";
import type { Table } from "../document/table.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { epochsCell, epochsColumn, stoppingCells, stoppingColumns } from "./cells.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { course, meanOver, measureTrials } from "./measure.ts";
import { recipeNotes, settingNotes } from "./notes.ts";
import { plainRow } from "./paper.ts";
import { conditionAt } from "./scales.ts";

const WITH = "inception";
const WITHOUT = "inception-nobn";

const titles: Readonly<Record<string, string>> = {
  [WITH]: "Inception",
  [WITHOUT]: "Inception without batch normalization",
};

type TrialsOf = (model: string) => readonly TrialResult[];

function plotOf(trialsOf: TrialsOf, split: "test" | "train"): Plot {
  const read = (row: HistoryRow): number | null => (split === "test" ? row.testAccuracy : row.trainAccuracy);
  return {
    name: split === "test" ? "figure-2b" : "figure-2b-train",
    title: `${split === "test" ? "Test" : "Training"} accuracy with and without batch normalization`,
    caption:
      "Accuracy after each epoch, means over seeds; a trial that ended early keeps its last accuracy. Of the paper's curves only the ends are known, from its Table 1: the lines.",
    x: { label: "Training steps", unit: "count", domain: null },
    y: { label: `${split === "test" ? "Test" : "Training"} accuracy`, unit: "share", domain: null },
    guides:
      split === "test"
        ? [WITH, WITHOUT].map((model) => ({
            label: `paper, ${titles[model]}`,
            y: plainRow(model, false)!.test,
          }))
        : [],
    series: [WITH, WITHOUT].map((model) => ({
      title: titles[model]!,
      points: course(trialsOf(model), read, SHARE),
      paper: [],
    })),
  };
}

/** Mean change of the test accuracy from one evaluation to the next, either way; null if there is none. */
function unrest({ history }: TrialResult): number | null {
  const course = history.flatMap(({ testAccuracy }) => (testAccuracy === null ? [] : [testAccuracy]));
  const changes = course.slice(1).map((accuracy, index) => Math.abs(accuracy - course[index]!));
  return changes.length === 0 ? null : meanOf(changes);
}

const table = (trialsOf: TrialsOf): Table => ({
  name: "figure-2b",
  title: "Batch normalization and early stopping",
  caption:
    "The final test accuracy, the best on the way, and what early stopping could have gained; unrest is the mean change of the test accuracy from one evaluation to the next.",
  columns: [
    plain("model", "Model"),
    ...stoppingColumns,
    measured("unrest", "Unrest", "share"),
    measured("train", "Train accuracy", "share"),
    epochsColumn,
  ],
  rows: [WITH, WITHOUT].map((model) => {
    const trials = trialsOf(model);
    const paper = plainRow(model, false)!;
    return {
      model: text(titles[model]!),
      ...stoppingCells(trials),
      final: number(
        measureTrials(trials, ({ testAccuracy }) => testAccuracy, { paper: paper.test, limits: SHARE }),
      ),
      unrest: number(measureTrials(trials, unrest)),
      train: number(
        measureTrials(trials, ({ trainAccuracy }) => trainAccuracy, { paper: paper.train, limits: SHARE }),
      ),
      epochs: epochsCell(trials),
    };
  }),
});

function claimsOf(trialsOf: TrialsOf): Claim[] {
  const stopping = [WITH, WITHOUT].map((model): Check => {
    const gain = meanOver(trialsOf(model), ({ best, testAccuracy }) =>
      best === null || testAccuracy === null ? null : best.testAccuracy - testAccuracy,
    );
    if (gain === null) return { holds: null, says: titles[model]! };
    return {
      holds: gain < STOPPING_MARGIN,
      says: `early stopping could have gained ${titles[model]} ${(100 * gain).toFixed(1)} points at most`,
    };
  });
  return [judgeClaim(12, stopping), judgeClaim(13, normalization(trialsOf))];
}

function normalization(trialsOf: TrialsOf): Check[] {
  const of = (model: string, read: (trial: TrialResult) => number | null) => meanOver(trialsOf(model), read);
  const [test, testWithout] = [WITH, WITHOUT].map((model) => of(model, ({ testAccuracy }) => testAccuracy));
  const [moves, movesWithout] = [WITH, WITHOUT].map((model) => of(model, unrest));
  const missing = [WITH, WITHOUT].filter((model) => trialsOf(model).length === 0);
  if (test == null || testWithout == null || moves == null || movesWithout == null) {
    return [{ holds: null, says: missing.map((model) => titles[model]).join(" and ") || "several epochs" }];
  }
  const paper = plainRow(WITH, false)!.test - plainRow(WITHOUT, false)!.test;
  const gain = test - testWithout;
  return [
    {
      holds: gain >= paper / 2 && gain <= 2 * paper,
      says: `batch normalization adds ${(100 * gain).toFixed(1)} points of test accuracy: ${percent(test)} beside ${percent(testWithout)} (paper ${(100 * paper).toFixed(2)} points)`,
    },
    {
      holds: moves < movesWithout,
      says: `the test accuracy changes by ${(100 * moves).toFixed(2)} points from one evaluation to the next, and by ${(100 * movesWithout).toFixed(2)} without it`,
    },
  ];
}

function read({ setting, results }: Findings): Reading {
  const trialsOf: TrialsOf = (model) => results.of(conditionAt(setting, model));
  return {
    notes: [
      ...settingNotes(setting),
      ...recipeNotes,
      "Both networks train without weight decay, dropout or augmentation. Without batch normalization every convolution has a bias instead of the normalization's shift, and the learning rate is 0.01 instead of 0.1, at which the loss explodes.",
    ],
    tables: [table(trialsOf)],
    plots: [plotOf(trialsOf, "test"), plotOf(trialsOf, "train")],
    claims: claimsOf(trialsOf),
  };
}

export const figure2b: Experiment = {
  name: "figure-2b",
  title: "Learning curves with and without batch normalization",
  question: "Does batch normalization, or stopping early, make Inception generalise better?",
  source: "Zhang et al., ICLR 2017, Figure 2b",
  models: [WITH, WITHOUT],
  anyModel: false,
  conditions: (setting, model) => [conditionAt(setting, model)],
  read,
};
