/**
 * One suite for the queue over both databases.
 */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { type Job, openQueue, type Queue, type Wanted } from "../../src/lab/queue.ts";
import { createShares, inTurn } from "../../src/lab/shares.ts";
import { beginAttempt } from "../../src/store/attempts.ts";
import type { Database } from "../../src/store/database.ts";
import { keepExperiment } from "../../src/store/experiments.ts";
import { inFolders, onServer, type Place } from "../store/databases.ts";
import { experimentOf, trialOf } from "../store/rows.ts";

/** The trials of an experiment, in their order. */
const wantedIn = (experiment: string, count: number, priority = 0): Wanted[] =>
  Array.from({ length: count }, (_, position) => ({
    experiment,
    position,
    priority,
    trial: `${experiment}-${position}`,
  }));

/** How long is waited for what comes by itself, in milliseconds. */
const PATIENTLY = { timeout: 60_000, interval: 100 };

/** Ids of the experiments that wait. */
const waitingIn = async (queue: Queue): Promise<string[]> =>
  (await queue.waiting()).map(({ experiment }) => experiment);

describe("turns", () => {
  test.each([
    ["the highest priority first", [0, 1], [0, 9], "b a"],
    ["then the fewest running trials", [0, 0], [2, 1], "b a"],
    ["then as they come", [0, 0], [0, 0], "a b"],
  ])("go to %s", (_, [a, b], running, order) => {
    const waiting = [
      { experiment: "a", priority: a! },
      { experiment: "b", priority: b! },
    ];
    const counts = new Map([
      ["a", running[0]!],
      ["b", running[1]!],
    ]);
    const turns = inTurn(waiting, counts).map(({ experiment }) => experiment);
    expect(turns.join(" ")).toBe(order);
  });
});

test("is made although another worker makes it in the same instant", async () => {
  await using where = await onServer();
  await using database = await where.open("instant");
  await using other = await where.open("instant");
  let opening: Promise<Queue> | undefined;
  await other.tables.transaction().execute(async (tx) => {
    await sql`create schema shatter_queue`.execute(tx);
    opening = openQueue(database);
    opening.catch(() => {});
    // It finds no schema, begins to make one, and is told at the end of this transaction that there is one.
    await sleep(1500);
  });
  await using queue = await opening!;
  await queue.put(wantedIn("once", 3));
  expect(await queue.waiting()).toHaveLength(1);
});

