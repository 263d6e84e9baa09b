/**
 * @file `shatter data audit`: what is wrong with data, in words, as JSON and as a report with pictures.
 */

import { Command } from "commander";
import type { AuditResult } from "../audit/audit-result.ts";
import { auditData } from "../audit/node/audit.ts";
import { UsageError } from "../base/errors.ts";
import { exampleUrl } from "../data/node/example-image.ts";
import { terminalAudit } from "../report/audit/terminal.ts";
import { type Format, formats } from "../report/formats.ts";
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
  readonly labels?: boolean;
  readonly folds?: number;
  readonly model?: string;
  readonly epochs?: number;
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
    .option("--seed <number>", "of everything that is drawn", wholeFrom(0), 0)
    .option("--labels", "look for labels that are probably wrong where that takes long, too")
    .option("--folds <count>", "parts for it, each predicted from the others (default: 4)", wholeFrom(2))
    .option("--model <name>", "a network to predict labels with, instead of ridge regression on features")
    .option("--epochs <count>", "epochs that it is trained, once a part (default: 10)", wholeFrom(1));
  return addArrayOptions(command)
    .optionsGroup("How it runs:")
    .option("--threads <count>", "threads of the engine", wholeFrom(1), 2)
    .optionsGroup("What comes out:")
    .option("--out <folder>", "write a report with pictures there")
    .option("--format <names>", `what to write: ${formats.join(",")}`, listOf(oneOf("format", formats)), [
      ...formats,
    ])
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
  const labels = labelsOf(options);
  const asked = { data, n, testN, seed, threads, dataDir, labels, command: commandLine() };
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

/** How labels are looked for; undefined where nothing was asked for. */
function labelsOf({ labels = false, folds, model, epochs }: Options) {
  if (epochs !== undefined && model === undefined)
    throw new UsageError("`epochs`: there is nothing to train; name a network by `model`");
  return labels || folds !== undefined || model !== undefined ? { folds, model, epochs } : undefined;
}

function print(result: AuditResult): void {
  const out = process.stdout;
  console.log(terminalAudit(result, { color: wantsColor(out), width: widthOf(out) }));
}
