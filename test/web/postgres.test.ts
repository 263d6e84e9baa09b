/**
 * @file The dashboard of a lab on a real PostgreSQL server: the same answers, no secret in any of them, and what is
 * said while the server is gone.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import { type Network, openNetwork } from "../../scripts/faults/network.ts";
import type { Database } from "../../src/store/database.ts";
import { openServer } from "../../src/store/node/open.ts";
import type { DashboardServer } from "../../src/web/serve-options.ts";
import { startServer } from "../../src/web/server.ts";
import { newDatabase } from "../store/databases.ts";
import { compareAnswer, errorAnswer, trialsAnswer } from "./answers.ts";
import { addWorker, begin, idOf, labOf, planRecord, recordOf, replay } from "./fixture.ts";

const record = recordOf("2026-11-21_table-4_mlps");
/** Password of the server of all tests. */
const PASSWORD = "secret";

/** The way to the server, which can be lost. */
let network: Network;
let database: Database;
let server: DashboardServer;
const errors: string[] = [];

beforeAll(async () => {
  const direct = new URL(await newDatabase("dashboard"));
  network = await openNetwork(Number(direct.port));
  const url = Object.assign(direct, { port: network.port }).href;
  expect(url).toContain(`:${PASSWORD}@`);
  database = await openServer(url);
  await planRecord(database.tables, record);
  const worker = await addWorker(database.tables);
  await replay(database.tables, worker, record.trials[0]!, record);
  await begin(database.tables, worker, record.trials[1]!.result.id);
  server = await startServer({ lab: labOf(database, [record]), onError: (error) => errors.push(error) });
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  await network?.[Symbol.asyncDispose]();
});

const ask = (path: string, init?: RequestInit) => fetch(new URL(path, server.address), init);

const trial = record.trials[0]!.result.id;
const paths = [
  ...[
    "/api/lab",
    "/api/experiments",
    `/api/experiments/${idOf(record)}`,
    "/api/trials",
    `/api/trials/${trial}`,
  ],
  ...[
    `/api/trials/${trial}/epochs`,
    `/api/trials/${trial}/result`,
    "/api/compare",
    "/api/data",
    "/api/workers",
  ],
  ...[
    "/api/catalog",
    `/api/experiments/${idOf(record)}/document`,
    "/api/none",
    "/",
    "/api/trials?sort=password",
  ],
];

test("answers as it does on PGlite", async () => {
  const { trials, total, values } = trialsAnswer.parse(await (await ask("/api/trials?sort=-epoch")).json());
  expect(total).toBe(record.trials.length);
  expect(trials[0]!.id).toBe(trial);
  expect(values.corrupt).toEqual([1]);
  const { groups } = compareAnswer.parse(
    await (await ask(`/api/compare?ids=${trial}&metric=trainLoss`)).json(),
  );
  expect(groups[0]!.points).toHaveLength(record.trials[0]!.result.history.length);
});

test("tells nobody the password of the database", async () => {
  for (const path of paths) {
    const answer = await ask(path);
    expect(answer.status).toBeLessThan(500);
    const said = `${[...answer.headers].join()} ${await answer.text()}`;
    expect(said).not.toContain(`:${PASSWORD}@`);
    expect(said).not.toMatch(/\bsecret\b|postgres:\/\//);
  }
  expect((await (await ask("/api/lab")).json()).where).toMatch(/^database 127\.0\.0\.1:\d+\/dashboard_\w+$/);
  expect(errors).toEqual([]);
});

test("says so while the database is gone, in an answer and in the stream", async () => {
  const live = await ask("/api/live");
  const reader = live.body!.pipeThrough(new TextDecoderStream()).getReader();
  await network[Symbol.asyncDispose]();
  for (const path of ["/api/lab", "/api/trials", "/api/compare", `/api/trials/${trial}`, "/api/workers"]) {
    const answer = await ask(path);
    expect([path, answer.status]).toEqual([path, 503]);
    const { error } = errorAnswer.parse(await answer.json());
    expect(error).not.toContain(PASSWORD);
  }
  const action = await ask(`/api/trials/${trial}/cancel`, { method: "POST" });
  expect(action.status).toBe(503);
  let heard = "";
  while (!heard.includes('"trouble"')) heard += (await reader.read()).value ?? "";
  expect(heard).not.toContain(PASSWORD);
  await reader.cancel();
  expect((await ask("/api/catalog")).status).toBe(200);
  expect(errors).toEqual([]);
});
