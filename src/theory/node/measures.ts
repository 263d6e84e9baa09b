/**
 * @file Measures of generalization with everything they need on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { checkRecipe } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { requireClasses } from "../examples.ts";
import { computeMeasures, type MeasuresSettings, requireMeasures } from "../measures/measures.ts";
import { measuresResult } from "../measures/result.ts";
import { fill, type Optional } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { type ExamplesAsked, loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<MeasuresSettings, "recipe">, ExamplesAsked {
  /** Training examples. */
  readonly n: number;
}

/** What is asked where nothing else is. */
export const measuresDefaults: Request = {
  data: "mnist",
  n: 500,
  testN: 2000,
  d: 50,
  seed: 0,
  networks: 100,
  pairs: 20,
  loss: 0.01,
};

/** Most epochs of a network unless told. */
export const MEASURES_EPOCHS = 600;

/** What is asked; everything has a default. */
export interface MeasuresOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe with {@link MEASURES_EPOCHS} at a constant rate, and is not drawn. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Compare what is measured of trained networks with how they generalize (Jiang et al., 2020).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export const measuresOf = (options: MeasuresOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(measuresDefaults, options);
    const unset = { ...paperRecipe, learningRateDecay: 1, epochs: MEASURES_EPOCHS };
    const given = checkRecipe({ ...unset, ...options.recipe });
    requireMeasures({ ...asked, recipe: given });
    const { splits, recipe } = await loadForRecipe(asked, options, given);
    requireClasses(splits.train);
    const settings = { ...asked, recipe };
    const drawn = await computeMeasures(splits, await openHere(options), settings, watch);
    return { splits, result: measuresResult(splits, settings, drawn) };
  });
