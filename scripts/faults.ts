/**
 * @file Brings faults about while an experiment runs, and compares what is left with an undisturbed run.
 *
 *   npm run faults [-- --count 100 --seed 1 --out records/2026-11-21_faults --only "disk"]
 *
 * Linux only: faults need its processes. Exits with 1 if a result is lost, doubled or another, if a lab does not open,
 * or if a process is left over.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { randomStream } from "../src/base/random.ts";
import { commit, engine, machine } from "../src/run/node/provenance.ts";
import { openDisk } from "./faults/disk.ts";
import { USUAL_SIZE } from "./faults/experiment.ts";
import { openLedger } from "./faults/ledger.ts";
import { drawPlan, FOLDER_WEIGHTS, SERVER_WEIGHTS } from "./faults/plan.ts";
import { type RoundOptions, runRound } from "./faults/round.ts";
import { openServerOfOurOwn } from "./faults/server.ts";
import { tableOfFaults } from "./faults/table.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
    out: { type: "string" },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 2 || !Number.isInteger(seed)) {
  throw new RangeError(
    `faults: expected whole numbers --count (2 or more) and --seed, got ${count} and ${seed}`,
  );
}

/** Size of the disk that is filled, in MiB: a lab takes some tens. */
const DISK_MEBIBYTES = 700;

const random = randomStream(seed, "faults");
const began = performance.now();
const ledger = openLedger(began);
const wrongs: string[] = [];
const attempts = new Map<string, number>();
const secondsSince = (from: number): number => Math.round((performance.now() - from) / 100) / 10;

using disk = openDisk(DISK_MEBIBYTES);
if (!disk.isSmall)
  console.log("NO FULL DISK: this user may not mount a small file system; those faults are left out");
const usable = (weights: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(weights)
      .filter(([kind]) => disk.isSmall || !kind.startsWith("disk"))
      .filter(([kind]) => values.only === undefined || kind.includes(values.only)),
  );

let rounds = 0;
let reference: ReadonlyMap<string, string> | undefined;
async function round(plan: string[], server?: RoundOptions["server"]): Promise<void> {
  const name = `round-${rounds++}`;
  const from = performance.now();
  const before = ledger.faults().length;
  const verdict = await runRound({
    name,
    disk,
    server,
    random,
    ledger,
    plan,
    reference,
    size: USUAL_SIZE,
    mostGapSeconds: 1.2,
  });
  wrongs.push(...verdict.wrongs);
  for (const [state, many] of verdict.attempts) attempts.set(state, (attempts.get(state) ?? 0) + many);
  reference ??= verdict.hashes;
  for (const fault of ledger.faults().slice(before)) {
    const lost = fault.lost === null ? "" : `; as far again after ${fault.lost} s`;
    console.log(
      `  ${fault.at} s, ${fault.kind}: ${fault.hit} -> ${fault.followed.join(", ") || "nothing"}${lost}`,
    );
  }
  const faults = ledger.faults().length - before;
  console.log(
    `${name}, ${server ? "PostgreSQL" : "PGlite"}: ${verdict.hashes.size} results, ${faults} faults, ${secondsSince(from)} s, ${verdict.wrongs.length} wrongs`,
  );
  for (const wrong of verdict.wrongs) console.log(`  WRONG: ${wrong}`);
}

await round([]);
const undisturbed = secondsSince(began);
const inFolders = drawPlan(usable(FOLDER_WEIGHTS), Math.floor(count / 2), random);
while (inFolders.length > 0) await round(inFolders);
{
  await using server = await openServerOfOurOwn();
  const onServer = drawPlan(usable(SERVER_WEIGHTS), Math.ceil(count / 2), random);
  while (onServer.length > 0) await round(onServer, server);
}

const faults = ledger.faults();
console.log(`\n${tableOfFaults(faults)}\n`);
console.log(
  `${faults.length} faults in ${rounds - 1} labs of ${reference!.size} trials, ${secondsSince(began)} s; attempts: ${[...attempts].map(([state, many]) => `${many} ${state}`).join(", ")}; ${wrongs.length === 0 ? "every result is there once and is that of the undisturbed run" : `WRONG: ${wrongs.length}`}`,
);
if (values.out !== undefined) {
  mkdirSync(values.out, { recursive: true });
  const record = {
    schema: "shatter/faults@1",
    count: faults.length,
    seed,
    commit: commit(),
    machine: machine(),
    engine,
    trials: reference!.size,
    labs: rounds - 1,
    seconds: secondsSince(began),
    undisturbed,
    wrongs,
    attempts: Object.fromEntries(attempts),
    hashes: Object.fromEntries(reference!),
    faults,
  };
  writeFileSync(join(values.out, "faults.json"), `${JSON.stringify(record, null, 1)}\n`);
}
process.exitCode = wrongs.length === 0 ? 0 : 1;
