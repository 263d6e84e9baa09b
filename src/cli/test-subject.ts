/**
 * @file What `shatter test` is asked: its options as they come, and the model, the examples and the recipe that follow from them.
 */

import type { Command } from "commander";
import { hasNumbers, isImages, titleOf } from "../data/dataset.ts";
import { describedPreprocess } from "../data/node/data-file.ts";
import { type PreprocessName, pathPreprocess } from "../data/preprocess.ts";
import type { LabelsName } from "../data/randomization.ts";
import { isFileModel } from "../import/model.ts";
import { initializations } from "../nn/initialize.ts";
import type { Model } from "../nn/model.ts";
import type { TestRequest } from "../paper/plan.ts";
import { openLibrary } from "../run/node/library.ts";
import { isDataPath, isModelPath, usualInitialization } from "../run/subject.ts";
import type { Device } from "../train/devices.ts";
import { numbersRate, paperRecipe, type Recipe } from "../train/recipe.ts";
import { type DataFlags, dataAsked } from "./data-options.ts";
import { defaultsFor, type FileOptions, type Init, referenceOf } from "./model-options.ts";
import type { PipelineOptions } from "./pipeline.ts";

/** The options of the command. */
export interface TestFlags extends PipelineOptions, Omit<FileOptions, "size">, Omit<DataFlags, "layout"> {
  /** Of images at a path, or `free` for a model file. */
  readonly size?: number | "free";
  readonly data: string;
  readonly prepare?: string;
  readonly permutations?: number;
  readonly prepareModel?: string;
  readonly dataDir?: string;
  readonly memory?: number;
  readonly model: string;
  readonly inputs: TestRequest["inputs"];
  readonly corrupt?: number[];
  readonly labels?: LabelsName;
  readonly n?: number;
  readonly testN?: number;
  readonly seeds?: number | "auto";
  readonly budget?: string;
  readonly seed: number;
  readonly epochs: number;
  readonly evalEvery: number;
  readonly optimizer: Recipe["optimizer"];
  readonly lr: number;
  readonly lrDecay: Recipe["learningRateDecay"];
  readonly lrDecayEvery: Recipe["learningRateDecayEvery"];
  readonly lrFloor: number;
  readonly lrWarmup: number;
  readonly momentum: number;
  readonly nesterov?: boolean;
  readonly batch: Recipe["batch"];
  readonly accumulate: number;
  readonly lastBatch: Recipe["lastBatch"];
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly labelSmoothing: number;
  readonly dropout: number;
  readonly validation: number;
  /** As usual for the model, unless told. */
  readonly init?: Init;
  readonly preprocess: Recipe["preprocess"];
  readonly augment?: Recipe["augment"];
  readonly fitAccuracy: number;
  readonly fitLoss: number;
  readonly stopWhenFit: boolean;
  readonly escalations: number;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device: Device;
  readonly lab: string | false;
  readonly checkpoints?: string | boolean;
  readonly databaseUrl?: string;
  readonly checkpointEvery: number;
  readonly json?: string;
  readonly out?: string;
  readonly report?: string;
  readonly saveModels?: string;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

function recipeOf(options: TestFlags): Recipe {
  return {
    optimizer: options.optimizer,
    learningRate: options.lr,
    learningRateDecay: options.lrDecay,
    learningRateDecayEvery: options.lrDecayEvery,
    learningRateFloor: options.lrFloor,
    learningRateWarmup: options.lrWarmup,
    momentum: options.momentum,
    nesterov: options.nesterov ?? false,
    batch: options.batch,
    accumulate: options.accumulate,
    lastBatch: options.lastBatch,
    weightDecay: options.weightDecay,
    clipNorm: options.clipNorm,
    labelSmoothing: options.labelSmoothing,
    dropout: options.dropout,
    validation: options.validation,
    initialization:
      initializations.find((name) => name === options.init) ?? usualInitialization(options.model),
    preprocess: options.preprocess,
    epochs: options.epochs,
    augment: options.augment ?? paperRecipe.augment,
    evaluate: { ...paperRecipe.evaluate, every: options.evalEvery },
    fit: { accuracy: options.fitAccuracy, loss: options.fitLoss, stop: options.stopWhenFit },
  };
}

/** The model that is asked for, and the recipe; of a file some of it follows from what is in it. */
async function modelAsked(
  options: TestFlags,
  command: Command,
): Promise<{ readonly model: string | Model; readonly recipe: Recipe }> {
  const isSaid = (option: string): boolean => command.getOptionValueSource(option) !== "default";
  const recipe = recipeOf(options);
  const dropout = isSaid("dropout") ? options.dropout : undefined;
  const reference = referenceOf(options.model, fileOptionsOf(options), { init: options.init, dropout });
  const model = await openLibrary({ readsPaths: true }).model(reference);
  if (!isFileModel(model)) return { model: reference, recipe };
  const { recipe: chosen, told } = defaultsFor(model, isSaid);
  if (!options.quiet) for (const line of told) process.stderr.write(`${model.name}: ${line}\n`);
  // Dropout is the file's own then, layer by layer.
  return { model, recipe: { ...recipe, ...chosen, dropout: 0 } };
}

/** What of the options is of a model file: some is of data at a path. */
function fileOptionsOf({ size, layout, ...options }: TestFlags): FileOptions {
  return {
    ...options,
    ...(size === "free" && { size }),
    ...((isModelPath(options.model) || !isDataPath(options.data)) && { layout }),
  };
}

const PREPROCESSED: Readonly<Record<PreprocessName, string>> = {
  paper: "images are cut to their middle 28 x 28, each brought to mean 0 and deviation 1",
  none: "inputs are as they are, pixels from 0 to 1",
  standardize: "inputs have mean 0 and deviation 1 by channel, and images are whole",
  central: "images are cut to their central 87.5 %, pixels from 0 to 1",
};

/** The model, the examples and the recipe; data at a path are not cropped as the paper's unless that was asked for. */
export async function subjectAsked(options: TestFlags, command: Command) {
  const { model, recipe } = await modelAsked(options, command);
  const { quiet = false, layout } = options;
  const ofData = { ...options, layout: isModelPath(options.model) ? undefined : layout };
  const data = await dataAsked(options.data, ofData, quiet, options.memory);
  if (typeof data === "string") return { model, data, recipe };
  const isUsual = (option: string): boolean => command.getOptionValueSource(option) === "default";
  // What a model file is given follows from the file.
  const preprocess =
    typeof model === "string" && isUsual("preprocess")
      ? ((await describedPreprocess(options.data)) ?? pathPreprocess)
      : recipe.preprocess;
  const learningRate = hasNumbers(data.train) && isUsual("lr") ? numbersRate : recipe.learningRate;
  const told = [
    // Of columns it is said already that they are standardized.
    ...(preprocess === recipe.preprocess || (preprocess === "standardize" && !isImages(data.train))
      ? []
      : [`${PREPROCESSED[preprocess]} (--preprocess ${preprocess})`]),
    ...(learningRate === recipe.learningRate
      ? []
      : [`numbers are told by a squared error, which wants smaller steps (--lr ${learningRate})`]),
  ];
  if (!quiet) for (const line of told) process.stderr.write(`${titleOf(data.train)}: ${line}\n`);
  return { model, data, recipe: { ...recipe, preprocess, learningRate } };
}
