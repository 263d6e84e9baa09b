/**
 * A worker over a real server, with real training: what becomes of its trials when it, or somebody else, changes its mind.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { planFaulted, type Size } from "../../scripts/faults/experiment.ts";
import { isSettled, type LocalLab, openLab } from "../../src/lab/open.ts";
import { openShelf } from "../../src/lab/shelf.ts";
import { work } from "../../src/lab/worker.ts";
import { openProcessPool } from "../../src/run/node/pool.ts";
import { programOn, provenanceOf } from "../../src/run/node/provenance.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { TrialRunner } from "../../src/run/runner.ts";
import { trialResultSchema } from "../../src/run/trial-result.ts";
import { checkpointsOf } from "../../src/store/checkpoints.ts";
import { openEngine } from "../../src/train/engine.ts";
import type { TrialEvent } from "../../src/train/trial.ts";
import { newDatabase } from "../store/databases.ts";

const TIMING = { heartbeatSeconds: 10, watchSeconds: 1 };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shatter-worker-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A lab of that name, with an experiment of linear networks, unless told, in its queue. */
async function labWith(
  name: string,
  { epochs, seeds, model = "linear" }: Pick<Size, "epochs" | "seeds"> & { model?: string },
) {
  const lab = await openLab({
    lab: join(folder, name),
    databaseUrl: await newDatabase(name),
    timing: TIMING,
  });
  const planned = await planFaulted({ models: [model], examples: 200, epochs, seeds });
  await lab.plan(planned);
  return { lab, planned };
}

/** What is seen of a worker. */
interface Seen {
  readonly warnings: string[];
  readonly events: { readonly trial: string; readonly event: TrialEvent }[];
}

/** A worker with a checkpoint folder of its own, as on a machine of its own. */
async function workIn(
  lab: LocalLab,
  machine: string,
  onEvent = (_: TrialEvent): void => {},
  signal?: AbortSignal,
  around = (run: TrialRunner["run"]): TrialRunner["run"] => run,
) {
  const seen: Seen = { warnings: [], events: [] };
  const checkpoints = { folder: join(folder, machine), seconds: 0.2 };
  await using pool = await openProcessPool({ jobs: 1, device: "cpu", threads: 1, checkpoints });
  const runner = { ...pool, run: around(pool.run) };
  await work({
    runner,
    database: lab.database,
    queue: lab.queue,
    contents: lab.contents,
    device: "cpu",
    threads: 1,
    provenance: provenanceOf("cpu", 1, 1, null),
    shelf: openShelf(lab.database, { ...checkpoints, program: programOn("cpu") }),
    signal: signal ?? new AbortController().signal,
    whenIdle: async () => ((await isSettled(lab.database)) ? "over" : "wait"),
    onWarning: (text) => seen.warnings.push(text),
    onEvent: (event) => {
      if (event.type !== "trial") return;
      seen.events.push({ trial: event.trial.id, event: event.event });
      onEvent(event.event);
    },
  });
  return seen;
}

const attemptsIn = async ({ database }: LocalLab) =>
  await database.tables
    .selectFrom("attempts")
    .select(["trial_id", "number", "state", "resumed_epochs"])
    .orderBy("trial_id")
    .orderBy("number")
    .execute();

