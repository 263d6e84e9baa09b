/**
 * Examples that are read from a file as they are wanted train as those in memory do, byte for byte.
 */

import { mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256 } from "../../src/base/json.ts";
import { epochBatches } from "../../src/data/batches.ts";
import { countCopies } from "../../src/data/copies.ts";
import {
  type Dataset,
  datasetHash,
  type ExampleSplits,
  exampleCount,
  partRows,
  rangeOf,
  type Splits,
  takeExamples,
} from "../../src/data/dataset.ts";
import { channelMoments } from "../../src/data/layout.ts";
import { planOf } from "../../src/data/planned.ts";
import type { InputsName } from "../../src/data/randomization.ts";
import { shapes } from "../../src/data/shapes.ts";
import { hold } from "../../src/data/streamed.ts";
import { partOf } from "../../src/data/subset.ts";
import { relu } from "../../src/graph/ops/elementwise.ts";
import { convolutionLayer, dense, flatten, maxPoolLayer } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { feedThread } from "../../src/run/node/feed-thread.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type FileSplits, openSplitsFile, writeSplitsFile } from "../../src/run/node/splits-file.ts";
import { writeSplits } from "../../src/run/splits.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { openEngine } from "../../src/train/engine.ts";
import { cropForRecipe, prepareTrial, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { type RunOptions, runTrial } from "../../src/train/trial.ts";

const ENGINE = await openEngine(runtime, "cpu", 1);
const PROGRAM = "the test";

/** Of both splits an equal pair, so that there are copies to count. */
const twins = (dataset: Dataset): Dataset =>
  takeExamples(dataset, [...rangeOf(0, exampleCount(dataset) - 1), 0]);
const drawn = shapes(40, 20);
const PIXELS: Splits = { train: twins(drawn.train), test: twins(drawn.test) };
const asTable = (dataset: Dataset): Dataset => ({
  ...dataset,
  inputs: Float32Array.from(dataset.inputs.subarray(0, exampleCount(dataset) * 40), (value) => value / 7),
  shape: [exampleCount(dataset), 40],
});
const TABLE: Splits = { train: asTable(PIXELS.train), test: asTable(PIXELS.test) };

let folder = "";
let [pixels, table]: FileSplits[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-streamed-"));
  pixels = await writeSplitsFile(folder, planOf(PIXELS));
  table = await writeSplitsFile(folder, planOf(TABLE));
});
afterAll(async () => rm(folder, { recursive: true }));

describe("a file of examples", () => {
  test("has the bytes of the same examples in memory, under their hash", async () => {
    for (const [held, file] of [
      [PIXELS, pixels!],
      [TABLE, table!],
    ] as const) {
      const name = `data-${(await splitsHash(held)).slice(0, 8)}`;
      const named = { train: { ...held.train, name }, test: { ...held.test, name } };
      const bytes = await readFile(file.content.path);
      expect(await sha256(bytes)).toBe(await sha256(writeSplits(named)));
      expect(file.content).toMatchObject({ identity: `sha256:${await sha256(bytes)}`, size: bytes.length });
    }
  });

  test("gives the examples, hash, moments, part and copies of those in memory", async () => {
    for (const [held, file] of [
      [PIXELS, pixels!],
      [TABLE, table!],
    ] as const) {
      expect(await datasetHash(file.train)).toBe(await datasetHash(held.train));
      expect(channelMoments(file.train)).toEqual(channelMoments(held.train));
      expect(countCopies(file)).toEqual(countCopies(held));
      expect(takeExamples(file.test, [19, 3, 4, 3]).inputs).toEqual(
        takeExamples(held.test, [19, 3, 4, 3]).inputs,
      );
      const part = { n: 20, testN: 10, seed: 3 };
      const [some, same] = [partOf(file, part), partOf(held, part)];
      expect(hold(some.train).inputs).toEqual(same.train.inputs);
      expect(await splitsHash(some)).toBe(await splitsHash(same));
    }
  });

  test("is refused once it is another", async () => {
    const path = join(folder, "other");
    await writeFile(path, await readFile(pixels!.content.path));
    const { train } = await openSplitsFile({ ...pixels!.content, path });
    expect(takeExamples(train, [0]).labels.length).toBe(1);
    await utimes(path, 1, 1);
    expect(() => takeExamples(train, [0])).toThrow("was changed while");
    await rm(path);
    expect(() => takeExamples(train, [0])).toThrow("cannot be read any more");
  });

  test("is not written where a part is not what was planned", async () => {
    const plan = planOf(PIXELS);
    const short = { ...plan, test: { ...plan.test, parts: () => [new Uint8Array(3 * 32 * 32)] } };
    await expect(writeSplitsFile(folder, short)).rejects.toThrow("test split: expected 20 examples, got 1");
    const floats = { ...plan, train: { ...plan.train, parts: () => [new Float32Array(3 * 32 * 32)] } };
    await expect(writeSplitsFile(folder, floats)).rejects.toThrow("40 more examples of 3072 uint8 numbers");
  });
});

