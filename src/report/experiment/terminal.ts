/**
 * @file An experiment on the terminal: its tables, ours beside the paper's, and its claims.
 */

import { claimOutcomes, type ExperimentResult } from "../../lab/experiment-result.ts";
import { terminalGrid } from "../grid-terminal.ts";
import { type Paint, painter, printable, type TerminalOptions, wrapWords } from "../terminal.ts";
import { tellScale } from "./about.ts";
import { countOutcomes } from "./claims.ts";
import { gridOf } from "./table-grid.ts";
import { troubles } from "./trials.ts";

/** Prose is not wider than this. */
const PROSE = 100;

/** What an experiment says, as text for a terminal; it ends without a line break. */
export function terminalExperiment(
  result: ExperimentResult,
  { color, width = 100 }: TerminalOptions,
): string {
  const paint = painter(color);
  const tell = (text: string, first = "  ", rest = first): string =>
    indent(text, Math.min(PROSE, width), first, rest);
  const tables = result.tables.map((table) => {
    const grid = gridOf(table);
    const below = [
      ...(grid.notes.length > 0 ? [tell(grid.notes.join(" "))] : []),
      ...grid.footnotes.map(({ mark, text }) => tell(`[${mark}] ${text}`, "  ", "      ")),
    ];
    const isNamed = table.title === result.title;
    return [
      ...(isNamed ? [] : [paint("bold", printable(table.title))]),
      ...(table.caption === "" ? [] : [tell(table.caption)]),
      "",
      terminalGrid(grid, { color, width }),
      ...(below.length > 0 ? ["", ...below.map((line) => paint("dim", line))] : []),
    ].join("\n");
  });
  const { title, question, notes, provenance } = result;
  return [
    `${paint("bold", printable(title))}\n${[tellScale(result), question ?? ""]
      .filter(Boolean)
      .map((text) => tell(text))
      .join("\n")}`,
    ...tables,
    ...claimsText(result, paint, tell),
    ...(notes.length > 0 ? [[paint("bold", "Notes"), ...notes.map((note) => tell(note))].join("\n")] : []),
    ...troubleText(result, paint, tell),
    ...(provenance.interrupted ? [paint("yellow", "Interrupted: some trials are missing.")] : []),
  ].join("\n\n");
}

type Tell = (text: string, first?: string, rest?: string) => string;

const OUTCOME_STYLES = { reproduced: "green", "not reproduced": "red", "not tested": "dim" } as const;
const OUTCOME_WIDTH = Math.max(...claimOutcomes.map((outcome) => outcome.length));

function claimsText(result: ExperimentResult, paint: Paint, tell: Tell): string[] {
  if (result.claims.length === 0) return [];
  const lines = result.claims.flatMap(({ number, text, outcome, evidence }) => {
    const head = `  ${outcome.padEnd(OUTCOME_WIDTH)}  `;
    const rest = " ".repeat(head.length + 4);
    const said = tell(`${String(number).padStart(2)}  ${text}`, head, rest).slice(head.length);
    return [paint(OUTCOME_STYLES[outcome], head) + said, paint("dim", tell(evidence, rest))];
  });
  return [[paint("bold", countOutcomes(result)), ...lines].join("\n")];
}

function troubleText(result: ExperimentResult, paint: Paint, tell: Tell): string[] {
  const found = troubles(result);
  if (found.length === 0) return [];
  const lines = found.map(({ what, why }) => paint("red", tell(`${what}: ${why}`, "  ", "    ")));
  return [[paint("bold", "Trials that did not come to their end"), ...lines].join("\n")];
}

/** Text in lines of a width, each after its indent. */
function indent(text: string, width: number, first: string, rest: string): string {
  // The first line begins where the others do, so that both fit.
  const lines = wrapWords(printable(text), Math.max(20, width - Math.max(first.length, rest.length)));
  return lines.map((line, index) => (index === 0 ? first : rest) + line).join("\n");
}
