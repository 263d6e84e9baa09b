/**
 * One suite for the store over both of its databases: what holds on one holds on the other.
 */

import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  beginAttempt,
  endAttempt,
  finishAttempt,
  heartbeat,
  loseAllAttempts,
  runningByExperiment,
} from "../../src/store/attempts.ts";
import {
  checkpointsOf,
  readCheckpoint,
  removeCheckpoint,
  writeCheckpoint,
} from "../../src/store/checkpoints.ts";
import { readContent, writeContent } from "../../src/store/contents.ts";
import type { Database, Tx } from "../../src/store/database.ts";
import {
  allExperiments,
  cancelTrials,
  countStates,
  keepExperiment,
  openTrials,
  readTrial,
  retryTrials,
  trialsOf,
} from "../../src/store/experiments.ts";
import { recordProgress } from "../../src/store/progress.ts";
import { allResults, doneTrials, importResult, readResults } from "../../src/store/results.ts";
import { endWorker, registerWorker } from "../../src/store/workers.ts";
import { inFolders, onServer, type Place } from "./databases.ts";
import { beginOne, epochOf, experimentOf, planOne, resultOf, trialOf } from "./rows.ts";

const settled = async (): Promise<void> => {};

describe.each([
  ["PGlite", inFolders],
  ["PostgreSQL", onServer],
] as const)("a lab on %s", (kind, place) => {
  let where: Place;
  let database: Database;
  let tables: Tx;
  beforeAll(async () => {
    where = await place();
    database = await where.open("lab");
    tables = database.tables;
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await where[Symbol.asyncDispose]();
  });

  const epochsOf = (trial: string) =>
    tables.selectFrom("epochs").selectAll().where("trial_id", "=", trial).orderBy("epoch").execute();
  const attemptsOf = (trial: string) =>
    tables.selectFrom("attempts").selectAll().where("trial_id", "=", trial).orderBy("number").execute();

  test("plans an experiment once, however often it is asked", async () => {
    const ids = [1, 2, 3].map(() => randomUUID());
    const trials = ids.map((id, seed) => trialOf(id, seed));
    expect(await keepExperiment(tables, experimentOf("twice"), trials)).toEqual(ids);
    expect(await keepExperiment(tables, experimentOf("twice", 5), trials.slice(1))).toEqual(ids);
    // Only two of the three were asked for again, and the first has kept its place.
    expect((await trialsOf(tables, "twice")).map(({ id }) => id)).toHaveLength(3);
    expect((await allExperiments(tables)).find(({ id }) => id === "twice")!.priority).toBe(5);
    expect((await countStates(tables)).filter(({ experiment }) => experiment === "twice")).toEqual([
      { experiment: "twice", state: "waiting", trials: 3 },
    ]);
  });

  test("keeps contents by their identity, each once", async () => {
    const bytes = Uint8Array.from({ length: 300 }, (_, at) => at);
    expect(await readContent(tables, "sha256:a")).toBeUndefined();
    await writeContent(tables, "sha256:a", bytes);
    await writeContent(tables, "sha256:a", bytes);
    expect(new Uint8Array((await readContent(tables, "sha256:a"))!)).toEqual(bytes);
  });

  test("gives a trial of two experiments to the more urgent one", async () => {
    const shared = randomUUID();
    await keepExperiment(tables, experimentOf("calm"), [trialOf(shared)]);
    await keepExperiment(tables, experimentOf("urgent", 1), [trialOf(shared)]);
    const open = (await openTrials(tables)).filter(({ trial }) => trial === shared);
    expect(open).toEqual([{ trial: shared, experiment: "urgent", position: 0, priority: 1 }]);
  });

  test("keeps what names hold, whatever it is", async () => {
    const name = `'; drop table trials; -- "é\u{1F9EA}\\`;
    const id = randomUUID();
    await keepExperiment(tables, experimentOf(name), [{ ...trialOf(id), model: name }]);
    expect((await trialsOf(tables, name)).map(({ model }) => model)).toEqual([name]);
    expect(await trialsOf(tables, `' or '1'='1`)).toEqual([]);
  });

  test("plans thousands of trials in one go", async () => {
    const trials = Array.from({ length: 4500 }, (_, seed) => trialOf(`many-${seed}`, seed));
    expect(await keepExperiment(tables, experimentOf("many"), trials)).toHaveLength(4500);
    expect((await trialsOf(tables, "many")).at(-1)).toMatchObject({ id: "many-4499", position: 4499 });
  });

  test("keeps what the holder of a lease writes, and its result once", async () => {
    const { trial, experiment } = await planOne(tables);
    const token = await beginOne(tables, trial);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "running", attempts: 1 });
    expect((await runningByExperiment(tables)).get(experiment)).toBe(1);
    const progress = {
      epochs: [epochOf(1), epochOf(2)],
      events: [{ type: "prepared", data: [1] }],
      share: 0.5,
    };
    expect(await recordProgress(tables, token, { ...progress, resumedEpochs: 0 })).toBe(true);
    expect(await readTrial(tables, trial)).toMatchObject({ epoch: 2, share: 0.5, farthest: 2 });
    expect(await finishAttempt(tables, token, resultOf(), settled)).toBe(true);
    // The acknowledgement may have been lost on the way: the second time is no failure, and changes nothing.
    expect(await finishAttempt(tables, token, resultOf("another"), settled)).toBe(true);
    expect(await readResults(tables, [trial, "nobody"])).toEqual(new Map([[trial, { hash: "hash" }]]));
    expect((await doneTrials(tables)).has(trial)).toBe(true);
    expect(await allResults(tables)).toContainEqual({ hash: "hash" });
    expect(
      await beginAttempt(tables, { trial, token: randomUUID(), worker: randomUUID(), job: randomUUID() }),
    ).toEqual({
      refused: "done",
    });
    expect(await epochsOf(trial)).toMatchObject([
      { epoch: 1, train_loss: 1 },
      { epoch: 2, train_loss: 0.5 },
    ]);
  });

  test("lets a zombie write nothing", async () => {
    const { trial } = await planOne(tables);
    const zombie = await beginOne(tables, trial);
    await recordProgress(tables, zombie, { epochs: [epochOf(1), epochOf(2)], events: [], share: 0 });
    const heir = await beginOne(tables, trial);
    await recordProgress(tables, heir, { epochs: [epochOf(1, 7)], events: [], share: 0, resumedEpochs: 0 });

    const late = { epochs: [epochOf(1, 99)], events: [], share: 0.9 };
    expect(await recordProgress(tables, zombie, late)).toBe(false);
    expect(await finishAttempt(tables, zombie, resultOf("zombie"), settled)).toBe(false);
    expect(await endAttempt(tables, zombie, { state: "failed", error: "late" }, settled)).toBe(false);
    const checkpoint = { epochs: 9, step: 0, size: 1, hash: "z", path: null, bytes: Uint8Array.of(1) };
    expect(await writeCheckpoint(tables, zombie, checkpoint)).toBe(false);

    expect(await epochsOf(trial)).toMatchObject([{ epoch: 1, train_loss: 7 }]);
    expect(await checkpointsOf(tables, trial)).toEqual([]);
    expect((await attemptsOf(trial)).map(({ state }) => state)).toEqual(["lost", "running"]);
    expect(await finishAttempt(tables, heir, resultOf("heir"), settled)).toBe(true);
    expect((await readResults(tables, [trial])).get(trial)).toEqual({ hash: "heir" });
  });

  test("undoes a finish whose queue job cannot be settled", async () => {
    const { trial } = await planOne(tables);
    const token = await beginOne(tables, trial);
    const broken = async (): Promise<never> => {
      throw new Error("the queue is gone");
    };
    await expect(finishAttempt(tables, token, resultOf(), broken)).rejects.toThrow("the queue is gone");
    expect(await readTrial(tables, trial)).toMatchObject({ state: "running" });
    expect((await doneTrials(tables)).has(trial)).toBe(false);
  });

  test("gives each of two who begin at once a turn, and only the second the lease", async () => {
    const { trial } = await planOne(tables);
    const tokens = await Promise.allSettled([beginOne(tables, trial), beginOne(tables, trial)]);
    const states = (await attemptsOf(trial)).map(({ state }) => state);
    expect(states.filter((state) => state === "running")).toHaveLength(1);
    expect(tokens.filter(({ status }) => status === "fulfilled").length).toBe(states.length);
  });

  test("puts a trial into quarantine that fails the same way three times", async () => {
    const { trial } = await planOne(tables);
    const fail = async (error: string): Promise<boolean> => {
      const token = await beginOne(tables, trial);
      let isTriedAgain = false;
      await endAttempt(tables, token, { state: "failed", error }, async (_, again) => {
        isTriedAgain = again;
      });
      return isTriedAgain;
    };
    expect(await fail("out of memory")).toBe(true);
    expect(await fail("another reason")).toBe(true);
    expect(await fail("out of memory")).toBe(true);
    expect(await fail("out of memory")).toBe(true);
    expect(await fail("out of memory")).toBe(false);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "quarantined", error: "out of memory" });
    expect(await retryTrials(tables, { trials: [trial] })).toEqual([trial]);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "waiting", failures: 0, error: null });
  });

  test("keeps what a dying process says, whatever it is", async () => {
    const { trial } = await planOne(tables);
    const token = await beginOne(tables, trial);
    // A NUL, and a character of which the second half was cut off: PostgreSQL takes neither.
    const said = "core dumped \0 \uD83D";
    const kept = "core dumped \uFFFD \uFFFD";
    const warning = { type: "warning", data: { text: said } };
    expect(await recordProgress(tables, token, { epochs: [], events: [warning], share: 0 })).toBe(true);
    expect(await endAttempt(tables, token, { state: "failed", error: said }, settled)).toBe(true);
    const events = await tables.selectFrom("events").select("data").where("trial_id", "=", trial).execute();
    expect(events.map(({ data }) => data)).toEqual([{ text: kept }, { error: kept }]);
    expect(await readTrial(tables, trial)).toMatchObject({ error: kept });
  });

  test("gives a trial that is wanted again its patience again", async () => {
    const { trial } = await planOne(tables);
    for (let loss = 0; loss < 10; loss++) await beginOne(tables, trial);
    await expect(beginOne(tables, trial)).rejects.toThrow("quarantined");
    await retryTrials(tables, { trials: [trial] });
    await beginOne(tables, trial);
    await beginOne(tables, trial);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "running", losses: 1 });
  });

  test("puts a trial into quarantine that fails ten times in a row, each time otherwise", async () => {
    const { trial } = await planOne(tables);
    for (let failure = 1; failure <= 10; failure++) {
      const token = await beginOne(tables, trial);
      await endAttempt(tables, token, { state: "failed", error: `at address ${failure}` }, settled);
      const state = failure < 10 ? "waiting" : "quarantined";
      expect(await readTrial(tables, trial)).toMatchObject({ state, error: `at address ${failure}` });
    }
  });

  test("counts a process that was killed like a worker that was lost: ten in a row, not three", async () => {
    const { trial } = await planOne(tables);
    const ending = { state: "failed", error: "killed by SIGKILL", isKilled: true } as const;
    for (let kill = 1; kill <= 10; kill++) {
      await endAttempt(tables, await beginOne(tables, trial), ending, settled);
      const state = kill < 10 ? "waiting" : "quarantined";
      expect(await readTrial(tables, trial)).toMatchObject({ state, failures: 0, losses: kill });
    }
  });

  test("has patience with a trial that comes farther each time", async () => {
    const { trial } = await planOne(tables);
    for (let epoch = 1; epoch <= 5; epoch++) {
      const token = await beginOne(tables, trial);
      await recordProgress(tables, token, { epochs: [epochOf(epoch)], events: [], share: 0 });
      await endAttempt(tables, token, { state: "failed", error: "killed" }, settled);
      expect(await readTrial(tables, trial)).toMatchObject({ state: "waiting", failures: 1 });
    }
  });

  test("puts a trial into quarantine that ten workers in a row were lost with", async () => {
    const { trial } = await planOne(tables);
    for (let loss = 0; loss < 10; loss++) await beginOne(tables, trial);
    await expect(beginOne(tables, trial)).rejects.toThrow("the trial is quarantined");
    expect((await readTrial(tables, trial))!.error).toMatch(/10 workers in a row were lost/);
  });

  test("tells a worker by its heartbeat what it lost and what is wanted no more", async () => {
    const worker = randomUUID();
    await registerWorker(tables, {
      id: worker,
      host: "here",
      pid: 1,
      machine: "m",
      program: "p",
      device: "cpu",
      jobs: 3,
      threads: 1,
    });
    const trials = [await planOne(tables), await planOne(tables), await planOne(tables)];
    const tokens: string[] = [];
    for (const { trial } of trials) tokens.push(await beginOne(tables, trial));
    await beginOne(tables, trials[1]!.trial);
    expect(await cancelTrials(tables, { experiment: trials[2]!.experiment })).toEqual([trials[2]!.trial]);
    const held = new Map((await heartbeat(tables, worker, tokens)).map((lease) => [lease.token, lease]));
    expect(tokens.map((token) => held.get(token)?.isWanted)).toEqual([true, undefined, false]);
    let isUnwanted = false;
    const quiet = { epochs: [], events: [], share: 0 };
    await recordProgress(tables, tokens[2]!, quiet, () => {
      isUnwanted = true;
    });
    expect(isUnwanted).toBe(true);
    // Given back after it was cancelled, it stays cancelled.
    await endAttempt(tables, tokens[2]!, { state: "cancelled", error: null }, settled);
    expect(await readTrial(tables, trials[2]!.trial)).toMatchObject({ state: "cancelled" });
    await endWorker(tables, worker);
    expect(await heartbeat(tables, worker, [])).toEqual([]);
  });

  test("keeps the two farthest checkpoints, and none of a trial that is done", async () => {
    const { trial } = await planOne(tables);
    const token = await beginOne(tables, trial);
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index);
    for (const epochs of [1, 3, 2]) {
      const checkpoint = { epochs, step: 0, size: bytes.length, hash: `${epochs}`, path: null, bytes };
      expect(await writeCheckpoint(tables, token, checkpoint)).toBe(true);
    }
    const kept = await checkpointsOf(tables, trial);
    expect(kept.map(({ epochs }) => epochs)).toEqual([3, 2]);
    expect(Uint8Array.from((await readCheckpoint(tables, kept[0]!))!)).toEqual(bytes);
    await removeCheckpoint(tables, kept[0]!);
    expect((await checkpointsOf(tables, trial)).map(({ epochs }) => epochs)).toEqual([2]);
    await finishAttempt(tables, token, resultOf(), settled);
    expect(await checkpointsOf(tables, trial)).toEqual([]);
  });

  test("takes in a result from elsewhere once, with its history", async () => {
    const { trial } = await planOne(tables);
    const row = { trial_id: trial, attempt: 0, ...resultOf("imported") };
    expect(await importResult(tables, row, [epochOf(1), epochOf(2)])).toBe(true);
    expect(await importResult(tables, { ...row, hash: "again" }, [])).toBe(false);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "done" });
    expect(await epochsOf(trial)).toHaveLength(2);
  });

  test("loses every attempt when a new owner says so", async () => {
    const { trial } = await planOne(tables);
    const token = await beginOne(tables, trial);
    expect((await loseAllAttempts(tables)).length).toBeGreaterThan(0);
    expect(await readTrial(tables, trial)).toMatchObject({ state: "waiting" });
    expect(await recordProgress(tables, token, { epochs: [], events: [], share: 0 })).toBe(false);
  });

  test("migrates once, and a second time does no harm", async () => {
    const first = await where.open("fresh");
    await planOne(first.tables);
    if (kind === "PGlite") await first[Symbol.asyncDispose]();
    const again = await where.open("fresh");
    expect(await openTrials(again.tables)).toHaveLength(1);
    await again[Symbol.asyncDispose]();
    if (kind !== "PGlite") await first[Symbol.asyncDispose]();
  });

  test("refuses a lab that a newer version changed", async () => {
    const newer = await where.open("newer");
    await newer.queue.executeSql(
      "insert into shatter.kysely_migration (name, timestamp) values ('9999-later', 'now')",
    );
    await newer[Symbol.asyncDispose]();
    await expect(where.open("newer")).rejects.toThrow(
      /expected a lab of this version of Shatter or an older one, got one that a newer version changed \(9999-later\)/,
    );
  });
});
