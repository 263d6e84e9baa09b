/**
 * @file Table 4: random labels with explicit regularizers.
 *
 * The rows with augmentation train with a learning rate that decays by 0.999 and for more epochs, as the
 * paper's appendix E does; how many more it does not say: three times as many here.
 */

import type { Condition } from "./condition.ts";
import type { Experiment } from "./experiment.ts";
import type { Regularizers } from "./recipes.ts";
import { conditionAt, type Setting } from "./scales.ts";

/** One row of the table. */
interface Row {
  readonly model: string;
  readonly regularizer: string;
  readonly with: Regularizers;
}

/** The six rows, in the paper's order. */
const rows: readonly Row[] = [
  { model: "inception", regularizer: "weight decay", with: { weightDecay: true } },
  { model: "alexnet", regularizer: "weight decay", with: { weightDecay: true } },
  { model: "mlp-3x512", regularizer: "weight decay", with: { weightDecay: true } },
  { model: "mlp-1x512", regularizer: "weight decay", with: { weightDecay: true } },
  { model: "inception", regularizer: "random cropping", with: { crop: true } },
  { model: "inception", regularizer: "augmentation", with: { flip: true, rotation: 25 } },
];

const SLOWER = { epochsTimes: 3, recipe: { learningRateDecay: 0.999 } } as const;

function conditionOf(setting: Setting, { model, with: regularizers }: Row): Condition {
  const isAugmented = regularizers.weightDecay !== true;
  return conditionAt(setting, model, { corrupt: 1, ...regularizers, ...(isAugmented ? SLOWER : {}) });
}

export const table4: Experiment = {
  name: "table-4",
  title: "Fitting random labels with explicit regularizers",
  source: "Zhang et al., ICLR 2017, appendix E, Table 4",
  models: ["inception", "alexnet", "mlp-3x512", "mlp-1x512"],
  anyModel: false,
  conditions: (setting, model) =>
    rows.filter((row) => row.model === model).map((row) => conditionOf(setting, row)),
};
