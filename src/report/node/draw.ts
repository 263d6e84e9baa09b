/**
 * @file Writes the report of a result, be it of a test, an experiment or a theory.
 */

import { Window } from "happy-dom";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import type { TestResult } from "../../paper/test-result.ts";
import type { TheoryResult } from "../../theory/theory-result.ts";
import { experimentFiles } from "../experiment/files.ts";
import type { FileMaker, Format } from "../formats.ts";
import { testFiles } from "../test-files.ts";
import { theoryFiles } from "../theory/files.ts";
import { type WrittenReport, writeFiles } from "./write.ts";

/**
 * Write the report of a result into a folder, which is made if it is not there.
 *
 * @param more - Files to write before the report's own.
 * @throws DataError if the folder cannot be written to.
 */
export async function drawReport(
  result: TestResult | ExperimentResult | TheoryResult,
  folder: string,
  wanted: readonly Format[],
  more: readonly FileMaker[] = [],
): Promise<WrittenReport> {
  const document = new Window().document as unknown as Document;
  return writeFiles(folder, [...more, ...filesOf(result, document, wanted)]);
}

function filesOf(
  result: TestResult | ExperimentResult | TheoryResult,
  document: Document,
  wanted: readonly Format[],
): FileMaker[] {
  if (result.schema === "shatter/test@1") return testFiles(result, document, wanted);
  if (result.schema === "shatter/theory@1") return theoryFiles(result, document, wanted);
  return experimentFiles(result, document, wanted);
}
