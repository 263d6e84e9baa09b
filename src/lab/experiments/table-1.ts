/**
 * @file Table 1: training and test accuracy of every model, with and without regularizers, on true and random
 * labels.
 */

import type { Condition } from "./condition.ts";
import type { Experiment } from "./experiment.ts";
import { conditionAt, type Setting } from "./scales.ts";

/** One row of the table. */
interface Row {
  readonly model: string;
  readonly crop: boolean;
  readonly weightDecay: boolean;
  readonly randomLabels: boolean;
}

/** A model's rows with true labels, `[crop, weight decay]`; the row with random labels has neither. */
const rowsOf = (model: string, regularizers: readonly (readonly [boolean, boolean])[]): Row[] => [
  ...regularizers.map(([crop, weightDecay]) => ({ model, crop, weightDecay, randomLabels: false })),
  { model, crop: false, weightDecay: false, randomLabels: true },
];

const CROP_AND_DECAY = [
  [true, true],
  [true, false],
  [false, true],
  [false, false],
] as const;
const DECAY = [
  [false, true],
  [false, false],
] as const;

/** The 19 rows, in the paper's order. */
const rows: readonly Row[] = [
  ...rowsOf("inception", CROP_AND_DECAY),
  ...rowsOf("inception-nobn", DECAY),
  ...rowsOf("alexnet", CROP_AND_DECAY),
  ...rowsOf("mlp-3x512", DECAY),
  ...rowsOf("mlp-1x512", DECAY),
];

const conditionOf = (setting: Setting, { model, crop, weightDecay, randomLabels }: Row): Condition =>
  conditionAt(setting, model, { crop, weightDecay, corrupt: randomLabels ? 1 : 0 });

export const table1: Experiment = {
  name: "table-1",
  title: "Training and test accuracy on CIFAR-10",
  source: "Zhang et al., ICLR 2017, Table 1",
  models: ["inception", "inception-nobn", "alexnet", "mlp-3x512", "mlp-1x512"],
  anyModel: false,
  conditions: (setting, model) =>
    rows.filter((row) => row.model === model).map((row) => conditionOf(setting, row)),
};
