/**
 * @file `shatter test`: one randomization test on a model and a dataset - progress, table, verdict, report.
 */

import { Command, Option } from "commander";
import { unknownName } from "../base/suggest.ts";
import { titleOf } from "../data/dataset.ts";
import { pathPreprocess, preprocessNames } from "../data/preprocess.ts";
import { inputsNames, type LabelsName, labelsNames } from "../data/randomize.ts";
import { requireFolder } from "../disk/folders.ts";
import { tellFinding } from "../import/finding.ts";
import { isFileModel } from "../import/model.ts";
import type { SavedModels } from "../lab/saved-models.ts";
import { initializations } from "../nn/initialize.ts";
import type { Model } from "../nn/model.ts";
import type { TestRequest } from "../paper/plan.ts";
import type { TestResult } from "../paper/test-result.ts";
import { formatCount, formatNoun, formatNumber } from "../report/format.ts";
import { terminalGrid } from "../report/grid/terminal.ts";
import { teller } from "../report/terminal.ts";
import { summaryGrid } from "../report/test/tables.ts";
import { openLibrary } from "../run/node/library.ts";
import { isDataPath, isModelPath } from "../run/subject.ts";
import { type Device, devices } from "../train/devices.ts";
import { optimizers, paperRecipe, type Recipe } from "../train/recipe.ts";
import { tellVerdict } from "../verdict/verdict.ts";
import { AUGMENT } from "./augment.ts";
import { commandLine } from "./command-line.ts";
import { reportConformance } from "./conformance.ts";
import { addDataOptions, DATA_HELP, type DataFlags, dataAsked } from "./data-options.ts";
import { withFlags } from "./flags.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, jsonOutputs, requireJson } from "./json.ts";
import { databaseUrlOf, databaseUrlOption } from "./lab-options.ts";
import {
  addFileOptions,
  defaultsFor,
  type FileOptions,
  INIT_HELP,
  type Init,
  inits,
  MODEL_HELP,
  referenceOf,
} from "./model-options.ts";
import { listOf, numberIn, oneOf, paint, wantsColor, warn, wholeFrom, widthOf, wordOr } from "./output.ts";
import {
  exitCodeOf,
  expectOption,
  junitOption,
  MEASURES_HELP,
  markdownOption,
  type PipelineOptions,
  pipelineOutputs,
  requirePipelineFiles,
} from "./pipeline.ts";
import { createProgress } from "./progress.ts";
import { publish } from "./publish.ts";
import { saveModelsOption, tellSaved } from "./saved-models.ts";

