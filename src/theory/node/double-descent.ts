/**
 * @file Double descent with everything it needs on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { checkRecipe } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { computeDescents, type DescentSettings, requireDescent } from "../double-descent/double-descent.ts";
import { descentResult } from "../double-descent/result.ts";
import { requireClasses } from "../examples.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<DescentSettings, "recipe">, ExamplesAsked {}

/** What is asked where nothing else is. */
export const descentDefaults: Request = {
  data: "mnist",
  n: 500,
  networkN: 4000,
  testN: 2000,
  d: 50,
  seed: 0,
  seeds: 5,
  widths: [4, 6, 8, 12, 16, 24, 32, 64, 128],
  noise: 0.2,
};

/** The recipe unless told: a constant rate, since a decayed one would stop short of a fit. */
export const descentRecipe: Recipe = {
  ...paperRecipe,
  learningRateDecay: 1,
  learningRate: 0.02,
  batch: 64,
  preprocess: "none",
  epochs: 200,
};

/** What is asked; everything has a default. */
export interface DescentOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from {@link descentRecipe}. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Follow the test error through the point where the targets are just interpolated (Belkin et al., 2019; Nakkiran et al., 2020).
 *
 * @throws UsageError if a setting is out of range.
 * @throws DataError if data are missing or not what they should be.
 */
export const doubleDescentOf = (options: DescentOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(descentDefaults, options);
    const given = checkRecipe({ ...descentRecipe, ...options.recipe });
    requireDescent({ ...asked, recipe: given });
    // Every seed draws examples of its own.
    const { splits } = await loadForRecipe({ ...asked, n: undefined }, options, given);
    requireClasses(splits.train);
    const settings = { ...asked, recipe: given };
    const descents = await computeDescents(splits, await openHere(options), settings, watch);
    return { splits, result: descentResult(splits, settings, descents) };
  });
