/**
 * @file The grid that the lab is measured with: an experiment file with seeds and levels of corruption.
 */

import { type PlannedExperiment, planExperiment } from "../../src/lab/plan-experiment.ts";
import { experimentFromFile } from "../../src/paper/file-experiment.ts";

/** Levels of corruption; the rest of a grid's trials are seeds. */
const LEVELS = 20;

/** What a trial of a grid takes. */
interface Size {
  readonly n: number;
  readonly epochs: number;
}

/** Plan a grid of some trials. */
export async function planGrid(
  trials: number,
  name = "grid",
  { n, epochs }: Size = { n: 500, epochs: 80 },
): Promise<PlannedExperiment> {
  const levels = Math.min(LEVELS, trials);
  const corrupt = Array.from({ length: levels }, (_, level) => level / levels);
  const text = JSON.stringify({
    name,
    data: "shapes",
    n,
    testN: 500,
    model: "mlp-1x512",
    corrupt,
    seeds: Math.ceil(trials / levels),
    recipe: { epochs, fit: { stop: false } },
  });
  const file = `${name}.json`;
  const { experiment, seeds } = experimentFromFile(text, file, name);
  return await planExperiment({
    experiment,
    seeds,
    setting: { scale: "paper" },
    what: { file, text, name },
  });
}
