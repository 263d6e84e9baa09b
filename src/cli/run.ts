/**
 * @file `shatter run`: an experiment of the paper, or of a file.
 */

import { readFile, stat } from "node:fs/promises";
import { parse } from "node:path";
import { Command, Option } from "commander";
import { messageOf, UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { exampleCount, exampleShape, isImages, titleOf } from "../data/dataset.ts";
import { centralSides, PAPER_CROP } from "../data/preprocess.ts";
import { isAbsent } from "../disk/refusals.ts";
import { decodeYaml } from "../document/located-yaml.ts";
import { IMAGENET } from "../paper/experiment.ts";
import { experiments, findExperiment } from "../paper/index.ts";
import { type Scale, type Setting, scales } from "../paper/scales.ts";
import { contentOfSplits, datasetNames, isDataPath } from "../run/subject.ts";
import { type Asked, askedOfText, readModels } from "./asked-experiment.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, memoryOption, readAsked } from "./data-options.ts";
import { requireJson } from "./json.ts";
import { listOf, wholeFrom } from "./output.ts";
import { addRunOptions, type RunFlags, runAsked } from "./run-asked.ts";

interface Options extends RunFlags, DataFlags {
  readonly scale?: Scale;
  readonly models?: string[];
  readonly seeds?: number;
  readonly data?: string;
  readonly n?: number;
  readonly epochs?: number;
  readonly evalEvery?: number;
  readonly testN?: number;
}

/** The command. */
export function runCommand(): Command {
  const command = new Command("run")
    .argument(
      "<name>",
      `${experiments.map(({ name }) => name).join(", ")}; or a YAML or JSON file with a grid`,
    )
    .optionsGroup("What is run:")
    .addOption(
      new Option(
        "--scale <name>",
        "paper: all of CIFAR-10 (default); small: some 20 minutes on two cores; smoke: a minute on drawn data",
      ).choices(scales),
    )
    .option(
      "--models <names>",
      "models to train now (default: the experiment's)",
      listOf((name) => name),
    )
    .option("--seeds <count>", "repetitions of everything (default: 1, or what the file says)", wholeFrom(1))
    .optionsGroup("What differs from the scale:")
    .option("--data <name>", `dataset: ${datasetNames.join(", ")}, or the path of your own images: ./photos`)
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .addOption(memoryOption())
    .option("--n <count>", "training examples", wholeFrom(1))
    .option("--epochs <count>", "epochs allowed", wholeFrom(1))
    .option("--eval-every <epochs>", "epochs from one evaluation to the next", wholeFrom(1))
    .option(
      "--test-n <count>",
      "test examples of an evaluation on the way; the last one takes all",
      wholeFrom(1),
    );
  return addArrayOptions(
    addRunOptions(command)
      .addHelpText(
        "after",
        `
A lab remembers: an experiment can be run in parts, and interrupted, and goes on where it was.

Examples:
  shatter run figure-1c --scale smoke                    a minute, on drawn data
  shatter run figure-1c --models mlp-1x512 --plan        what it costs on this machine
  shatter run table-1 --models mlp-1x512,mlp-3x512 --seeds 3
  shatter run table-1 --models alexnet                   later, into the same table
  shatter run table-1 --data ./photos --size 32 --models mlp-3x512   on your own images
  shatter run my-sweep.yaml --jobs 4                     a grid over any field, see examples/05-sweep.yaml`,
      )
      .action(run),
  );
}

async function run(name: string, options: Options): Promise<void> {
  await requireJson(options.json);
  await runAsked(await find(name, options), options);
}

/** Options that a file says for itself. */
const FILES_OWN = ["scale", "data", "n", "epochs", "evalEvery", "testN"] as const;

/** The experiment of that name, or in that file, and what it is asked. */
async function find(name: string, options: Options): Promise<Asked> {
  const { scale = "paper", n, epochs, evalEvery, testN } = options;
  if (!isFile(name)) {
    const experiment = findExperiment(name);
    const { examples, ...named } = await findData(name, options);
    const setting: Setting = { scale, ...named, n, epochs, evalEvery, testN };
    const read = await readModels(options.models ?? [], ".");
    const models = options.models?.map((model) => read.identities[model] ?? model);
    const seeds = options.seeds ?? 1;
    const what = { paper: experiment.name };
    return { experiment, what, seeds, setting, models, files: read.files, examples };
  }
  const setting: Setting = { scale, n, epochs, evalEvery, testN };
  dataReferenceOf("", options);
  const own = FILES_OWN.find((option) => options[option] !== undefined);
  if (own !== undefined) {
    const flag = own.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag}: expected only with an experiment of the paper; say it in ${name}`);
  }
  const source = await readExperimentFile(name);
  const asked = await askedOfText(source, parse(name), options);
  return { ...asked, setting, seeds: options.seeds ?? asked.seeds, models: options.models };
}

/**
 * The data of an experiment of the paper, other than its own: a dataset's name, or the images at a path.
 *
 * @throws UsageError for a name that is unknown, and for rows: the paper's recipe is for images.
 */
async function findData(name: string, options: Options) {
  const { data, quiet = false } = options;
  const reference = dataReferenceOf(data ?? "", options);
  if (!isDataPath(reference)) {
    if (data !== undefined && !datasetNames.includes(data)) {
      throw new UsageError(`--data: ${unknownName("dataset", data, datasetNames)}`);
    }
    return { data, examples: [] };
  }
  const splits = await readAsked(reference, quiet, options.memory);
  const [, height, width] = exampleShape(splits.train);
  if (!isImages(splits.train)) {
    throw new UsageError(
      `--data: ${name}, as all experiments of the paper, is about images, each brought to mean 0 and deviation 1: expected images, got rows of ` +
        `${exampleShape(splits.train)[0]} columns; if rows are images, say --shape; for a table use shatter test, or an experiment file with recipe: { preprocess: standardize }`,
    );
  }
  const isImagenet = findExperiment(name).data === IMAGENET;
  const [rows, columns] = isImagenet ? centralSides([height!, width!]) : [PAPER_CROP, PAPER_CROP];
  if (!quiet && (height! > rows || width! > columns)) {
    const isOther = isImagenet ? rows !== 299 : Math.max(height!, width!) > 40;
    process.stderr.write(
      `${titleOf(splits.train)}: networks see the middle ${rows} x ${columns} of ${height} x ${width} pixels, as in the paper, or such windows` +
        `${isOther ? `; --size ${isImagenet ? 342 : 32} brings images to the paper's size` : ""}\n`,
    );
  }
  const content = await contentOfSplits(splits);
  const own = {
    title: titleOf(splits.train),
    n: exampleCount(splits.train),
    testN: exampleCount(splits.test),
  };
  return { data: content.identity, own, examples: [content] };
}

/** Whether an argument is a file and not the name of an experiment. */
const isFile = (name: string): boolean => /[\\/]|\.(ya?ml|json)$/i.test(name);

/** Most bytes of an experiment file. */
const MOST_BYTES = 2 ** 20;

async function readExperimentFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MOST_BYTES) throw new Error(`${size} bytes, more than ${MOST_BYTES}`);
    return decodeYaml(await readFile(path));
  } catch (error) {
    throw new UsageError(
      `${path}: expected an experiment file, got ${isAbsent(error) ? "no such file" : messageOf(error)}`,
    );
  }
}
