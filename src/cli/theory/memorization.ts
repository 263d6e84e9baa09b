/**
 * @file `shatter theory memorization`: what differs in a network where there is nothing to learn.
 */

import type { Command } from "commander";
import { MEMORIZATION_EPOCHS, memorizationDefaults, memorizationOf } from "../../theory/node/memorization.ts";
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
  readonly model: string;
  readonly n: number;
  readonly rates: number[];
  readonly seeds: number;
}

/** The command. */
export function memorizationCommand(): Command {
  const { model, n, rates, seeds } = memorizationDefaults;
  return defineTheory<Options>({
    name: "memorization",
    options: (command) =>
      addRecipeOptions(
        addExampleOptions(command, memorizationDefaults)
          .option("--model <name>", `model: ${MODEL_HELP}`, model)
          .option("--n <count>", "training examples", wholeFrom(1), n)
          .option("--rates <list>", "probabilities of dropout, ascending", listOf(numberIn(0, 1)), [...rates])
          .option("--seeds <count>", "repetitions, at least 3", wholeFrom(1), seeds),
        MEMORIZATION_EPOCHS,
      ),
    examples: [
      "shatter theory memorization                                 1,000 digits of MNIST, three seeds, minutes",
      "shatter theory memorization --data cifar10 --rates 0.5      photographs",
    ],
    compute: (options, given) => memorizationOf({ ...options, ...given, recipe: recipeOfFlags(options) }),
  });
}
