/**
 * @file A replay in words: its trials one a row, and what may explain that some differ.
 */

import type { ReplayedTrial, ReplayResult } from "../paper/replay-result.ts";
import { formatNoun, formatNumber } from "./format.ts";
import type { Grid } from "./grid/grid.ts";
import { listGrid } from "./grid/list-grid.ts";

const tellPart = (isEqual: boolean | null | undefined): string | null =>
  isEqual === true ? "equal" : isEqual === false ? "DIFFERENT" : null;

/** The trials of a replay, one a row. */
export const replayGrid = ({ trials }: ReplayResult): Grid =>
  listGrid<ReplayedTrial>(trials, [
    { title: "Trial", unit: "text", read: ({ id }) => id },
    { title: "Trained on", unit: "text", read: ({ name }) => name },
    { title: "Data", unit: "text", rank: 1, read: ({ comparison }) => tellPart(comparison?.data) },
    { title: "Outcome", unit: "text", read: ({ comparison }) => tellPart(comparison?.outcome) },
    { title: "History", unit: "text", read: ({ comparison }) => tellPart(comparison?.history) },
    { title: "Parameters", unit: "text", read: ({ comparison }) => tellPart(comparison?.parameters) },
    {
      title: "Accuracies apart",
      unit: "number",
      read: ({ comparison }) => comparison?.accuracy ?? null,
    },
    { title: "Losses apart", unit: "number", read: ({ comparison }) => comparison?.loss ?? null },
  ]);

/** What a replay comes to, a sentence or two each; the last is the answer. */
export function tellReplay({ trials, equal, different }: ReplayResult): string[] {
  const compared = equal + different;
  const skipped = trials.flatMap(({ id, name, answer, reason }) =>
    reason === undefined ? [] : [`${capitalize(answer)}: ${id} (${name}): ${reason}.`],
  );
  const answer =
    different === 0
      ? `${compared === 1 ? "The trial is" : `All of ${formatNoun(compared, "trial")} are`} equal, byte for byte.`
      : `${different} of ${formatNoun(compared, "trial")} ${different === 1 ? "differs" : "differ"}${tellDistances(trials)}.`;
  return [...skipped, ...(different > 0 ? [tellChanges(trials)] : []), ...(compared > 0 ? [answer] : [])];
}

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** How far the trials that differ are apart at most, and in what. */
function tellDistances(trials: readonly ReplayedTrial[]): string {
  const most = (values: readonly (number | null | undefined)[]): number | null => {
    const known = values.filter((value) => typeof value === "number");
    return known.length === 0 ? null : Math.max(...known);
  };
  const accuracy = most(trials.map(({ comparison }) => comparison?.accuracy));
  const loss = most(trials.map(({ comparison }) => comparison?.loss));
  const fields = [...new Set(trials.flatMap(({ comparison }) => comparison?.fields ?? []))];
  const parts = [
    ...(trials.some(({ comparison }) => comparison?.data === false) ? ["the randomized data"] : []),
    ...(accuracy === null ? [] : [apart("accuracies", accuracy, "")]),
    ...(loss === null ? [] : [apart("losses", loss, " nats")]),
    ...(fields.length === 0 ? [] : [`the outcome in ${fields.join(", ")}`]),
  ];
  return parts.length === 0 ? "" : `: ${parts.join("; ")}`;
}

const apart = (what: string, distance: number, unit: string): string =>
  distance === 0 ? `no ${what}` : `${what} by up to ${formatNumber(distance)}${unit}`;

/** What differs in how those trials were made that differ. */
function tellChanges(trials: readonly ReplayedTrial[]): string {
  const told = new Set(
    trials
      .filter(({ answer }) => answer === "different")
      .flatMap(({ changes }) => changes.map(({ field, before, now }) => `${field} ${before}, now ${now}`)),
  );
  return told.size === 0
    ? "Nothing that is known differs in how they were made: version, engine, device, threads and machine are the same."
    : `What differs in how they were made, and may explain it: ${[...told].join("; ")}.`;
}
