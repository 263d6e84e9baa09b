/**
 * @file Writes the report of a result, be it of a test or of an experiment.
 */

import { Window } from "happy-dom";
import type { ExperimentResult } from "../lab/experiment-result.ts";
import type { TestResult } from "../lab/result.ts";
import { experimentFiles } from "./experiment/files.ts";
import { type Format, makeFiles, type ReportFile } from "./formats.ts";
import { testFiles } from "./test-files.ts";
import { type WrittenReport, writeFiles } from "./write.ts";

/**
 * Write the report of a result into a folder, which is made if it is not there.
 *
 * @param more - Files to write before the report's own.
 * @throws DataError if the folder cannot be written to.
 */
export async function drawReport(
  result: TestResult | ExperimentResult,
  folder: string,
  wanted: readonly Format[],
  more: readonly ReportFile[] = [],
): Promise<WrittenReport> {
  const document = new Window().document as unknown as Document;
  const makers =
    result.schema === "shatter/test@1"
      ? testFiles(result, document, wanted)
      : experimentFiles(result, document, wanted);
  return writeFiles(folder, [...more, ...(await makeFiles(makers))]);
}
