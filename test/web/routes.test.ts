/**
 * @file Every route of the dashboard, asked over a real socket of a lab on a real database.
 */

import { join } from "node:path";
import { csvParse } from "d3-dsv";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { meanOf, studentQuantile } from "../../src/base/statistics.ts";
import { experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";
import { trialResultSchema } from "../../src/run/trial-result.ts";
import { endAttempt } from "../../src/store/attempts.ts";
import { recordProgress } from "../../src/store/progress.ts";
import { MODELS } from "../import/golden.ts";
import * as answers from "./answers.ts";
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
const other = recordOf("2026-11-21_table-4_mlps");
const id = idOf(record);
const DONE = 15;
const [first] = record.trials;
const running = record.trials[DONE]!.result.id;
const failing = record.trials[DONE + 1]!.result.id;
const waiting = record.trials[DONE + 2]!.result.id;

let dashboard: Dashboard;
let worker: string;

beforeAll(async () => {
  dashboard = await openDashboard([record, other]);
  const { db } = dashboard;
  await planRecord(db, record);
  worker = await addWorker(db);
  for (const trial of record.trials.slice(0, DONE)) await replay(db, worker, trial, record);
  const token = await begin(db, worker, running);
  const epochs = record.trials[DONE]!.result.history.slice(0, 3);
  await recordProgress(db, token, { epochs, events: [], resumedEpochs: 0, share: 0.25 });
  const lost = await begin(db, worker, failing);
  await endAttempt(db, lost, { state: "failed", error: "100% of memory_is gone" }, async () => {});
});

afterAll(async () => {
  expect(dashboard.errors).toEqual([]);
  await dashboard[Symbol.asyncDispose]();
});

/** What a route answers, checked against its schema. */
async function ask<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>> {
  return schema.parse(await dashboard.json(path));
}

/** The sentence of a refusal, and its status. */
async function refusal(path: string, init?: RequestInit) {
  const answer = await dashboard.ask(path, init);
  const { error } = answers.errorAnswer.parse(await answer.json());
  return { status: answer.status, error };
}

describe("the lab", () => {
  test("is told with its counts", async () => {
    const lab = await ask("/api/lab", answers.labAnswer);
    expect(lab).toMatchObject({ experiments: 1, workers: 1, isWorking: false });
    expect(lab.trials).toEqual({ waiting: 6, running: 1, done: DONE, quarantined: 0, cancelled: 0 });
  });

  test("lists what can be started", async () => {
    const { experiments, scales } = await ask("/api/catalog", answers.catalogAnswer);
    expect(experiments.map(({ name }) => name)).toContain("figure-1b");
    expect(scales).toEqual(["smoke", "small", "paper"]);
  });

  test("lists its workers, and what each is doing", async () => {
    const [only, ...others] = await ask("/api/workers", z.array(answers.workerItem));
    expect(others).toEqual([]);
    expect(only).toMatchObject({ id: worker, host: "laptop", done: DONE, endedAt: null });
    expect(only!.running.map((trial) => trial.id)).toEqual([running]);
  });
});

describe("experiments", () => {
  test("are listed with their cost and the time left", async () => {
    const [item] = await ask("/api/experiments", z.array(answers.experimentItem));
    const seconds = record.trials.slice(0, DONE).reduce((total, { result }) => total + result.seconds, 0);
    expect(item).toMatchObject({ id, title: record.title, trials: { done: DONE, running: 1 } });
    expect(item!.seconds).toBeGreaterThanOrEqual(seconds);
    expect(item!.seconds).toBeLessThan(seconds + 600);
    // Of the two models with open trials, both have finished some: so there is a pace.
    expect(item!.secondsLeft).toBeGreaterThan(0);
  });

  test("have a page with what runs, what ended and what can be downloaded", async () => {
    const page = await ask(`/api/experiments/${id}`, answers.experimentAnswer);
    expect(page.question).toMatch(/\?$/);
    expect(page.running.map((trial) => trial.id)).toEqual([running]);
    expect(page.recent).toHaveLength(DONE);
    expect(page.files.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        "index.html",
        "result.json",
        "figure-1b-loss-0.3.csv",
        "figure-1b-accuracy-95.tex",
      ]),
    );
  });

  test("have a document, which is sent once a version", async () => {
    const answer = await dashboard.ask(`/api/experiments/${id}/document`);
    const document = experimentResultSchema.parse(await answer.json());
    expect(document.trials).toHaveLength(DONE);
    const etag = answer.headers.get("etag")!;
    const page = await ask(`/api/experiments/${id}`, answers.experimentAnswer);
    expect(etag).toBe(`"${page.documentVersion}"`);
    const again = await dashboard.ask(`/api/experiments/${id}/document`, {
      headers: { "If-None-Match": etag },
    });
    expect(again.status).toBe(304);
  });

  test("have a report of which every file downloads", { timeout: 120_000 }, async () => {
    const { files } = await ask(`/api/experiments/${id}`, answers.experimentAnswer);
    const ends = new Set<string>();
    for (const { name } of files) {
      const answer = await dashboard.ask(`/api/experiments/${id}/files/${name}`);
      expect([name, answer.status]).toEqual([name, 200]);
      expect(answer.headers.get("content-disposition")).toBe(`attachment; filename*=UTF-8''${id}-${name}`);
      const bytes = await answer.bytes();
      const start = new TextDecoder().decode(bytes.subarray(0, 200));
      const end = name.split(".").at(-1)!;
      ends.add(end);
      if (end === "png") expect((await sharp(bytes).metadata()).format).toBe("png");
      if (end === "svg") expect(start).toMatch(/^<svg/);
      if (end === "csv") expect(csvParse(new TextDecoder().decode(bytes)).length).toBeGreaterThan(0);
      if (end === "json") expect(start).toMatch(/"schema": "shatter\/experiment@1"/);
    }
    expect([...ends].sort()).toEqual(["csv", "html", "json", "md", "png", "svg", "tex"]);
  });

  test("that are not there are said to be absent", async () => {
    expect(await refusal("/api/experiments/table-9")).toEqual({
      status: 404,
      error: 'this lab has no experiment "table-9"',
    });
    expect((await refusal(`/api/experiments/${id}/files/secret.csv`)).status).toBe(404);
  });
});

