/**
 * @file Runs an experiment in a lab, shows the lab meanwhile, and publishes what comes out: what `run` and `compare` share.
 */

import { join } from "node:path";
import { type Command, Option } from "commander";
import { messageOf } from "../base/errors.ts";
import { LARGEST_WHOLE } from "../base/limits.ts";
import { type LocalLab, requireLab } from "../lab/open.ts";
import type { GuestOptions } from "../lab/run.ts";
import { experimentId } from "../paper/definition.ts";
import { scaleOf } from "../paper/document.ts";
import type { Experiment } from "../paper/experiment.ts";
import { type Device, devices } from "../train/devices.ts";
import type { Asked } from "./asked-experiment.ts";
import { commandLine } from "./command-line.ts";
import { BASE_PATH, listen, USUAL_PORT } from "./dashboard.ts";
import { checkFolder, printExperiment, resultIn, writeExperiment } from "./experiment-output.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, jsonOutputs } from "./json.ts";
import { databaseUrlOf, databaseUrlOption, lookAgain } from "./lab-options.ts";
import { warn, wholeFrom } from "./output.ts";
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
