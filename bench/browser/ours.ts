/**
 * @file The page of `bench/browser.ts`: steps of a network on onnxruntime-web, as a trial does them.
 */

import * as ort from "onnxruntime-web/wasm";
import type { Dataset } from "../../src/data/dataset.ts";
import { sizeOf } from "../../src/graph/value.ts";
import { findModel } from "../../src/nn/models.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createTrainer } from "../../src/train/session.ts";
import type { Runtime } from "../../src/train/sessions.ts";
import { buildStep } from "../../src/train/step.ts";

const [ROWS, BATCH] = [2000, 128];

const dataOf = (example: readonly number[]): Dataset => ({
  name: "waves",
  inputs: Float32Array.from({ length: ROWS * sizeOf(example) }, (_, at) => Math.sin(at * 0.7)),
  labels: Int32Array.from({ length: ROWS }, (_, row) => row % 10),
  shape: [ROWS, ...example],
  classNames: Array.from({ length: 10 }, (_, label) => String(label)),
});

/** Open a network; what is left on the page does some steps and says the last loss. */
async function open(model: string, example: readonly number[], threads: number) {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = new URL("./", location.href).href;
  const engine = await openEngine(ort as unknown as Runtime, "cpu", threads);
  const recipe = { ...paperRecipe, batch: BATCH };
  const step = buildStep(findModel(model), recipe, example, 10, ROWS);
  const trainer = await createTrainer(engine, step, dataOf(example), "he-normal", 1);
  return async (steps: number): Promise<number> => {
    const losses = await trainer.train({
      steps,
      indices: Int32Array.from({ length: steps * BATCH }, (_, at) => (at * 7) % ROWS),
      weights: new Float32Array(steps * BATCH).fill(1),
      rates: new Float32Array(steps).fill(0.01),
      masks: [],
    });
    return losses.at(-1)!;
  };
}

Object.assign(globalThis, { open });
