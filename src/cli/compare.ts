/**
 * @file `shatter compare`: two recipes, models or data sets, seed by seed. It writes the experiment file that says so, and runs it.
 */

import { basename, resolve } from "node:path";
import { Command } from "commander";
import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { type ExampleSplits, hasNumbers } from "../data/dataset.ts";
import { describedPreprocess } from "../data/node/data-file.ts";
import { pathPreprocess } from "../data/preprocess.ts";
import { inputsNames } from "../data/randomization.ts";
import { type Axis, axes, isUnlisted } from "../paper/file-fields.ts";
import type { AxisValue } from "../paper/file-parse.ts";
import { datasetNames, isDataPath, isModelPath, knownModel, modelNames } from "../run/subject.ts";
import { numbersRate } from "../train/recipe.ts";
import { askedOfText, type ReadPath } from "./asked-experiment.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, memoryOption, readAsked } from "./data-options.ts";
import { requireJson } from "./json.ts";
import { listOf, numberIn, oneOf, wholeFrom } from "./output.ts";
import { addRunOptions, type RunFlags, runAsked } from "./run-asked.ts";

interface Options extends RunFlags, DataFlags {
  readonly data: string;
  readonly model: string;
  readonly inputs: string[];
  readonly corrupt: number[];
  readonly with?: string;
  readonly n?: number;
  readonly testN?: number;
  readonly seeds: number;
}

/** Fields of a trial by their names in an experiment file: `model`, or the ways into a group. */
interface Fields {
  [name: string]: AxisValue | Fields;
}

/** The command. */
export function compareCommand(): Command {
  const command = new Command("compare")
    .argument("<a>", "a model, a dataset, the path of either, or fields: lr=0.1,weight-decay=0.0005")
    .argument("<b>", "what it is compared with")
    .optionsGroup("What both sides have, where it is not what they differ in:")
    .option("--data <name>", "dataset, or the path of your own", "digits")
    .option("--model <name>", "model, or the path of an ONNX file", "mlp-1x512")
    .option("--inputs <names>", "inputs to train on", listOf(oneOf("inputs", inputsNames)), ["true"])
    .option("--corrupt <p,...>", "probabilities that a label is redrawn", listOf(numberIn(0, 1)), [0])
    .option("--with <fields>", "fields of the recipe for both: epochs=30,preprocess=standardize")
    .option("--n <count>", "training examples (default: all)", wholeFrom(1))
    .option("--test-n <count>", "test examples (default: all)", wholeFrom(1))
    .option("--seeds <count>", "pairs of trainings; three at least for an interval", wholeFrom(1), 5)
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .addOption(memoryOption());
  addArrayOptions(command);
  return addRunOptions(command)
    .addHelpText(
      "after",
      `
Both sides train with the paper's recipe but for what is said, each pair with one seed; a difference is B less A.

Examples:
  shatter compare lr=0.01 lr=0.1                                   two recipes
  shatter compare mlp-1x512 mlp-3x512 --data cifar10 --n 5000 --corrupt 0,1
  shatter compare model=alexnet,weight-decay=0 model=alexnet,weight-decay=0.004 --data shapes
  shatter compare ./raw.csv ./cleaned.csv --with preprocess=standardize     two versions of your data`,
    )
    .action(compare);
}

async function compare(a: string, b: string, options: Options): Promise<void> {
  await requireJson(options.json);
  const known = new Map<string, Promise<ExampleSplits>>();
  const read: ReadPath = (path) => {
    const found = known.get(path) ?? readAsked(path, options.quiet ?? false, options.memory);
    known.set(path, found);
    return found;
  };
  const text = await experimentText(a, b, options, read);
  // Paths are those from here.
  const asked = await askedOfText(text, { dir: "", base: "compare.yaml", name: "compare" }, options, read);
  await runAsked(asked, options);
}

/** The experiment file of a comparison, which is JSON, and so YAML. */
async function experimentText(a: string, b: string, options: Options, read: ReadPath): Promise<string> {
  const { inputs, corrupt, n, testN, seeds } = options;
  const sides = [a, b].map((side) => fieldsOf(side, options));
  requireOneKind(sides, a, b);
  // How data are read is said of those at paths; a dataset's name stands beside them.
  const flags = isDataPath(options.data) || sides.every(({ data }) => data === undefined) ? options : {};
  const data = dataReferenceOf(options.data, flags);
  const usual = (given: Fields[string] | undefined) => usualOf(given, corrupt, read);
  const common = options.with === undefined ? {} : fieldsOf(options.with, options);
  // What follows from a side's own data is said for that side, but not over what is asked of both.
  const own = await Promise.all(
    sides.map(async (side) =>
      merged(side["data"] === undefined ? {} : merged(await usual(side["data"]), common), side),
    ),
  );
  const isShared = sides.some((side) => side["data"] === undefined);
  return JSON.stringify({
    title: `${named(a)} and ${named(b)}, seed by seed`,
    data,
    model: options.model,
    inputs: inputs.length === 1 ? inputs[0] : inputs,
    corrupt: corrupt.length === 1 ? corrupt[0] : corrupt,
    n,
    testN,
    seeds,
    ...merged(isShared ? await usual(data) : {}, common),
    compare: own,
  });
}

