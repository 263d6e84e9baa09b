/**
 * @file Steps of several rates in one call: momentum as PyTorch's, whose velocity knows no rate.
 */

import type { InferenceSession } from "onnxruntime-node";
import { describe, expect, test, vi } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { type Batches, createTrainer, ratioOf, stretchesOf } from "../../src/train/session.ts";
import { buildStep } from "../../src/train/step.ts";

const ENGINE = await openEngine(ort, "cpu", 1);
const ROWS = 8;
const DATA: Dataset = {
  name: "rates",
  inputs: Float32Array.from({ length: ROWS * 12 }, (_, at) => Math.sin(at)),
  shape: [ROWS, 3, 2, 2],
  labels: Int32Array.from({ length: ROWS }, (_, at) => at % 2),
  classNames: ["a", "b"],
};

/** The same full batch in every step. */
const batchesOf = (rates: readonly number[]): Batches => ({
  steps: rates.length,
  indices: Int32Array.from({ length: ROWS * rates.length }, (_, at) => at % ROWS),
  weights: new Float32Array(ROWS * rates.length).fill(1),
  rates: Float32Array.from(rates),
  masks: [],
});

/** The weights of a linear model after some calls, each with its rates, by the recipe of the paper unless told. */
const weightsAfter = (...calls: readonly (readonly number[])[]): Promise<Float32Array> =>
  weightsBy({}, calls);

async function weightsBy(
  changes: Partial<Recipe>,
  calls: readonly (readonly number[])[],
  engine = ENGINE,
): Promise<Float32Array> {
  const recipe = { ...paperRecipe, batch: ROWS, ...changes };
  const step = buildStep(findModel("linear"), recipe, [3, 2, 2], 2, ROWS);
  await using trainer = await createTrainer(engine, step, DATA, "he-normal", 1);
  for (const rates of calls) expect(await trainer.train(batchesOf(rates))).toHaveLength(rates.length);
  return (await trainer.state())[step.parameters[0]!.name]!.slice();
}

describe("momentum over a change of the rate", () => {
  test("is that of the velocity: what is left of the steps before moves at the new rate", async () => {
    // At such rates the gradient g hardly changes: two steps of rates r, s move by r g + s (0.9 g + g).
    const start = await weightsAfter();
    const [tiny, large] = [1e-4, 4e-4];
    const moved = (end: Float32Array): Float32Array => end.map((weight, at) => weight - start[at]!);
    const gradient = moved(await weightsAfter([tiny])).map((move) => move / tiny);
    const both = moved(await weightsAfter([tiny, large]));
    const scale = Math.max(...gradient.map(Math.abs));
    both.forEach((move, at) => {
      expect(Math.abs(move / gradient[at]! - (tiny + 1.9 * large)) * Math.abs(gradient[at]!)).toBeLessThan(
        // The gradient moves by a ten-thousandth, weights of size 1 are rounded at 6e-8.
        scale * (tiny + large) * 1e-3 + 2e-7,
      );
    });
  });

  test("does not depend on how steps are divided into calls", async () => {
    const whole = await weightsAfter([0.1, 0.1, 0.05, 0.05, 0.2]);
    expect(await weightsAfter([0.1], [0.1, 0.05], [0.05, 0.2])).toEqual(whole);
    expect(await weightsAfter([0.1, 0.1], [0.05, 0.05], [0.2])).toEqual(whole);
  });

  test("ends with a rate of 0, and goes on from rest", async () => {
    const before = await weightsAfter([0.1]);
    expect(await weightsAfter([0.1, 0, 0])).toEqual(before);
    const after = await weightsAfter([0.1, 0, 0.1]);
    expect(after.every(Number.isFinite)).toBe(true);
    expect(after).not.toEqual(before);
  });
});

describe("a rate that changes in every step", () => {
  const everyStep = { learningRateDecayEvery: 1 };
  const rates = [0.1, 0.09, 0.08, 0.07, 0.06];

  /** Runs of the engine that a call with these rates takes. */
  async function runsOf(changes: Partial<Recipe>, given: readonly number[]): Promise<number> {
    const opened: InferenceSession[] = [];
    const open: Engine["open"] = async (model) => {
      const session = await ENGINE.open(model);
      vi.spyOn(session, "run");
      opened.push(session);
      return session;
    };
    await weightsBy(changes, [given], { ...ENGINE, open });
    return opened.flatMap(({ run }) => vi.mocked(run).mock.calls).length;
  }

  test.each<readonly [string, Partial<Recipe>]>([
    ["momentum", everyStep],
    ["Nesterov's momentum", { ...everyStep, nesterov: true }],
    ["no momentum", { momentum: 0 }],
    ["Adam", { optimizer: "adam" }],
    ["momentum and a cosine", { learningRateDecay: "cosine" }],
    ["momentum and a warm-up", { learningRateWarmup: 3 }],
    [
      "AdamW, a cosine and clipped gradients",
      { optimizer: "adamw", learningRateDecay: "cosine", clipNorm: 0.1 },
    ],
  ])("costs no run of the engine with %s", async (_, changes) => {
    expect(await runsOf(changes, rates)).toBe(1);
    expect(await weightsBy(changes, [rates.slice(0, 2), rates.slice(2)])).toEqual(
      await weightsBy(changes, [rates]),
    );
  });

  test("is the same training as that of a rate that holds, which takes a run for each rate", async () => {
    const stairs = [0.1, 0.1, 0.05];
    expect(await runsOf({}, stairs)).toBe(2);
    const [held, changing] = [await weightsAfter(stairs), await weightsBy(everyStep, [stairs])];
    // Weights of size 1, rounded a dozen times at 6e-8.
    changing.forEach((weight, at) => {
      expect(Math.abs(weight - held[at]!)).toBeLessThan(1e-6);
    });
  });
});

test("stretches are of equal rates next to one another", () => {
  expect(stretchesOf(Float32Array.of(1, 1, 2, 1))).toEqual([
    [0, 2],
    [2, 3],
    [3, 4],
  ]);
  expect(stretchesOf(new Float32Array(0))).toEqual([]);
  expect([ratioOf(2, 1), ratioOf(1, 2), ratioOf(0, 1)]).toEqual([0.5, 2, 0]);
});
