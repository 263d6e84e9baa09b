/**
 * @file Many workers on one server: the share of their time outside training, and what they cost the server.
 */

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openLab } from "../../src/lab/open.ts";
import { planGrid } from "./grid.ts";
import { type Counters, difference, type Server } from "./server.ts";
import type { Orders, Report } from "./worker-process.ts";

/** What is measured. */
export interface WorkerSetting {
  readonly workers: number;
  /** Processes that the workers are spread over. */
  readonly processes: number;
  readonly trialSeconds: number;
  /** By how much of that trials differ at most; 0 for workers in step, which all ask at once. */
  readonly spread: number;
  /** Trials in the queue at the start; 0 for idle workers. */
  readonly queued: number;
  /** How long to measure, in seconds. */
  readonly seconds: number;
  /** Connect elsewhere than to the server itself: to a pooler in front of it. */
  readonly through?: ((url: string) => string) | undefined;
}

/** What came out. */
export interface WorkerMeasurement extends Omit<WorkerSetting, "through"> {
  /** Trials that were finished. */
  readonly trials: number;
  /** Share of the workers' time outside training, from the first trial's begin to the end: mean, and worst worker. */
  readonly outside: number;
  readonly outsideWorst: number;
  /** From the end of one training to the begin of the next, in milliseconds: median, 95th percentile, largest. */
  readonly gaps: readonly [number, number, number];
  readonly connections: number;
  readonly server: Counters;
  /** Processor time of the workers' processes, in seconds. */
  readonly clientCpuSeconds: number;
  readonly sent: number;
  readonly received: number;
  readonly warnings: readonly string[];
}

type Ended = Extract<Report, { type: "ended" }>;

const CHILD = new URL("./worker-process.ts", import.meta.url);

/** Let workers work for a while. */
export async function measureWorkers(server: Server, setting: WorkerSetting): Promise<WorkerMeasurement> {
  const { workers, processes, trialSeconds, spread, queued, seconds, through = (url) => url } = setting;
  const url = await server.create("working");
  const folder = mkdtempSync(join(tmpdir(), "shatter-bench-lab-"));
  const children: ChildProcess[] = [];
  try {
    {
      await using lab = await openLab({ lab: folder, databaseUrl: url });
      if (queued > 0) await lab.plan(await planGrid(queued));
    }
    const orders: Orders = {
      databaseUrl: through(url),
      workers: workers / processes,
      trialSeconds,
      spread,
      untilIdle: false,
    };
    for (let index = 0; index < processes; index++) {
      children.push(fork(CHILD, [JSON.stringify(orders)], { serialization: "advanced" }));
    }
    await Promise.all(children.map((child) => next(child, "ready")));
    const before = await server.counters("working");
    for (const child of children) child.send("go");
    await sleep(seconds * 1000);
    const did = difference(before, await server.counters("working"));
    const connections = await server.connections("working");
    for (const child of children) child.send("stop");
    const gone = children.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    const ends = (await Promise.all(children.map((child) => next(child, "ended")))) as Ended[];
    await Promise.all(gone);
    const { through: _, ...plain } = setting;
    return { ...plain, ...summarize(ends), server: did, connections };
  } finally {
    for (const child of children) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function summarize(ends: readonly Ended[]) {
  const each = ends.flatMap(({ training }) => training).filter((times) => times.length > 1);
  const gaps: number[] = [];
  const shares: number[] = [];
  for (const times of each) {
    const between = times.slice(1).map((time, index) => time.from - times[index]!.to);
    gaps.push(...between);
    // From one begin to the next: a whole number of rounds, so that no share is cut off.
    const wall = times.at(-1)!.from - times[0]!.from;
    shares.push(between.reduce((sum, gap) => sum + gap, 0) / wall);
  }
  gaps.sort((a, b) => a - b);
  const at = (share: number): number => gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))] ?? 0;
  const total = (read: (end: Ended) => number): number => ends.reduce((sum, end) => sum + read(end), 0);
  return {
    trials: total(({ training }) => training.reduce((sum, times) => sum + times.length, 0)),
    outside: shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length),
    outsideWorst: Math.max(0, ...shares),
    gaps: [at(0.5), at(0.95), at(1)] as const,
    clientCpuSeconds: total(({ cpuSeconds }) => cpuSeconds),
    sent: total(({ sent }) => sent),
    received: total(({ received }) => received),
    warnings: [...new Set(ends.flatMap(({ warnings }) => warnings))],
  };
}

/** The next report of a kind; a process that ends before it is an error. */
const next = (child: ChildProcess, type: Report["type"]): Promise<Report> =>
  new Promise((resolve, reject) => {
    const onMessage = (report: Report): void => {
      if (report.type !== type) return;
      child.off("message", onMessage).off("exit", onExit);
      resolve(report);
    };
    const onExit = (code: number | null): void =>
      reject(new Error(`a process of workers ended with ${code} before it said "${type}"`));
    child.on("message", onMessage).once("exit", onExit);
  });
