/**
 * @file What `shatter run` leaves: the document of an experiment as a file, its tables and claims on the terminal.
 */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { UsageError } from "../base/errors.ts";
import { requireFolder } from "../disk/folders.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { terminalExperiment } from "../report/experiment/terminal.ts";
import { wantsColor, widthOf } from "./output.ts";

/**
 * Check that a result can be written into a folder, and that what is there already is of this version.
 *
 * @throws UsageError if there is a result of another version, which would be lost.
 * @throws DataError if the folder cannot be written to.
 */
export async function checkFolder(
  folder: string,
  expected: "shatter/experiment@1" | "shatter/theory@1" | "shatter/audit@1" = "shatter/experiment@1",
): Promise<void> {
  const path = join(folder, "result.json");
  const found = await resultIn(folder);
  if (found !== undefined) {
    const { schema } = found;
    if (schema !== expected) {
      throw new UsageError(
        `${path}: expected schema "${expected}", got ${JSON.stringify(schema) ?? "none"}: ` +
          "it is another document, or of another version of Shatter; choose another folder with --out, or move it away",
      );
    }
  }
  await requireFolder("result", folder);
}

/** What the result in a folder says; undefined if there is none, and nothing if it is no JSON. */
export async function resultIn(
  folder: string,
): Promise<{ readonly schema?: unknown; readonly id?: unknown } | undefined> {
  const text = await readFile(join(folder, "result.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/**
 * Write the report of an experiment: pages, tables, figures and its document.
 *
 * @throws DataError if the folder cannot be written to.
 */
export async function writeExperiment(result: ExperimentResult, folder: string): Promise<void> {
  // Charts are heavy to load, and `--plan` draws none.
  const { writeReport } = await import("../report/node/write.ts");
  await writeReport(result, folder);
}

/** Print what an experiment says. */
export function printExperiment(result: ExperimentResult): void {
  const out = process.stdout;
  const width = Math.max(80, widthOf(out));
  console.log(`\n${terminalExperiment(result, { color: wantsColor(out), width })}`);
}
