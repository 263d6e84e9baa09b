/**
 * @file The empirical Rademacher complexity of a recipe: how well a network fits random signs.
 *
 * Source: Zhang et al., ICLR 2017, section 2.2, equation (1). The supremum over a class is replaced by what training
 * reaches, so every number here is a lower bound of the complexity of the networks.
 */

import { UsageError } from "../../base/errors.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { type Estimate, estimate } from "../../base/statistics.ts";
import { exampleCount, exampleSize, type Splits } from "../../data/dataset.ts";
import type { Model } from "../../nn/model.ts";
import { isLinear, summarizeModel } from "../../nn/profile.ts";
import type { Engine } from "../../train/engine.ts";
import { requirePossible } from "../../train/possible.ts";
import { networkShape } from "../../train/prepare.ts";
import type { Recipe } from "../../train/recipe.ts";
import { requireClasses, requireWhole } from "../examples.ts";
import { refuse } from "../settings.ts";
import { errorBound } from "./bound.ts";
import { type Capacity, searchCapacity } from "./capacity.ts";
import { fitSigns } from "./fit-signs.ts";
import { leastSquaresAgreement, linearUpperBound } from "./linear-theory.ts";

/** What is asked. */
export interface RademacherSettings {
  readonly models: readonly Model[];
  /** Numbers of examples, each at least 2. */
  readonly sizes: readonly number[];
  /** Draws of signs for each model and size, at least 2: fewer have no interval. */
  readonly draws: number;
  readonly recipe: Recipe;
  /** Largest number of examples of the capacity curve; 0 for none. */
  readonly capacity: number;
  /** Accuracy on random signs from which a size counts as fitted. */
  readonly fitAccuracy: number;
  /** Of the first draw; the others follow. */
  readonly seed: number;
}

/** A model, for two classes. */
interface ModelFacts {
  /** Its name. */
  readonly model: string;
  readonly parameters: number;
  /** Whether it is one for which there is theory. */
  readonly isLinear: boolean;
}

/** One model on one number of examples. */
export interface Cell extends ModelFacts {
  readonly n: number;
  /** `1/n sum s_i h(x_i)` over draws: twice the accuracy on random signs, minus 1. */
  readonly r: Estimate;
  /** Draws that were fitted. */
  readonly fitted: number;
  /** On true signs: what the same recipe learns, and the bound that `r` implies for it. */
  readonly trainError: number;
  readonly testError: number;
  readonly bound: number;
  /** For linear models only: upper bound for any points, and least squares on Gaussian ones. */
  readonly upperBound: number | null;
  readonly leastSquares: number | null;
}

/** The capacity of one model under the recipe. */
export interface ModelCapacity extends Capacity, ModelFacts {}

/** Everything that was computed. */
export interface Computed {
  readonly splits: Splits;
  readonly settings: RademacherSettings;
  readonly cells: readonly Cell[];
  readonly capacities: readonly ModelCapacity[];
}

/**
 * Measure the Rademacher complexity of recipes, and their capacity.
 *
 * The same examples and settings give the same result on as many threads.
 *
 * @param splits - Two classes, cropped for the recipe, with as many training examples as the largest size.
 * @throws UsageError if a setting is out of range, or a model cannot train on such examples.
 * @throws DataError if an input is not finite, or all examples are of one class.
 */
export async function computeRademacher(
  splits: Splits,
  engine: Engine,
  settings: RademacherSettings,
  watch: Watch = {},
): Promise<Computed> {
  requireRademacher(settings);
  const { models, sizes, draws, recipe, capacity, fitAccuracy, seed } = settings;
  for (const model of models) for (const n of sizes) requirePossible(model, recipe, splits, n);
  requireClasses(splits.train);
  const available = exampleCount(splits.train);
  const most = Math.max(capacity, ...sizes);
  if (most > available) refuse("sizes", `at most ${available} examples`, most);

  const total = models.length * sizes.length * (draws + 1) + (capacity > 0 ? models.length : 0);
  let done = 0;
  const train = async (
    model: Model,
    n: number,
    signs: "true" | "random",
    trialSeed: number,
    what: string,
  ) => {
    const onEpoch = (share: number): Promise<void> => breathe(watch, done + share, total, what);
    const trial = { model, recipe, n, signs, seed: trialSeed };
    return fitSigns(engine, splits, trial, onEpoch);
  };

  const cells: Cell[] = [];
  for (const model of models) {
    const { name } = model;
    const facts = factsOf(model, splits, recipe);
    for (const n of sizes) {
      const agreements: number[] = [];
      for (let draw = 0; draw < draws; draw++) {
        const what = `${name}, n = ${n}, draw ${draw + 1} of ${draws}`;
        const { trainAccuracy } = await train(model, n, "random", seed + draw, what);
        agreements.push(2 * trainAccuracy - 1);
        done++;
      }
      const truth = await train(model, n, "true", seed, `${name}, n = ${n}, true labels`);
      done++;
      const r = estimate(agreements, [-1, 1]);
      const trainError = 1 - truth.trainAccuracy;
      const dimensions = exampleSize(splits.train) + 1;
      cells.push({
        ...facts,
        n,
        r,
        trainError,
        fitted: agreements.filter((agreement) => (agreement + 1) / 2 >= fitAccuracy).length,
        testError: 1 - truth.testAccuracy,
        bound: errorBound(trainError, r.mean, n),
        upperBound: facts.isLinear ? linearUpperBound(n, dimensions) : null,
        leastSquares: facts.isLinear ? leastSquaresAgreement(n, dimensions) : null,
      });
    }
  }

  const capacities: ModelCapacity[] = [];
  for (const model of capacity > 0 ? models : []) {
    const search = await searchCapacity(Math.min(...sizes), capacity, fitAccuracy, async (n) => {
      const { trainAccuracy } = await train(model, n, "random", seed, `${model.name}, capacity: n = ${n}`);
      return trainAccuracy;
    });
    done++;
    capacities.push({ ...factsOf(model, splits, recipe), ...search });
  }
  watch.onProgress?.(total, total, "done");
  return { splits, settings, cells, capacities };
}

/** What is said of a model for two classes. */
function factsOf(model: Model, splits: Splits, recipe: Recipe): ModelFacts {
  const shape = networkShape(splits, recipe);
  const { count } = summarizeModel(model, shape, 2);
  return { model: model.name, parameters: count, isLinear: isLinear(model, shape, 2) };
}

/**
 * Refuse settings that cannot be, before data are read.
 *
 * @throws UsageError naming the option.
 */
export function requireRademacher(settings: RademacherSettings): void {
  const { models, sizes, draws, capacity, fitAccuracy, seed } = settings;
  for (const [option, list] of Object.entries({ models, sizes })) {
    if (list.length === 0) refuse(option, "at least one", "none");
  }
  for (const n of sizes) {
    if (n === 1) {
      throw new UsageError(
        "`sizes`: expected at least 2, got 1: any model fits the sign of one example, so r would be 1",
      );
    }
    requireWhole("sizes", n, 2);
  }
  if (draws === 1) {
    throw new UsageError("`draws`: expected at least 2, got 1: one draw of signs has no interval");
  }
  requireWhole("draws", draws, 2);
  requireWhole("capacity", capacity, 0);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - draws);
  if (!(fitAccuracy > 0.5 && fitAccuracy <= 1)) {
    refuse("fitAccuracy", "a number in (0.5, 1]", fitAccuracy);
  }
}
