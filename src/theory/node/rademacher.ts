/**
 * @file Rademacher complexity with everything it needs on a machine with Node: data files, the engine.
 */

import type { Splits } from "../../data/dataset.ts";
import { usualPreprocess } from "../../data/preprocess.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe } from "../../train/possible.ts";
import { cropForRecipe } from "../../train/prepare.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { GAUSSIAN, twoClasses } from "../examples.ts";
import type { Watch } from "../progress.ts";
import { computeRademacher, type RademacherSettings, requireRademacher } from "../rademacher/rademacher.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere } from "./engine.ts";
import { loadExamples } from "./load-examples.ts";
import { type Surroundings, startProvenance, withDataHash } from "./provenance.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<RademacherSettings, "models" | "recipe"> {
  /** Name of a dataset, or `gaussian`. */
  readonly data: string;
  /** Names of models. */
  readonly models: readonly string[];
  readonly testN: number;
  /** Width of Gaussian rows. */
  readonly d: number;
}

/** What is asked where nothing else is. */
export const rademacherDefaults: Request = {
  ...{ data: "gaussian", testN: 1000, d: 50, seed: 0 },
  ...{ models: ["mlp-1x512", "linear"], sizes: [250, 2500], draws: 5, capacity: 0, fitAccuracy: 0.99 },
};

/** Epochs of the recipe unless told. */
export const SIGNS_EPOCHS = 100;

/** What differs here from {@link paperRecipe}: training ends once every sign is right, and is looked at now and then. */
const signsRecipe: Recipe = {
  ...paperRecipe,
  epochs: SIGNS_EPOCHS,
  evaluate: { every: 2, test: 1 },
  fit: { accuracy: 1, loss: 0, stop: true },
};

/** What is asked; everything has a default. */
export interface RademacherOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe with {@link SIGNS_EPOCHS}. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Measure the empirical Rademacher complexity of recipes (Zhang et al., ICLR 2017, equation (1)).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export async function rademacherComplexity(options: RademacherOptions = {}): Promise<TheoryResult> {
  const sign = startProvenance(options);
  const asked = fill(rademacherDefaults, options);
  const { data, sizes, capacity, testN, seed } = asked;
  const models = await Promise.all(asked.models.map(openLibrary().model));
  const given = checkRecipe({ ...signsRecipe, ...options.recipe });
  requireRademacher({ ...asked, models, recipe: given });
  const n = Math.max(capacity, ...sizes);
  // A width that was asked for in vain is refused there.
  const width = data === GAUSSIAN ? asked.d : options.d;
  const loaded = await loadExamples({ data, n, testN, d: width, seed, dataDir: options.dataDir });
  const recipe = { ...given, preprocess: options.recipe?.preprocess ?? usualPreprocess(loaded.train) };
  const cropped = cropForRecipe(loaded, recipe);
  const splits: Splits = { train: twoClasses(cropped.train), test: twoClasses(cropped.test) };
  const engine = await openHere(options);
  const { onProgress, signal } = options;
  const settings = { ...asked, models, recipe };
  const result = await computeRademacher(splits, engine, settings, { onProgress, signal });
  return { ...(await withDataHash(result, splits)), provenance: sign() };
}
