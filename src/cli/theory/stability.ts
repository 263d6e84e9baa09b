/**
 * @file `shatter theory stability`: what replacing one training example changes elsewhere.
 */

import type { Command } from "commander";
import { type Labeling, labelings } from "../../theory/examples.ts";
import { STABILITY_EPOCHS, stabilityDefaults, stabilityOf } from "../../theory/node/stability.ts";
import { MODEL_HELP } from "../model-options.ts";
import { listOf, oneOf, wholeFrom } from "../output.ts";
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
  readonly replacements: number;
  readonly labels: Labeling[];
}

/** The command. */
export function stabilityCommand(): Command {
  const { model, n, replacements } = stabilityDefaults;
  return defineTheory<Options>({
    name: "stability",
    options: (command) =>
      addRecipeOptions(
        addExampleOptions(command, stabilityDefaults)
          .option("--model <name>", `model: ${MODEL_HELP}`, model)
          .option("--n <count>", "training examples", wholeFrom(1), n)
          .option(
            "--replacements <count>",
            "examples replaced, one at a time, at least 2",
            wholeFrom(1),
            replacements,
          )
          .option("--labels <names>", `labels: ${labelings.join(",")}`, listOf(oneOf("labels", labelings)), [
            ...labelings,
          ]),
        STABILITY_EPOCHS,
      ),
    examples: [
      "shatter theory stability                                    drawn shapes, true and random labels, a minute",
      "shatter theory stability --data mnist --n 1000              digits, where the network generalizes",
      "shatter theory stability --epochs 5 --replacements 20       more replacements, narrower intervals",
    ],
    compute: (options, given) => stabilityOf({ ...options, ...given, recipe: recipeOfFlags(options) }),
  });
}