describe("lists of trials", () => {
  const list = (query: string) => ask(`/api/trials?${query}`, answers.trialsAnswer);

  test("say how many there are, and what they can be filtered by", async () => {
    const { total, trials, values } = await list("limit=5");
    expect(total).toBe(record.trials.length);
    expect(trials).toHaveLength(5);
    const models = [...new Set(record.trials.map(({ spec }) => spec.model))].sort();
    const corrupt = [...new Set(record.trials.map(({ spec }) => spec.corrupt))].sort((a, b) => a - b);
    expect(values).toEqual({ model: models, dataset: ["cifar10"], inputs: ["true"], corrupt, seed: [0] });
  });

  test.each([
    ["state=running", () => [running]],
    ["state=running,waiting&text=memory", () => [failing]],
    ["text=0%25%20of", () => [failing]],
    ["text=memory_is", () => [failing]],
    ["text=memory%25gone", () => []],
    [`text=${first!.result.id.slice(0, 9).toUpperCase()}`, () => [first!.result.id]],
    [`ids=${running},${failing}&sort=-state`, () => [failing, running]],
    ["experiment=none", () => []],
    [
      "model=mlp-1x512&corrupt=0.1,0.2&sort=corrupt",
      () =>
        record.trials
          .filter(({ spec }) => spec.model === "mlp-1x512" && [0.1, 0.2].includes(spec.corrupt))
          .sort((a, b) => a.spec.corrupt - b.spec.corrupt)
          .map(({ result }) => result.id),
    ],
  ])("are filtered by %s", async (query, expected) => {
    const { trials, total } = await list(query);
    expect(trials.map((trial) => trial.id)).toEqual(expected());
    expect(total).toBe(expected().length);
  });

  test("are sorted by any field, those without a value last, and come in pages", async () => {
    const numbers = async (query: string) => (await list(query)).trials.map(({ seconds }) => seconds);
    const done = record.trials
      .slice(0, DONE)
      .map(({ result }) => result.seconds)
      .sort((a, b) => a - b);
    const rising = await numbers("sort=seconds");
    expect(rising.slice(0, DONE)).toEqual(done);
    const falling = await numbers("sort=-seconds");
    expect(falling.slice(0, DONE)).toEqual(done.toReversed());
    expect(await numbers("sort=seconds&offset=3&limit=4")).toEqual(rising.slice(3, 7));
  });

  test("are exported as CSV, all of them", async () => {
    const answer = await dashboard.ask("/api/trials?format=csv&state=done&limit=3&sort=id");
    expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    const rows = csvParse(await answer.text());
    expect(rows).toHaveLength(DONE);
    const found = rows.find((row) => row["id"] === first!.result.id)!;
    expect(Number(found["testAccuracy"])).toBe(first!.result.testAccuracy);
  });

  test.each([
    ["modle=mlp", /modle/],
    ["limit=1001", /limit: expected a whole number in \[1, 1000\]/],
    ["limit=1e3", /limit: expected a whole number/],
    ["offset=-1", /offset/],
    ["sort=password", /sort: expected one of id, state/],
    ["sort=id;drop", /sort/],
    ["state=dead", /state.0: expected one of waiting/],
    ["corrupt=2", /corrupt.0: expected a number in \[0, 1\]/],
    ["seed=99999999999", /seed.0/],
    ["text=%00", /text: expected text without/],
  ])("refuse %s with a sentence", async (query, error) => {
    expect(await refusal(`/api/trials?${query}`)).toEqual({
      status: 400,
      error: expect.stringMatching(error),
    });
  });
});

