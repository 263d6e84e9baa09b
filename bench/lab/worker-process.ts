/**
 * @file A process of the benchmark: some workers, each with its own connections, queue, leases and heartbeats.
 */

import diagnostics from "node:diagnostics_channel";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLab } from "../../src/lab/open.ts";
import { openShelf } from "../../src/lab/shelf.ts";
import { work } from "../../src/lab/worker.ts";
import { provenanceOf } from "../../src/run/node/provenance.ts";
import { replayRecord, type TrainingTime } from "./recorded-trial.ts";

/** What the process is told when it starts. */
export interface Orders {
  readonly databaseUrl: string;
  readonly workers: number;
  /** Clock time of a trial. */
  readonly trialSeconds: number;
  /** By how much of that trials differ at most. */
  readonly spread: number;
  /** Whether workers end when nothing is left; else they wait until they are told to stop. */
  readonly untilIdle: boolean;
}

/** What it says. */
export type Report =
  | { readonly type: "ready" }
  | {
      readonly type: "ended";
      /** Of each worker: when its trials were in training. */
      readonly training: readonly (readonly TrainingTime[])[];
      readonly warnings: readonly string[];
      readonly sent: number;
      readonly received: number;
      readonly cpuSeconds: number;
    };

const orders = JSON.parse(process.argv[2]!) as Orders;
const folder = mkdtempSync(join(tmpdir(), "shatter-bench-worker-"));
const sockets: Socket[] = [];
diagnostics.subscribe("net.client.socket", (message) => {
  sockets.push((message as { socket: Socket }).socket);
});
const bytesOf = (which: "bytesRead" | "bytesWritten"): number =>
  sockets.reduce((total, socket) => total + socket[which], 0);
const say = (report: Report): void => void process.send?.(report);

const warnings: string[] = [];
const onWarning = (text: string): void => void warnings.push(text);
const over = new AbortController();
const provenance = provenanceOf("cpu", 1, 1, "bench");
const labs = await Promise.all(
  Array.from({ length: orders.workers }, (_, index) =>
    openLab({ lab: join(folder, String(index)), databaseUrl: orders.databaseUrl, onWarning }),
  ),
);
const goes = new Promise<void>((resolve) => {
  process.on("message", (message) => (message === "go" ? resolve() : over.abort()));
});
say({ type: "ready" });
await goes;
const [sent, received] = [bytesOf("bytesWritten"), bytesOf("bytesRead")];
const before = process.cpuUsage();
const training = await Promise.all(
  labs.map(async ({ database, queue, checkpoints, contents }) => {
    const times: TrainingTime[] = [];
    await work({
      database,
      queue,
      contents,
      provenance,
      device: "cpu",
      threads: 1,
      signal: over.signal,
      onWarning,
      runner: replayRecord(orders.trialSeconds, orders.spread, checkpoints, (time) => times.push(time)),
      shelf: openShelf(database, { folder: checkpoints, program: provenance.engine }),
      whenIdle: async () => (orders.untilIdle ? "over" : "wait"),
    });
    return times;
  }),
);
const { user, system } = process.cpuUsage(before);
say({
  type: "ended",
  training,
  warnings,
  cpuSeconds: (user + system) / 1e6,
  sent: bytesOf("bytesWritten") - sent,
  received: bytesOf("bytesRead") - received,
});
for (const lab of labs) await lab[Symbol.asyncDispose]();
rmSync(folder, { recursive: true, force: true });
process.disconnect();
