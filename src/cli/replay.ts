/**
 * @file `shatter replay`: trains what a document describes again, and says what is equal.
 */

import { Command, Option } from "commander";
import { UsageError } from "../base/errors.ts";
import type { ReplayResult } from "../paper/replay-result.ts";
import { terminalGrid } from "../report/grid/terminal.ts";
import { type AnyResult, parseResult } from "../report/parse-result.ts";
import { replayGrid, tellReplay } from "../report/replay.ts";
import { teller } from "../report/terminal.ts";
import type { AnyContent } from "../run/contents.ts";
import { contentOfSplits, isDataPath } from "../run/subject.ts";
import { type Device, devices } from "../train/devices.ts";
import { commandLine } from "./command-line.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, readAsked } from "./data-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, jsonOutputs, requireJson } from "./json.ts";
import { databaseUrlOf, databaseUrlOption } from "./lab-options.ts";
import { wantsColor, warn, wholeFrom, widthOf } from "./output.ts";
import { createProgress } from "./progress.ts";
import { publish } from "./publish.ts";
import { readResultFile } from "./result-file.ts";
import { namesOf } from "./trial-names.ts";

interface Options extends DataFlags {
  readonly trial?: string;
  readonly lab?: string;
  readonly databaseUrl?: string;
  readonly model?: string;
  readonly data?: string;
  readonly dataDir?: string;
  readonly jobs?: number;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: string;
  readonly quiet?: boolean;
}

/** The command. */
export function replayCommand(): Command {
  const command = new Command("replay")
    .argument("<result>", "result.json of a test or an experiment, or the folder it is in")
    .option("--trial <id>", "replay this one alone; the first digits of its id suffice")
    .option(
      "--lab <folder>",
      "the lab it was run in, for models and data that were given as values or as files",
    )
    .addOption(databaseUrlOption())
    .option("--model <file>", "the model file it was run on, where no lab has it; its hash must be the same")
    .option(
      "--data <path>",
      "the data at a path that it was run on, where no lab has them; their hash must be the same",
    )
    .option(
      "--data-dir <folder>",
      "where the datasets' files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .option("--jobs <count>", "trials at once (default: as many as there are cores for)", wholeFrom(1))
    .option("--threads <count>", "threads of each trial (default: as many as then)", wholeFrom(1))
    .addOption(
      new Option("--device <name>", "where to compute (default: where it was then)").choices(devices),
    )
    .addOption(jsonOption("the comparison"))
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      `
The same spec gives the same bytes with the same version, engine, device and layout, on one thread as on two. Nothing is
kept, and the result stays as it is. Trials that were interrupted or failed have nothing to be compared with, and are named.

Exit codes: 0 all that was compared is equal, 1 something differs or failed, 2 wrong usage, 130 interrupted.

Examples:
  shatter replay result.json                            every trial of it
  shatter replay shatter-report --trial c5ff3d88        one
  shatter replay result.json --data ./shatter.data.yaml on data of your own
  shatter replay result.json --lab shatter-lab --json   with a model of your own, which the lab has`,
    )
    .action(replayFile);
  return addArrayOptions(command);
}

/** The data at a path, if one was named. */
async function examplesAsked(options: Options): Promise<AnyContent | undefined> {
  const { data, quiet = false } = options;
  const reference = dataReferenceOf(data ?? "", options);
  if (data === undefined) return undefined;
  if (!isDataPath(reference)) {
    throw new UsageError(
      `--data: expected data at a path, got "${data}": datasets with names are found by them`,
    );
  }
  return await contentOfSplits(await readAsked(reference, quiet));
}

async function replayFile(path: string, options: Options): Promise<void> {
  const { json, quiet, trial, lab, model, dataDir, jobs, threads, device } = options;
  await requireJson(json);
  const file = await readResultFile(path, "replay");
  const document = requireTrials(parseResult(file.text, file.path), file.path);
  const progress = createProgress(process.stderr, {
    quiet: quiet ?? false,
    begin: `${file.path}: reading the data`,
    ...(document.schema === "shatter/experiment@1" ? { namesOf } : {}),
  });
  const examples = await examplesAsked(options);
  // What is given as a file is asked for instead of the lab that the environment names.
  const databaseUrl = model === undefined && !examples ? databaseUrlOf(options) : options.databaseUrl;
  const { replay } = await import("../lab/replay.ts");
  const result = await replay({
    document,
    recorded: JSON.parse(file.text.replace(/^\uFEFF/, "")),
    trial,
    lab:
      lab === undefined && databaseUrl === undefined ? undefined : { lab: lab ?? "shatter-lab", databaseUrl },
    model,
    examples,
    dataDir,
    jobs,
    threads,
    device,
    command: commandLine(),
    signal: interruptSignal(
      "interrupted: reporting what was replayed so far (Ctrl-C again to leave at once)",
    ),
    onEvent: (event) => progress.show(event),
    onWarning: warn,
  }).finally(() => progress.stop());
  await publish({
    result,
    outputs: jsonOutputs(json, result),
    print: json === "-" ? undefined : () => print(result),
  });
  process.exitCode = exitCode(result);
}

/** A document with trials; a theory has none. */
function requireTrials(
  result: AnyResult,
  path: string,
): Exclude<AnyResult, { schema: "shatter/theory@1" | "shatter/audit@1" }> {
  if (result.schema !== "shatter/theory@1" && result.schema !== "shatter/audit@1") return result;
  const [what, usual] =
    result.schema === "shatter/theory@1"
      ? ["a theory", `shatter theory ${result.name}`]
      : ["an audit of data", `shatter data audit ${result.dataset.name}`];
  throw new UsageError(
    `${path}: expected a test or an experiment, got ${what}, which has no trials; compute it again by: ${result.provenance.command ?? usual}`,
  );
}

function print(result: ReplayResult): void {
  const out = process.stdout;
  const width = widthOf(out);
  const tell = teller(width);
  console.log(terminalGrid(replayGrid(result), { color: wantsColor(out), width }));
  console.log();
  for (const sentence of tellReplay(result)) console.log(tell(sentence));
}

/** 130 if interrupted, 1 if a trial differs or was not trained again to its end, 0 otherwise. */
const exitCode = ({ provenance, different, failed }: ReplayResult): number =>
  provenance.interrupted ? 130 : Number(different + failed > 0);