describe.each([
  ["PGlite", inFolders],
  ["PostgreSQL", onServer],
] as const)("a queue on %s", (_, place) => {
  let where: Place;
  let database: Database;
  let queue: Queue;
  beforeAll(async () => {
    where = await place();
    database = await where.open("lab");
    queue = await openQueue(database, { heartbeatSeconds: 10, watchSeconds: 1 });
  });
  afterAll(async () => {
    await queue[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await where[Symbol.asyncDispose]();
  });

  // What one test leaves would come back in the midst of another, as soon as its heartbeats are missed.
  afterEach(async () => {
    await database.queue.executeSql("delete from shatter_queue.job");
    await database.queue.executeSql("delete from shatter.experiments");
  });

  /** Take every job of an experiment that can be taken, in order. */
  async function takeAll(experiment: string): Promise<string[]> {
    const all = await waitingIn(queue);
    const taken: string[] = [];
    for (let job = await queue.take(experiment, all); job; job = await queue.take(experiment, all)) {
      taken.push(job.trial);
    }
    return taken;
  }

  test("gives the trials of an experiment in its order, each once", async () => {
    await queue.put(wantedIn("order", 12).toReversed());
    await queue.put(wantedIn("order", 12));
    await queue.put(wantedIn("stranger", 3));
    expect(await takeAll("order")).toEqual(wantedIn("order", 12).map(({ trial }) => trial));
    // Those that are worked on are not put in again.
    await queue.put(wantedIn("order", 12));
    expect(await takeAll("order")).toEqual([]);
    expect(await takeAll("stranger")).toHaveLength(3);
  });

  test("takes a trial over from the experiment that wanted it first", async () => {
    await queue.put(wantedIn("first", 1));
    await queue.put([{ ...wantedIn("first", 1)[0]!, experiment: "second" }], { retake: true });
    expect(await takeAll("first")).toEqual([]);
    expect(await takeAll("second")).toEqual(["first-0"]);
  });

  test("gives a job again that was given back, and none that was completed", async () => {
    await queue.put(wantedIn("back", 2));
    const all = await waitingIn(queue);
    const [one, two] = [await queue.take("back", all), await queue.take("back", all)];
    await queue.complete(one!.id);
    await queue.giveBack([two!.id]);
    const again = await vi.waitUntil(() => queue.take("back", all), PATIENTLY);
    expect(again).toEqual({ id: two!.id, trial: "back-1" });
    expect(await queue.active()).toContain(two!.id);
  });

  test("settles a job together with what the lab writes, or not at all", async () => {
    await queue.put(wantedIn("both", 1));
    const job = (await queue.take("both", await waitingIn(queue)))!;
    const undone = database.tables.transaction().execute(async (tx) => {
      await queue.complete(job.id, tx);
      throw new Error("the result cannot be kept");
    });
    await expect(undone).rejects.toThrow("the result cannot be kept");
    expect(await queue.active()).toContain(job.id);
    await database.tables.transaction().execute(async (tx) => await queue.complete(job.id, tx));
    expect(await queue.active()).not.toContain(job.id);
  });

  test("goes by the lease that the lab was given last", async () => {
    await using another = await openQueue(database);
    expect(another.timing).toEqual({ heartbeatSeconds: 10, watchSeconds: 1 });
  });

  test("gives the job of a silent worker to another, and not that of one that is heard", async () => {
    await queue.put(wantedIn("silence", 2));
    const all = await waitingIn(queue);
    const [silent, heard] = [await queue.take("silence", all), await queue.take("silence", all)];
    /** Let some of ten seconds pass since a job was heard of, as far as the database knows. */
    const pass = (job: Job, seconds: number) =>
      database.queue.executeSql(
        "update shatter_queue.job set heartbeat_on = heartbeat_on - make_interval(secs => $2) where id = $1",
        [job.id, seconds],
      );
    await pass(heard!, 6);
    await queue.touch([heard!.id]);
    await pass(heard!, 6);
    await pass(silent!, 12);
    const again = await vi.waitUntil(async () => {
      await queue.touch([heard!.id]);
      return await queue.take("silence", all);
    }, PATIENTLY);
    expect(again).toEqual({ id: silent!.id, trial: "silence-0" });
    expect(await queue.active()).toContain(heard!.id);
  });

  test("serves equal experiments alike, and the urgent one first", async () => {
    const wanted = [wantedIn("large", 40), wantedIn("small", 3), wantedIn("urgent", 2, 7)];
    for (const trials of wanted) {
      const [{ experiment, priority }] = trials as [Wanted];
      const rows = trials.map(({ trial }, seed) => trialOf(`${randomUUID()}-${trial}`, seed));
      await keepExperiment(database.tables, experimentOf(experiment, priority), rows);
      await queue.put(trials.map((one, index) => ({ ...one, trial: rows[index]!.id })));
    }
    const shares = createShares(database, queue);
    const order: string[] = [];
    for (let turn = 0; turn < 8; turn++) {
      const job = (await shares.take())!;
      order.push(wanted.map(([one]) => one!.experiment).find((name) => job.trial.includes(`-${name}-`))!);
      const [token, worker] = [randomUUID(), randomUUID()];
      await beginAttempt(database.tables, { trial: job.trial, job: job.id, token, worker });
    }
    expect(order.slice(0, 2)).toEqual(["urgent", "urgent"]);
    expect(order.slice(2).filter((name) => name === "small")).toHaveLength(3);
    expect(order.slice(2).filter((name) => name === "large")).toHaveLength(3);
  });
});
