/**
 * @file Table 4: random labels with explicit regularizers.
 *
 * The rows with augmentation train with a learning rate that decays by 0.999 and for more epochs, as the
 * paper's appendix E does; how many more it does not say: three times as many here.
 */

import { percent } from "../base/percent.ts";
import type { Claim } from "../document/claims.ts";
import { type Check, judgeClaim, TRAIN_MARGIN } from "../document/claims.ts";
import { SHARE } from "../document/measurement.ts";
import { measured, number, plain, text } from "../document/table.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { MEMORIZED } from "../verdict/escalation.ts";
import { epochsCell, epochsColumn } from "./cells.ts";
import type { Condition } from "./condition.ts";
import type { Experiment, Findings, Reading } from "./experiment.ts";
import { meanOver, measureTrials } from "./measure.ts";
import { recipeNotes, settingNotes, weightDecayNote } from "./notes.ts";
import { type Table4Row, table4Rows } from "./paper.ts";
import { conditionAt, type Setting, type Variation } from "./scales.ts";

const SLOWER = { epochsTimes: 3, recipe: { learningRateDecay: 0.999 } } as const;

const variations: { readonly [R in Table4Row["regularizer"]]: Variation } = {
  "weight decay": { weightDecay: true },
  "random cropping": { crop: true, ...SLOWER },
  augmentation: { flip: true, rotation: 25, ...SLOWER },
};

const conditionOf = (setting: Setting, { model, regularizer }: Table4Row): Condition =>
  conditionAt(setting, model, { corrupt: 1, ...variations[regularizer] });

type TrialsOf = (row: Table4Row) => readonly TrialResult[];

const trainAccuracy = (trial: TrialResult): number | null => trial.trainAccuracy;

function table(trialsOf: TrialsOf) {
  return {
    name: "table-4",
    title: "Fitting random labels with explicit regularizers",
    question: "Do explicit regularizers keep networks from fitting random labels?",
    caption:
      "Training accuracy on random labels after the last epoch, means over seeds. Of AlexNet the paper says that it failed to converge, without a number.",
    columns: [
      plain("model", "Model"),
      plain("regularizer", "Regularizer"),
      measured("train", "Train accuracy", "share"),
      measured("test", "Test accuracy", "share"),
      measured("loss", "Train loss", "nats"),
      epochsColumn,
    ],
    rows: table4Rows.map((row) => {
      const trials = trialsOf(row);
      const failed = row.train === null && trials.length > 0 ? "paper: failed to converge" : null;
      return {
        model: text(row.model),
        regularizer: text(row.regularizer),
        train: number(
          measureTrials(trials, trainAccuracy, {
            paper: row.train,
            limits: SHARE,
            ...(failed ? { note: failed } : {}),
          }),
        ),
        test: number(measureTrials(trials, ({ testAccuracy }) => testAccuracy, { limits: SHARE })),
        loss: number(measureTrials(trials, ({ trainLoss }) => trainLoss)),
        epochs: epochsCell(trials),
      };
    }),
  };
}

function claimsOf(trialsOf: TrialsOf): Claim[] {
  const checkOf = (row: Table4Row): Check => {
    const ours = meanOver(trialsOf(row), trainAccuracy);
    const what = `${row.model} with ${row.regularizer}`;
    if (ours === null) return { holds: null, says: what };
    const { train } = row;
    return {
      holds: train === null ? ours < MEMORIZED : ours >= train - TRAIN_MARGIN,
      says: `${what} fits ${percent(ours)} of random labels (paper ${train === null ? "failed to converge" : percent(train)})`,
    };
  };
  const isDecay = ({ regularizer }: Table4Row): boolean => regularizer === "weight decay";
  const most = table4Rows
    .map((row) => ({ row, ours: meanOver(trialsOf(row), trainAccuracy) }))
    .filter((fit): fit is { row: Table4Row; ours: number } => fit.ours !== null)
    .sort((a, b) => b.ours - a.ours)[0];
  return [
    judgeClaim(10, table4Rows.filter(isDecay).map(checkOf)),
    judgeClaim(11, table4Rows.filter((row) => !isDecay(row)).map(checkOf)),
    judgeClaim(14, [
      most
        ? {
            holds: most.ours >= MEMORIZED,
            says: `${most.row.model} with ${most.row.regularizer} fits ${percent(most.ours)} of random labels`,
          }
        : { holds: null, says: "any model with a regularizer" },
    ]),
  ];
}

function read({ setting, results }: Findings): Reading {
  const trialsOf: TrialsOf = (row) => results.of(conditionOf(setting, row));
  return {
    notes: [
      ...settingNotes(setting),
      ...recipeNotes,
      weightDecayNote(table4.models),
      "The rows with random cropping and augmentation train three times as many epochs, with a learning rate that decays by 0.999: the paper says more epochs, not how many.",
    ],
    tables: [table(trialsOf)],
    plots: [],
    claims: claimsOf(trialsOf),
  };
}

export const table4: Experiment = {
  name: "table-4",
  title: "Fitting random labels with explicit regularizers",
  source: "Zhang et al., ICLR 2017, appendix E, Table 4",
  models: ["inception", "alexnet", "mlp-3x512", "mlp-1x512"],
  anyModel: false,
  conditions: (setting, model) =>
    table4Rows.filter((row) => row.model === model).map((row) => conditionOf(setting, row)),
  read,
};