describe("a trial", () => {
  test("has a page with its result, tries, events and checks", async () => {
    const page = await ask(`/api/trials/${first!.result.id}`, answers.trialAnswer);
    expect(page).toMatchObject({ state: "done", spec: first!.spec, confusion: first!.result.confusion });
    expect(page.result!.parametersHash).toBe(first!.result.parametersHash);
    expect(page.experiments).toEqual([{ id, title: record.title }]);
    expect(page.tries).toMatchObject([{ number: 1, state: "done", worker: "laptop, process 4711" }]);
    expect(page.conformance).toHaveLength(1);
    expect(page.network).toEqual({ bytes: null, mostBytes: 2 ** 28 });
    expect((await refusal(`/api/trials/${page.id}/network/onnx`)).status).toBe(404);
    expect(page.events[0]!.text).toMatch(/^Prepared and checked its data\./);
  });

  test("that failed says why", async () => {
    const page = await ask(`/api/trials/${failing}`, answers.trialAnswer);
    expect(page.error).toBe("100% of memory_is gone");
    expect(page.events.at(-1)).toMatchObject({ type: "failed", text: "Failed: 100% of memory_is gone" });
  });

  test("has its history, also as CSV, and its result", async () => {
    const trial = first!.result.id;
    expect(await ask(`/api/trials/${trial}/epochs`, z.array(answers.epochPoint))).toEqual(
      first!.result.history,
    );
    const csv = csvParse(await (await dashboard.ask(`/api/trials/${trial}/epochs?format=csv`)).text());
    expect(csv.map((row) => Number(row["trainLoss"]))).toEqual(
      first!.result.history.map(({ trainLoss }) => trainLoss),
    );
    const stored = await ask(`/api/trials/${trial}/result`, trialResultSchema);
    expect(stored.result).toEqual(first!.result);
    expect((await refusal(`/api/trials/${waiting}/result`)).status).toBe(404);
  });

  test("that is not there is said to be absent", async () => {
    for (const path of ["", "/epochs", "/result", "/examples", "/misfit"]) {
      expect((await refusal(`/api/trials/ffffffffffffffff${path}`)).status).toBe(404);
    }
  });
});

describe("comparing", () => {
  test("groups by all in which trials differ, but the seed", async () => {
    const { by, groups } = await ask("/api/compare?metric=trainLoss", answers.compareAnswer);
    expect(by).toEqual(["model", "corrupt"]);
    expect(groups).toHaveLength(record.trials.length);
    const group = groups.find(({ trials }) => trials[0] === first!.result.id)!;
    expect(group.points.map(({ mean }) => mean)).toEqual(
      first!.result.history.map(({ trainLoss }) => trainLoss),
    );
    expect(group.points[0]).toMatchObject({ n: 1, low: null, high: null });
  });

  test("gives the mean and the 95 % interval of Student's t", async () => {
    const done = record.trials.slice(0, DONE).filter(({ spec }) => spec.model === "mlp-1x512");
    const path = "/api/compare?metric=trainLoss&by=model&model=mlp-1x512&state=done";
    const { groups } = await ask(path, answers.compareAnswer);
    expect(groups.map(({ title, trials }) => [title, trials.length])).toEqual([["mlp-1x512", done.length]]);
    const values = done.map(({ result }) => result.history[0]!.trainLoss!);
    const mean = meanOf(values);
    const deviation = Math.sqrt(
      values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1),
    );
    const half = (studentQuantile(0.975, values.length - 1) * deviation) / Math.sqrt(values.length);
    const [point] = groups[0]!.points;
    expect(point!.n).toBe(done.length);
    expect(point!.mean).toBeCloseTo(mean, 12);
    expect(point!.high! - point!.low!).toBeCloseTo(2 * half, 12);
  });

  test("keeps the first and the last epoch where points are left out", async () => {
    const path = `/api/compare?metric=trainLoss&ids=${first!.result.id}&points=5`;
    const { groups } = await ask(path, answers.compareAnswer);
    const epochs = groups[0]!.points.map(({ epoch }) => epoch);
    expect(epochs[0]).toBe(1);
    expect(epochs.at(-1)).toBe(first!.result.history.length);
    expect(epochs.length).toBeLessThanOrEqual(7);
  });

  test("exports every epoch as CSV", async () => {
    const answer = await dashboard.ask(`/api/compare?ids=${first!.result.id}&points=5&format=csv`);
    expect(csvParse(await answer.text())).toHaveLength(first!.result.history.length);
  });

  test("refuses a field that trials do not have", async () => {
    expect(await refusal("/api/compare?by=colour")).toEqual({
      status: 400,
      error: "by: expected fields of trials, such as model, got colour",
    });
  });
});

