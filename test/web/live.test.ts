/**
 * @file Live events: what changes in a lab reaches every page that listens, soon, once, and within bounds.
 */

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cancelTrials, retryTrials } from "../../src/store/experiments.ts";
import { recordProgress } from "../../src/store/progress.ts";
import type { LiveEvent, TrialItem } from "../../src/web/api.ts";
import { createInbox } from "../../src/web/inbox.ts";
import { watchLab } from "../../src/web/live.ts";
import { startServer } from "../../src/web/server.ts";
import { liveEvent } from "./answers.ts";
import {
  addWorker,
  begin,
  type Dashboard,
  idOf,
  openDashboard,
  planRecord,
  recordOf,
  replay,
} from "./fixture.ts";

const record = recordOf("2026-11-21_figure-1b_mlps");
const id = idOf(record);
const ids = record.trials.map(({ result }) => result.id);

let dashboard: Dashboard;
let worker: string;

beforeAll(async () => {
  dashboard = await openDashboard([record]);
  await planRecord(dashboard.db, record);
  worker = await addWorker(dashboard.db);
});

afterAll(async () => {
  expect(dashboard.errors).toEqual([]);
  await dashboard[Symbol.asyncDispose]();
});

/** A page that listens, and what it was told so far. */
async function listen() {
  const over = new AbortController();
  const answer = await dashboard.ask("/api/live", { signal: over.signal });
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  const told: { at: number; event: LiveEvent }[] = [];
  const reading = (async () => {
    let rest = "";
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + chunk).split("\n\n");
      rest = parts.pop()!;
      for (const part of parts) {
        const data = part.replace(/^data: /, "");
        told.push({ at: performance.now(), event: liveEvent.parse(JSON.parse(data)) });
      }
    }
  })().catch(() => {});
  return {
    told,
    /** The first event told that fits, waited for. */
    async until<T>(read: (event: LiveEvent) => T | undefined): Promise<T> {
      for (let tries = 0; tries < 200; tries++) {
        for (const { event } of told) {
          const found = read(event);
          if (found !== undefined) return found;
        }
        await sleep(50);
      }
      throw new Error(`nothing of that kind was told, but ${JSON.stringify(told).slice(0, 500)}`);
    },
    async [Symbol.asyncDispose]() {
      over.abort();
      await reading;
    },
  };
}

const trialIn =
  (trial: string, fits: (item: TrialItem) => boolean = () => true) =>
  (event: LiveEvent) =>
    event.type === "trials" ? event.trials.find((item) => item.id === trial && fits(item)) : undefined;

describe("a page that listens", () => {
  test("hears at once that the server is there, and of each change soon", async () => {
    await using page = await listen();
    await page.until(({ type }) => (type === "alive" ? true : undefined));
    const token = await begin(dashboard.db, worker, ids[0]!);
    await page.until(trialIn(ids[0]!, ({ state }) => state === "running"));
    const epochs = record.trials[0]!.result.history.slice(0, 2);
    await recordProgress(dashboard.db, token, { epochs, events: [], resumedEpochs: 0, share: 0.5 });
    const began = performance.now();
    const item = await page.until(trialIn(ids[0]!, ({ epoch }) => epoch === 2));
    expect(performance.now() - began).toBeLessThan(3000);
    expect(item).toMatchObject({ share: 0.5, trainAccuracy: epochs[1]!.trainAccuracy });
  });

  test("hears of the experiment, and of its document only when a result came", async () => {
    await using page = await listen();
    const versions = () =>
      page.told.flatMap(({ event }) => (event.type === "experiments" ? [event.documents[id]] : []));
    await cancelTrials(dashboard.db, { trials: [ids[1]!] });
    await page.until((event) =>
      event.type === "experiments"
        ? event.experiments.find(({ trials }) => trials.cancelled === 1)
        : undefined,
    );
    const before = versions().at(-1);
    await retryTrials(dashboard.db, { trials: [ids[1]!] });
    await page.until((event) =>
      event.type === "experiments"
        ? event.experiments.find(({ trials }) => trials.cancelled === 0)
        : undefined,
    );
    expect(versions().at(-1)).toBe(before);
    await replay(dashboard.db, worker, record.trials[2]!, record);
    await page.until(trialIn(ids[2]!, ({ state }) => state === "done"));
    await page.until((event) =>
      event.type === "experiments" ? event.experiments.find(({ trials }) => trials.done === 1) : undefined,
    );
    expect(versions().at(-1)).not.toBe(before);
  });

  test("hears of workers", async () => {
    await using page = await listen();
    const other = await addWorker(dashboard.db, "desktop");
    const found = await page.until((event) =>
      event.type === "workers" ? event.workers.find((one) => one.id === other) : undefined,
    );
    expect(found.host).toBe("desktop");
  });

  test("hears of a change at most twice a second, and not twice of one", async () => {
    await using page = await listen();
    const token = await begin(dashboard.db, worker, ids[4]!);
    for (let step = 1; step <= 30; step++) {
      await recordProgress(dashboard.db, token, { epochs: [], events: [], share: step / 100 });
      await sleep(50);
    }
    await page.until(trialIn(ids[4]!, ({ share }) => share === 0.3));
    await sleep(1500);
    const batches = page.told.filter(({ event }) => trialIn(ids[4]!)(event));
    for (let at = 1; at < batches.length; at++) {
      // The clock of a busy machine is not this exact: a tenth is allowed.
      expect(batches[at]!.at - batches[at - 1]!.at).toBeGreaterThan(450);
    }
    const shares = batches.map(({ event }) => trialIn(ids[4]!)(event)!.share);
    expect(new Set(shares).size).toBe(shares.length);
    expect(shares.length).toBeLessThan(10);
  });

  test("hears of a transaction that commits after younger ones", async () => {
    await using page = await listen();
    await page.until(({ type }) => (type === "alive" ? true : undefined));
    // Its rows carry the time of its beginning, which lies before what the page hears of next.
    await dashboard.db
      .updateTable("trials")
      .set({ error: "late", updated_at: new Date(Date.now() - 5000) })
      .where("id", "=", ids[5]!)
      .execute();
    // What it was before may be told once more, as whatever changed a moment ago is.
    const late = await page.until((event) => {
      const trial = trialIn(ids[5]!)(event);
      return trial?.error === "late" ? trial : undefined;
    });
    expect(late.error).toBe("late");
  });
});

