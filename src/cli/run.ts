/**
 * @file `shatter run`: an experiment - its trials, kept in a lab, and what they say.
 */

import { readFile, stat } from "node:fs/promises";
import { join, type ParsedPath, parse, resolve } from "node:path";
import { Command, Option } from "commander";
import { messageOf, UsageError } from "../base/errors.ts";
import { LARGEST_WHOLE } from "../base/limits.ts";
import { unknownName } from "../base/suggest.ts";
import { type ExampleSplits, exampleCount, exampleShape, isImages, titleOf } from "../data/dataset.ts";
import { PAPER_CROP } from "../data/preprocess.ts";
import { isAbsent } from "../disk/refusals.ts";
import { decodeYaml } from "../document/located-yaml.ts";
import { type LocalLab, requireLab } from "../lab/open.ts";
import type { GuestOptions } from "../lab/run.ts";
import type { Model } from "../nn/model.ts";
import { experimentId } from "../paper/definition.ts";
import { scaleOf } from "../paper/document.ts";
import type { Experiment } from "../paper/experiment.ts";
import { experimentFromFile, pathsIn } from "../paper/file-experiment.ts";
import { experiments, findExperiment } from "../paper/index.ts";
import { type Scale, type Setting, scales } from "../paper/scales.ts";
import type { AnyContent } from "../run/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import { contentOfSplits, datasetNames, isDataPath, isModelPath } from "../run/subject.ts";
import { type Device, devices } from "../train/devices.ts";
import { commandLine } from "./command-line.ts";
import { BASE_PATH, listen, USUAL_PORT } from "./dashboard.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, memoryOption, readAsked } from "./data-options.ts";
import { checkFolder, printExperiment, resultIn, writeExperiment } from "./experiment-output.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, jsonOutputs, requireJson } from "./json.ts";
import { databaseUrlOf, databaseUrlOption, lookAgain } from "./lab-options.ts";
import { listOf, warn, wholeFrom } from "./output.ts";
import { createProgress } from "./progress.ts";
import { publish } from "./publish.ts";
import { namesOf } from "./trial-names.ts";

/** How an experiment is run, and what comes out. */
export interface RunFlags {
  readonly dataDir?: string;
  readonly memory?: number;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device: Device;
  readonly lab: string;
  readonly databaseUrl?: string;
  readonly priority?: number;
  readonly plan?: boolean;
  readonly train: boolean;
  readonly out?: string;
  readonly json?: string;
  readonly port?: number;
  readonly basePath?: string;
  readonly serve: boolean;
  readonly quiet?: boolean;
}

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

/** Add the options of {@link RunFlags}, but those of data. */
export const addRunOptions = (command: Command): Command =>
  command
    .optionsGroup("How it runs:")
    .option("--plan", "say what it costs on this machine, and train nothing but a few steps to time them")
    .option("--no-train", "train nothing: read what the lab has")
    .option("--jobs <count>", "trials at once (default: one a core)", wholeFrom(1))
    .option(
      "--threads <count>",
      "threads of each trial (default: the cores shared among the jobs)",
      wholeFrom(1),
    )
    .addOption(new Option("--device <name>", "where to compute").choices(devices).default("cpu"))
    .optionsGroup("What comes out:")
    .option("--lab <folder>", "where trials are kept; those done are not run again", "shatter-lab")
    .addOption(databaseUrlOption())
    .option(
      "--priority <number>",
      "more is sooner, among the experiments of the lab (default: 0)",
      wholeFrom(-1000, LARGEST_WHOLE),
    )
    .option(
      "--out <folder>",
      "where the result goes (default: <lab>/<name>-<scale>, or <lab>/<id> where another experiment has that)",
    )
    .addOption(jsonOption("the result"))
    .option(
      "--port <number>",
      `port of the dashboard (default: ${USUAL_PORT}, or the next one that is free)`,
      wholeFrom(0),
    )
    .option(...BASE_PATH)
    .option("--no-serve", "no dashboard while it runs")
    .option("--quiet", "no progress");

async function run(name: string, options: Options): Promise<void> {
  await requireJson(options.json);
  await runAsked(await find(name, options), options);
}

/** An experiment, and what it is asked. */
export type Asked = Pick<
  GuestOptions,
  "experiment" | "what" | "seeds" | "setting" | "files" | "examples" | "models"
>;

/**
 * Run an experiment in the lab that the options say, write and print its document, and set the exit code.
 *
 * @throws UsageError or DataError where it cannot be.
 */
export async function runAsked(asked: Asked, options: RunFlags): Promise<void> {
  const { experiment } = asked;
  const signal = interruptSignal(
    "interrupted: the trials done so far are kept (Ctrl-C again to leave at once)",
  );

  const { dataDir, memory, jobs, threads, device, lab, train } = options;
  const request: GuestOptions = {
    ...asked,
    dataDir,
    memory,
    jobs,
    threads,
    device,
    lab,
    train,
    databaseUrl: databaseUrlOf(options),
    priority: options.priority,
    command: commandLine(),
    signal,
    onWarning: warn,
    onOpen: async (open) => (options.serve && train ? await showLab(open, options) : undefined),
  };
  if (options.plan) await (await import("./run-plan.ts")).printPlan(request, options.json);
  else await runAndPublish(experiment, request, options);
}

