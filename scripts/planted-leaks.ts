/**
 * Which leaks are caught, by which test, and how often clean data raise an alarm: whole tests, trained for real.
 *
 *   node scripts/planted-leaks.ts [--sets 20] [--clean 300] [--out records/DATE_planted-leaks]
 *
 * Each kind of leak is planted in so many sets of data, and there are as many clean sets as told; all tests are run on all of them.
 * `outcomes.json` has what was found so far: kinds of it with as many sets are not done again. Remove it where the tests have changed.
 */

import { fork } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { wilsonInterval } from "../src/base/shares.ts";
import { commit, machine } from "../src/run/node/provenance.ts";
import { runtime } from "../src/run/node/runtime.ts";
import { openEngine } from "../src/train/engine.ts";
import { examine, type Found, levels, type TestName, tests } from "./leaks/examine.ts";
import { CLEAN, LEAKS } from "./leaks/kinds.ts";

const KINDS = [...LEAKS, ...CLEAN];

/** What was found in the sets of a kind. */
interface Outcome {
  readonly kind: number;
  readonly what: string;
  readonly found: readonly Found[];
}

async function examineKind(kind: number, sets: number): Promise<Outcome> {
  const engine = await openEngine(runtime, "cpu", 1);
  const found: Found[] = [];
  for (let seed = 0; seed < sets; seed++) found.push(await examine(KINDS[kind]!, seed, engine));
  return { kind, what: KINDS[kind]!.what, found };
}

/** Alarms of a test over sets: `20/20`; nothing where it could not be made. */
function tellAlarms(found: readonly Found[], name: TestName): string {
  const made = found.filter(({ alarms }) => alarms[name] !== null);
  if (made.length === 0) return "";
  const raised = made.filter(({ alarms }) => alarms[name]).length;
  const share = (count: number): string =>
    count === made.length ? `**${count}/${made.length}**` : `${count}/${made.length}`;
  if (name !== "data audit") return raised === 0 ? "-" : share(raised);
  const named = (lists: readonly (readonly string[])[]): string => [...new Set(lists.flat())].join(", ");
  const noted = made.filter((one) => !one.alarms[name] && one.noted.length > 0);
  const cells = [
    raised > 0 ? `${share(raised)} (${named(made.map(({ sections }) => sections))})` : "",
    noted.length > 0 ? `noted ${share(noted.length)} (${named(noted.map((one) => one.noted))})` : "",
  ];
  return cells.filter(Boolean).join(", ") || "-";
}

const meanAccuracy = (found: readonly Found[]): string =>
  `${((100 * found.reduce((sum, { testAccuracy }) => sum + testAccuracy, 0)) / found.length).toFixed(0)} %`;

function leakRow({ kind, found }: Outcome): string {
  const { source, what } = KINDS[kind]!;
  const none = found.filter(
    ({ alarms, noted }) => noted.length === 0 && !tests.some((name) => alarms[name]),
  ).length;
  const cells = [source, what, meanAccuracy(found), ...tests.map((name) => tellAlarms(found, name))];
  return `| ${[...cells, none === 0 ? "" : `${none}/${found.length}`].join(" | ")} |`;
}

/** False alarms of a test over all clean sets, beside its level. */
function cleanRow(outcomes: readonly Outcome[], name: TestName): string {
  const made = outcomes.flatMap(({ found }) => found).filter(({ alarms }) => alarms[name] !== null);
  const raised = made.filter(({ alarms }) => alarms[name]).length;
  if (made.length === 0) return `| ${name} | ${levels[name]} | could not be made on any |`;
  const [low, high] = wilsonInterval(raised, made.length);
  return `| ${name} | ${levels[name]} | ${raised} of ${made.length} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)} %) |`;
}

function report(outcomes: readonly Outcome[], command: string, seconds: number): string {
  const leaks = outcomes.filter(({ kind }) => kind < LEAKS.length);
  const clean = outcomes.filter(({ kind }) => kind >= LEAKS.length);
  const count = clean.reduce((sum, { found }) => sum + found.length, 0);
  return `# Planted leaks

${leaks.length} kinds of leak in ${leaks[0]!.found.length} sets of data each, and ${count} sets without any (\`${command}\`): commit
${commit()}, ${machine()}, ${Math.max(1, Math.round(seconds / 60))} min.

Labels are four classes of pure chance unless a row says otherwise: whatever test accuracy there is above 25 % is the leak. L1.1 to L3.3 are
the kinds of Kapoor and Narayanan (Patterns 4, 2023). *n/m* is in how many of the sets that a test could be made on it raised its
alarm, - none, and an empty cell that it cannot be made there: the pipeline check needs \`--prepare\`, the twin test an equal pair. The audit
raises an alarm or notes, in the section that is named. *Unseen* are sets in which no test did.

| kind | leak | test accuracy | ${tests.join(" | ")} | unseen |
| --- | --- | --- | ${tests.map(() => "---").join(" | ")} | --- |
${leaks.map(leakRow).join("\n")}

## False alarms

On ${count} clean sets: ${clean.map(({ kind, found }) => `${found.length} of ${KINDS[kind]!.what}`).join("; ")}.

| test | stated level | alarms |
| --- | --- | --- |
${tests.map((name) => cleanRow(clean, name)).join("\n")}
`;
}

const { values } = parseArgs({
  options: {
    sets: { type: "string", default: "20" },
    clean: { type: "string", default: "300" },
    out: { type: "string" },
    kind: { type: "string" },
  },
});

if (values.kind !== undefined) {
  process.once("disconnect", () => process.exit());
  process.send!(await examineKind(Number(values.kind), Number(values.sets)));
} else {
  const began = performance.now();
  const setsOf = (kind: number): number =>
    kind < LEAKS.length ? Number(values.sets) : Math.ceil(Number(values.clean) / CLEAN.length);
  const file = values.out === undefined ? undefined : join(values.out, "outcomes.json");
  if (values.out !== undefined) await mkdir(values.out, { recursive: true });
  const known: Outcome[] =
    file === undefined ? [] : JSON.parse(await readFile(file, "utf8").catch(() => "[]"));
  const outcomes = known.filter(
    ({ kind, what, found }) => KINDS[kind]?.what === what && found.length === setsOf(kind),
  );
  // The clean ones first: they take longest.
  const waiting = [...KINDS.keys()].reverse().filter((kind) => !outcomes.some((done) => done.kind === kind));
  const runKind = (kind: number): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      const child = fork(import.meta.filename, ["--sets", String(setsOf(kind)), "--kind", String(kind)]);
      child.once("message", (outcome) => {
        resolve(outcome as Outcome);
        // It ends by that, and so does this process once all have.
        child.disconnect();
      });
      child.once("exit", (code) => reject(new Error(`${KINDS[kind]!.what}: ended with ${code}`)));
    });
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (let kind = waiting.shift(); kind !== undefined; kind = waiting.shift()) {
        const outcome = await runKind(kind);
        outcomes.push(outcome);
        if (file !== undefined) await writeFile(file, `${JSON.stringify(outcomes)}\n`);
        process.stderr.write(`${kind < LEAKS.length ? leakRow(outcome) : outcome.what}\n`);
      }
    }),
  );
  outcomes.sort((a, b) => a.kind - b.kind);
  const command = `node scripts/planted-leaks.ts --sets ${values.sets} --clean ${values.clean}`;
  const text = report(outcomes, command, (performance.now() - began) / 1000);
  process.stdout.write(text);
  if (values.out !== undefined) await writeFile(join(values.out, "README.md"), text);
}