/**
 * Refuse a model beside data: each would be trained with what the other side has by default, which nobody means.
 *
 * @throws UsageError saying what would do.
 */
function requireOneKind(sides: readonly Fields[], a: string, b: string): void {
  const kinds = sides.map((side) => Object.keys(side).sort().join());
  if (!(kinds.includes("model") && kinds.includes("data"))) return;
  throw new UsageError(
    `${a} and ${b}: expected two models, two data sets or two recipes, got a model and data; say both of each side: model=...,data=...`,
  );
}

/** What `shatter test` takes for data at a path, too: whole images and columns to one scale; for numbers smaller steps and permuted labels. */
async function usualOf(
  data: Fields[string] | undefined,
  corrupt: readonly number[],
  read: ReadPath,
): Promise<Fields> {
  if (typeof data !== "string" || !isDataPath(data)) return {};
  const isNumbers = hasNumbers((await read(resolve(data))).train);
  return {
    ...(isNumbers && corrupt.some((p) => p > 0) && { labels: "permute" }),
    recipe: {
      preprocess: (await describedPreprocess(data)) ?? pathPreprocess,
      ...(isNumbers && { learningRate: numbersRate }),
    },
  };
}

/** Fields of both, those of the second where both have them. */
function merged(first: Fields, second: Fields): Fields {
  const both = Object.entries(second).map(([name, value]) => {
    const before = first[name];
    return [name, typeof value === "object" && typeof before === "object" ? merged(before, value) : value];
  });
  return { ...first, ...Object.fromEntries(both) };
}

/** A side as titles have it: no folders. */
const named = (side: string): string => (side.includes("=") ? side : basename(side));

/** What `shatter test` and people call fields of a recipe. */
const SHORT: Readonly<Record<string, string>> = {
  lr: "recipe.learningRate",
  "lr-decay": "recipe.learningRateDecay",
  "lr-decay-every": "recipe.learningRateDecayEvery",
  "lr-floor": "recipe.learningRateFloor",
  "lr-warmup": "recipe.learningRateWarmup",
  init: "recipe.initialization",
  "fit-accuracy": "recipe.fit.accuracy",
  "fit-loss": "recipe.fit.loss",
  "stop-when-fit": "recipe.fit.stop",
  "eval-every": "recipe.evaluate.every",
};

/**
 * What a side says: a model or data by name or path, or `field=value`s divided by commas.
 *
 * @throws UsageError if it is neither.
 */
function fieldsOf(side: string, flags: DataFlags): Fields {
  if (!/^[\w.-]+=/.test(side)) return subjectOf(side, flags);
  const fields: Fields = {};
  for (const part of side.split(/,(?=[\w.-]+=)/)) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(part) ?? [];
    const { path, schema } = axisOf(name);
    const inner = path.slice(0, -1).reduce((group, key) => (group[key] ??= {}) as Fields, fields);
    const one = parsed(value);
    const checked = schema.safeParse(one);
    if (!checked.success && !isUnlisted(path, one)) {
      const says = checked.error.issues[0]!.message.replace(/^[A-Z][^:]*: /, "").replace(/, received.*$/, "");
      throw new UsageError(`${part}: ${path.join(".")}: ${says}, got "${value}"`);
    }
    inner[path.at(-1)!] = one;
  }
  return fields;
}

function subjectOf(side: string, flags: DataFlags): Fields {
  if (knownModel(side) || isModelPath(side)) return { model: side };
  if (datasetNames.includes(side) || isDataPath(side))
    return { data: dataReferenceOf(side, isDataPath(side) ? flags : {}) };
  const names = [...modelNames, ...datasetNames];
  throw new UsageError(
    `${unknownName("model or dataset", side, names)}; or say fields such as lr=0.1, or a path such as ./photos`,
  );
}

/** A field, by its whole name, its last part, or its name as an option. */
function axisOf(name: string): Axis {
  const asked = SHORT[name] ?? name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const found =
    axes.find(({ path }) => path.join(".") === asked) ?? axes.find(({ path }) => path.at(-1) === asked);
  if (found) return found;
  throw new UsageError(
    unknownName("field", name, [...Object.keys(SHORT), ...axes.map(({ path }) => path.at(-1)!)]),
  );
}

/** A number or a boolean where it is one; checks of the field say what is wrong with it. */
function parsed(text: string): AxisValue {
  if (text === "true" || text === "false") return text === "true";
  return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
}
