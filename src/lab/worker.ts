/**
 * @file A worker: takes trials from a lab's queue, has them trained in child processes, and writes down what they
 * learn. This process computes nothing, so its heartbeats never wait for a training step.
 */

import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "../base/errors.ts";
import type { RunProvenance } from "../document/provenance.ts";
import { machine, programOn } from "../run/node/provenance.ts";
import type { RunEvent } from "../run/record.ts";
import type { TrialRunner } from "../run/runner.ts";
import { heartbeat } from "../store/attempts.ts";
import { type Database, isPassing, remedyOf } from "../store/database.ts";
import { endWorker, registerWorker } from "../store/workers.ts";
import type { Device } from "../train/devices.ts";
import { type Carried, carryTrial, type RunningTrial } from "./carry.ts";
import type { LabContents } from "./contents.ts";
import type { LocalLab } from "./open.ts";
import type { Queue } from "./queue.ts";
import { createShares } from "./shares.ts";
import type { CheckpointShelf } from "./shelf.ts";

/** What a worker needs. */
export interface WorkerOptions {
  readonly database: Database;
  readonly queue: Queue;
  readonly runner: TrialRunner;
  readonly shelf: CheckpointShelf;
  readonly contents: LabContents;
  readonly provenance: RunProvenance;
  readonly device: Device;
  readonly threads: number;
  readonly dataDir?: string | undefined;
  /** Take the trials of this experiment only. */
  readonly only?: string | undefined;
  /** Whether there is nothing left to wait for, asked whenever there is nothing to take; never unless told. */
  readonly isOver?: () => Promise<boolean>;
  /** Stop: what runs leaves a checkpoint and is given back. */
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told of every trial that was carried to an end, before anybody else is. */
  readonly onCarried?: ((carried: Carried) => void) | undefined;
  /** Keep what a trial left beside the database, once it is in there. */
  readonly keepResult?: LocalLab["keepResult"] | undefined;
  /** Told what went wrong without ending the work, as a sentence. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** How long a worker waits before it looks for work again, in milliseconds. */
const IDLE_MS = 1000;

/** How many times longer it waits at last, where a server has hundreds of workers to answer. */
const MOST_IDLE = 5;

/** How long to wait for a database that does not answer, in milliseconds. */
const PATIENT_MS = 1000;

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
      ...{ id, device, threads, jobs: runner.jobs, host: hostname(), pid: process.pid },
      ...{ machine: machine(), program: programOn(device) },
    }),
  );
  const beat = async (): Promise<void> => {
    // Asked for those that run now: one that begins meanwhile is not in the answer, and not lost for that.
    const asked = [...running];
    const held = await heartbeat(
      database.tables,
      id,
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

  const shares = createShares(database, queue);
  const serve = async (): Promise<void> => {
    let idle = 0;
    while (!signal.aborted) {
      const job = await patiently(() => shares.take(only));
      if (job) {
        idle = 0;
        const carried = await carryTrial(job, id, { ...options, signal, running, patiently });
        if (carried) ended.push(carried);
        continue;
      }
      if (signal.aborted) return;
      if (await patiently(async () => (await options.isOver?.()) ?? false)) return;
      // Many workers of one lab shall not ask at the same instant.
      idle = database.kind === "postgres" ? Math.min(MOST_IDLE, idle + 1) : 1;
      await sleep(idle * IDLE_MS * (0.75 + Math.random() / 2), undefined, { signal }).catch(() => {});
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
  } finally {
    clearInterval(heart);
    await beating;
    await endWorker(database.tables, id).catch(() => {});
  }
  return ended;
}

/** Does something with the database, again and again as long as it fails for a reason that passes. */
export type Patiently = <T>(action: () => Promise<T>) => Promise<T>;

/** How long an interrupted worker waits for a database that does not answer, in milliseconds. */
const LAST_PATIENCE_MS = 5000;

function createPatience(signal: AbortSignal, onWarning: (message: string) => void): Patiently {
  let isWarned = false;
  return async (action) => {
    let abortedAt: number | undefined;
    for (;;) {
      try {
        const answer = await action();
        if (isWarned) onWarning("the database answers again");
        isWarned = false;
        return answer;
      } catch (error) {
        if (!isPassing(error)) throw error;
        if (signal.aborted) abortedAt ??= performance.now();
        if (abortedAt !== undefined && performance.now() - abortedAt > LAST_PATIENCE_MS) throw error;
        if (!isWarned) {
          onWarning(
            `the database does not answer: ${remedyOf(error) ?? messageOf(error)}; training goes on, and what it learns is kept until then`,
          );
        }
        isWarned = true;
        await sleep(PATIENT_MS);
      }
    }
  };
}
