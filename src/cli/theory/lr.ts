/**
 * @file `shatter lr`: which learning rate is as large as it may be, by one short training whose rate rises.
 */

import { learningRateOf, rangeDefaults } from "../../theory/node/lr.ts";
import { optimizers, paperRecipe, type Recipe } from "../../train/recipe.ts";
import { DATA_HELP } from "../data-options.ts";
import { MODEL_HELP } from "../model-options.ts";
import { numberIn, oneOf, wholeFrom, wordOr } from "../output.ts";
import { defineTheory } from "./command.ts";
import type { RecipeFlags } from "./examples.ts";

interface Options extends Omit<RecipeFlags, "epochs" | "lr"> {
  readonly data: string;
  readonly dataDir?: string;
  readonly model: string;
  readonly n?: number;
  readonly seeds: number;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly optimizer: Recipe["optimizer"];
}

/** The command. */
export const lrCommand = () =>
  defineTheory<Options>({
    name: "lr",
    options: (command) =>
      command
        .option("--data <name>", `examples: ${DATA_HELP}`, rangeDefaults.data)
        .option(
          "--data-dir <folder>",
          "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
        )
        .option("--model <name>", `model: ${MODEL_HELP}`, rangeDefaults.model)
        .option("--n <count>", "training examples (default: all)", wholeFrom(1))
        .option("--from <rate>", "the first rate", numberIn(0, 1e6, { low: true }), rangeDefaults.from)
        .option("--to <rate>", "the last rate", numberIn(0, 1e6, { low: true }), rangeDefaults.to)
        .option(
          "--steps <count>",
          "steps from one to the other, at least 20",
          wholeFrom(1),
          rangeDefaults.steps,
        )
        .option("--seeds <count>", "repetitions", wholeFrom(1), rangeDefaults.seeds)
        .optionsGroup("The recipe (defaults: the paper's):")
        .option(
          "--optimizer <name>",
          optimizers.join(", "),
          oneOf("optimizer", optimizers),
          paperRecipe.optimizer,
        )
        .option("--batch <size|all>", "examples a batch", wordOr("all", wholeFrom(1)), paperRecipe.batch)
        .option("--momentum <m>", "momentum", numberIn(0, 1, { high: true }), paperRecipe.momentum)
        .option(
          "--weight-decay <c>",
          "coefficient of the L2 penalty",
          numberIn(0, 1e6),
          paperRecipe.weightDecay,
        ),
    examples: [
      "shatter lr                                           handwritten digits, seconds",
      "shatter lr --model alexnet --data cifar10 --n 5000",
      "shatter lr --model resnet18.onnx --data ./photos --size 32 --optimizer adam --to 1",
    ],
    compute: ({ optimizer, batch, momentum, weightDecay, ...options }, given) =>
      learningRateOf({ ...options, ...given, recipe: { optimizer, batch, momentum, weightDecay } }),
  });