describe("data", () => {
  test("are listed, and those that are not here with what to do", async () => {
    const items = await ask("/api/data", z.array(answers.dataItem));
    expect(items.map(({ name }) => name)).toEqual(["cifar10", "mnist", "digits", "shapes", "shapes-96"]);
    expect(items[2]).toMatchObject({ isHere: true, hint: null });
    for (const { isHere, hint } of items) expect(hint === null).toBe(isHere);
  });

  test("are shown under every randomization, the same examples each time", async () => {
    const grid = (query: string) => ask(`/api/data/shapes/grid?count=12&${query}`, answers.gridAnswer);
    const plain = await grid("");
    expect(plain.examples).toHaveLength(12);
    expect(new Set(plain.examples.slice(0, 10).map(({ trueLabel }) => trueLabel)).size).toBe(10);
    for (const inputs of ["shuffled", "random", "gaussian"]) {
      const { examples, touched } = await grid(`inputs=${inputs}`);
      expect(examples.map(({ index }) => index)).toEqual(plain.examples.map(({ index }) => index));
      expect(examples[0]!.image).not.toBe(plain.examples[0]!.image);
      expect(touched).toMatch(/Labels are true\.$/);
    }
    const random = await grid("corrupt=1");
    expect(random.examples.map(({ image }) => image)).toEqual(plain.examples.map(({ image }) => image));
    expect(random.examples.some(({ label, trueLabel }) => label !== trueLabel)).toBe(true);
    const bytes = Buffer.from(plain.examples[0]!.image.split(",")[1]!, "base64");
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "png", width: 28, height: 28 });
  });
});

describe("actions", () => {
  const post = (path: string, body?: unknown) =>
    dashboard.json(path, {
      method: "POST",
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
    });

  test("cancel a trial, and want it again", async () => {
    expect(await post(`/api/trials/${waiting}/cancel`)).toEqual({ trials: 1 });
    expect((await ask(`/api/trials/${waiting}`, answers.trialAnswer)).state).toBe("cancelled");
    expect(await post(`/api/trials/${waiting}/cancel`)).toEqual({ trials: 0 });
    expect(await post(`/api/trials/${waiting}/retry`)).toEqual({ trials: 1 });
    expect((await ask(`/api/trials/${waiting}`, answers.trialAnswer)).state).toBe("waiting");
  });

  test("start an experiment, and cancel it", async () => {
    const started = await post("/api/experiments", { name: other.name, scale: other.scale });
    expect(started).toEqual({ id: idOf(other), trials: other.trials.length, done: 0 });
    expect(await post(`/api/experiments/${idOf(other)}/cancel`)).toEqual({ trials: other.trials.length });
    expect(await refusal("/api/experiments/none/cancel", { method: "POST" })).toMatchObject({ status: 404 });
  });

  const give = (body: Uint8Array, type = "application/octet-stream") => ({
    method: "POST",
    body: body as BodyInit,
    headers: { "Content-Type": type },
  });

  test("take a model file, check it, and keep it", async () => {
    const file = await readModelAt(join(MODELS, "resnet18.onnx"));
    const given = answers.modelAnswer.parse(await dashboard.json("/api/models", give(file)));
    expect(given).toMatchObject({ isTrainable: true, example: [3, 32, 32] });
    expect(given.findings.join()).toContain("batch normalizations use the statistics of the batch");
    expect(await dashboard.lab.contents.read(given.identity)).toEqual(Buffer.from(file));
  });

  test("refuse what is no model file, or none that can be trained", async () => {
    expect(await refusal("/api/models", give(new Uint8Array([1, 2, 3])))).toMatchObject({ status: 409 });
    expect(await refusal("/api/models", give(new Uint8Array(9), "text/plain"))).toMatchObject({
      status: 415,
    });
    const quantized = await readModelAt(join(MODELS, "faults", "14-qdq.onnx"));
    const given = answers.modelAnswer.parse(await dashboard.json("/api/models", give(quantized)));
    expect(given.isTrainable).toBe(false);
    expect(given.findings.join()).toContain("QuantizeLinear");
    expect(await dashboard.lab.contents.read(given.identity)).toBeUndefined();
  });

  test.each([
    [400, "[]"],
    [400, "{"],
    [400, '{"name": "table-1"}'],
    [400, '{"name": "table-1", "scale": "smoke", "seeds": 0}'],
    [400, '{"name": "table-1", "scale": "smoke", "shell": "rm"}'],
    [422, '{"name": "table-9", "scale": "smoke"}'],
  ])("answer %i to the body %s", async (status, body) => {
    const init = { method: "POST", body, headers: { "Content-Type": "application/json" } };
    expect((await refusal("/api/experiments", init)).status).toBe(status);
  });
});
