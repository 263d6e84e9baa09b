/**
 * @file Fair shares, over a real queue: a sweep of ten thousand trials beside a figure of twenty.
 */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openQueue, type Queue } from "../../src/lab/queue.ts";
import { createShares, type Shares } from "../../src/lab/shares.ts";
import { beginAttempt, finishAttempt } from "../../src/store/attempts.ts";
import type { Database } from "../../src/store/database.ts";
import { keepExperiment } from "../../src/store/experiments.ts";
import { onServer, type Place } from "../store/databases.ts";
import { experimentOf, resultOf, trialOf } from "../store/rows.ts";

describe("shares of eight places", () => {
  let place: Place;
  let database: Database;
  let queue: Queue;
  let shares: Shares;
  /** Tokens and jobs of the trials that run, the oldest first. */
  const running: { readonly token: string; readonly job: string }[] = [];

  beforeAll(async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    place = await onServer();
    database = await place.open("shares");
    queue = await openQueue(database);
    shares = createShares(database, queue);
    await plan("sweep", 10_000, 0);
    await plan("figure", 20, 0);
  });
  afterAll(async () => {
    vi.useRealTimers();
    await queue[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await place[Symbol.asyncDispose]();
  });

  async function plan(experiment: string, count: number, priority: number): Promise<void> {
    const rows = Array.from({ length: count }, (_, seed) => trialOf(`${experiment}-${seed}`, seed));
    await keepExperiment(database.tables, experimentOf(experiment, priority), rows);
    await queue.put(rows.map(({ id }, position) => ({ trial: id, experiment, position, priority })));
  }

  /** Whose trials are begun, of so many: with eight running, the oldest ends first each time. */
  async function serve(count: number): Promise<string[]> {
    const served: string[] = [];
    while (served.length < count) {
      if (running.length === 8) {
        const { token, job } = running.shift()!;
        await finishAttempt(database.tables, token, resultOf(), (tx) => queue.complete(job, tx));
      }
      const job = await shares.take();
      const [token, worker] = [randomUUID(), randomUUID()];
      await beginAttempt(database.tables, { trial: job!.trial, job: job!.id, token, worker });
      running.push({ token, job: job!.id });
      served.push(job!.trial.split("-")[0]!);
    }
    return served;
  }
  const countOf = (experiment: string, served: readonly string[]): number =>
    served.filter((name) => name === experiment).length;

  test("are halves as long as both have trials, and the other's after that", async () => {
    const [first, then, last] = [await serve(8), await serve(32), await serve(10)];
    expect(countOf("figure", first)).toBe(4);
    expect(countOf("figure", then)).toBe(16);
    expect(countOf("sweep", last)).toBe(10);
  });

  test("are all of an experiment's that comes later and is more urgent", async () => {
    await plan("urgent", 12, 1);
    // What a worker knows of waiting experiments is a second old at most.
    vi.advanceTimersByTime(1001);
    const served = await serve(14);
    expect(countOf("urgent", served.slice(0, 12))).toBe(12);
    expect(countOf("sweep", served.slice(12))).toBe(2);
  });
});
