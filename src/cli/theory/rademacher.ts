/**
 * @file `shatter theory rademacher`: how well networks fit random signs, and the bound that follows.
 */

import { type Command, Option } from "commander";
import { rademacherComplexity, rademacherDefaults, SIGNS_EPOCHS } from "../../theory/node/rademacher.ts";
import { MODEL_HELP } from "../model-options.ts";
import { listOf, numberIn, wholeFrom } from "../output.ts";
import { defineTheory } from "./command.ts";
import {
  addExampleOptions,
  addRecipeOptions,
  type ExampleFlags,
  type RecipeFlags,
  recipeOfFlags,
} from "./examples.ts";

interface Options extends ExampleFlags, RecipeFlags {
  readonly models: string[];
  /** What it was called once. */
  readonly model?: string[];
  readonly n: number[];
  readonly draws: number;
  readonly capacity: number;
  readonly fitAccuracy: number;
}

/** The command. */
export function rademacherCommand(): Command {
  const { models, sizes, draws, capacity, fitAccuracy } = rademacherDefaults;
  return defineTheory<Options>({
    name: "rademacher",
    options: (command) =>
      addRecipeOptions(
        addExampleOptions(command, rademacherDefaults)
          .option("--models <names>", `models: ${MODEL_HELP}`, listOf(String), [...models])
          .addOption(new Option("--model <names>").argParser(listOf(String)).hideHelp())
          .option("--n <counts>", "numbers of training examples", listOf(wholeFrom(1)), [...sizes])
          .option("--draws <count>", "draws of signs, at least 2", wholeFrom(1), draws)
          .option(
            "--capacity <count>",
            "search the largest number of examples that is fitted, up to this one; 0 for no search",
            wholeFrom(0),
            capacity,
          )
          .option(
            "--fit-accuracy <a>",
            "accuracy on random signs that counts as fitted",
            numberIn(0.5, 1, { low: true }),
            fitAccuracy,
          ),
        SIGNS_EPOCHS,
      ),
    examples: [
      "shatter theory rademacher                                           a network and a linear model, a minute",
      "shatter theory rademacher --data mnist --n 1000 --models mlp-1x512  on images",
      "shatter theory rademacher --models linear --capacity 2000           how many examples it can fit",
    ],
    compute: ({ models: named, model = named, n, ...options }, given) =>
      rademacherComplexity({
        ...options,
        ...given,
        models: model,
        sizes: n,
        recipe: recipeOfFlags(options),
      }),
  });
}
