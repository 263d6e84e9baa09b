/**
 * @file A theory on the terminal: what came out in two sentences and a figure, then its tables, ours beside the paper's, and its claims.
 */

import type { TheoryResult } from "../../theory/theory-result.ts";
import { painter, printable, type TerminalOptions, teller } from "../terminal.ts";
import { chartText, claimsText, notesText, tablesText } from "../terminal-parts.ts";

/** What a theory says, as text for a terminal; it ends without a line break. */
export function terminalTheory(result: TheoryResult, { color, width = 100 }: TerminalOptions): string {
  const [paint, tell] = [painter(color), teller(width)];
  const { title, source, question, findings, method, notes, provenance } = result;
  const [headline, second, ...more] = findings;
  return [
    [paint("bold", printable(title)), tell(source), tell(question)].join("\n"),
    ...(headline === undefined
      ? []
      : [
          [
            paint("bold", "What came out"),
            paint("bold", tell(headline)),
            ...(second === undefined ? [] : [tell(second)]),
          ].join("\n"),
        ]),
    ...chartText(result, { color, width }),
    ...notesText("More that came out", more, paint, tell),
    ...tablesText(result, { color, width }, "other"),
    ...claimsText(result, paint, tell),
    ...notesText("Method", method, paint, tell),
    ...notesText("Notes", notes, paint, tell),
    ...(provenance.interrupted ? [paint("yellow", "Interrupted: some numbers are missing.")] : []),
  ].join("\n\n");
}
