/**
 * @file Rademacher complexity with everything it needs on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { twoClasses } from "../examples.ts";
import { computeRademacher, type RademacherSettings, requireRademacher } from "../rademacher/rademacher.ts";
import { rademacherResult } from "../rademacher/result.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<RademacherSettings, "models" | "recipe">, ExamplesAsked {
  /** Names of models. */
  readonly models: readonly string[];
}

/** What is asked where nothing else is. */
export const rademacherDefaults: Request = {
  data: "gaussian",
  testN: 1000,
  d: 50,
  seed: 0,
  models: ["mlp-1x512", "linear"],
  sizes: [250, 2500],
  draws: 5,
  capacity: 0,
  fitAccuracy: 0.99,
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
export const rademacherComplexity = (options: RademacherOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(rademacherDefaults, options);
    const models = await Promise.all(asked.models.map(openLibrary({ readsPaths: true }).model));
    const given = checkRecipe({ ...signsRecipe, ...options.recipe });
    requireRademacher({ ...asked, models, recipe: given });
    const request = { ...asked, n: Math.max(asked.capacity, ...asked.sizes) };
    const { splits: cropped, recipe } = await loadForRecipe(request, options, given);
    const splits = { train: twoClasses(cropped.train), test: twoClasses(cropped.test) };
    const engine = await openHere(options);
    const computed = await computeRademacher(splits, engine, { ...asked, models, recipe }, watch);
    return { splits, result: rademacherResult(computed) };
  });
