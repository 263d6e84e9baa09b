/**
 * @file What every `shatter theory` command does alike: shared options, progress, interruption, report, terminal.
 */

import { join } from "node:path";
import { Command } from "commander";
import type { Watch } from "../../base/progress.ts";
import type { OnRead } from "../../data/data-options.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { type Format, formats } from "../../report/formats.ts";
import { terminalTheory } from "../../report/theory/terminal.ts";
import type { TheoryName, TheoryResult } from "../../theory/theory-result.ts";
import { commandLine } from "../command-line.ts";
import { THEORY_FOLDER } from "../dashboard.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf, tellRead } from "../data-options.ts";
import { checkFolder } from "../experiment-output.ts";
import { interruptSignal } from "../interrupt.ts";
import { jsonOption, jsonOutputs, requireJson } from "../json.ts";
import { listOf, oneOf, wantsColor, wholeFrom, widthOf } from "../output.ts";
import { type Output, publish } from "../publish.ts";
import { createTheoryProgress } from "./progress.ts";

/** The options that every one has, as commander gives them. */
interface SharedOptions extends DataFlags {
  readonly data: string;
  readonly seed: number;
  readonly threads: number;
  readonly out?: string;
  readonly format: Format[];
  readonly json?: string;
  readonly quiet?: boolean;
}

/** What a computation is given beside its own options. */
export interface Given extends Required<Watch> {
  readonly seed: number;
  readonly threads: number;
  /** The command line, for the provenance. */
  readonly command: string;
  /** Says how data at a path were understood. */
  readonly onRead?: OnRead | undefined;
  /** Write a file when all is computed, beside the report. */
  readonly alsoWrite: (option: string, path: string, content: Uint8Array) => void;
}

/** One of the commands. */
export interface TheoryCommand<Options> {
  readonly name: TheoryName;
  /** Adds the options it does not share. */
  readonly options: (command: Command) => Command;
  /** Lines for its help, each a command and what it does. */
  readonly examples: readonly string[];
  /** Computes it; an aborted signal ends it by its reason, or with a document that is marked as interrupted. */
  readonly compute: (options: Options, given: Given) => Promise<TheoryResult>;
}

/** Make the command. */
export function defineTheory<Options>(theory: TheoryCommand<Options>): Command {
  const { name, examples } = theory;
  const command = new Command(name).optionsGroup("What is computed:");
  return addArrayOptions(theory.options(command))
    .optionsGroup("What is drawn:")
    .option("--seed <number>", "of everything that is drawn", wholeFrom(0), 0)
    .optionsGroup("How it runs:")
    .option("--threads <count>", "threads of the engine; other counts round differently", wholeFrom(1), 2)
    .optionsGroup("What comes out:")
    .option("--out <folder>", `where the report goes (default: ${THEORY_FOLDER}/${name})`)
    .option("--format <names>", `what to write: ${formats.join(",")}`, listOf(oneOf("format", formats)), [
      ...formats,
    ])
    .addOption(jsonOption("the document"))
    .option("--quiet", "no progress")
    .addHelpText("after", `\nExamples:\n${examples.map((line) => `  ${line}`).join("\n")}`)
    .action((options: Options & SharedOptions) => run(theory, options));
}

async function run<Options>(
  { name, compute }: TheoryCommand<Options>,
  options: Options & SharedOptions,
): Promise<void> {
  const { seed, threads, format, json, quiet = false, out: folder = join(THEORY_FOLDER, name) } = options;
  // What cannot be written is refused before the first minute of computing.
  await checkFolder(folder, "shatter/theory@1");
  await requireJson(json);
  const signal = interruptSignal(
    "interrupted: it ends after the step under way (Ctrl-C again to leave at once)",
  );
  const progress = createTheoryProgress(process.stderr, quiet);
  const command = commandLine();
  const more: Output[] = [];
  const given: Given = {
    seed,
    threads,
    command,
    signal,
    onProgress: progress.show,
    onRead: quiet ? undefined : tellRead,
    alsoWrite: (name, path, content) =>
      more.push({ name, isResult: false, write: () => writeWhole(path, content) }),
  };
  const result = await compute({ ...options, data: dataReferenceOf(options.data, options) }, given)
    .catch((error) => {
      if (!signal.aborted) throw error;
    })
    .finally(() => progress.stop());
  if (signal.aborted) process.exitCode = 130;
  if (result === undefined) return;
  let page: string | undefined;
  const write = async (): Promise<void> => {
    // Charts are heavy to load.
    const { writeReport } = await import("../../report/node/write.ts");
    page = (await writeReport(result, folder, format)).files[0];
  };
  await publish({
    result,
    outputs: [
      { name: "--out", isResult: format.includes("json"), write },
      ...jsonOutputs(json, result),
      ...more,
    ],
    print: json === "-" ? undefined : () => print(result),
  });
  if (page !== undefined) process.stderr.write(`\nreport: ${page}\n`);
}

function print(result: TheoryResult): void {
  const out = process.stdout;
  const width = Math.max(80, widthOf(out));
  console.log(terminalTheory(result, { color: wantsColor(out), width }));
}
