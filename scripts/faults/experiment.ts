/**
 * @file The experiment that is disturbed: short trials on drawn data, which do not end before their last epoch.
 */

import { type PlannedExperiment, planExperiment } from "../../src/lab/plan-experiment.ts";
import { experimentFromFile } from "../../src/paper/file-experiment.ts";

/** How large the experiment is. */
export interface Size {
  readonly models: readonly string[];
  readonly seeds: number;
  readonly examples: number;
  readonly epochs: number;
}

/** Twenty trials of some seconds each. */
export const USUAL_SIZE: Size = { models: ["linear", "mlp-1x512"], seeds: 5, examples: 1000, epochs: 30 };

/** Plan it; every process that does so finds the same trials. */
export async function planFaulted({ models, seeds, examples, epochs }: Size): Promise<PlannedExperiment> {
  const file = "faults.yaml";
  const text = JSON.stringify({
    name: "faults",
    title: "An experiment among faults",
    data: "shapes",
    n: examples,
    testN: 500,
    seeds,
    model: models,
    corrupt: [0, 1],
    recipe: { epochs, fit: { stop: false } },
  });
  const { experiment } = experimentFromFile(text, file, "faults");
  return await planExperiment({
    experiment,
    seeds,
    setting: { scale: "paper" },
    what: { file, text, name: "faults" },
  });
}
