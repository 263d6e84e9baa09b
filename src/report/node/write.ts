/**
 * @file A report in a folder: files, each whole or not there.
 */

import { resolve } from "node:path";
import { DataError, messageOf } from "../../base/errors.ts";
import { sweepDrafts } from "../../disk/drafts.ts";
import { makeFolder } from "../../disk/folders.ts";
import { refusedWrite } from "../../disk/refusals.ts";
import { writeWhole } from "../../disk/whole-files.ts";
import { reportFiles } from "../files.ts";
import { type FileMaker, type Format, formats } from "../formats.ts";
import type { AnyResult } from "../parse-result.ts";
import { drawingTools } from "./tools.ts";

/** The files of a report, as full paths; the page comes first. */
export interface WrittenReport {
  readonly files: readonly string[];
}

/** The formats of a test's report: pictures and LaTeX are for those who ask. */
const TEST_FORMATS: readonly Format[] = ["html", "md", "csv", "svg", "json"];

/**
 * Write the report of a result into a folder, which is made if it is not there.
 *
 * Each file appears whole or not at all: it is written under another name first. Files of an earlier report
 * are replaced, others are left alone. The page comes last, so where it is new everything is that no error names.
 *
 * @example
 * ```ts
 * import { runRandomizationTest, writeReport } from "shatter";
 *
 * await writeReport(await runRandomizationTest({ data: "digits" }), "digits-report");
 * ```
 * @param wanted - All formats unless told; of a test pages, Markdown, CSV, SVG and JSON.
 * @param more - Files to write before the report's own.
 * @throws DataError if the folder, or some files, cannot be written.
 */
export async function writeReport(
  result: AnyResult,
  folder: string,
  wanted: readonly Format[] = result.schema === "shatter/test@1" ? TEST_FORMATS : formats,
  more: readonly FileMaker[] = [],
): Promise<WrittenReport> {
  return writeFiles(folder, [...more, ...reportFiles(result, drawingTools(), wanted)]);
}

/**
 * Write files into a folder, each whole or not at all, in their order, and each whatever became of the others.
 *
 * @returns Their full paths, the last one first.
 * @throws DataError if files could not be made or written; it says which, the others are there then.
 */
export async function writeFiles(folder: string, files: readonly FileMaker[]): Promise<WrittenReport> {
  const paths: string[] = [];
  const failures: string[] = [];
  await makeFolder(resolve(folder)).catch((error) => {
    throw refusedWrite(resolve(folder), error);
  });
  await sweepDrafts(resolve(folder));
  for (const [name, make] of files) {
    const path = resolve(folder, name);
    try {
      await writeWhole(path, await make());
      paths.unshift(path);
    } catch (error) {
      failures.push(error instanceof DataError ? messageOf(error) : `${path}: ${messageOf(error)}`);
    }
  }
  const [first, ...more] = failures;
  if (first === undefined) return { files: paths };
  const others = more.length === 0 ? "" : ` (and ${more.length} more of ${files.length} files)`;
  throw new DataError(first + others);
}