interface Options extends PipelineOptions, Omit<FileOptions, "size">, Omit<DataFlags, "layout"> {
  /** Of images at a path, or `free` for a model file. */
  readonly size?: number | "free";
  readonly data: string;
  readonly dataDir?: string;
  readonly model: string;
  readonly inputs: TestRequest["inputs"];
  readonly corrupt?: number[];
  readonly labels: LabelsName;
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
  readonly lastBatch: Recipe["lastBatch"];
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly labelSmoothing: number;
  readonly dropout: number;
  readonly init: Init;
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

const named = <T extends string>(kind: string, names: readonly T[]) =>
  oneOf(kind, names, (name) => unknownName(kind, name, names));

/** The command. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: options, one after another.
export function testCommand(): Command {
  const recipe = paperRecipe;
  const size = new Option(
    "--size <free|pixels>",
    "free: give a model file images as they are, whatever size it was exported for; a number: bring the images of a folder to that height and width",
  ).argParser(wordOr("free", wholeFrom(1, 4096)));
  return addDataOptions(addFileOptions(new Command("test"), size))
    .optionsGroup("What is tested:")
    .option("--data <name>", `dataset: ${DATA_HELP}`, "digits")
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .option("--model <name>", `model: ${MODEL_HELP}`, "mlp-1x512")
    .option(
      "--inputs <names>",
      `inputs to train on: ${inputsNames.join(",")}`,
      listOf(named("inputs", inputsNames)),
      ["true"],
    )
    .option(
      "--corrupt <p,...>",
      "probabilities that a label is redrawn, with true inputs (default: 0,1; without true inputs 0)",
      listOf(numberIn(0, 1)),
    )
    .option(
      "--labels <redraw|permute>",
      "corrupted labels are drawn anew, or change places (each class keeps its count)",
      named("choice", labelsNames),
      "redraw",
    )
    .option("--n <count>", "training examples (default: all)", wholeFrom(1))
    .option("--test-n <count>", "test examples (default: all)", wholeFrom(1))
    .option(
      "--seeds <count|auto>",
      "repetitions of everything; auto: three, and more while they can decide (default: 1, with --budget auto)",
      (text) => (text === "auto" ? text : wholeFrom(1, 10_000)(text)),
    )
    .option("--seed <number>", "seed of the first repetition", wholeFrom(0), 0)
    .option(
      "--budget <limit>",
      'what all trials together may take: a time (30m, 1.5h), "20000 steps" or "1e6 images"; epochs, escalations and seeds are planned within it',
    )
    .optionsGroup("The recipe (defaults: the paper's):")
    .option("--epochs <count>", "epochs allowed", wholeFrom(1), recipe.epochs)
    .option("--optimizer <name>", optimizers.join(", "), named("optimizer", optimizers), recipe.optimizer)
    .option("--lr <rate>", "learning rate", numberIn(0, 1e6, { low: true }), recipe.learningRate)
    .option(
      "--lr-decay <factor|cosine>",
      "factor of the learning rate a period; or cosine, over all epochs allowed",
      wordOr("cosine", numberIn(0, 1, { low: true })),
      recipe.learningRateDecay,
    )
    .option(
      "--lr-decay-every <period>",
      'the period: a number of steps, or "epoch"',
      wordOr("epoch", wholeFrom(1)),
      recipe.learningRateDecayEvery,
    )
    .option("--lr-floor <share>", "share of the learning rate that no decay goes below", numberIn(0, 1), 0)
    .option(
      "--lr-warmup <steps>",
      "steps in which the learning rate rises, before any decay",
      wholeFrom(0),
      0,
    )
    .option("--momentum <m>", "momentum", numberIn(0, 1, { high: true }), recipe.momentum)
    .option("--nesterov", "Nesterov's momentum")
    .option(
      "--batch <size|all>",
      "examples a batch; all: full-batch descent",
      wordOr("all", wholeFrom(1)),
      recipe.batch,
    )
    .option(
      "--last-batch <keep|drop>",
      "an epoch's last, incomplete batch",
      named("choice", ["keep", "drop"]),
      recipe.lastBatch,
    )
    .option(
      "--weight-decay <c>",
      "coefficient of the L2 penalty on weights; with adamw the share they lose a step, times the rate",
      numberIn(0, 1e6),
      recipe.weightDecay,
    )
    .option("--clip-norm <norm>", "largest norm of all gradients together; 0: any", numberIn(0, 1e6), 0)
    .option(
      "--label-smoothing <share>",
      "share of a training label's weight that goes to all classes alike",
      numberIn(0, 1, { high: true }),
      0,
    )
    .option(
      "--dropout <p>",
      "probability that a hidden unit is dropped",
      numberIn(0, 1, { high: true }),
      recipe.dropout,
    )
    .option("--init <name>", INIT_HELP, named("initialization", inits), recipe.initialization)
    .option(
      "--preprocess <name>",
      `preprocessing: ${preprocessNames.join(", ")}`,
      named("preprocessing", preprocessNames),
      recipe.preprocess,
    )
    .option(...AUGMENT)
    .option(
      "--eval-every <epochs>",
      "epochs from one evaluation to the next",
      wholeFrom(1),
      recipe.evaluate.every,
    )
    .optionsGroup("When it counts as fitted:")
    .option(
      "--fit-accuracy <a>",
      "training accuracy that counts as fitted",
      numberIn(0, 1),
      recipe.fit.accuracy,
    )
    .option("--fit-loss <loss>", "or: training loss below this", numberIn(0, 1e6), recipe.fit.loss)
    .option("--no-stop-when-fit", "train all epochs, also after everything is fitted")
    .option(
      "--escalations <count>",
      "escalations of epochs and learning rate before labels count as not fitted",
      wholeFrom(0),
      3,
    )
    .optionsGroup("How it runs:")
    .option("--jobs <count>", "trials at once (default: one a core)", wholeFrom(1))
    .option(
      "--threads <count>",
      "threads of each trial (default: the cores shared among the jobs)",
      wholeFrom(1),
    )
    .addOption(new Option("--device <name>", "where to compute").choices(devices).default("cpu"))
    .option("--lab <folder>", "where trials are kept; those done are not run again", "shatter-lab")
    .option("--no-lab", "begin anew, and keep nothing")
    .addOption(databaseUrlOption())
    .addOption(new Option("--checkpoints <folder>").hideHelp())
    .addOption(new Option("--no-checkpoints").hideHelp())
    .option(
      "--checkpoint-every <seconds>",
      "least time from one checkpoint of a trial to the next",
      numberIn(0, 86400),
      30,
    )
    .optionsGroup("What comes out:")
    .addOption(jsonOption("the result"))
    .option("--out <folder>", "write an HTML page with figures, and the numbers as CSV and JSON")
    .addOption(new Option("--report <folder>").hideHelp())
    .addOption(saveModelsOption())
    .addOption(expectOption())
    .addOption(junitOption())
    .addOption(markdownOption())
    .option("--verbose", "list every conformance check, also where all hold")
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      `
Examples:
  shatter test                                                     handwritten digits: true against random labels
  shatter test --data shapes --n 2000 --model alexnet              drawn shapes, where convolutions have work to do
  shatter test --data cifar10 --model mlp-3x512 --corrupt 0,0.2,0.4,0.6,0.8,1 --seeds 3
  shatter test --data ./photos --size 32 --model alexnet           your images: photos/train/CLASS/*, photos/test/CLASS/*
  shatter test --data mnist --inputs true,shuffled,random,gaussian --out mnist-report
  shatter test --data cifar10 --augment crop,flip --epochs 200     is random cropping enough against memorizing?
  shatter test --data cifar10 --n 5000 --json --quiet | jq .verdict.text
  shatter test --save-models models                                the networks, for other programs (shatter model export)
  shatter test --expect "learns,no-leak,slowdown>1.5" --junit shatter.xml     exit code 3 if it does not

${MEASURES_HELP}`,
    )
    .action(test);
}

function recipeOf(options: Options): Recipe {
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
    lastBatch: options.lastBatch,
    weightDecay: options.weightDecay,
    clipNorm: options.clipNorm,
    labelSmoothing: options.labelSmoothing,
    dropout: options.dropout,
    initialization: initializations.find((name) => name === options.init) ?? paperRecipe.initialization,
    preprocess: options.preprocess,
    epochs: options.epochs,
    augment: options.augment ?? paperRecipe.augment,
    evaluate: { ...paperRecipe.evaluate, every: options.evalEvery },
    fit: { accuracy: options.fitAccuracy, loss: options.fitLoss, stop: options.stopWhenFit },
  };
}

/** The model that is asked for, and the recipe; of a file some of it follows from what is in it. */
async function modelAsked(
  options: Options,
  command: Command,
): Promise<{ readonly model: string | Model; readonly recipe: Recipe }> {
  const isSaid = (option: string): boolean => command.getOptionValueSource(option) !== "default";
  const recipe = recipeOf(options);
  const dropout = isSaid("dropout") ? options.dropout : undefined;
  const reference = referenceOf(options.model, fileOptionsOf(options), { init: options.init, dropout });
  const model = await openLibrary().model(reference);
  if (!isFileModel(model)) return { model: reference, recipe };
  const { recipe: chosen, told } = defaultsFor(model, isSaid);
  if (!options.quiet) for (const line of told) process.stderr.write(`${model.name}: ${line}\n`);
  // Dropout is the file's own then, layer by layer.
  return { model, recipe: { ...recipe, ...chosen, dropout: 0 } };
}

/** What of the options is of a model file: some is of data at a path. */
function fileOptionsOf({ size, layout, ...options }: Options): FileOptions {
  return {
    ...options,
    ...(size === "free" && { size }),
    ...((isModelPath(options.model) || !isDataPath(options.data)) && { layout }),
  };
}

/** The model, the examples and the recipe; data at a path are not cropped as the paper's unless that was asked for. */
async function subjectAsked(options: Options, command: Command) {
  const { model, recipe } = await modelAsked(options, command);
  const { quiet = false, layout } = options;
  const ofData = { ...options, layout: isModelPath(options.model) ? undefined : layout };
  const data = await dataAsked(options.data, ofData, quiet);
  const isSaid = command.getOptionValueSource("preprocess") !== "default";
  // What a model file is given follows from the file.
  if (typeof data === "string" || typeof model !== "string" || isSaid) return { model, data, recipe };
  if (!quiet) {
    process.stderr.write(
      `${titleOf(data.train)}: inputs have mean 0 and deviation 1 by channel, and images are whole (--preprocess ${pathPreprocess})\n`,
    );
  }
  return { model, data, recipe: { ...recipe, preprocess: pathPreprocess } };
}

async function test(options: Options, command: Command): Promise<void> {
  // An unwritable place is refused before the first minute of training.
  await requireJson(options.json);
  await requirePipelineFiles(options);
  const page = pageOf(options);
  if (page) await requireFolder(page.name, page.folder);
  const { model, data, recipe } = await subjectAsked(options, command);
  const progress = createProgress(process.stderr, {
    quiet: options.quiet ?? false,
    begin: `${options.model} on ${options.data}: reading the data`,
  });
  const signal = interruptSignal(
    "interrupted: reporting the trials done so far (Ctrl-C again to leave at once)",
  );

  const { seed: firstSeed, lab: usual, checkpoints, ...asked } = options;
  const lab = checkpoints === false ? false : typeof checkpoints === "string" ? checkpoints : usual;
  const databaseUrl = databaseUrlOf(options);
  // Nobody asked for the usual one: a machine without a place for it still does the test.
  const isOptional =
    lab === usual && command.getOptionValueSource("lab") === "default" && databaseUrl === undefined;
  const { runRandomizationTest } = await import("../lab/test.ts");
  // A time is another number of steps at every try, so the same command would not go on with the same trials.
  let again = "the same command";
  let reused: number | undefined;
  let saved: SavedModels | undefined;
  const result = await runRandomizationTest({
    ...asked,
    data,
    model,
    firstSeed,
    recipe,
    lab: lab === false ? undefined : { lab, databaseUrl, isOptional },
    checkpointSeconds: options.checkpointEvery,
    command: commandLine(),
    signal,
    onBudget: ({ asked: limit, steps, secondsPerStep }) => {
      if (secondsPerStep === null) return;
      again += ` with --budget "${steps} steps"`;
      process.stderr.write(
        `--budget ${limit}: ${formatCount(steps)} steps here, ${formatNumber(1000 * secondsPerStep)} ms each; --budget "${steps} steps" repeats this test\n`,
      );
    },
    onEvent: (event) => progress.show(event),
    onReused: (trials) => {
      reused = trials;
    },
    onSaved: (models) => {
      saved = models;
    },
    onWarning: warn,
  }).finally(() => progress.stop());
  if (saved) process.stderr.write(tellSaved(saved, reused === undefined ? undefined : lab));
  if (reused) process.stderr.write(`${formatNoun(reused, "trial")} of this test: done before, in ${lab}\n`);
  // Where no lab was asked for or none could be opened, nothing is kept, and the same command begins anew.
  const isKept = reused !== undefined;
  await publishTest(result, options, isKept ? again : undefined);
  if (result.provenance.interrupted && isKept) {
    process.stderr.write(`run ${again} again to go on (lab: ${lab})\n`);
  }
  process.exitCode = exitCodeOf(result, options);
}

/** Charts are heavy to load, and most runs of the command draw none. */
const loadReport = () => import("../report/node/write.ts");

/** Where the page goes, and the option that says so: `--report` was its name once. */
const pageOf = ({ out, report }: Pick<Options, "out" | "report">) =>
  out !== undefined
    ? { name: "--out", folder: out }
    : report !== undefined && { name: "--report", folder: report };

/** Write and print what came out. */
async function publishTest(
  result: TestResult,
  { json, verbose = false, ...options }: Options,
  command: string | undefined,
): Promise<void> {
  const outputs = [...jsonOutputs(json, result), ...pipelineOutputs(options, result)];
  let page: string | undefined;
  const place = pageOf(options);
  if (place) {
    const write = async (): Promise<void> => {
      page = (await (await loadReport()).writeReport(result, place.folder)).files[0];
    };
    outputs.push({ name: place.name, isResult: true, write });
  }
  const print = (): void => printResult(result, verbose);
  await publish({
    result,
    outputs,
    print: json === "-" ? undefined : print,
    again: command && `${command}, run again, trains nothing that is done`,
  });
  if (page !== undefined) process.stderr.write(`report: ${page}\n`);
}

/** Print a result, the verdict last: what a small terminal shows of it is what it says. */
function printResult(result: TestResult, isVerbose: boolean): void {
  const out = process.stdout;
  const [width, color] = [widthOf(out), wantsColor(out)];
  const tell = teller(width);
  const title = (text: string): string => paint(out, "bold", text);
  const { dataset, model, provenance } = result;
  console.log(title("\nWhat was randomized"));
  for (const touched of new Set(result.trials.map((trial) => trial.touched ?? ""))) {
    if (touched !== "") console.log(tell(touched));
  }
  const { lines, summary } = reportConformance(result.conformance, isVerbose);
  const hint = isVerbose ? "" : " (--verbose lists them)";
  console.log(`\n${title("Conformance of the randomizations:")} ${summary}${hint}`);
  for (const line of lines) console.log(tell(line, "  ", "        "));
  console.log(
    `${title(`\n${model.name} (${formatCount(model.parameters)} parameters) on ${dataset.name}`)}, ` +
      `${formatCount(dataset.train)} training and ${formatCount(dataset.test)} test examples\n`,
  );
  const findings = model.file?.findings ?? [];
  for (const finding of findings) console.log(tell(withFlags(tellFinding(finding)), "  ", "    "));
  if (findings.length > 0) console.log("");
  console.log(terminalGrid(summaryGrid(result), { color, width }));
  const failed = result.trials.filter(({ error }) => error !== undefined);
  for (const { inputs, labels, seed, status, error } of failed) {
    console.log(
      paint(
        out,
        "red",
        `${status}: inputs ${inputs}, labels ${labels.nominal}, seed ${seed}: ${withFlags(error!)}`,
      ),
    );
  }
  console.log(title("\nVerdict"));
  for (const paragraph of tellVerdict(result.verdict)) console.log(tell(paragraph));
  if (provenance.interrupted) console.log(paint(out, "yellow", "  Interrupted: some trials are missing."));
}
