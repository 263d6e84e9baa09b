/**
 * @file `shatter export`, `shatter import` and `shatter gc`: a lab as plain files, and what can be thrown away.
 */

import { Command } from "commander";
import { exportLab, importLab, type Moved, readBundle } from "../lab/bundle.ts";
import { collectGarbage } from "../lab/gc.ts";
import { openExistingLab, openLab } from "../lab/open.ts";
import { formatBytes, formatNoun } from "../report/format.ts";
import { databaseUrlOf, type LabOptions, labOptions } from "./lab-options.ts";
import { warn } from "./output.ts";

/** `shatter export`. */
export function exportCommand(): Command {
  const command = new Command("export")
    .requiredOption("--out <folder>", "where to; it must be empty or not there")
    .option("--experiment <id>", "only this one; see shatter status");
  return labOptions(command).action(async (options: LabOptions & { out: string; experiment?: string }) => {
    await using lab = await openExistingLab({ lab: options.lab, databaseUrl: databaseUrlOf(options) });
    console.log(`${options.out}: ${describe(await exportLab(lab, options.out, options.experiment))}`);
  });
}

/** `shatter import`. */
export function importCommand(): Command {
  const command = new Command("import").argument("<folder>", "the exported lab");
  return labOptions(command).action(async (folder: string, options: LabOptions) => {
    // What is no export is refused before a lab is made for it.
    await readBundle(folder);
    await using lab = await openLab({
      lab: options.lab,
      databaseUrl: databaseUrlOf(options),
      onWarning: warn,
    });
    console.log(`taken in: ${describe(await importLab(lab, folder, warn))}`);
  });
}

const describe = ({ experiments, done, open, checkpoints }: Moved): string =>
  [
    formatNoun(experiments, "experiment"),
    `${formatNoun(done, "finished trial")}`,
    `${formatNoun(open, "trial")} to run`,
    formatNoun(checkpoints, "checkpoint"),
  ].join(", ");

/** `shatter gc`. */
export function gcCommand(): Command {
  const command = new Command("gc").option("--dry-run", "say what would be removed, and remove nothing");
  return labOptions(command).action(async (options: LabOptions & { dryRun?: boolean }) => {
    await using lab = await openExistingLab({ lab: options.lab, databaseUrl: databaseUrlOf(options) });
    const garbage = await collectGarbage(lab, !options.dryRun);
    for (const { what, bytes, why } of garbage) console.log(`${what}  ${formatBytes(bytes)}  ${why}`);
    const total = formatBytes(garbage.reduce((sum, { bytes }) => sum + bytes, 0));
    console.log(
      options.dryRun
        ? `${formatNoun(garbage.length, "checkpoint")} would be removed, ${total}`
        : `${formatNoun(garbage.length, "checkpoint")} removed, ${total}`,
    );
  });
}
