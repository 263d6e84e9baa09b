/**
 * @file What the helper's process computes: examples as a network sees them, and what a network gets wrong.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/json.ts";
import { takeExamples } from "../../src/data/dataset.ts";
import { sheetPng } from "../../src/data/node/example-image.ts";
import { shapes } from "../../src/data/shapes.ts";
import { trialRow } from "../../src/lab/trial-row.ts";
import { findModel } from "../../src/nn/models.ts";
import { loadDataset, openLibrary } from "../../src/run/node/library.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { DataSource } from "../../src/run/runner.ts";
import { identify } from "../../src/run/subject.ts";
import { writeCheckpoint } from "../../src/store/checkpoints.ts";
import { keepExperiment } from "../../src/store/experiments.ts";
import { encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { openEngine } from "../../src/train/engine.ts";
import type { Hard } from "../../src/train/hard.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { runTrial } from "../../src/train/trial.ts";
import { openHelper } from "../../src/web/helper-process.ts";
import { drawHard, type Tools } from "../../src/web/helper-work.ts";
import { mine } from "../run/values.ts";
import { errorAnswer, misfitAnswer } from "./answers.ts";
import { addWorker, begin, type Dashboard, openDashboard, recordOf } from "./fixture.ts";

const record = recordOf("2026-11-21_table-4_mlps");
const N = 256;
const source = { name: "shapes", n: N, testN: 64 };
const recipe = { ...paperRecipe, epochs: 4, augment: { crop: true, flip: true, rotation: 0 } };

let folder: string;
let dashboard: Dashboard;
let id: string;
let bytes: Uint8Array;
/** Training accuracy of the network in the checkpoint, as its trial measured it. */
let trainAccuracy: number;

beforeAll(async () => {
  const splits = cropForRecipe(await loadDataset("shapes", source), recipe);
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    inputs: "shuffled",
    corrupt: 0.5,
    model: "mlp-1x512",
    recipe,
    seed: 3,
    dataset: { name: "shapes", hash: await splitsHash(splits), train: N, test: 64 },
  };
  id = await trialId(spec);
  const engine = await openEngine(runtime, "cpu", 1);
  for await (const event of runTrial(spec, { model: findModel(spec.model), splits }, engine, {
    checkpointDue: () => true,
  })) {
    // The checkpoint after the second epoch: its parameters are those that were measured there.
    if (event.type !== "checkpoint" || event.checkpoint.history.length < 2 || event.checkpoint.step > 0)
      continue;
    bytes = await encodeCheckpoint(event.checkpoint, "another program");
    trainAccuracy = event.checkpoint.history[1]!.trainAccuracy!;
    break;
  }
  folder = await mkdtemp(join(tmpdir(), "shatter-checkpoints-"));
  dashboard = await openDashboard([record], { checkpoints: folder });
  await plan("own", spec, source);
});

/** Plan a trial as an experiment of its own. */
async function plan(name: string, spec: TrialSpec, where: DataSource): Promise<void> {
  const trial = trialRow({ id: await trialId(spec), spec, source: where, escalation: 0 });
  const experiment = { id: name, name, title: name, scale: "custom", source: null, definition: "{}" };
  await keepExperiment(dashboard.db, experiment, [trial]);
}

