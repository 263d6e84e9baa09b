/**
 * @file Figure 1c: how the test error grows, the more labels are corrupted.
 */

import { corruptionConditions, corruptionModels } from "./corruption.ts";
import type { Experiment } from "./experiment.ts";

export const figure1c: Experiment = {
  name: "figure-1c",
  title: "Test error by label corruption",
  source: "Zhang et al., ICLR 2017, Figure 1c",
  models: corruptionModels,
  anyModel: true,
  conditions: corruptionConditions,
};
