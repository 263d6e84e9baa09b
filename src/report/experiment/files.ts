/**
 * @file The files of an experiment's report: the page, the tables, the figures, the claims.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { type FileMaker, type Format, inFormats } from "../formats.ts";
import { markdownClaims } from "./claims.ts";
import { drawnFiles } from "./drawn-files.ts";
import { experimentPage } from "./html.ts";

/**
 * The files of an experiment's report in some formats, the page last.
 *
 * @param document - What charts are drawn with.
 */
export function experimentFiles(
  result: ExperimentResult,
  document: Document,
  wanted: readonly Format[],
): FileMaker[] {
  const { provenance } = result;
  const commit = provenance.commit === null ? "" : ` (commit ${provenance.commit})`;
  const origin = `Shatter ${provenance.version}${commit} from the experiment ${result.name}, started ${provenance.started}`;
  const files = inFormats(
    [
      ["result.json", () => `${JSON.stringify(result, null, 2)}\n`],
      ...drawnFiles(result, origin, "seeds", document),
      ["claims.md", () => markdownClaims(result)],
    ],
    wanted,
  );
  const names = files.map(([name]) => name);
  return [...files, ...inFormats([["index.html", () => experimentPage(result, document, names)]], wanted)];
}