describe("a worker", () => {
  test("that is told to end gives its trial back, and another machine goes on from its checkpoint", async () => {
    const { lab, planned } = await labWith("released", { epochs: 300, seeds: 1 });
    await using _ = lab;
    const interrupt = new AbortController();
    await workIn(
      lab,
      "one",
      (event) => {
        if (event.type === "epoch" && event.row.epoch === 50) interrupt.abort();
      },
      interrupt.signal,
    );
    const [released] = await attemptsIn(lab);
    expect(released).toMatchObject({ number: 1, state: "released" });
    const seen = await workIn(lab, "two");
    const resumed = seen.events.flatMap(({ trial, event }) =>
      event.type === "resumed" && trial === released!.trial_id ? [event.epochs] : [],
    );
    expect(resumed).toHaveLength(1);
    expect(resumed[0]).toBeGreaterThanOrEqual(50);
    const after = await attemptsIn(lab);
    expect(after.filter(({ state }) => state === "done")).toHaveLength(planned.trials.length);
    expect(
      after.find(({ trial_id, number }) => trial_id === released!.trial_id && number === 2),
    ).toMatchObject({
      resumed_epochs: resumed[0],
    });
    // Its result says what computed it.
    const { provider, layout } = await openEngine(runtime, "cpu", 1);
    const results = await lab.database.tables.selectFrom("results").select("document").execute();
    const documents = results.map(({ document }) => trialResultSchema.parse(document));
    expect(documents.map(({ provenance }) => [provenance.provider, provenance.layout])).toEqual(
      planned.trials.map(() => [provider, layout]),
    );
  });

  test("ends a trial that is cancelled, and goes on from its checkpoint when it is wanted again", async () => {
    const { lab, planned } = await labWith("cancelled", { epochs: 3000, seeds: 1 });
    await using _ = lab;
    let isCancelled = false;
    await workIn(lab, "three", (event) => {
      if (event.type !== "epoch" || isCancelled) return;
      isCancelled = true;
      void lab.cancel({ experiment: planned.id });
    });
    const attempts = await attemptsIn(lab);
    expect(attempts.map(({ state }) => state)).toEqual(["cancelled"]);
    const trial = attempts[0]!.trial_id;
    const [checkpoint] = await checkpointsOf(lab.database.tables, trial);
    expect(checkpoint!.epochs).toBeGreaterThan(0);
    expect(await lab.queue.active()).toEqual([]);

    expect(await lab.retry({ trials: [trial] })).toBe(1);
    const interrupt = new AbortController();
    const seen = await workIn(
      lab,
      "four",
      (event) => {
        if (event.type === "progress") interrupt.abort();
      },
      interrupt.signal,
    );
    expect(seen.events.find(({ event }) => event.type === "resumed")).toMatchObject({
      event: { epochs: checkpoint!.epochs },
    });
  });

  test("takes no trial for lost that begins while a heartbeat is under way", async () => {
    const { lab, planned } = await labWith("heartbeat", { epochs: 2, seeds: 1 });
    await using _ = lab;
    const underWay = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    /** Heartbeats come every 2.5 s, and wait for this row until another trial has begun. */
    const holdUp = () =>
      lab.database.tables.transaction().execute(async (tx) => {
        await tx.selectFrom("workers").select("id").forUpdate().execute();
        const waits = sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        while ((await waits.execute(tx)).rows.length === 0) await sleep(50);
        underWay.resolve();
        await begun.promise;
      });
    let heldUp: Promise<void> | undefined;
    const seen = await workIn(lab, "five", undefined, undefined, (run) => async (...trial) => {
      if (!heldUp) {
        heldUp = holdUp();
        const ended = await run(...trial);
        await underWay.promise;
        return ended;
      }
      begun.resolve();
      await heldUp;
      // The heartbeat is answered now, and knows nothing of this trial.
      await sleep(200);
      return await run(...trial);
    });
    expect(seen.warnings).toEqual([]);
    const attempts = await attemptsIn(lab);
    expect(attempts.map(({ state }) => state)).toEqual(planned.trials.map(() => "done"));
  });

  test("puts a trial aside that fails the same way three times, and does the others", async () => {
    const { lab, planned } = await labWith("quarantine", { epochs: 5, seeds: 1 });
    await using _ = lab;
    const { tables } = lab.database;
    const [bad, good] = planned.trials;
    await tables
      .updateTable("trials")
      .set({ source: JSON.stringify({ ...bad!.source, name: "no such data" }) })
      .where("id", "=", bad!.id)
      .execute();
    await workIn(lab, "six");
    const states = await tables.selectFrom("trials").select(["id", "state", "error"]).execute();
    expect(states.find(({ id }) => id === good!.id)).toMatchObject({ state: "done" });
    const aside = states.find(({ id }) => id === bad!.id)!;
    expect(aside.state).toBe("quarantined");
    expect(aside.error).toContain("no such");
    const attempts = (await attemptsIn(lab)).filter(({ trial_id }) => trial_id === bad!.id);
    expect(attempts.map(({ state }) => state)).toEqual(["failed", "failed", "failed"]);
  });
});
