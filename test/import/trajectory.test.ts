/**
 * @file Imported files compute what PyTorch computes, and learn as PyTorch learns: logits, twenty steps of descent, running
 * averages.
 */

import { describe, expect, test } from "vitest";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { input } from "../../src/graph/value.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import type { Model } from "../../src/nn/model.ts";
import { createScope } from "../../src/nn/scope.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createTrainer, type TrainingState } from "../../src/train/session.ts";
import { buildStep } from "../../src/train/step.ts";
import { bytesOf, examplesOf, type Golden, goldens, relativeError } from "./golden.ts";

const STEPS = 20;

/** Files whose exporter wrote a table that places share down once for each: they are other networks than PyTorch's now. */
const EXPANDED = ["swin.onnx"];

async function logitsOf(
  engine: Engine,
  model: Model,
  state: TrainingState,
  golden: Golden,
): Promise<Float32Array> {
  const { shape } = golden.input;
  const x = input("x", [golden.batch, ...shape]);
  const scope = createScope();
  const logits = model.logits(x, golden.classes, scope);
  const given = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const graph = { name: "logits", inputs: [x, ...given], outputs: [{ name: "logits", value: logits }] };
  const session = await engine.open(writeOnnx(engine.lower(graph)));
  const { Tensor } = engine.runtime;
  const feeds = Object.fromEntries(
    given.map(({ name, shape: sizes }) => [name, new Tensor("float32", state[name]!, sizes)]),
  );
  const examples = examplesOf(golden, 1).inputs as Float32Array;
  const results = await session.run({ ...feeds, x: new Tensor("float32", examples, x.shape) });
  await session.release();
  return results["logits"]!.data as Float32Array;
}

describe("imported files", () => {
  test.for(goldens)("%s computes and learns as in PyTorch", async ([, golden]) => {
    const file = readModelFile(bytesOf(golden.file));
    const model = createFileModel(file, checkSettings({ start: "keep", dropout: 0 }), golden.file);
    const engine = await openEngine(runtime, "cpu", 1);
    const data = examplesOf(golden, STEPS);
    const { rate, momentum, weightDecay } = golden.optimizer;
    const recipe = {
      ...paperRecipe,
      batch: golden.batch,
      learningRate: rate,
      learningRateDecay: 1,
      momentum,
      weightDecay,
    };
    const step = buildStep(model, recipe, golden.input.shape, golden.classes, STEPS * golden.batch);
    await using trainer = await createTrainer(engine, step, data, "he-normal", 0);
    const before = await logitsOf(engine, model, await trainer.state(), golden);
    expect(relativeError(before, golden.before), "logits before").toBeLessThan(1e-4);
    if (EXPANDED.includes(golden.file)) return;
    const decays = new Set(golden.parameters.filter(({ decay }) => decay).map((one) => one.in ?? one.name));
    const weights = step.parameters.filter(({ role }) => role === "weight").map(({ name }) => name);
    expect(new Set(weights), "what decays").toEqual(decays);
    // Statistics that PyTorch kept fixed are those of the batch here.
    const batchNormalizes = step.state.some(({ input: { name } }) => name.endsWith(".running_mean"));
    if (batchNormalizes && !golden.train) return;
    const losses = await trainer.train({
      steps: STEPS,
      indices: Int32Array.from({ length: STEPS * golden.batch }, (_, at) => at),
      weights: new Float32Array(STEPS * golden.batch).fill(1),
      rates: new Float32Array(STEPS).fill(rate),
      masks: [],
    });
    expect(relativeError(losses, golden.losses), "losses").toBeLessThan(1e-3);
    const state = await trainer.state();
    const after = await logitsOf(engine, model, state, golden);
    expect(relativeError(after, golden.after), "logits after").toBeLessThan(1e-2);
  });
});
