/**
 * @file Trials in one graph learn what each learns alone.
 */

import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { sizeOf } from "../../src/graph/value.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { createTrainer } from "../../src/train/session.ts";
import { createStackedTrainer, stackStep } from "../../src/train/stacked.ts";
import { buildStep } from "../../src/train/step.ts";
import type { Batches } from "../../src/train/steps.ts";

const ENGINE = await openEngine(runtime, "cpu", 1);
const [ROWS, BATCH, STEPS, CLASSES] = [24, 8, 6, 3];
const EXAMPLE = [3, 4, 4];

/** Losses are near 1 and weights below 1; each is a sum of up to 512 products in float32, six steps deep. */
const TOLERANCE = 1e-5;

const random = randomStream(7, "stacked");
const DATA: Dataset = {
  name: "stacked",
  inputs: Float32Array.from({ length: ROWS * sizeOf(EXAMPLE) }, () => random.normal()),
  labels: new Int32Array(ROWS),
  shape: [ROWS, ...EXAMPLE],
  classNames: ["a", "b", "c"],
};
const trials = [1, 2, 3].map((seed) => ({
  seed,
  labels: Int32Array.from({ length: ROWS }, () => random.below(CLASSES)),
}));

describe("trials in one graph", () => {
  test.each<readonly [string, Partial<Recipe>]>([
    ["momentum, and a rate that changes", {}],
    [
      "dropout, a penalty and clipping",
      { dropout: 0.5, weightDecay: 0.01, clipNorm: 1, labelSmoothing: 0.1 },
    ],
    ["Adam", { optimizer: "adam" }],
  ])("learn what each learns alone: %s", async (_, changes) => {
    const recipe = { ...paperRecipe, batch: BATCH, ...changes };
    const step = buildStep(findModel("mlp-3x512"), recipe, EXAMPLE, CLASSES, ROWS);
    const batches = trials.map(
      (): Batches => ({
        steps: STEPS,
        indices: Int32Array.from({ length: STEPS * BATCH }, () => random.below(ROWS)),
        weights: Float32Array.from({ length: STEPS * BATCH }, (__, at) => Number(at % BATCH < 7)),
        rates: Float32Array.of(0.01, 0.01, 0.01, 0.005, 0.005, 0.005),
        masks: step.masks.map(({ value }) =>
          Float32Array.from({ length: STEPS * sizeOf(value.shape) }, () => 2 * random.below(2)),
        ),
      }),
    );
    await using together = await createStackedTrainer(ENGINE, step, DATA, recipe.initialization, trials);
    const losses = await together.train(batches);
    const states = await together.states();
    for (const [at, { seed, labels }] of trials.entries()) {
      await using alone = await createTrainer(ENGINE, step, { ...DATA, labels }, recipe.initialization, seed);
      const wanted = await alone.train(batches[at]!);
      expect(losses[at]).toHaveLength(STEPS);
      for (const [index, loss] of wanted.entries())
        expect(Math.abs(losses[at]![index]! - loss)).toBeLessThan(TOLERANCE);
      // Adam divides by the size of a gradient: where that is rounding, so is the step.
      if (recipe.optimizer === "adam") continue;
      for (const [name, elements] of Object.entries(await alone.state())) {
        const worst = elements.reduce(
          (most, x, index) => Math.max(most, Math.abs(x - states[at]![name]![index]!)),
          0,
        );
        expect(worst, name).toBeLessThan(TOLERANCE);
      }
    }
    // Trials differ, or equality would say little.
    expect(Math.abs(losses[0]![5]! - losses[1]![5]!)).toBeGreaterThan(100 * TOLERANCE);
  });

  test("are refused where layers are not fully connected", () => {
    const step = buildStep(findModel("alexnet"), { ...paperRecipe, batch: 2 }, [3, 28, 28], 10, 4);
    expect(() => stackStep(step, 2)).toThrow(GraphError);
  });
});
