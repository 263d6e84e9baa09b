/**
 * @file `shatter data audit`: what is wrong with data, in words, as JSON and as a report with pictures.
 */

import { Command } from "commander";
import type { AuditResult } from "../audit/audit-result.ts";
import { auditData } from "../audit/node/audit.ts";
import { unknownName } from "../base/suggest.ts";
import { terminalAudit } from "../report/audit/terminal.ts";
import { type Format, formats } from "../report/formats.ts";
import { exampleUrl } from "../report/node/example-image.ts";
import { commandLine } from "./command-line.ts";
import { addArrayOptions, type DataFlags, dataReferenceOf } from "./data-options.ts";
import { checkFolder } from "./experiment-output.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, jsonOutputs, requireJson } from "./json.ts";
import { listOf, oneOf, wantsColor, wholeFrom, widthOf } from "./output.ts";
import { type Output, publish } from "./publish.ts";
import { createTheoryProgress } from "./theory/progress.ts";

interface Options extends DataFlags {
  readonly dataDir?: string;
  readonly n?: number;
  readonly testN?: number;
  readonly seed: number;
  readonly threads: number;
  readonly out?: string;
  readonly format: Format[];
  readonly json?: string;
  readonly quiet?: boolean;
}

/**
 * The command.
 *
 * @param places - What may be audited, for help.
 */
export function dataAuditCommand(places: string): Command {
  const command = new Command("audit")
    .description(
      "look for what is wrong with data: twins across splits, columns that know the answer, labels",
    )
    .argument("<name>", places)
    .optionsGroup("What is looked at:")
    .option("--data-dir <folder>", "where data lies (default: $SHATTER_DATA, or the cache folder)")
    .option("--n <count>", "training examples, drawn at random (default: all)", wholeFrom(1))
    .option("--test-n <count>", "test examples (default: all)", wholeFrom(1))
    .option("--seed <number>", "of everything that is drawn", wholeFrom(0), 0);
  return addArrayOptions(command)
    .optionsGroup("How it runs:")
    .option("--threads <count>", "threads of the engine", wholeFrom(1), 2)
    .optionsGroup("What comes out:")
    .option("--out <folder>", "write a report with pictures there")
    .option(
      "--format <names>",
      `what to write: ${formats.join(",")}`,
      listOf(oneOf("format", formats, (format) => unknownName("format", format, formats))),
      [...formats],
    )
    .addOption(jsonOption("the document"))
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      "\nExamples:\n  shatter data audit digits\n  shatter data audit ./photos --size 64 --out photos-audit",
    )
    .action(run);
}

async function run(named: string, options: Options): Promise<void> {
  const { json, out: folder, format, quiet = false, n, testN, seed, threads, dataDir } = options;
  const data = dataReferenceOf(named, options);
  if (folder !== undefined) await checkFolder(folder, "shatter/audit@1");
  await requireJson(json);
  const signal = interruptSignal(
    "interrupted: it ends after the step under way (Ctrl-C again to leave at once)",
  );
  const progress = createTheoryProgress(process.stderr, quiet);
  const asked = { data, n, testN, seed, threads, dataDir, command: commandLine() };
  const result = await auditData({ ...asked, signal, onProgress: progress.show, draw: exampleUrl })
    .catch((error) => {
      if (!signal.aborted) throw error;
    })
    .finally(() => progress.stop());
  if (signal.aborted) process.exitCode = 130;
  if (result === undefined) return;
  let page: string | undefined;
  const report: Output[] =
    folder === undefined
      ? []
      : [
          {
            name: "--out",
            isResult: format.includes("json"),
            async write() {
              // Charts are heavy to load.
              const { writeReport } = await import("../report/node/write.ts");
              page = (await writeReport(result, folder, format)).files[0];
            },
          },
        ];
  await publish({
    result,
    outputs: [...report, ...jsonOutputs(json, result)],
    print: json === "-" ? undefined : () => print(result),
  });
  if (page !== undefined) process.stderr.write(`\nreport: ${page}\n`);
}

function print(result: AuditResult): void {
  const out = process.stdout;
  console.log(terminalAudit(result, { color: wantsColor(out), width: widthOf(out) }));
}
