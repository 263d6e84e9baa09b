/**
 * @file `--save-models` and `shatter model export`: trained networks as files for other programs.
 */

import { Command, Option } from "commander";
import type { MissingModel, SavedModels } from "../lab/saved-models.ts";
import { formatNoun } from "../report/format.ts";
import { type Device, devices } from "../train/devices.ts";
import { interruptSignal } from "./interrupt.ts";
import { jsonOption, requireJson, tell } from "./json.ts";
import { databaseUrlOf, labOptions } from "./lab-options.ts";
import { warn, wholeFrom } from "./output.ts";
import { createProgress } from "./progress.ts";
import { asJson } from "./publish.ts";

/** The option of a test. */
export const saveModelsOption = (): Option =>
  new Option(
    "--save-models <folder>",
    "write the networks of the test, as ONNX for inference and as safetensors",
  );

const REASONS: Readonly<Record<MissingModel["reason"], string>> = {
  diverged: "its training diverged",
  "not done": "it did not come to its end",
  "not kept": "it was done before or elsewhere and is kept no more, or could not be written",
};

/**
 * Which networks of a test are there, and how to have the others.
 *
 * @param lab - The lab that has its trials; undefined if none has.
 */
export function tellSaved({ folder, models, missing }: SavedModels, lab: string | false | undefined): string {
  const listed = models.length > 0 ? ", listed in index.json" : "";
  const lines = [`models: ${formatNoun(models.length, "network")} in ${folder}${listed}`];
  for (const { id, name, reason } of missing) {
    const isThere = reason === "not kept" && lab !== undefined && lab !== false;
    const remedy = `; shatter model export ${id} --lab ${lab} --out ${folder} trains it again, to the same bytes`;
    lines.push(`models: not that of ${name}: ${REASONS[reason]}${isThere ? remedy : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

interface Options {
  readonly lab: string;
  readonly databaseUrl?: string;
  readonly dataDir?: string;
  readonly out: string;
  readonly threads?: number;
  readonly device?: Device;
  readonly json?: string;
  readonly quiet?: boolean;
}

/** The command. */
export const exportModelCommand = (): Command =>
  labOptions(new Command("export"))
    .description("write the network of a trial that a lab has, as ONNX for inference and as safetensors")
    .argument("<trial>", "the trial's id, or its first digits")
    .option("--out <folder>", "where the files go", "shatter-models")
    .option(
      "--data-dir <folder>",
      "where the dataset's files are (default: $SHATTER_DATA, or the cache folder)",
    )
    .option("--threads <count>", "threads (default: as many as then)", wholeFrom(1))
    .addOption(
      new Option("--device <name>", "where to compute (default: where it was then)").choices(devices),
    )
    .addOption(jsonOption("what was written"))
    .option("--quiet", "no progress")
    .addHelpText(
      "after",
      `
A lab in a folder keeps the newest networks, 256 MiB of them or what $SHATTER_NETWORKS says (2GiB, or 0 for none); one that it
does not keep is trained again. The same spec gives the same bytes, so its parameters must have the hash that the lab has; if they
have another, nothing is written.

Batch normalization is in inference mode, and batches may be of any size. The metadata of both files say which trial it is, its
spec, what inputs it expects and how they are made, the data's hash, the classes and the accuracies.

Examples:
  shatter model export c5ff3d88
  shatter model export c5ff3d88 --lab shatter-lab --out models`,
    )
    .action(exportTrial);

async function exportTrial(trial: string, { json, quiet = false, ...options }: Options): Promise<void> {
  await requireJson(json);
  const progress = createProgress(process.stderr, {
    quiet,
    begin: `trial ${trial}: looking it up in ${options.lab}`,
  });
  const signal = interruptSignal("interrupted: nothing is written (Ctrl-C again to leave at once)");
  const { exportModel } = await import("../lab/export-model.ts");
  try {
    const model = await exportModel({
      ...options,
      databaseUrl: databaseUrlOf(options),
      trial,
      signal,
      onEvent: (event) => progress.show(event),
      onWarning: warn,
    }).finally(() => progress.stop());
    const { out } = options;
    await tell(json, asJson(model), () => {
      console.log(`${model.name}: its parameters are those of the lab (SHA-256 ${model.parametersHash}).`);
      console.log(`${out}/${model.onnx}\n${out}/${model.safetensors}`);
    });
  } catch (error) {
    if (!signal.aborted) throw error;
    process.exitCode = 130;
  }
}
