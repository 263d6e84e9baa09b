/**
 * @file Speed of training steps on a GPU and on the processor, and whether their losses agree; one line of JSON for each
 * measurement. `scripts/gpu-pack.ts` bundles it for machines that have neither these sources nor a registry.
 *
 *   measure.js [--device webgpu] [--models mlp-1x512,...] [--batch 128] [--seconds 6] [--budget 440] [--trials 32] [--steps 50]
 *
 * @remarks A measurement that would begin after the budget, in seconds, is left out, and said to be.
 */

import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Dataset } from "../../src/data/dataset.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { Device } from "../../src/train/devices.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createTrainer } from "../../src/train/session.ts";
import { createStackedTrainer } from "../../src/train/stacked.ts";
import { buildStep } from "../../src/train/step.ts";
import type { Batches } from "../../src/train/steps.ts";
import { resnet18 } from "./resnet.ts";

const { values: options } = parseArgs({
  options: {
    device: { type: "string", default: "webgpu" },
    models: {
      type: "string",
      default: "mlp-1x512,alexnet,inception,stack,resnet-18,mlp-3x512,inception-nobn",
    },
    batch: { type: "string", default: "128" },
    rows: { type: "string", default: "2000" },
    seconds: { type: "string", default: "6" },
    budget: { type: "string", default: "440" },
    trials: { type: "string", default: "32" },
    steps: { type: "string", default: "50" },
  },
});
const BATCH = Number(options.batch);
const ROWS = Number(options.rows);
const EXAMPLE = [3, 28, 28];
const deadline = performance.now() + 1000 * Number(options.budget);
const isLate = (): boolean => performance.now() > deadline;
const say = (fact: object): void => console.log(JSON.stringify(fact));

const data: Dataset = {
  name: "waves",
  inputs: Float32Array.from({ length: ROWS * 2352 }, (_, at) => Math.sin(at * 0.7) + Math.sin(at * 0.00131)),
  labels: Int32Array.from({ length: ROWS }, (_, row) => (row * 7) % 10),
  shape: [ROWS, ...EXAMPLE],
  classNames: Array.from({ length: 10 }, (_, label) => String(label)),
};

const batchesOf = (steps: number, rate = 0.001): Batches => ({
  steps,
  indices: Int32Array.from({ length: steps * BATCH }, (_, at) => (at * 11) % ROWS),
  weights: new Float32Array(steps * BATCH).fill(1),
  rates: new Float32Array(steps).fill(rate),
  masks: [],
});

/** Steps a second in runs of some steps: the fastest, the middle and the slowest, until time is up. */
async function paceOf(steps: number, run: () => Promise<unknown>) {
  await run();
  const paces: number[] = [];
  const end = performance.now() + 1000 * Number(options.seconds);
  do {
    const before = performance.now();
    await run();
    paces.push((1000 * steps) / (performance.now() - before));
  } while ((paces.length < 3 || performance.now() < end) && !isLate());
  paces.sort((a, b) => b - a);
  return [paces[0], paces[Math.floor(paces.length / 2)], paces.at(-1)].map((pace) => pace! * BATCH);
}

async function measureModel(name: string, device: Device, threads: number): Promise<Float32Array> {
  const begun = performance.now();
  const engine = await openEngine(runtime, device, threads);
  const step = buildStep(
    name === "resnet-18" ? resnet18 : findModel(name),
    { ...paperRecipe, batch: BATCH },
    EXAMPLE,
    10,
    ROWS,
  );
  await using trainer = await createTrainer(engine, step, data, "he-normal", 1);
  const losses = await trainer.train(batchesOf(Number(options.steps)));
  const opened = (performance.now() - begun) / 1000;
  const chunk = Math.min(Number(options.steps), name.startsWith("mlp") ? 50 : 4);
  const imagesPerSecond = await paceOf(chunk, () => trainer.train(batchesOf(chunk)));
  say({ model: name, device, threads, batch: BATCH, imagesPerSecond, secondsToOpenAndFirstSteps: opened });
  return losses;
}

/** Trials in one graph, and as many one after the other. */
async function measureStack(device: Device, threads: number): Promise<void> {
  const engine = await openEngine(runtime, device, threads);
  const recipe = { ...paperRecipe, batch: BATCH };
  const step = buildStep(findModel("mlp-1x512"), recipe, EXAMPLE, 10, ROWS);
  const trials = Array.from({ length: Number(options.trials) }, (_, seed) => ({ seed, labels: data.labels }));
  await using together = await createStackedTrainer(engine, step, data, "he-normal", trials);
  await using alone = await createTrainer(engine, step, data, "he-normal", 0);
  const chunk = Math.min(Number(options.steps), 10);
  const batches = trials.map(() => batchesOf(chunk));
  const stacked = await paceOf(chunk, () => together.train(batches));
  const single = await paceOf(chunk, () => alone.train(batchesOf(chunk)));
  const imagesPerSecond = stacked.map((pace) => pace * trials.length);
  say({
    model: "mlp-1x512",
    device,
    threads,
    batch: BATCH,
    trials: trials.length,
    imagesPerSecond,
    alone: single,
  });
}

const device = options.device as Device;
const threads = availableParallelism();
say({ device, threads, processors: threads, node: process.version });
for (const name of options.models.split(",")) {
  if (isLate()) {
    say({ model: name, leftOut: "no time left" });
    continue;
  }
  try {
    if (name === "stack") {
      await measureStack(device, threads);
      continue;
    }
    const losses = await measureModel(name, device, threads);
    const wanted = await measureModel(name, "cpu", threads);
    const differences = losses.map((loss, at) => Math.abs(loss - wanted[at]!) / Math.max(1, wanted[at]!));
    say({
      model: name,
      steps: losses.length,
      largestLossDifference: Math.max(...differences),
      lastLoss: wanted.at(-1),
    });
  } catch (error) {
    say({ model: name, failed: String(error) });
  }
}
