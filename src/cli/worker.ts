/**
 * @file `shatter worker`: takes trials of a lab on a server, on this machine.
 */

import { Command, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import { checkpointFolder } from "../run/node/checkpoints.ts";
import { type Device, devices } from "../train/devices.ts";
import { commandLine } from "./command-line.ts";
import { memoryOption } from "./data-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { databaseUrlOf, databaseUrlOption } from "./lab-options.ts";
import { warn, wholeFrom } from "./output.ts";
import { createProgress } from "./progress.ts";
import { namesOf } from "./trial-names.ts";

interface Options {
  readonly databaseUrl?: string;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device: Device;
  readonly dataDir?: string;
  readonly memory?: number;
  readonly experiment?: string;
  readonly checkpoints?: string;
  readonly untilIdle?: boolean;
  readonly lease?: number;
  readonly quiet?: boolean;
}

/** The command. */
export function workerCommand(): Command {
  return new Command("worker")
    .addOption(databaseUrlOption())
    .option("--jobs <count>", "trials at once (default: one a core)", wholeFrom(1))
    .option(
      "--threads <count>",
      "threads of each trial (default: the cores shared among the jobs)",
      wholeFrom(1),
    )
    .addOption(new Option("--device <name>", "where to compute").choices(devices).default("cpu"))
    .option(
      "--data-dir <folder>",
      "where datasets are on this machine (default: $SHATTER_DATA, or the cache)",
    )
    .addOption(memoryOption())
    .option("--experiment <id>", "only this one; see shatter status")
    .option(
      "--checkpoints <folder>",
      "where trials leave checkpoints on this machine (default: $SHATTER_CHECKPOINTS, or the cache folder)",
    )
    .option("--until-idle", "end when nothing is left to do, instead of waiting for more")
    .option(
      "--lease <seconds>",
      "a worker that was not heard of for so long is taken for dead, in this lab from now on (default: as it is, at first 60)",
      wholeFrom(10),
    )
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      `
A worker that is told to end (SIGTERM, Ctrl-C) leaves checkpoints and gives its trials back; one that is killed is
noticed by the others, which go on from the last checkpoint in the database. Checkpoints go there at most once a
minute for each trial, and only up to 256 MiB each.

Examples:
  DATABASE_URL=postgres://lab@db/shatter shatter worker --jobs 4
  shatter worker --until-idle                            in a batch job that should end by itself
  deploy/ has manifests for Kubernetes, Slurm and Compose`,
    )
    .action(run);
}

async function run(options: Options): Promise<void> {
  const databaseUrl = databaseUrlOf(options);
  if (databaseUrl === undefined) {
    throw new UsageError(
      "expected --database-url or $DATABASE_URL: a lab in a folder is worked on by the process that has it open (shatter run)",
    );
  }
  const signal = interruptSignal(
    "ending: trials leave checkpoints and are given back (again to leave at once)",
  );
  const progress = createProgress(process.stderr, {
    quiet: options.quiet ?? false,
    begin: "waiting for trials",
    namesOf,
  });
  const { jobs, threads, device, dataDir, memory, experiment, lease } = options;
  const { runWorker } = await import("../lab/run.ts");
  const carried = await runWorker({
    databaseUrl,
    jobs,
    threads,
    device,
    dataDir,
    memory,
    experiment,
    lease,
    checkpoints: checkpointFolder(options.checkpoints),
    untilIdle: options.untilIdle ?? false,
    command: commandLine(),
    signal,
    onEvent: (event) => progress.show(event),
    onWarning: warn,
  }).finally(() => progress.stop());
  const done = carried.filter(({ result }) => result.status === "done" || result.status === "diverged");
  process.stderr.write(`\n${done.length} trials were finished here\n`);
}
