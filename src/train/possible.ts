/**
 * @file What cannot be trained is refused, with what would do, before anything is read or computed.
 */

import { UsageError } from "../base/errors.ts";
import { requireAugmentable } from "../data/augment.ts";
import { exampleShape, type Splits } from "../data/dataset.ts";
import type { Model } from "../nn/model.ts";
import { networkShape } from "./prepare.ts";
import { type Recipe, recipeSchema } from "./recipe.ts";
import { requireTrainable } from "./step.ts";

/**
 * Refuse a model and a recipe that cannot train on examples.
 *
 * @param splits - Examples like those of the trial, cropped for the recipe; one will do.
 * @param count - Number of training examples.
 * @throws UsageError saying what would do.
 */
export function requirePossible(model: Model, recipe: Recipe, splits: Splits, count: number): void {
  const { train } = splits;
  requireAugmentable(exampleShape(train), recipe.augment);
  const shape = networkShape(splits, recipe);
  requireTrainable(model, recipe, shape, train.classNames.length, count);
}

/**
 * Check a recipe and return it.
 *
 * @throws UsageError naming each field, what was expected and what came.
 */
export function checkRecipe(recipe: unknown): Recipe {
  const parsed = recipeSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UsageError(`recipe: ${complaints.join("; ")}`);
}
