/**
 * @file An experiment on the terminal: its tables, ours beside the paper's, and its claims.
 */

import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { type Paint, painter, printable, type Tell, type TerminalOptions, teller } from "../terminal.ts";
import { chartText, claimsText, notesText, tablesText } from "../terminal-parts.ts";
import { tellScale } from "./about.ts";
import { troubles } from "./trials.ts";

/** What an experiment says, as text for a terminal; it ends without a line break. */
export function terminalExperiment(
  result: ExperimentResult,
  { color, width = 100 }: TerminalOptions,
): string {
  const paint = painter(color);
  const tell = teller(width);
  const { title, question, summary, notes, provenance } = result;
  return [
    `${paint("bold", printable(title))}\n${[tellScale(result), question ?? ""]
      .filter(Boolean)
      .map((text) => tell(text))
      .join("\n")}`,
    ...(summary === undefined ? [] : [paint("bold", tell(summary))]),
    ...chartText(result, { color, width }),
    ...tablesText(result, { color, width }),
    ...claimsText(result, paint, tell),
    ...notesText("Notes", notes, paint, tell),
    ...troubleText(result, paint, tell),
    ...(provenance.interrupted ? [paint("yellow", "Interrupted: some trials are missing.")] : []),
  ].join("\n\n");
}

function troubleText(result: ExperimentResult, paint: Paint, tell: Tell): string[] {
  const found = troubles(result);
  if (found.length === 0) return [];
  const lines = found.map(({ what, why }) => paint("red", tell(`${what}: ${why}`, "  ", "    ")));
  return [[paint("bold", "Trials that did not come to their end"), ...lines].join("\n")];
}
