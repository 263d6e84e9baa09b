/**
 * @file What `shatter run` leaves: the document of an experiment as a file, its tables and claims on the terminal.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import type { ExperimentResult } from "../lab/experiment-result.ts";
import { writeWhole } from "../lab/process-files.ts";
import { requireFolder } from "../lab/process-folder.ts";
import { experimentTable } from "./experiment-tables.ts";
import { paint, wantsColor, wrap } from "./output.ts";

/**
 * Check that a result can be written into a folder, and that what is there already is of this version.
 *
 * @throws UsageError if there is a result of another version, which would be lost.
 * @throws DataError if the folder cannot be written to.
 */
export async function checkFolder(folder: string): Promise<void> {
  const path = join(folder, "result.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text !== undefined) {
    const { schema } = Object(parseJson(text)) as { schema?: unknown };
    if (schema !== "shatter/experiment@1") {
      throw new UsageError(
        `${path}: expected schema "shatter/experiment@1", got ${JSON.stringify(schema) ?? "none"}: ` +
          "it was written by another version of Shatter; choose another folder with --out, or move it away",
      );
    }
  }
  await requireFolder("result", folder);
}

/** What a text says in JSON; undefined if it is none. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Write the document of an experiment into a folder.
 *
 * @throws DataError if it cannot be written.
 */
export async function writeExperiment(result: ExperimentResult, folder: string): Promise<void> {
  await writeWhole(join(folder, "result.json"), `${JSON.stringify(result, null, 2)}\n`);
}

/** Print what an experiment says. */
export function printExperiment(result: ExperimentResult): void {
  const out = process.stdout;
  const from = result.source === null ? "" : ` (${result.source})`;
  console.log(paint(out, "bold", `\n${result.title}`) + from);
  for (const table of result.tables) {
    console.log(paint(out, "bold", `\n${table.title}`));
    console.log(wrap(out, table.caption, "  "));
    console.log(`\n${experimentTable(table, wantsColor(out), Math.max(100, out.columns ?? 0))}`);
  }
  if (result.claims.length > 0) console.log(paint(out, "bold", "\nClaims of the paper"));
  for (const { number, text, outcome, evidence } of result.claims) {
    console.log(wrap(out, `${number}. ${text}`, "  ", "     "));
    console.log(wrap(out, `${paint(out, "bold", outcome)}: ${evidence}`, "     "));
  }
  console.log(paint(out, "bold", "\nNotes"));
  for (const note of result.notes) console.log(wrap(out, note, "  "));
  for (const { spec, result: trial } of result.trials) {
    if (trial.error === undefined) continue;
    const what = `${spec.model}, inputs ${spec.inputs}, labels ${spec.corrupt}, seed ${spec.seed}`;
    console.log(paint(out, "red", `${trial.status}: ${what}: ${trial.error}`));
  }
  if (result.provenance.interrupted) {
    console.log(paint(out, "yellow", "\nInterrupted: some trials are missing."));
  }
}
