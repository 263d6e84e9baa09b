/**
 * @file Models as commands name them: one that comes with Shatter, or a file, and the options that say how a file is read.
 */

import { type Command, InvalidArgumentError, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import type { FileModel } from "../import/model.ts";
import { layouts, readSettings, type Start, starts, writeSettings } from "../import/settings.ts";
import { type Initialization, initializations } from "../nn/initialize.ts";
import { fileRecipe } from "../run/file-recipe.ts";
import { isModelPath, modelNames } from "../run/subject.ts";
import type { Recipe } from "../train/recipe.ts";
import { listOf, numberIn } from "./output.ts";

/** What `--init` takes: how parameters are drawn, and for a file where they come from. */
export const inits = [...initializations, ...starts] as const;
export type Init = Initialization | Start;

export const INIT_HELP = `initialization: ${initializations.join(", ")} (default: he-normal, alexnet glorot-uniform); of a model file also keep (its weights), permute (shuffled within each tensor), fresh (he-normal)`;

/** What `--model` takes, for help. */
export const MODEL_HELP = `${modelNames.join(", ")}, one of any size (mlp-2x64, cnn-2x16), or a file: FILE.onnx`;

/** Options that say how a model file is read. */
export interface FileOptions {
  readonly output?: string;
  readonly batchNorm?: "insert";
  readonly layout?: (typeof layouts)[number];
  readonly size?: "free";
  readonly resize?: readonly [number, number];
  readonly mean?: number[];
  readonly deviation?: number[];
}

const parseSize = (text: string): [number, number] => {
  const [height = Number.NaN, width = height, ...rest] = text.split("x").map(Number);
  if (rest.length === 0 && [height, width].every((size) => Number.isSafeInteger(size) && size > 0))
    return [height, width];
  throw new InvalidArgumentError(`expected a size such as 224 or 224x224, got "${text}".`);
};

const sizeOption = (): Option =>
  new Option("--size <free>", "give images as they are, whatever size it was exported for").choices(["free"]);

/**
 * Add the options that say how a model file is read.
 *
 * @param size - `--size`, where it has more meanings.
 */
export const addFileOptions = (command: Command, size: Option = sizeOption()): Command =>
  command
    .optionsGroup(
      "How a model file is read (--model FILE.onnx; shatter model check FILE.onnx says what is in it):",
    )
    .option("--output <name>", "the output with the scores of classes, where there are several")
    .addOption(
      new Option(
        "--batch-norm <insert>",
        "put batch normalization back, where the exporter folded it into convolutions",
      ).choices(["insert"]),
    )
    .addOption(new Option("--layout <name>", "how it takes images").choices(layouts))
    .addOption(size)
    .option("--resize <size>", "resize images to this size, in the network", parseSize)
    .option(
      "--mean <numbers>",
      "taken from its inputs, of each channel or one for all",
      listOf(numberIn(-1e6, 1e6)),
    )
    .option(
      "--deviation <numbers>",
      "what its inputs are divided by then",
      listOf(numberIn(0, 1e6, { low: true })),
    );

/** A model as asked for: a name as it is; a path with all that options say of how the file is read. */
export function referenceOf(
  model: string,
  options: FileOptions,
  others: { readonly init?: Init | undefined; readonly dropout?: number | undefined } = {},
): string {
  const { output, batchNorm, layout, size, resize, mean, deviation } = options;
  const { init, dropout } = others;
  const start = starts.find((name) => name === init);
  if (!isModelPath(model)) {
    const said = Object.entries({ output, batchNorm, layout, size, resize, mean, deviation }).find(
      ([, value]) => value !== undefined,
    );
    if (said || start) {
      throw new UsageError(
        `\`${said ? said[0] : "init"}\` ${said ? "" : `${start} `}is for model files: expected \`model\` FILE.onnx, got "${model}"`,
      );
    }
    return model;
  }
  const [path = "", query = ""] = model.split("?");
  const asked = {
    output,
    batchNorm,
    layout,
    size,
    resize,
    mean,
    deviation,
    dropout,
    ...(start && { start }),
  };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  return `${path}${writeSettings({ ...readSettings(query), ...given } as ReturnType<typeof readSettings>)}`;
}

/** What the recipe is for a model file, where nobody said. */
export interface FileDefaults {
  readonly recipe: Partial<Recipe>;
  /** What was chosen, in words. */
  readonly told: readonly string[];
}

/**
 * Choose what a recipe cannot be for a file: images are not cropped, and batches are full where statistics are of them.
 *
 * @param isSaid - Whether an option was given.
 */
export function defaultsFor(model: FileModel, isSaid: (option: string) => boolean): FileDefaults {
  const { preprocess, lastBatch } = fileRecipe(model);
  const recipe: Partial<Recipe> = {
    ...(preprocess && !isSaid("preprocess") && { preprocess }),
    ...(lastBatch && !isSaid("lastBatch") && { lastBatch }),
  };
  const told = [
    recipe.preprocess === "none" &&
      "inputs are pixels from 0 to 1, since the file or you normalize them (--preprocess none)",
    recipe.preprocess === "standardize" &&
      "inputs have mean 0 and deviation 1 by channel (--preprocess standardize)",
    recipe.lastBatch &&
      "incomplete batches are left out, since it normalizes over the batch (--last-batch drop)",
  ];
  return { recipe, told: told.filter((one) => typeof one === "string") };
}
