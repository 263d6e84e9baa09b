/**
 * @file The options that say which examples a theory is computed on, and how networks are trained on them.
 */

import type { Command } from "commander";
import { GAUSSIAN } from "../../theory/examples.ts";
import { paperRecipe, type Recipe } from "../../train/recipe.ts";
import { DATA_HELP } from "../data-options.ts";
import { numberIn, wholeFrom, wordOr } from "../output.ts";

/** What {@link addExampleOptions} gives. */
export interface ExampleFlags {
  readonly data: string;
  readonly dataDir?: string;
  readonly testN: number;
  readonly d?: number;
}

/** Add the options of the dataset. */
export const addExampleOptions = (
  command: Command,
  defaults: { readonly data: string; readonly testN: number; readonly d: number },
): Command =>
  command
    .option("--data <name>", `examples: ${GAUSSIAN}, ${DATA_HELP}`, defaults.data)
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .option("--d <width>", `numbers in a Gaussian row (default: ${defaults.d})`, wholeFrom(1))
    .option("--test-n <count>", "test examples", wholeFrom(1), defaults.testN);

/** What {@link addRecipeOptions} gives. */
export interface RecipeFlags {
  readonly epochs: number;
  readonly lr: number;
  readonly batch: Recipe["batch"];
  readonly momentum: number;
  readonly weightDecay: number;
}

/** Add the options of the recipe. */
export const addRecipeOptions = (command: Command, epochs: number): Command =>
  command
    .optionsGroup("The recipe (defaults: the paper's):")
    .option("--epochs <count>", "epochs allowed", wholeFrom(1), epochs)
    .option("--lr <rate>", "learning rate", numberIn(0, 1e6, { low: true }), paperRecipe.learningRate)
    .option("--batch <size|all>", "examples a batch", wordOr("all", wholeFrom(1)), paperRecipe.batch)
    .option("--momentum <m>", "momentum", numberIn(0, 1, { high: true }), paperRecipe.momentum)
    .option("--weight-decay <c>", "coefficient of the L2 penalty", numberIn(0, 1e6), paperRecipe.weightDecay);

/** The recipe that was asked for. */
export const recipeOfFlags = ({
  epochs,
  lr,
  batch,
  momentum,
  weightDecay,
}: RecipeFlags): Partial<Recipe> => ({
  epochs,
  learningRate: lr,
  batch,
  momentum,
  weightDecay,
});
