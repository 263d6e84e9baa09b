/**
 * @file The files of a theory's report: the page, the tables, the figures, the claims.
 */

import type { TheoryResult } from "../../theory/theory-result.ts";
import { markdownClaims } from "../experiment/claims.ts";
import { drawnFiles } from "../experiment/drawn-files.ts";
import { type FileMaker, type Format, inFormats } from "../formats.ts";
import { theoryPage } from "./html.ts";

/**
 * The files of a theory's report in some formats, the page last.
 *
 * @param document - What charts are drawn with.
 */
export function theoryFiles(
  result: TheoryResult,
  document: Document,
  wanted: readonly Format[],
): FileMaker[] {
  const { name, provenance, claims } = result;
  const commit = provenance.commit === null ? "" : ` (commit ${provenance.commit})`;
  const origin = `Shatter ${provenance.version}${commit}, shatter theory ${name}, started ${provenance.started}`;
  const told: FileMaker[] = claims.length > 0 ? [["claims.md", () => markdownClaims(result)]] : [];
  const files = inFormats(
    [
      ["result.json", () => `${JSON.stringify(result, null, 2)}\n`],
      ...drawnFiles(result, origin, "other", document),
      ...told,
    ],
    wanted,
  );
  const names = files.map(([file]) => file);
  return [...files, ...inFormats([["index.html", () => theoryPage(result, document, names)]], wanted)];
}
