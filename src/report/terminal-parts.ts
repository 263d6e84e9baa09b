/**
 * @file What an experiment and a theory have in common on the terminal: prose, tables, claims, notes.
 */

import { claimOutcomes } from "../document/claims.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { About } from "./chart/tell-plot.ts";
import { textChart } from "./chart/text-chart.ts";
import { countOutcomes } from "./claims.ts";
import { gridOf, type Repetitions } from "./grid/table-grid.ts";
import { terminalGrid } from "./grid/terminal.ts";
import type { Drawn } from "./names.ts";
import { type Paint, painter, printable, type Tell, type TerminalOptions, teller } from "./terminal.ts";

/** Points of a line from which its shape says something that a table does not. */
const LINE = 4;

/** The first figure whose lines have a shape, in characters; nothing if there is none, or no room. */
export function chartText(drawn: Pick<Drawn, "plots"> & About, options: TerminalOptions): string[] {
  const plot = drawn.plots.find(({ series }) =>
    series.some(({ points }) => points.filter(({ y }) => y !== null).length >= LINE),
  );
  const chart = plot ? textChart(plot, drawn, options) : "";
  return chart === "" ? [] : [[painter(options.color)("bold", printable(plot!.title)), chart].join("\n")];
}

/** The tables with their notes. */
export function tablesText(
  { title, tables }: Pick<ExperimentResult, "title" | "tables">,
  { color, width = 100 }: TerminalOptions,
  repetitions: Repetitions = "seeds",
): string[] {
  const [paint, tell] = [painter(color), teller(width)];
  return tables.map((table) => {
    const grid = gridOf(table, repetitions);
    const below = [
      ...(grid.notes.length > 0 ? [tell(grid.notes.join(" "))] : []),
      ...grid.footnotes.map(({ mark, text }) => tell(`[${mark}] ${text}`, "  ", "      ")),
    ];
    const isNamed = table.title === title;
    return [
      ...(isNamed ? [] : [paint("bold", printable(table.title))]),
      ...(table.caption === "" ? [] : [tell(table.caption)]),
      "",
      terminalGrid(grid, { color, width }),
      ...(below.length > 0 ? ["", ...below.map((line) => paint("dim", line))] : []),
    ].join("\n");
  });
}

const OUTCOME_STYLES = { reproduced: "green", "not reproduced": "red", "not tested": "dim" } as const;
const OUTCOME_WIDTH = Math.max(...claimOutcomes.map((outcome) => outcome.length));

/** The claims with their outcomes and evidence. */
export function claimsText(result: Pick<ExperimentResult, "claims">, paint: Paint, tell: Tell): string[] {
  if (result.claims.length === 0) return [];
  const lines = result.claims.flatMap(({ number, text, outcome, evidence }) => {
    const head = `  ${outcome.padEnd(OUTCOME_WIDTH)}  `;
    const rest = " ".repeat(head.length + 4);
    const said = tell(`${String(number).padStart(2)}  ${text}`, head, rest).slice(head.length);
    return [paint(OUTCOME_STYLES[outcome], head) + said, paint("dim", tell(evidence, rest))];
  });
  return [[paint("bold", countOutcomes(result)), ...lines].join("\n")];
}

/** Sentences under a title; nothing if there are none. */
export const notesText = (title: string, notes: readonly string[], paint: Paint, tell: Tell): string[] =>
  notes.length > 0 ? [[paint("bold", title), ...notes.map((note) => tell(note))].join("\n")] : [];
