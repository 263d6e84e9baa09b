/**
 * @file The learning-rate range test with everything it needs on a machine with Node: data files, the engine.
 */

import type { Watch } from "../../base/progress.ts";
import { type Dataset, hasNumbers } from "../../data/dataset.ts";
import { preprocessor } from "../../data/preprocess.ts";
import { openLibrary } from "../../run/node/library.ts";
import { checkRecipe, requirePossible } from "../../train/possible.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { scaleTargets, targetScale } from "../../train/regression.ts";
import { requireWhole } from "../examples.ts";
import { type RangeSettings, rangeTest } from "../lr/range-test.ts";
import { rangeResult } from "../lr/result.ts";
import { fill, type Optional, refuse } from "../settings.ts";
import type { TheoryResult } from "../theory-result.ts";
import { openHere, type Surroundings, signedWithData } from "./computation.ts";
import { loadForRecipe } from "./load-examples.ts";

/** What is asked, but for the recipe. */
interface Request extends Omit<RangeSettings, "model" | "recipe"> {
  readonly data: string;
  /** Width of Gaussian rows. */
  readonly d: number;
  /** Training examples; all unless told. */
  readonly n: number | undefined;
  /** Name of a model, or the path of a model file. */
  readonly model: string;
}

/** What is asked where nothing else is. */
export const rangeDefaults: Request = {
  data: "digits",
  d: 100,
  n: undefined,
  seed: 0,
  seeds: 3,
  model: "mlp-1x512",
  from: 1e-5,
  to: 10,
  steps: 200,
};

/** What is asked; everything has a default. */
export interface RangeOptions extends Optional<Request>, Surroundings, Watch {
  readonly dataDir?: string | undefined;
  /** What differs from the paper's recipe. */
  readonly recipe?: Partial<Recipe> | undefined;
}

/**
 * Find a learning rate (Smith, WACV 2017, section 3.3).
 *
 * @throws UsageError if a setting is out of range: before data are read.
 * @throws DataError if data are missing or not what they should be.
 */
export const learningRateOf = (options: RangeOptions = {}): Promise<TheoryResult> =>
  signedWithData(options, async (watch) => {
    const asked = fill(rangeDefaults, options);
    for (const name of ["steps", "seeds"] as const)
      requireWhole(name, asked[name], name === "steps" ? 20 : 1);
    if (!(asked.from > 0 && asked.to > asked.from))
      refuse("to", `more than \`from\` ${asked.from}`, asked.to);
    const model = await openLibrary({ readsPaths: true }).model(asked.model);
    const given = checkRecipe({ ...paperRecipe, ...options.recipe });
    const request = { ...asked, testN: undefined };
    const { splits: cropped, recipe } = await loadForRecipe(request, options, given, true);
    requirePossible(model, recipe, cropped, cropped.train.labels.length);
    const finish = preprocessor(recipe.preprocess, cropped.train);
    const scale = hasNumbers(cropped.train) ? targetScale(cropped.train) : undefined;
    const ready = (split: Dataset): Dataset => (scale ? scaleTargets(finish(split), scale) : finish(split));
    const splits = { train: ready(cropped.train), test: ready(cropped.test) };
    const settings = { ...asked, model, recipe };
    const ranges = await rangeTest(splits, await openHere(options), settings, watch);
    return { splits, result: rangeResult(splits, settings, ranges) };
  });
