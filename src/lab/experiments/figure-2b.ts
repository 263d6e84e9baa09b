/**
 * @file Figure 2b: learning curves of Inception with and without batch normalization, and what early stopping
 * could have had.
 */

import type { Experiment } from "./experiment.ts";
import { conditionAt } from "./scales.ts";

export const figure2b: Experiment = {
  name: "figure-2b",
  title: "Learning curves with and without batch normalization",
  source: "Zhang et al., ICLR 2017, Figure 2b",
  models: ["inception", "inception-nobn"],
  anyModel: false,
  conditions: (setting, model) => [conditionAt(setting, model)],
};
