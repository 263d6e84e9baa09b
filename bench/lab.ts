/**
 * @file What the lab carries: planning, workers, and the load on one PostgreSQL. See docs/capacity.md.
 *
 *   npm run bench:lab -- [plan] [workers] [training] [ladder] [idle] [pooler] [--rounds 3] [--out FOLDER]
 *
 * All parts unless some are named; a quarter of an hour. The server is a PostgreSQL 18 of its own, with the settings of its
 * authors but for max_connections and pg_stat_statements. Whatever else the machine does is in the figures: nothing
 * else should run.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { machine } from "../src/run/node/provenance.ts";
import { measurePlanning, type Planning } from "./lab/plan.ts";
import { startPooler } from "./lab/pooler.ts";
import { type Server, startServer } from "./lab/server.ts";
import { measureTraining } from "./lab/training.ts";
import { measureWorkers, type WorkerMeasurement, type WorkerSetting } from "./lab/workers.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" }, out: { type: "string" } },
});
const rounds = Number(options.rounds);

/** Trials of the grid that is planned. */
const GRID = 10_000;

const times = (action: () => Promise<void>): (() => Promise<void>) => {
  return async () => {
    for (let round = 0; round < rounds; round++) await action();
  };
};

/** Ten seconds a trial, on a queue of ten thousand. */
const usual = { trialSeconds: 10, queued: GRID, seconds: 45, spread: 0.2 };

const parts: Readonly<Record<string, (server: Server) => Promise<void>>> = {
  plan: (server) =>
    times(async () => {
      for (const place of [server, undefined]) keep("plan", await measurePlanning(GRID, place));
    })(),
  workers: (server) =>
    times(async () => {
      await measure("workers", server, { ...usual, workers: 16, processes: 16 });
      await measure("workers", server, { ...usual, workers: 16, processes: 16, spread: 0 });
    })(),
  training: async (server) => keep("training", await measureTraining(server, 5)),
  ladder: async (server) => {
    for (const workers of [64, 256]) {
      await measure("ladder", server, { ...usual, workers, processes: 8 });
    }
    // Trials of two seconds have the same end, and less in between.
    await measure("ladder", server, { ...usual, trialSeconds: 2, workers: 64, processes: 8 });
  },
  idle: async (server) => {
    const setting = { ...usual, workers: 256, processes: 4, queued: 0, seconds: 60 };
    await measure("idle", server, setting);
  },
  pooler: async (server) => {
    const pooler = await startPooler(await server.create("pooled"), 20);
    if (!pooler) {
      console.log("pooler: this machine has no pgbouncer, so nothing was measured");
      return;
    }
    await using running = pooler;
    console.log(running.version);
    for (const workers of [64, 256]) {
      await measure("pooler", server, { ...usual, workers, processes: 8, through: running.through });
    }
  },
};

/** All that was measured, by part. */
const kept: Record<string, unknown[]> = {};

function keep(part: string, result: object): void {
  kept[part] ??= [];
  kept[part].push(result);
  console.log(`${part}: ${"first" in result ? planLine(result as never) : JSON.stringify(result)}`);
}

async function measure(part: string, server: Server, setting: WorkerSetting): Promise<void> {
  const measured = await measureWorkers(server, setting);
  kept[part] ??= [];
  kept[part].push({ ...measured, server: { ...measured.server, statements: shortened(measured) } });
  console.log(`${part}: ${workerLine(measured)}`);
  for (const warning of measured.warnings.slice(0, 3)) console.log(`  warning: ${warning}`);
}

/** The statements that took most of the server's time, in a few words each. */
const shortened = ({ server }: WorkerMeasurement) =>
  server.statements
    .slice(0, 40)
    .map((one) => ({ ...one, text: one.text.replaceAll(/\s+/g, " ").trim().slice(0, 160) }));

const planLine = (result: Awaited<ReturnType<typeof measurePlanning>>): string => {
  const seconds = ({ plan, enqueue }: Planning): string =>
    `${(plan + enqueue).toFixed(1)} s (${enqueue.toFixed(1)} s of it in the database)`;
  return (
    `${result.trials} trials on ${result.database}: first ${seconds(result.first)}, ` +
    `again ${seconds(result.again)}, as another experiment ${seconds(result.shared)}`
  );
};

function workerLine(result: WorkerMeasurement): string {
  const { workers, processes, trialSeconds, spread, seconds, trials, server, gaps } = result;
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  const calls = server.statements.reduce((total, one) => total + one.calls, 0);
  return [
    `${workers} workers in ${processes} processes, trials of ${trialSeconds} s +- ${percent(spread)}, ${seconds} s`,
    `${trials} trials, ${percent(result.outside)} outside training (worst ${percent(result.outsideWorst)})`,
    `gap ${gaps.map((gap) => gap.toFixed(0)).join(" / ")} ms (median, 95th, most)`,
    `server ${(server.cpuSeconds / seconds).toFixed(3)} cores, ${(calls / seconds).toFixed(0)} statements/s, ` +
      `${(server.transactions / seconds).toFixed(0)} transactions/s, ${(server.walBytes / seconds / 1e3).toFixed(0)} kB/s of log`,
    `workers ${(result.clientCpuSeconds / seconds).toFixed(3)} cores, sent ${(result.sent / 1e6).toFixed(1)} MB, ` +
      `received ${(result.received / 1e6).toFixed(1)} MB, ${result.connections} connections`,
  ].join("; ");
}

const unknown = positionals.find((name) => !(name in parts));
if (unknown !== undefined) {
  throw new Error(`expected parts of ${Object.keys(parts).join(", ")}, got "${unknown}"`);
}
console.log(machine());
await using server = await startServer();
for (const [name, part] of Object.entries(parts)) {
  if (positionals.length === 0 || positionals.includes(name)) await part(server);
}
if (options.out !== undefined) {
  mkdirSync(options.out, { recursive: true });
  for (const [name, results] of Object.entries(kept)) {
    const document = { machine: machine(), node: process.version, results };
    writeFileSync(join(options.out, `${name}.json`), `${JSON.stringify(document, null, 1)}\n`);
  }
}