afterAll(async () => {
  expect(dashboard.errors).toEqual([]);
  await dashboard[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe("misfit examples", () => {
  const ask = async (query = "") =>
    misfitAnswer.parse(await dashboard.json(`/api/trials/${id}/misfit${query}`));

  test("are not there before there is a checkpoint, and that is said", async () => {
    expect(await ask()).toEqual({
      epoch: null,
      asked: 0,
      of: N,
      total: 0,
      examples: [],
      test: null,
      reason: "This trial has left no checkpoint yet.",
    });
  });

  test("are those that the trial itself counted as wrong", async () => {
    const token = await begin(dashboard.db, await addWorker(dashboard.db), id);
    const facts = { epochs: 2, step: 0, size: bytes.length, hash: await sha256(bytes) };
    await writeCheckpoint(dashboard.db, token, { ...facts, path: null, bytes });
    const answer = await ask("?count=9");
    expect(answer).toMatchObject({ epoch: 2, reason: null, asked: N, of: N });
    expect(answer.total).toBe(Math.round(N * (1 - trainAccuracy)));
    expect(answer.examples).toHaveLength(9);
    for (const { label, answer: said } of answer.examples) expect(said).not.toBe(label);
    // Half of the labels were redrawn, and most examples that the network gets wrong are among them.
    expect(answer.examples.some(({ label, trueLabel }) => label !== trueLabel)).toBe(true);

    await writeFile(join(folder, `${id}.safetensors`), bytes);
    const path = join("checkpoints", "..", "..", `${id}.safetensors`);
    await writeCheckpoint(dashboard.db, token, { ...facts, epochs: 3, path, bytes: null });
    expect(await ask("?count=9")).toEqual(answer);
  });

  test("of a damaged checkpoint are refused with the reason", async () => {
    const damaged = bytes.slice();
    damaged[damaged.length - 1]! ^= 1;
    await writeFile(join(folder, `${id}.safetensors`), damaged);
    const response = await dashboard.ask(`/api/trials/${id}/misfit`);
    expect(response.status).toBe(409);
    expect(errorAnswer.parse(await response.json()).error).toMatch(/^checkpoint: expected checksum/);
    await rm(join(folder, `${id}.safetensors`));
    expect((await ask()).reason).toMatch(/is on another machine, or was replaced just now/);
  });
});

describe("training examples", () => {
  const sheet = async (query: string) => {
    const answer = await dashboard.ask(`/api/trials/${id}/examples?${query}`);
    expect(answer.headers.get("content-type")).toBe("image/png");
    return await answer.bytes();
  };

  test("come as one sheet, and change with the epoch where the recipe changes them", async () => {
    const first = await sheet("epoch=1&count=20");
    // 16 columns and 2 rows of 28 pixels with gaps of one, each pixel twice.
    expect(await sharp(first).metadata()).toMatchObject({
      width: 2 * (16 * 29 - 1),
      height: 2 * (2 * 29 - 1),
    });
    expect(await sheet("epoch=1&count=20")).toEqual(first);
    expect(await sheet("epoch=2&count=20")).not.toEqual(first);
  });
});

test("examples that were given as values are shown like those of a name", async () => {
  const asked = { model: mine, data: shapes(40, 20), n: 20, testN: 10 };
  const given = await identify(openLibrary(), asked, paperRecipe);
  await dashboard.lab.contents.keep(given.contents);
  const { train } = given.subject.splits;
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    inputs: "true",
    corrupt: 0,
    model: given.model,
    recipe: paperRecipe,
    dataset: { name: train.name, hash: await splitsHash(given.subject.splits), train: 20, test: 10 },
    seed: 0,
  };
  await plan("values", spec, given.source);
  const answer = await dashboard.ask(`/api/trials/${await trialId(spec)}/examples?epoch=1&count=16`);
  expect(answer.status).toBe(200);
  const rows = Array.from({ length: 16 }, (_, row) => row);
  expect(await answer.bytes()).toEqual(new Uint8Array(await sheetPng(takeExamples(train, rows), 16, 2)));
});

describe("the helper", () => {
  const job = { source, inputs: "true", corrupt: 0, seed: 0, count: 1 } as const;

  test("gives up what takes too long, and does what comes next", async () => {
    await using helper = openHelper({ grid: 1 });
    await expect(helper.ask("grid", job)).rejects.toMatchObject({ status: 503 });
    await expect(helper.ask("grid", job)).rejects.toThrow("this took longer than 0.001 seconds");
  });

  test("refuses to gather more work than it can do", async () => {
    await using helper = openHelper();
    const asked = Array.from({ length: 40 }, async () => await helper.ask("grid", job));
    const ended = await Promise.allSettled(asked);
    const refused = ended.filter((one) => one.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThan(40);
    for (const { reason } of refused) expect(reason).toMatchObject({ status: 503 });
  });

  test("says what is wrong with the request", async () => {
    await using helper = openHelper();
    await expect(helper.ask("grid", { ...job, source: { name: "none" } })).rejects.toMatchObject({
      status: 409,
    });
  });
});

test("what a trial found hard is shown once it has ended, as its record has it", async () => {
  const splits = cropForRecipe(await loadDataset("shapes", source), recipe);
  const { classNames, labels } = splits.train;
  const spec = { inputs: "random", corrupt: 1, model: "linear", recipe, seed: 1 } as TrialSpec;
  const hard: Hard = {
    trainMissed: 1,
    trainLast: [
      [7, 2, 3, null],
      [9, 4, 4, 5],
    ],
    testMissed: 6,
    testSurest: [[3, splits.test.labels[3]!, 0]],
  };
  const tools = { library: openLibrary() } as unknown as Tools;
  const answer = misfitAnswer.parse(await drawHard({ spec, source, hard, epochs: 9, count: 64 }, tools));
  expect(answer).toMatchObject({ epoch: 9, reason: null, asked: N, total: 1, test: { total: 6 } });
  expect(answer.examples.map(({ index, label, answer: said, since }) => [index, label, said, since])).toEqual(
    [
      [7, classNames[2], classNames[3], null],
      [9, classNames[4], classNames[4], 5],
    ],
  );
  expect(answer.examples[0]!.trueLabel).toBe(classNames[labels[7]!]);
  expect(answer.test!.examples.map(({ index }) => index)).toEqual([3]);
  const beyond = { ...hard, testSurest: [[64, 0, 1]] } as Hard;
  await expect(drawHard({ spec, source, hard: beyond, epochs: 9, count: 64 }, tools)).rejects.toThrow(
    "trial: expected examples of its data, got others",
  );
});