/** Two layers, fewer units than the paper's, so that many trials are fast. */
const MLP: Model = {
  name: "small-mlp",
  title: "one layer of ReLU units, and a linear one",
  source: "this test",
  logits: (x, classes, scope) =>
    dense(relu(dense(flatten(x), 16, scope, "hidden")), classes, scope, "output"),
};

/** Convolution, ReLU, pooling, and a linear layer. */
const CONV: Model = {
  name: "small-conv",
  title: "one convolution, ReLU, a pool and a linear layer, with dropout",
  source: "this test",
  logits(x, classes, scope) {
    const settings = { filters: 8, kernel: 3, stride: 1, bias: true };
    const features = maxPoolLayer(relu(convolutionLayer(x, settings, scope, "conv")), 3, 2);
    return dense(scope.dropout(flatten(features)), classes, scope, "output");
  },
};

interface Asked {
  readonly model?: Model | undefined;
  readonly inputs?: InputsName;
  readonly recipe?: Partial<Recipe>;
}

async function specOf(
  splits: ExampleSplits,
  { model, inputs = "true", recipe = {} }: Asked,
): Promise<TrialSpec> {
  const full: Recipe = {
    ...paperRecipe,
    batch: 16,
    epochs: 2,
    fit: { ...paperRecipe.fit, stop: false },
    evaluate: { every: 1, test: 12 },
    ...recipe,
  };
  const used = cropForRecipe(splits, full);
  const [train, test] = [exampleCount(used.train), exampleCount(used.test)];
  return {
    schema: "shatter/trial@1",
    dataset: { name: "shapes", hash: await splitsHash(used), train, test },
    inputs,
    corrupt: 0.5,
    model: (model ?? MLP).name,
    recipe: full,
    seed: 4,
  };
}

/** All that a trial says, and its checkpoints as bytes. */
async function run(spec: TrialSpec, splits: ExampleSplits, model?: Model, options: RunOptions = {}) {
  const subject = {
    model: model ?? MLP,
    splits: cropForRecipe(splits, spec.recipe),
  };
  const said: unknown[] = [];
  const checkpoints: Uint8Array[] = [];
  for await (const event of runTrial(spec, subject, ENGINE, options)) {
    if (event.type === "checkpoint") checkpoints.push(await encodeCheckpoint(event.checkpoint, PROGRAM));
    else said.push(event);
  }
  return { said, checkpoints };
}

const STANDARD = { preprocess: "standardize" } as const;
const ALL = { crop: true, flip: true, rotation: 25 };
const CASES: readonly (readonly [string, Asked])[] = [
  ["an MLP, true inputs", { recipe: STANDARD }],
  ["an MLP, whitened and cropped", {}],
  ["an MLP, shuffled pixels", { inputs: "shuffled", recipe: STANDARD }],
  ["an MLP, random pixels, cropped", { inputs: "random" }],
  ["an MLP, Gaussian pixels", { inputs: "gaussian", recipe: STANDARD }],
  ["an MLP, dropping what is left of an epoch", { recipe: { ...STANDARD, lastBatch: "drop" } }],
  ["a conv net, true inputs", { model: CONV, recipe: { ...STANDARD, dropout: 0.3 } }],
  ["a conv net, random pixels", { model: CONV, inputs: "random", recipe: { preprocess: "none" } }],
  ["a conv net, augmented", { model: CONV, recipe: { augment: ALL } }],
  [
    "a conv net, augmented, shuffled, a part held out",
    { model: CONV, inputs: "shuffled", recipe: { ...STANDARD, augment: ALL, validation: 0.25 } },
  ],
];

