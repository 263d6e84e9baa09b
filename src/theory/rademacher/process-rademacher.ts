/**
 * @file Rademacher complexity with everything it needs on a machine with Node: data files, the engine.
 */

import { UsageError } from "../../base/errors.ts";
import type { Splits } from "../../data/dataset.ts";
import { findDataset } from "../../data/load.ts";
import { checkRecipe } from "../../lab/plan.ts";
import { provenanceOf } from "../../lab/process-provenance.ts";
import { cropForRecipe } from "../../train/prepare.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { GAUSSIAN, loadExamples, twoClasses } from "../examples.ts";
import { type EngineOptions, openHere } from "../process-engine.ts";
import { fill, type Optional, type Watch } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { computeRademacher, type RademacherSettings, requireRademacher } from "./rademacher.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<RademacherSettings, "recipe"> {
  /** Name of a dataset, or `gaussian`. */
  readonly data: string;
  readonly testN: number;
  /** Width of Gaussian rows. */
  readonly d: number;
}

/** What is asked where nothing else is. */
export const rademacherDefaults: Request = {
  ...{ data: "gaussian", testN: 1000, d: 50, seed: 0 },
  ...{ models: ["mlp-1x512", "linear"], sizes: [250, 2500], draws: 5, capacity: 0, fitAccuracy: 0.99 },
};

/** What differs here from {@link paperRecipe}: training ends once every sign is right, and is looked at now and then. */
const signsRecipe: Recipe = {
  ...paperRecipe,
  epochs: 100,
  evaluate: { every: 2, test: 1 },
  fit: { accuracy: 1, loss: 0, stop: true },
};

/** What is asked; everything has a default. */
export interface RademacherOptions extends Optional<Request>, EngineOptions, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe with 100 epochs. */
  readonly recipe?: Partial<Recipe> | undefined;
  /** The command that asked, for the record. */
  readonly command?: string | undefined;
}

/**
 * Measure the empirical Rademacher complexity of recipes (Zhang et al., ICLR 2017, equation (1)).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export async function rademacherComplexity(options: RademacherOptions = {}): Promise<TheoryResult> {
  const began = performance.now();
  const asked = fill(rademacherDefaults, options);
  const { data, sizes, capacity, testN, seed } = asked;
  const preprocess = data === GAUSSIAN ? ("none" as const) : findDataset(data).preprocess;
  const recipe = checkRecipe({ ...signsRecipe, preprocess, ...options.recipe });
  requireRademacher({ ...asked, recipe });
  const n = Math.max(capacity, ...sizes);
  if (data !== GAUSSIAN && findDataset(data).kind === "stored" && n > findDataset(data).train) {
    throw new UsageError(
      `--n, --capacity: ${data} has ${findDataset(data).train} training examples, got ${n}`,
    );
  }
  // A width that was asked for in vain is refused there.
  const width = data === GAUSSIAN ? asked.d : options.d;
  const loaded = await loadExamples({ data, n, testN, d: width, seed, dataDir: options.dataDir });
  const cropped = cropForRecipe(loaded, recipe);
  const splits: Splits = { train: twoClasses(cropped.train), test: twoClasses(cropped.test) };
  const engine = await openHere(options);
  const provenance = provenanceOf(engine.device, engine.threads, 1, options.command ?? null);
  const { onProgress, signal } = options;
  const result = await computeRademacher(splits, engine, { ...asked, recipe }, { onProgress, signal });
  const seconds = (performance.now() - began) / 1000;
  return { ...result, provenance: { ...provenance, seconds, interrupted: false } };
}
