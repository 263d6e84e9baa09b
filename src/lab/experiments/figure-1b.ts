/**
 * @file Figure 1b: how much longer it takes to overfit, the more labels are corrupted.
 */

import { corruptionConditions, corruptionModels } from "./corruption.ts";
import type { Experiment } from "./experiment.ts";

export const figure1b: Experiment = {
  name: "figure-1b",
  title: "Time to overfit by label corruption",
  source: "Zhang et al., ICLR 2017, Figure 1b",
  models: corruptionModels,
  anyModel: true,
  conditions: corruptionConditions,
};