/** Show the lab in the browser while it is open; a port that is taken keeps nothing from being trained. */
async function showLab(
  lab: LocalLab,
  { port, basePath, dataDir }: RunFlags,
): Promise<AsyncDisposable | undefined> {
  const { checkpoints } = lab;
  const server = await listen(port, {
    lab,
    basePath,
    dataDir,
    checkpoints,
    isWorking: true,
    onError: warn,
  }).catch((error) => {
    if (port !== undefined) throw error;
    warn(`no dashboard: ${messageOf(error)}`);
  });
  if (!server) return undefined;
  await lab.announce(server.address);
  process.stderr.write(`dashboard: ${server.address}\n`);
  return server;
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

/** Reads the examples at a whole path, as options behind it say. */
export type ReadPath = (path: string) => Promise<ExampleSplits>;

/**
 * The experiment in the text of an experiment file, with the models and data that it names by paths.
 *
 * @param file - Where it is: paths are those from its folder.
 * @param read - Reads data at a whole path.
 * @throws UsageError naming file, line and field for what is wrong.
 */
export async function askedOfText(
  text: string,
  { dir, base, name }: Pick<ParsedPath, "dir" | "base" | "name">,
  options: Pick<RunFlags, "quiet" | "memory">,
  read: ReadPath = (path) => readAsked(path, options.quiet ?? false, options.memory),
): Promise<Asked> {
  const where = join(dir, base);
  const { files, identities } = await readModels(pathsIn("model", text, where), dir);
  const found = await readAll(pathsIn("data", text, where), dir, read);
  const all = { ...identities, ...found.identities };
  const { experiment, seeds } = experimentFromFile(text, where, name, all);
  const what = {
    file: base,
    text,
    name,
    ...(files.length > 0 && { models: identities }),
    ...(found.examples.length > 0 && { data: found.identities }),
  };
  const { examples } = found;
  return { experiment, what, seeds, setting: { scale: "paper" }, models: undefined, files, examples };
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
  if (!quiet && (height! > PAPER_CROP || width! > PAPER_CROP)) {
    process.stderr.write(
      `${titleOf(splits.train)}: networks see the middle ${PAPER_CROP} x ${PAPER_CROP} of ${height} x ${width} pixels, as in the paper, or such windows` +
        `${Math.max(height!, width!) > 40 ? "; --size 32 brings images to the paper's size" : ""}\n`,
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

/** The data at paths, as bytes, and their identities; paths are those from a folder. */
async function readAll(paths: readonly string[], folder: string, read: ReadPath) {
  const identities: Record<string, string> = {};
  const examples: AnyContent[] = [];
  for (const path of paths) {
    const content = await contentOfSplits(await read(resolve(folder, path)));
    examples.push(content);
    identities[path] = content.identity;
  }
  return { identities, examples };
}

/** The model files among what is named, and their identities; paths are those from a folder. */
async function readModels(names: readonly string[], folder: string) {
  const identities: Record<string, string> = {};
  const files: Model[] = [];
  for (const name of names.filter(isModelPath)) {
    const model = await openLibrary({ readsPaths: true }).model(resolve(folder, name));
    files.push(model);
    identities[name] = model.content!.identity;
  }
  return { identities, files };
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

/**
 * Where the result of an experiment goes: a folder of its name, unless that has the result of another one - a second file
 * of this name, another `--n` -, and of its id then.
 */
async function folderOf(experiment: Experiment, { lab, what, setting }: GuestOptions): Promise<string> {
  const id = await experimentId(experiment, { what, setting });
  const scale = scaleOf(experiment, setting);
  const plain = join(lab, scale === "custom" ? `${experiment.name}-${scale}` : id);
  const there = await resultIn(plain);
  return there === undefined || there.id === id ? plain : join(lab, id);
}

async function runAndPublish(experiment: Experiment, request: GuestOptions, options: RunFlags) {
  const { lab, quiet, json } = options;
  if (!options.train) await requireLab(request);
  const folder = options.out ?? (await folderOf(experiment, request));
  // What cannot be written is refused before the first minute of training.
  await checkFolder(folder);
  const progress = createProgress(process.stderr, {
    quiet: quiet ?? false,
    begin: `${experiment.name}: reading the lab`,
    namesOf,
  });
  const { runExperiment } = await import("../lab/run.ts");
  const { document, reused, ended } = await runExperiment({
    ...request,
    onEvent: (event) => progress.show(event),
  }).finally(() => progress.stop());
  await publish({
    result: document,
    outputs: [
      { name: "--out", isResult: true, write: () => writeExperiment(document, folder) },
      ...jsonOutputs(json, document),
    ],
    print: json === "-" ? undefined : () => printExperiment(document),
    again: `the trials are in ${lab}, and the same command, run again, trains none of them again`,
  });
  const now = ended.filter(({ result }) => result.status !== "stopped").length;
  process.stderr.write(`\n${reused} trials were in ${lab} already, ${now} were run now; result: ${folder}\n`);
  if (!quiet) process.stderr.write(lookAgain(options, document.id));
  if (document.provenance.interrupted) process.exitCode = 130;
  else if (ended.some(({ result }) => result.status === "failed")) process.exitCode = 1;
}
