/**
 * @file A worker: takes trials from a lab's queue, has them trained in child processes, and writes down what they
 * learn. This process computes nothing, so its heartbeats never wait for a training step.
 */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../base/errors.ts";
import { machine, programOn } from "../run/node/provenance.ts";
import { heartbeat } from "../store/attempts.ts";
import { isPassing } from "../store/database.ts";
import { endWorker, registerWorker } from "../store/workers.ts";
import type { Device } from "../train/devices.ts";
import { type CarryOptions, carryTrial, type RunningTrial } from "./carry.ts";
import type { Carried } from "./lab.ts";
import { createPatience } from "./patience.ts";
import { createShares } from "./shares.ts";

/** What a worker does when there is nothing to take: look again later, or at once; or end, since all is over. */
export type WhenIdle = "wait" | "again" | "over";

/** What a worker needs. */
export interface WorkerOptions extends Omit<CarryOptions, "running" | "patiently"> {
  readonly device: Device;
  readonly threads: number;
  /** Take the trials of this experiment only. */
  readonly only?: string | undefined;
  /** Asked whenever there is nothing to take; it waits unless told. */
  readonly whenIdle?: () => Promise<WhenIdle>;
}

/** How long a worker waits before it looks for work again, in milliseconds. */
const IDLE_MS = 1000;

/** How many times longer it waits at last, where a server has hundreds of workers to answer. */
const MOST_IDLE = 5;

/** Work until the signal, or until all is over. */
export async function work(options: WorkerOptions): Promise<readonly Carried[]> {
  const { database, queue, runner, only, onWarning = () => {} } = options;
  const id = randomUUID();
  // What ends one place of this worker ends all of it, and what runs in the others is given back.
  const failure = new AbortController();
  const signal = AbortSignal.any([options.signal, failure.signal]);
  const { device, threads } = options;
  const ended: Carried[] = [];
  const running = new Map<string, RunningTrial>();
  const patiently = createPatience(signal, onWarning);

  await patiently(() =>
    registerWorker(database.tables, {
      id,
      device,
      threads,
      jobs: runner.jobs,
      host: hostname(),
      pid: process.pid,
      machine: machine(),
      program: programOn(device),
    }),
  );
  const stopHeart = startHeart(options, id, running);
  const shares = createShares(database, queue);
  /** Ends the wait of idle places, since there is something to take. */
  let bell = new AbortController();
  const serve = async (): Promise<void> => {
    let idle = 0;
    while (!signal.aborted) {
      const job = await patiently(() => shares.take(only));
      if (job) {
        idle = 0;
        bell.abort();
        bell = new AbortController();
        const carried = await carryTrial(job, id, { ...options, signal, running, patiently });
        if (carried) ended.push(carried);
        continue;
      }
      if (signal.aborted) return;
      const next = await patiently(async () => (await options.whenIdle?.()) ?? "wait");
      if (next === "over") {
        bell.abort();
        return;
      }
      if (next === "again") {
        shares.forget();
        continue;
      }
      // Many workers of one lab shall not ask at the same instant.
      idle = database.kind === "postgres" ? Math.min(MOST_IDLE, idle + 1) : 1;
      const ms = idle * IDLE_MS * (0.75 + Math.random() / 2);
      await sleep(ms, undefined, { signal: AbortSignal.any([signal, bell.signal]) }).catch(() => {});
    }
  };
  try {
    const places = Array.from({ length: runner.jobs }, () =>
      serve().catch((error) => {
        failure.abort();
        throw error;
      }),
    );
    // All are waited for: whoever closes the database next must not take it from under one that is ending.
    await Promise.allSettled(places);
    await Promise.all(places);
    return ended;
  } finally {
    await stopHeart();
    await endWorker(database.tables, id).catch(() => {});
  }
}

/** Keep the leases of running trials, until what it returns is called; those that are lost, or wanted no more, end. */
function startHeart(
  { database, queue, onWarning = () => {} }: WorkerOptions,
  worker: string,
  running: ReadonlyMap<string, RunningTrial>,
): () => Promise<void> {
  const beat = async (): Promise<void> => {
    // Asked for those that run now: one that begins meanwhile is not in the answer, and not lost for that.
    const asked = [...running];
    const held = await heartbeat(
      database.tables,
      worker,
      asked.map(([token]) => token),
    );
    const known = new Map(held.map((lease) => [lease.token, lease]));
    for (const [token, trial] of asked) {
      const lease = known.get(token);
      if (!lease) trial.lose();
      else if (!lease.isWanted) trial.cancel();
    }
    await queue.touch(held.map(({ job }) => job));
  };
  // A heartbeat that fails is made good by the next one: four fit into the time after which the lease is lost.
  let beating: Promise<void> | undefined;
  const heart = setInterval(
    () => {
      // While the database does not answer, heartbeats would take all its connections, one after another.
      beating ??= beat()
        .catch((error) => {
          if (!isPassing(error)) onWarning(`heartbeat: ${messageOf(error)}`);
        })
        .finally(() => {
          beating = undefined;
        });
    },
    (queue.timing.heartbeatSeconds * 1000) / 4,
  );
  return async () => {
    clearInterval(heart);
    await beating;
  };
}