describe("a streamed trial", () => {
  test.for(CASES)("has the bytes of one in memory: %s", async ([, { model, ...asked }]) => {
    const spec = await specOf(PIXELS, { model, ...asked });
    const held = await run(spec, PIXELS, model);
    expect((await run(spec, pixels!, model)).said).toEqual(held.said);
  });

  test.for(
    CASES.filter(([, { inputs, recipe }]) => inputs === "gaussian" || recipe?.augment),
  )("has them too where a thread makes its images ahead: %s", async ([, { model, ...asked }]) => {
    const spec = await specOf(PIXELS, { model, ...asked });
    const source = { name: pixels!.content.identity, memory: 1000 };
    const options = { openFeed: feedThread(folder)(spec, source), stepsPerRun: () => 2 };
    const finals = ({ said }: Awaited<ReturnType<typeof run>>) =>
      said.filter((event) => Object(event).type !== "progress");
    const ahead = await run(spec, pixels!, model, options);
    expect(finals(ahead)).toEqual(finals(await run(spec, PIXELS, model)));
  });

  test("ends where the thread cannot read its examples", async () => {
    const spec = await specOf(PIXELS, {});
    const source = { name: `sha256:${"0".repeat(64)}`, memory: 1000 };
    const options = { openFeed: feedThread(folder)(spec, source) };
    await expect(run(spec, pixels!, undefined, options)).rejects.toThrow("its bytes are not here");
  });

  test("has the bytes of one in memory on a table, and on a part of the examples", async () => {
    const tables = await specOf(TABLE, { recipe: STANDARD });
    expect((await run(tables, table!)).said).toEqual((await run(tables, TABLE)).said);
    const part = { n: 20, testN: 10 };
    const spec = await specOf(partOf(PIXELS, part), {});
    expect((await run(spec, partOf(pixels!, part))).said).toEqual(
      (await run(spec, partOf(PIXELS, part))).said,
    );
  });

  test("goes on from a checkpoint of either to the same end", async () => {
    const spec = await specOf(PIXELS, { recipe: STANDARD });
    const options = { checkpointDue: () => true, stepsPerRun: () => 2 };
    const [held, streamed] = [
      await run(spec, PIXELS, undefined, options),
      await run(spec, pixels!, undefined, options),
    ];
    const hashes = ({ checkpoints }: typeof held) => Promise.all(checkpoints.map((bytes) => sha256(bytes)));
    expect(await hashes(streamed)).toEqual(await hashes(held));
    const trial = await trialId(spec);
    const from: Checkpoint = await decodeCheckpoint(held.checkpoints[1]!, { trial, program: PROGRAM });
    const resumed = await run(spec, pixels!, undefined, { from });
    expect(resumed.said.at(-1)).toEqual(held.said.at(-1));
  });

  test("never asks for more than a part of the examples, or a run of batches", async () => {
    const asked: number[] = [];
    // Of examples so large that a part is 4 of them.
    const shape = [3, 600, 580];
    const size = 3 * 600 * 580;
    const labels = Int32Array.from({ length: 16 }, (_, index) => index % 2);
    const split = (count: number): ExampleSplits["train"] => ({
      name: "large",
      classNames: ["a", "b"],
      labels: labels.slice(0, count),
      shape: [count, ...shape],
      rows: {
        ...pixels!.train.rows,
        read(indices) {
          asked.push(indices.length);
          const inputs = new Uint8Array(indices.length * size);
          for (let row = 0; row < indices.length; row++) {
            inputs.fill(indices[row]!, row * size, (row + 1) * size).fill(255, row * size, row * size + 9);
          }
          return inputs;
        },
      },
    });
    const splits = { train: split(16), test: split(6) };
    expect(partRows(splits.train)).toBe(4);
    const spec = await specOf(splits, {
      recipe: { preprocess: "paper", batch: 8, augment: { ...ALL, rotation: 0 } },
    });
    const { feed } = await prepareTrial(splits, spec);
    countCopies(splits);
    expect(Math.max(...asked)).toBe(4);
    const batches = epochBatches(16, 8, "keep", 0, 0);
    await feed.images(batches, 0);
    expect(feed.isHeld).toBe(false);
    expect(Math.max(...asked)).toBe(8);
  });
});
