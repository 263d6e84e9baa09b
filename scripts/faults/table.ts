/**
 * @file The faults by kind, as a table for people.
 */

import type { Fault } from "./ledger.ts";

/** Faults of a kind: how many, what followed and how often, and the time lost. */
export function tableOfFaults(faults: readonly Fault[]): string {
  const kinds = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = `${fault.lab} | ${fault.kind}`;
    kinds.set(key, [...(kinds.get(key) ?? []), fault]);
  }
  const rows = [...kinds].map(([kind, all]) => {
    const lost = all.flatMap((fault) => (fault.lost === null ? [] : [fault.lost])).toSorted((a, b) => a - b);
    const median = lost[Math.floor(lost.length / 2)];
    const time = median === undefined ? "not seen | not seen" : `${median} | ${lost.at(-1)}`;
    return `| ${kind} | ${all.length} | ${outcomesOf(all)} | ${time} |`;
  });
  return [
    "| lab | fault | injected | what followed (faults) | s until as far again, median | at most |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function outcomesOf(faults: readonly Fault[]): string {
  const counts = new Map<string, number>();
  for (const { followed } of faults) {
    // Which epoch it was is in the record.
    const outcomes = new Set(
      followed.map((text) => text.replace(/from epoch \d+/, "from a checkpoint").split(":")[0]!),
    );
    for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (outcomes.size === 0)
      counts.set("nothing: work went on", (counts.get("nothing: work went on") ?? 0) + 1);
  }
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${outcome} (${count})`)
    .join(", ");
}
