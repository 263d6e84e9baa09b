/**
 * @file `shatter run`: an experiment of the paper - its trials, kept in a lab, and what they say.
 */

import { Command, Option } from "commander";
import { experiments, findExperiment } from "../lab/experiments/index.ts";
import { type Scale, scales } from "../lab/experiments/scales.ts";
import { runExperiment } from "../lab/process-experiment.ts";
import { type Device, devices } from "../train/engine.ts";
import { listOf, wholeFrom } from "./output.ts";
import { createProgress } from "./progress.ts";

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
  readonly quiet?: boolean;
}

/** The command. */
export function runCommand(): Command {
  return new Command("run")
    .description("run an experiment of the paper")
    .argument("<name>", experiments.map(({ name }) => name).join(", "))
    .addOption(
      new Option("--scale <name>", "size of the experiment").choices(scales).default("paper" satisfies Scale),
    )
    .option(
      "--models <names>",
      "models to train (default: the paper's)",
      listOf((name) => name),
    )
    .option("--seeds <count>", "repetitions of everything", wholeFrom(1), 1)
    .optionsGroup("What differs from the scale:")
    .option("--data <name>", "dataset")
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
    .option("--lab <folder>", "where trials are kept; those done are not run again", "shatter-lab")
    .option("--quiet", "no progress")
    .action(run);
}

async function run(name: string, options: Options): Promise<void> {
  const experiment = findExperiment(name);
  const progress = options.quiet ? undefined : createProgress(process.stderr);
  const interrupt = new AbortController();
  const onInterrupt = (): void => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
    process.stderr.write("\ninterrupted: the trials done so far are kept (Ctrl-C again to leave at once)\n");
  };
  process.on("SIGINT", onInterrupt).on("SIGTERM", onInterrupt);

  const { scale, data, n, epochs, evalEvery, testN } = options;
  const { models, seeds, dataDir, jobs, threads, device, lab } = options;
  const { reused, ended, interrupted } = await runExperiment({
    experiment,
    setting: { scale, data, n, epochs, evalEvery, testN },
    ...{ models, seeds, dataDir, jobs, threads, device, lab },
    command: ["shatter", ...process.argv.slice(2)].join(" "),
    signal: interrupt.signal,
    onEvent: (event) => progress?.show(event),
    onWarning: (message) => process.stderr.write(`warning: ${message}\n`),
  });
  progress?.stop();
  process.stderr.write(`${reused} trials were there already, ${ended.length} were run; all are in ${lab}\n`);
  if (interrupted) process.exitCode = 130;
  else if (ended.some(({ status }) => status === "failed")) process.exitCode = 1;
}
