/**
 * @file An audit on the terminal: what matters first, then each section with its outcome and tables.
 */

import type { AuditResult, AuditSection } from "../../audit/audit-result.ts";
import { formatCount, formatNoun } from "../format.ts";
import { painter, printable, type TerminalOptions, teller } from "../terminal.ts";
import { notesText, tablesText } from "../terminal-parts.ts";
import { outcomeWords, worstFirst } from "./about.ts";

/** Rows of a table from which it is left to the report. */
const MOST_ROWS = 20;

/** What an audit says, as text for a terminal; it ends without a line break. */
export function terminalAudit(result: AuditResult, options: TerminalOptions): string {
  const { color, width = 100 } = options;
  const [paint, tell] = [painter(color), teller(width)];
  const { dataset, headline, sections, notLookedAt } = result;
  return [
    [
      paint("bold", tell(headline, "")),
      tell(
        `${dataset.name}: ${formatCount(dataset.train)} training and ${formatNoun(dataset.test, "test example")}`,
      ),
    ].join("\n"),
    ...worstFirst(sections).map((section) => sectionText(section, options)),
    ...notesText("Not looked at", notLookedAt, paint, tell),
  ].join("\n\n");
}

function sectionText({ title, outcome, findings, tables }: AuditSection, options: TerminalOptions): string {
  const { color, width = 100 } = options;
  const [paint, tell] = [painter(color), teller(width)];
  const { word, style } = outcomeWords[outcome];
  const shown = tables.filter(({ rows }) => rows.length <= MOST_ROWS);
  const left = tables.filter(({ rows }) => rows.length > MOST_ROWS);
  return [
    `${paint("bold", printable(title))} ${paint(style, `[${word}]`)}`,
    ...findings.map((finding) => tell(finding)),
    ...tablesText({ title: "", tables: shown }, options, "other").map((text) => `\n${text}`),
    ...left.map(({ title: name, rows }) => tell(`${name}: ${formatCount(rows.length)} rows, in the report.`)),
  ].join("\n");
}
