/**
 * @file Memorization with everything it needs on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe, requirePossible } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { requireClasses } from "../examples.ts";
import {
  computeMemorization,
  type MemorizationSettings,
  requireMemorization,
} from "../memorization/memorization.ts";
import { memorizationResult } from "../memorization/result.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<MemorizationSettings, "model" | "recipe">, ExamplesAsked {
  /** Name of a model. */
  readonly model: string;
  /** Training examples. */
  readonly n: number;
}

/** What is asked where nothing else is. */
export const memorizationDefaults: Request = {
  data: "mnist",
  n: 1000,
  testN: 2000,
  d: 50,
  seed: 0,
  seeds: 3,
  model: "mlp-2x256",
  rates: [0.25, 0.5, 0.75],
};

/** Epochs of the recipe unless told. */
export const MEMORIZATION_EPOCHS = 50;

/** What is asked; everything has a default. */
export interface MemorizationOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe with {@link MEMORIZATION_EPOCHS}. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Measure what tells learning from memorizing (Krueger et al. and Arpit et al., 2017).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export const memorizationOf = (options: MemorizationOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(memorizationDefaults, options);
    const model = await openLibrary({ readsPaths: true }).model(asked.model);
    const given = checkRecipe({ ...paperRecipe, epochs: MEMORIZATION_EPOCHS, ...options.recipe });
    requireMemorization({ ...asked, model, recipe: given });
    const { splits, recipe } = await loadForRecipe(asked, options, given);
    requireClasses(splits.train);
    requirePossible(model, recipe, splits, splits.train.labels.length);
    const settings = { ...asked, model, recipe };
    const courses = await computeMemorization(splits, await openHere(options), settings, watch);
    return { splits, result: memorizationResult(splits, settings, courses) };
  });
