/**
 * @file Stability with everything it needs on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { preprocessor } from "../../data/preprocess.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { labelings } from "../examples.ts";
import { fill, type Optional } from "../settings.ts";
import type { StabilitySettings } from "../stability/changes.ts";
import { computeStability, requireStability } from "../stability/stability.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<StabilitySettings, "model" | "recipe">, ExamplesAsked {
  /** Name of a model. */
  readonly model: string;
}

/** What is asked where nothing else is. */
export const stabilityDefaults: Request = {
  data: "shapes",
  testN: 500,
  d: 50,
  seed: 0,
  model: "mlp-1x512",
  n: 500,
  replacements: 5,
  labels: labelings,
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
export const stabilityOf = (options: StabilityOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(stabilityDefaults, options);
    const model = await openLibrary({ readsPaths: true }).model(asked.model);
    const given = checkRecipe({ ...paperRecipe, epochs: STABILITY_EPOCHS, ...options.recipe });
    requireStability({ ...asked, model, recipe: given });
    const request = { ...asked, n: asked.n + asked.replacements };
    const { splits: cropped, recipe } = await loadForRecipe(request, options, given);
    const finish = preprocessor(recipe.preprocess, cropped.train);
    const splits = { train: finish(cropped.train), test: finish(cropped.test) };
    const engine = await openHere(options);
    return { splits, result: await computeStability(splits, engine, { ...asked, model, recipe }, watch) };
  });
