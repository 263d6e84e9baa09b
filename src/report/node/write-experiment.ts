/**
 * @file The report of an experiment in a folder.
 */

import { Window } from "happy-dom";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { experimentFiles } from "../experiment/files.ts";
import { type Format, formats } from "../formats.ts";
import { type WrittenReport, writeFiles } from "./write.ts";

/**
 * Write the report of an experiment into a folder, which is made if it is not there.
 *
 * Each file appears whole or not at all. Files of an earlier report are replaced, others are left alone; the page
 * comes last, so where it is new everything is that no error names.
 *
 * @throws DataError if the folder, or some files, cannot be written.
 */
export async function writeExperiment(
  result: ExperimentResult,
  folder: string,
  wanted: readonly Format[] = formats,
): Promise<WrittenReport> {
  const document = new Window().document as unknown as Document;
  return writeFiles(folder, experimentFiles(result, document, wanted));
}
