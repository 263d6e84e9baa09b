/**
 * @file Tries the conformance checks: wrong randomizations, which must be caught, and right ones, which must not.
 *
 *   npm run mutants [-- --tries 20 --seeds 300 --side 28 --out records/2026-11-28_mutants]
 *
 * Exits with 1 if a mutant survives one of its seeds, or a right randomization fails a check.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { describeConformance } from "../src/data/conformance.ts";
import type { Splits } from "../src/data/dataset.ts";
import type { Randomization } from "../src/data/randomization.ts";
import { commit, machine } from "../src/run/node/provenance.ts";
import { type DataName, datasets } from "./mutants/data.ts";
import { knownMutants, newMutants } from "./mutants/index.ts";
import { failedBy, type Mutant } from "./mutants/mutant.ts";

const { values } = parseArgs({
  options: {
    tries: { type: "string", default: "20" },
    seeds: { type: "string", default: "300" },
    side: { type: "string", default: "28" },
    out: { type: "string" },
  },
});
const [tries, seeds, side] = [values.tries, values.seeds, values.side].map(Number) as [
  number,
  number,
  number,
];

// Who works on the sources while this runs changes nothing of it.
const version = commit();

const made = new Map<string, Splits>();
/** The data of a name, made once. */
function dataOf(name: DataName, size: number): Splits {
  const key = `${name} ${size}`;
  const splits = made.get(key) ?? datasets[name](size);
  made.set(key, splits);
  return splits;
}

/** What each check is called in the table: its words up to the first that differ from case to case. */
const short = (check: string): string => check.replace(/(, distance|: distance| = |, at most).*$/, "");

/** A row of the table: the mutant, how often it was caught, and the checks that did it in every try. */
function rowOf(mutant: Mutant, kind: string): { caught: number; row: string } {
  const failures = Array.from({ length: tries }, (_, seed) =>
    failedBy(mutant, dataOf(mutant.data ?? "images", side), seed).map(({ check }) => short(check)),
  );
  const caught = failures.filter((checks) => checks.length > 0).length;
  const always = [...new Set(failures.flat())].filter((check) =>
    failures.every((checks) => checks.includes(check)),
  );
  const { inputs, corrupt, labels } = mutant.request;
  const what =
    inputs === "true"
      ? `${labels === "permute" ? "permuted " : ""}labels, p = ${corrupt}`
      : `${inputs} pixels`;
  const row = `| ${kind} | ${what} | ${mutant.name} | ${caught} of ${tries} | ${always.join("; ")} |`;
  console.log(row);
  return { caught, row };
}

const rows = [
  ...knownMutants.map((mutant) => rowOf(mutant, "known")),
  ...newMutants.map((mutant) => rowOf(mutant, "new")),
];

const LABEL_DATA: readonly DataName[] = [
  "images",
  "imbalanced",
  "two classes",
  "100 classes",
  "one class",
  "few examples",
  "one example",
];
const INPUT_DATA: readonly DataName[] = [
  "images",
  "gray",
  "table",
  "few examples",
  "one example",
  "black",
  "one gray",
  "one black image",
  "one pixel",
];
/** Small images, so that hundreds of seeds are soon looked at. */
const SMALL = 8;

/** How many lines of right randomizations were looked at, and those that failed. */
const right: readonly (readonly [DataName, Randomization])[] = [
  ...LABEL_DATA.flatMap((name) =>
    (["redraw", "permute"] as const).flatMap((labels) =>
      [0.003, 0.1, 0.5, 0.9, 1].map((corrupt) => [name, { inputs: "true", corrupt, labels }] as const),
    ),
  ),
  ...INPUT_DATA.flatMap((name) =>
    (["shuffled", "random", "gaussian"] as const).map((inputs) => [name, { inputs, corrupt: 0 }] as const),
  ),
];
const alarms = right.flatMap(([name, request]) =>
  Array.from({ length: seeds }, (_, seed) =>
    failedBy({ name, request, shownBy: "" }, dataOf(name, SMALL), seed).map(
      (line) => `${name}: ${describeConformance(line)}`,
    ),
  ).flat(),
);
for (const alarm of alarms) console.log(alarm);

const survivors = rows.filter(({ caught }) => caught < tries).length;
const summary =
  `${rows.length - survivors} of ${rows.length} wrong randomizations (${knownMutants.length} of kinds that were met or are easily made, ` +
  `${newMutants.length} devised beyond them) are caught at each of ${tries} seeds. ` +
  `Right randomizations: ${alarms.length} false alarms in ${right.length * seeds} looks (${seeds} seeds, ${right.length} pairs of data and ` +
  "randomization, among them few examples, one, constant images and tables).";
console.log(summary);

if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  writeFileSync(
    join(values.out, "README.md"),
    `# Wrong randomizations, and what catches them

\`npm run mutants -- --tries ${tries} --seeds ${seeds} --side ${side} --out ${values.out}\` at commit ${version}, ${machine()}.

${summary}

A wrong function is also the one that the checks draw from a second time, as it would be in \`src/data/randomize.ts\`, so drawing again
catches only what differs at each access. Images are ${side} x ${side} pixels of \`shapes\`, 1,000 of training and 400 of test; where a
mistake shows only on other data (imbalanced classes, brighter test images) it is tried there.

| | randomization | mistake | caught | by (in every try) |
| --- | --- | --- | --- | --- |
${rows.map(({ row }) => row).join("\n")}
`,
  );
}
process.exitCode = survivors > 0 || alarms.length > 0 ? 1 : 0;
