/**
 * @file What cannot be trained is refused, with what would do, before anything is read or computed.
 */

import { UsageError } from "../base/errors.ts";
import { requireAugmentable } from "../data/augment.ts";
import { type ExampleSplits, type Examples, exampleShape, hasNumbers } from "../data/dataset.ts";
import { inOrder, input, type Shape, sizeOf } from "../graph/value.ts";
import type { Model } from "../nn/model.ts";
import { createScope } from "../nn/scope.ts";
import { networkShape } from "./prepare.ts";
import { askedRecipeSchema, type Recipe } from "./recipe.ts";
import { requireTrainable, rowsOf } from "./step.ts";
import { requireHoldOut, stepsOfEpoch, trainedCount } from "./validation.ts";

/**
 * Refuse a model and a recipe that cannot train on examples.
 *
 * @param splits - Examples like those of the trial, cropped for the recipe; one will do.
 * @param all - Number of training examples, with those that the recipe holds out.
 * @throws UsageError saying what would do.
 */
export function requirePossible(model: Model, recipe: Recipe, splits: ExampleSplits, all: number): void {
  const { train } = splits;
  requireHoldOut(train, recipe, all);
  const count = trainedCount(recipe, all);
  requireForNumbers(train, recipe);
  requireAugmentable(exampleShape(train), recipe.augment);
  const shape = networkShape(splits, recipe);
  const classes = train.classNames.length;
  requireTrainable(model, recipe, shape, classes, count);
  if (recipe.batch === "all") requireHoldable(model, shape, classes, count);
  requireWarmup(recipe, all);
  requireParts(recipe, count);
}

/** Refuse a batch that is no whole number of parts. */
function requireParts(recipe: Recipe, count: number): void {
  const { accumulate: parts = 1 } = recipe;
  const batch = rowsOf(recipe, count);
  if (batch % parts === 0) return;
  throw new UsageError(
    `\`accumulate\` ${parts}: expected to divide a batch into equal parts, got ${batch} examples; use another \`batch\` or \`accumulate\``,
  );
}

/** Refuse what only classes have. */
function requireForNumbers(train: Examples, { labelSmoothing = 0 }: Recipe): void {
  if (!hasNumbers(train) || labelSmoothing === 0) return;
  throw new UsageError(
    "`labelSmoothing`: expected 0 for numbers, which have no classes to share their weight with; leave it out",
  );
}

/** Refuse a warm-up that a training does not live to see the end of. */
export function requireWarmup(recipe: Recipe, count: number): void {
  const { epochs, learningRateWarmup: warmup = 0 } = recipe;
  const steps = epochs * stepsOfEpoch(recipe, count);
  if (warmup === 0 || warmup < steps) return;
  throw new UsageError(
    `\`learningRateWarmup\` ${warmup}: expected fewer than the ${steps} steps of ${epochs} epochs on ${count} examples; warm up in fewer, or train for more \`epochs\``,
  );
}

/** Most bytes of what a network computes for a full batch: more is not to be had, or not used, on one machine. */
const MOST_BYTES = 16 * 2 ** 30;

/** Refuse a full batch that no memory holds. */
function requireHoldable(model: Model, example: Shape, classes: number, count: number): void {
  const elementsOf = (batch: number): number =>
    inOrder([model.logits(input("x", [batch, ...example]), classes, createScope())]).reduce(
      (total, value) => total + (value.kind === "application" ? sizeOf(value.shape) : 0),
      0,
    );
  // What is computed of weights alone does not grow with the batch.
  const each = Float32Array.BYTES_PER_ELEMENT * (elementsOf(2) - elementsOf(1));
  if (each * count <= MOST_BYTES) return;
  throw new UsageError(
    `\`batch\` all: model "${model.name}" computes ${gibibytes(each * count)} GiB of numbers for ${count} examples, expected at most ${gibibytes(MOST_BYTES)}: use \`n\` ${Math.floor(MOST_BYTES / each)} or less, or a smaller \`batch\``,
  );
}

const gibibytes = (bytes: number): string => (bytes / 2 ** 30).toFixed(0);

/**
 * Check a recipe and return it.
 *
 * @throws UsageError naming each field, what was expected and what came.
 */
export function checkRecipe(recipe: unknown): Recipe {
  const parsed = askedRecipeSchema.safeParse(recipe);
  if (parsed.success) return parsed.data;
  const complaints = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new UsageError(`recipe: ${complaints.join("; ")}`);
}
