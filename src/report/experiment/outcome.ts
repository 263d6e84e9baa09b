/**
 * @file What came out of an experiment, in a sentence or two: its claims, and the best of what it measured.
 */

import type { Claim } from "../../document/claims.ts";
import type { Cell, Column } from "../../document/table.ts";
import type { ExperimentResult } from "../../paper/experiment-result.ts";
import { formatCount, formatNoun, formatPercent } from "../format.ts";

const OUTCOMES: readonly Claim["outcome"][] = ["reproduced", "not reproduced", "not tested"];

/** Said first of an experiment; empty while there is nothing to say. */
export const tellOutcome = (result: Pick<ExperimentResult, "claims" | "tables">): string =>
  [tellClaims(result), tellBest(result)].filter((sentence) => sentence !== "").join(" ");

/** How many claims came out how. */
function tellClaims({ claims }: Pick<ExperimentResult, "claims">): string {
  const counts = OUTCOMES.map((outcome) => ({
    outcome,
    count: claims.filter((claim) => claim.outcome === outcome).length,
  })).filter(({ count }) => count > 0);
  if (counts.length === 0) return "";
  if (claims.length === 1) return `The claim of the paper: ${claims[0]!.outcome}.`;
  const told = counts.map(({ outcome, count }) => `${formatCount(count)} ${outcome}`).join(", ");
  return `Of ${formatNoun(claims.length, "claim")} of the paper: ${told}.`;
}

/** The highest test accuracy in a table, and which row it is of. */
function tellBest({ tables }: Pick<ExperimentResult, "tables">): string {
  const cells = tables.flatMap(({ columns, rows }) =>
    columns
      .filter(({ measured, unit, title }) => measured && unit === "share" && /test accuracy/i.test(title))
      .flatMap((column) =>
        rows.flatMap((row) => {
          const cell = row[column.key];
          const value = cell && "measurement" in cell ? cell.measurement.value : null;
          return value === null ? [] : [{ value, of: nameRow(columns, row) }];
        }),
      ),
  );
  const [best] = cells.sort((a, b) => b.value - a.value);
  // Of one cell it is no news to be the best.
  return best && cells.length > 1
    ? `The best test accuracy is ${formatPercent(best.value)}: ${best.of}.`
    : "";
}

/** What a row is about: its plain cells, but for those that only count. */
const nameRow = (columns: readonly Column[], row: Readonly<Record<string, Cell>>): string =>
  columns
    .flatMap(({ key, measured, unit, title }) => {
      const cell = row[key];
      const value = !measured && cell && "text" in cell ? cell.text : null;
      if (value === null || value === "" || unit === "count" || unit === "epochs") return [];
      return [unit === "text" ? String(value) : `${title.toLowerCase()} ${value}`];
    })
    .join(", ");
