/**
 * @file Table 2: Inception v3 on ImageNet, with and without regularizers, on true and random labels.
 */

import { percent } from "../base/percent.ts";
import {
  type Check,
  type Claim,
  IMAGENET_CHANCE_MARGIN,
  judgeClaim,
  TEST_MARGIN,
  TRAIN_MARGIN,
} from "../document/claims.ts";
import { SHARE } from "../document/measurement.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { epochsCell, epochsColumn } from "./cells.ts";
import type { Condition } from "./condition.ts";
import { type Experiment, type Findings, IMAGENET, type Reading } from "./experiment.ts";
import { meanOver, measureTrials } from "./measure.ts";
import { imagenetNotes, settingNotes } from "./notes.ts";
import { type Table2Row, table2Rows } from "./paper.ts";
import { conditionAt, type Setting } from "./scales.ts";

export const IMAGENET_MODEL = "inception-v3";

export const imagenetCondition = (setting: Setting, row: Table2Row): Condition =>
  conditionAt(setting, IMAGENET_MODEL, {
    isImagenet: true,
    distort: row.augmentation,
    dropout: row.dropout,
    weightDecay: row.weightDecay,
    corrupt: row.randomLabels ? 1 : 0,
  });

type TrialsOf = (row: Table2Row) => readonly TrialResult[];

/** What tells a row from the others, in words. */
export const titleOfRow = ({ augmentation, dropout, weightDecay, randomLabels }: Table2Row): string => {
  const on = [augmentation && "augmentation", dropout && "dropout", weightDecay && "weight decay"].filter(
    (name) => name !== false,
  );
  return `${randomLabels ? "random" : "true"} labels, ${on.length > 0 ? on.join(", ") : "no regularizer"}`;
};

/** The best test accuracy on the way; the best share among the first five is its own. */
const bestFive = ({ history }: TrialResult): number | null => {
  const shares = history.flatMap(({ topFive }) => (topFive ? [topFive.test] : []));
  return shares.length === 0 ? null : Math.max(...shares);
};

function table(trialsOf: TrialsOf) {
  const cell = (row: Table2Row, paper: number | undefined, read: (trial: TrialResult) => number | null) =>
    number(measureTrials(trialsOf(row), read, { paper: paper ?? null, limits: SHARE }));
  return {
    name: "table-2",
    title: "Accuracy of Inception v3 on ImageNet",
    caption:
      "Accuracies of the first answer and among the first five after the last epoch, and the best on the way, means over seeds. Answers among five are counted where there are 20 classes or more.",
    columns: [
      plain("labels", "Labels"),
      plain("augmentation", "Augmentation"),
      plain("dropout", "Dropout"),
      plain("weightDecay", "Weight decay"),
      measured("train", "Train accuracy", "share"),
      measured("trainFive", "Among five", "share"),
      measured("test", "Test accuracy", "share"),
      measured("testFive", "Among five", "share"),
      measured("best", "Best on the way", "share"),
      measured("bestFive", "Among five", "share"),
      epochsColumn,
    ],
    rows: table2Rows.map((row) => ({
      labels: text(row.randomLabels ? "random" : "true"),
      augmentation: text(row.augmentation),
      dropout: text(row.dropout),
      weightDecay: text(row.weightDecay),
      train: cell(row, row.train[0], ({ trainAccuracy }) => trainAccuracy),
      trainFive: cell(row, row.train[1], ({ topFive }) => topFive?.train ?? null),
      test: cell(row, row.test[0], ({ testAccuracy }) => testAccuracy),
      testFive: cell(row, row.test[1], ({ topFive }) => topFive?.test ?? null),
      best: cell(row, row.best?.[0], ({ best }) => best?.testAccuracy ?? null),
      bestFive: cell(row, row.best?.[1], bestFive),
      epochs: epochsCell(trialsOf(row)),
    })),
  };
}

/** Chance among the classes of a trial. */
const chanceOf = ([trial]: readonly TrialResult[]): number =>
  1 / ((trial?.hits ?? trial?.confusion)?.length ?? 1000);

function claimsOf(trialsOf: TrialsOf): Claim[] {
  const fits = table2Rows
    .filter(({ randomLabels }) => randomLabels)
    .map((row): Check => {
      const trials = trialsOf(row);
      const train = meanOver(trials, ({ trainAccuracy }) => trainAccuracy);
      const test = meanOver(trials, ({ testAccuracy }) => testAccuracy);
      if (train === null || test === null) return { holds: null, says: titleOfRow(row) };
      return {
        holds:
          Math.abs(train - row.train[0]) <= TRAIN_MARGIN &&
          Math.abs(test - chanceOf(trials)) <= IMAGENET_CHANCE_MARGIN,
        says: `${titleOfRow(row)}: ${percent(train)} of the training labels are fitted (paper ${percent(row.train[0])}) with ${percent(test)} test accuracy`,
      };
    });
  const bare = table2Rows.find(
    (row) => !(row.augmentation || row.dropout || row.weightDecay || row.randomLabels),
  )!;
  const test = meanOver(trialsOf(bare), ({ testAccuracy }) => testAccuracy);
  const generalizes: Check =
    test === null
      ? { holds: null, says: `${IMAGENET_MODEL} without regularizers` }
      : {
          holds: test >= bare.test[0] - TEST_MARGIN,
          says: `${IMAGENET_MODEL} without regularizers has ${percent(test)} test accuracy (paper ${percent(bare.test[0])})`,
        };
  return [judgeClaim(7, fits), judgeClaim(8, [generalizes])];
}

function read({ setting, results }: Findings): Reading {
  const trialsOf: TrialsOf = (row) => results.of(imagenetCondition(setting, row));
  return {
    notes: [...settingNotes(setting), ...imagenetNotes(setting)],
    tables: [table(trialsOf)],
    plots: [],
    claims: claimsOf(trialsOf),
  };
}

export const table2: Experiment = {
  name: "table-2",
  title: "Accuracy of Inception v3 on ImageNet",
  question: "Do explicit regularizers explain generalization where there are a million photographs?",
  source: "Zhang et al., ICLR 2017, Table 2",
  data: IMAGENET,
  models: [IMAGENET_MODEL],
  anyModel: false,
  conditions: (setting) => table2Rows.map((row) => imagenetCondition(setting, row)),
  read,
};
