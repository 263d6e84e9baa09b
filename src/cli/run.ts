/**
 * @file `shatter run`: an experiment - its trials, kept in a lab, and what they say.
 */

import { join } from "node:path";
import { Command, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import { unknownName } from "../base/suggest.ts";
import { datasets } from "../data/registry.ts";
import { scaleOf } from "../lab/experiments/document.ts";
import type { Experiment } from "../lab/experiments/experiment.ts";
import { experiments, findExperiment } from "../lab/experiments/index.ts";
import { type Scale, scales } from "../lab/experiments/scales.ts";
import { type ExperimentOptions, runExperiment } from "../lab/process-experiment.ts";
import { type Device, devices } from "../train/engine.ts";
import { checkFolder, printExperiment, writeExperiment } from "./experiment-output.ts";
import { listOf, oneOf, wholeFrom } from "./output.ts";
import { createProgress } from "./progress.ts";
import { printPlan } from "./run-plan.ts";

interface Options {
  readonly scale: Scale;
  readonly models?: string[];
  readonly seeds: number;
  readonly data?: string;
  readonly dataDir?: string;
  readonly n?: number;
  readonly epochs?: number;
  readonly evalEvery?: number;
  readonly testN?: number;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device: Device;
  readonly lab: string;
  readonly plan?: boolean;
  readonly out?: string;
  readonly json?: string;
  readonly quiet?: boolean;
}

const dataNames = datasets.map(({ name }) => name);

/** The command. */
export function runCommand(): Command {
  return new Command("run")
    .description("run an experiment of the paper, and read its results beside the paper's")
    .argument("<name>", experiments.map(({ name }) => name).join(", "))
    .optionsGroup("What is run:")
    .addOption(
      new Option(
        "--scale <name>",
        "paper: all of CIFAR-10; small: some minutes on two cores; smoke: a minute on drawn data",
      )
        .choices(scales)
        .default("paper" satisfies Scale),
    )
    .option(
      "--models <names>",
      "models to train now (default: the experiment's)",
      listOf((name) => name),
    )
    .option("--seeds <count>", "repetitions of everything", wholeFrom(1), 1)
    .option("--plan", "say what it costs on this machine, and train nothing but a few steps to time them")
    .optionsGroup("What differs from the scale:")
    .option(
      "--data <name>",
      `dataset: ${dataNames.join(", ")}`,
      oneOf("dataset", dataNames, (name) => unknownName("dataset", name, dataNames)),
    )
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .option("--n <count>", "training examples", wholeFrom(1))
    .option("--epochs <count>", "epochs allowed", wholeFrom(1))
    .option("--eval-every <epochs>", "epochs from one evaluation to the next", wholeFrom(1))
    .option(
      "--test-n <count>",
      "test examples of an evaluation on the way; the last one takes all",
      wholeFrom(1),
    )
    .optionsGroup("How it runs:")
    .option("--jobs <count>", "trials at once (default: one a core)", wholeFrom(1))
    .option(
      "--threads <count>",
      "threads of each trial (default: the cores shared among the jobs)",
      wholeFrom(1),
    )
    .addOption(new Option("--device <name>", "where to compute").choices(devices).default("cpu"))
    .optionsGroup("What comes out:")
    .option("--lab <folder>", "where trials are kept; those done are not run again", "shatter-lab")
    .option("--out <folder>", "where the result goes (default: <lab>/<name>-<scale>)")
    .option("--json <file>", 'only "-": print the result as JSON instead of tables')
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      `
A lab remembers: an experiment can be run in parts, and interrupted, and goes on where it was.

Examples:
  shatter run figure-1c --scale smoke                    a minute, on drawn data
  shatter run figure-1c --models mlp-1x512 --plan        what it costs on this machine
  shatter run table-1 --models mlp-1x512,mlp-3x512 --seeds 3
  shatter run table-1 --models alexnet                   later, into the same table`,
    )
    .action(run);
}

async function run(name: string, options: Options): Promise<void> {
  if (options.json !== undefined && options.json !== "-") {
    throw new UsageError(
      `--json: expected "-", got "${options.json}"; the result is a file anyway, see --out`,
    );
  }
  const experiment = findExperiment(name);
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
    process.stderr.write("\ninterrupted: the trials done so far are kept (Ctrl-C again to leave at once)\n");
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);

  const { scale, data, n, epochs, evalEvery, testN } = options;
  const { models, seeds, dataDir, jobs, threads, device, lab } = options;
  const request: ExperimentOptions = {
    experiment,
    setting: { scale, data, n, epochs, evalEvery, testN },
    ...{ models, seeds, dataDir, jobs, threads, device, lab },
    command: ["shatter", ...process.argv.slice(2)].join(" "),
    signal: interrupt.signal,
    onWarning: (message) => process.stderr.write(`warning: ${message}\n`),
  };
  if (options.plan) await printPlan(request, options.json === "-");
  else await runAndPublish(experiment, request, options);
}

async function runAndPublish(experiment: Experiment, request: ExperimentOptions, options: Options) {
  const { lab, quiet, json } = options;
  const folder = options.out ?? join(lab, `${experiment.name}-${scaleOf(experiment, request.setting)}`);
  // What cannot be written is refused before the first minute of training.
  await checkFolder(folder);
  const progress = quiet ? undefined : createProgress(process.stderr);
  const { document, reused, ended } = await runExperiment({
    ...request,
    onEvent: (event) => progress?.show(event),
  }).finally(() => progress?.stop());
  await writeExperiment(document, folder);
  if (json === "-") process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else printExperiment(document);
  process.stderr.write(
    `\n${reused} trials were in ${lab} already, ${ended.length} were run now; result: ${folder}\n`,
  );
  if (document.provenance.interrupted) process.exitCode = 130;
  else if (ended.some(({ result }) => result.status === "failed")) process.exitCode = 1;
}