describe("the server", () => {
  test("looks once for all pages, and not at all while there is none", async () => {
    const { db } = dashboard;
    let looks = 0;
    const counted = db.withPlugin({
      transformQuery: ({ node }) => {
        if (JSON.stringify(node).includes("clock_timestamp")) looks++;
        return node;
      },
      transformResult: async ({ result }) => result,
    });
    using live = watchLab(counted);
    await sleep(700);
    expect(looks).toBe(0);
    const inboxes = Array.from({ length: 20 }, () => live.listen()!);
    await sleep(2200);
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(5);
    for (const inbox of inboxes) inbox[Symbol.dispose]();
    expect(live.listeners).toBe(0);
    // The look under way may take its time on a busy machine.
    await sleep(2000);
    const after = looks;
    await sleep(1200);
    expect(looks).toBe(after);
  });

  test("takes so many pages, and no more", () => {
    using live = watchLab(dashboard.db);
    const inboxes = Array.from({ length: 250 }, () => live.listen());
    expect(inboxes.filter((inbox) => inbox !== undefined)).toHaveLength(200);
  });
});

describe("a page that does not read", () => {
  test("is let go, and no other page hears of it", async () => {
    await using server = await startServer({ lab: dashboard.lab, stallMs: 300 });
    const socket = connect(server.port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.write("GET /api/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await new Promise((resolve) => socket.once("data", resolve));
    socket.pause();
    await using page = await listen();
    const change = (text: string | null) =>
      dashboard.db
        .updateTable("trials")
        .set({ error: text, updated_at: new Date() })
        .where("id", "=", ids[7]!)
        .execute();
    // More than the system keeps of a connection, and more to tell after it.
    for (let round = 1; round <= 4; round++) {
      const error = String(round).repeat(5_000_000);
      await change(error);
      await page.until(trialIn(ids[7]!, (item) => item.error === error));
    }
    await sleep(1000);
    // What is left of the connection is noticed once it is read.
    socket.resume();
    await closed;
    await change(null);
    await page.until(trialIn(ids[7]!, (item) => item.error === null));
  });

  test("costs no more than a bounded list, and is told to read anew", async () => {
    using inbox = createInbox(() => {});
    const { trials } = await dashboard.json("/api/trials?limit=1");
    const [item] = trials as TrialItem[];
    for (let round = 0; round < 100; round++) {
      const many = Array.from({ length: 500 }, (_, at) => ({ ...item!, id: `${round}-${at}` }));
      inbox.put([{ type: "trials", trials: many, more: false }]);
      inbox.put([{ type: "trouble", error: `number ${round}` }]);
    }
    const events = (await inbox.take(0))!;
    const [told] = events;
    expect(told).toMatchObject({ type: "trials", more: true });
    expect(told!.type === "trials" && told!.trials.length).toBeLessThanOrEqual(1000);
    expect(events.slice(1)).toEqual([{ type: "trouble", error: "number 99" }]);
    expect(await inbox.take(10)).toEqual([]);
  });

  test("is told once it reads what a trial came to, and not how", async () => {
    using inbox = createInbox(() => {});
    const { trials } = await dashboard.json("/api/trials?limit=1");
    const [item] = trials as TrialItem[];
    for (let epoch = 0; epoch < 50; epoch++) {
      inbox.put([{ type: "trials", trials: [{ ...item!, epoch }], more: false }]);
    }
    expect(await inbox.take(0)).toEqual([{ type: "trials", trials: [{ ...item!, epoch: 49 }], more: false }]);
  });
});
