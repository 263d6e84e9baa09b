/**
 * @file `shatter test`: one randomization test on a model and a dataset - progress, table, verdict, report.
 */

import { Command, Option } from "commander";
import { preprocessNames } from "../data/preprocess.ts";
import { inputsNames, labelsNames } from "../data/randomization.ts";
import { requireFolder } from "../disk/folders.ts";
import type { SavedModels } from "../lab/saved-models.ts";
import { formatCount, formatNoun, formatNumber } from "../report/format.ts";
import { devices } from "../train/devices.ts";
import { optimizers, paperRecipe } from "../train/recipe.ts";
import { AUGMENT } from "./augment.ts";
import { commandLine } from "./command-line.ts";
import { addDataOptions, DATA_HELP, memoryOption } from "./data-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, requireJson } from "./json.ts";
import { databaseUrlOf, databaseUrlOption, lookAgain } from "./lab-options.ts";
import { addFileOptions, INIT_HELP, inits, MODEL_HELP } from "./model-options.ts";
import { listOf, numberIn, oneOf, warn, wholeFrom, wordOr } from "./output.ts";
import {
  exitCodeOf,
  expectOption,
  junitOption,
  MEASURES_HELP,
  markdownOption,
  requirePipelineFiles,
} from "./pipeline.ts";
import { createProgress } from "./progress.ts";
import { saveModelsOption, tellSaved } from "./saved-models.ts";
import { pageOf, publishTest } from "./test-output.ts";
import { subjectAsked, type TestFlags } from "./test-subject.ts";

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
    .addOption(memoryOption())
    .option("--model <name>", `model: ${MODEL_HELP}`, "mlp-1x512")
    .option(
      "--inputs <names>",
      `inputs to train on: ${inputsNames.join(",")}`,
      listOf(oneOf("inputs", inputsNames)),
      ["true"],
    )
    .option(
      "--corrupt <p,...>",
      "probabilities that a label is redrawn, with true inputs (default: 0,1; without true inputs 0)",
      listOf(numberIn(0, 1)),
    )
    .option(
      "--labels <redraw|permute>",
      "corrupted labels are drawn anew (default), or change places: each class keeps its count, and numbers are always permuted",
      oneOf("choice", labelsNames),
    )
    .option(
      "--prepare <module>",
      "your own selection, scaling or filtering, a module (.mjs) with a function prepare(data, { labels, rng }); it is run, again and again",
    )
    .option(
      "--permutations <count>",
      "runs of it on permuted labels, which show whether it gives labels away (default: 19)",
      wholeFrom(1, 10_000),
    )
    .option("--prepare-model <name>", "model that is trained on each of these (default: linear)")
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
    .option("--optimizer <name>", optimizers.join(", "), oneOf("optimizer", optimizers), recipe.optimizer)
    .option(
      "--lr <rate>",
      "learning rate (of numbers 0.002 unless told)",
      numberIn(0, 1e6, { low: true }),
      recipe.learningRate,
    )
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
      "--accumulate <parts>",
      "parts that a batch is computed in, for less memory; batch normalization is over a part",
      wholeFrom(1),
      1,
    )
    .option(
      "--last-batch <keep|drop>",
      "an epoch's last, incomplete batch",
      oneOf("choice", ["keep", "drop"]),
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
    .option("--init <name>", INIT_HELP, oneOf("initialization", inits))
    .option(
      "--preprocess <name>",
      `preprocessing: ${preprocessNames.join(", ")}`,
      oneOf("preprocessing", preprocessNames),
      recipe.preprocess,
    )
    .option(...AUGMENT)
    .option(
      "--eval-every <epochs>",
      "epochs from one evaluation to the next",
      wholeFrom(1),
      recipe.evaluate.every,
    )
    .option(
      "--validation <share>",
      "share of the training examples that is held out, groups whole, to say what early stopping has that does not look at test data",
      numberIn(0, 1, { high: true }),
      0,
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

async function test(options: TestFlags, command: Command): Promise<void> {
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
    pictures: page !== false,
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
  if (isKept && lab !== false && options.quiet !== true) process.stderr.write(lookAgain({ ...options, lab }));
  if (result.provenance.interrupted && isKept) {
    process.stderr.write(`run ${again} again to go on (lab: ${lab})\n`);
  }
  process.exitCode = exitCodeOf(result, options);
}
