/**
 * @file Stability with everything it needs on a machine with Node: data files, the engine.
 */

import { preprocessor, usualPreprocess } from "../../data/preprocess.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe } from "../../train/possible.ts";
import { cropForRecipe } from "../../train/prepare.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { GAUSSIAN, labelings } from "../examples.ts";
import type { Watch } from "../progress.ts";
import { fill, type Optional } from "../settings.ts";
import { computeStability, requireStability, type StabilitySettings } from "../stability/stability.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere } from "./engine.ts";
import { loadExamples } from "./load-examples.ts";
import { type Surroundings, startProvenance, withDataHash } from "./provenance.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<StabilitySettings, "model" | "recipe"> {
  /** Name of a model. */
  readonly model: string;
  /** Name of a dataset, or `gaussian`. */
  readonly data: string;
  /** Held-out examples. */
  readonly testN: number;
  /** Width of Gaussian rows. */
  readonly d: number;
}

/** What is asked where nothing else is. */
export const stabilityDefaults: Request = {
  ...{ data: "shapes", testN: 500, d: 50, seed: 0 },
  ...{ model: "mlp-1x512", n: 500, replacements: 5, labels: labelings },
};

/** Epochs of the recipe unless told. */
export const STABILITY_EPOCHS = 20;

/** What is asked; everything has a default. */
export interface StabilityOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe with {@link STABILITY_EPOCHS}. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Measure what replacing one training example changes (Zhang et al., ICLR 2017, section 2.2).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export async function stabilityOf(options: StabilityOptions = {}): Promise<TheoryResult> {
  const sign = startProvenance(options);
  const asked = fill(stabilityDefaults, options);
  const { data, n, testN, replacements, seed } = asked;
  const model = await openLibrary().model(asked.model);
  const given = checkRecipe({ ...paperRecipe, epochs: STABILITY_EPOCHS, ...options.recipe });
  requireStability({ ...asked, model, recipe: given });
  // A width that was asked for in vain is refused there.
  const width = data === GAUSSIAN ? asked.d : options.d;
  const loaded = await loadExamples({
    ...{ data, n: n + replacements, testN, d: width, seed },
    dataDir: options.dataDir,
  });
  const recipe = { ...given, preprocess: options.recipe?.preprocess ?? usualPreprocess(loaded.train) };
  const cropped = cropForRecipe(loaded, recipe);
  const finish = preprocessor(recipe.preprocess, cropped.train);
  const splits = { train: finish(cropped.train), test: finish(cropped.test) };
  const engine = await openHere(options);
  const { onProgress, signal } = options;
  const settings = { ...asked, model, recipe };
  const result = await computeStability(splits, engine, settings, { onProgress, signal });
  return { ...(await withDataHash(result, splits)), provenance: sign() };
}
