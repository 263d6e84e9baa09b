/**
 * @file Networks of files compute what ONNX Runtime computes from the files themselves, in batches of several sizes.
 */

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { errorOf } from "./forward.ts";
import { examplesOf, goldens, MODELS } from "./golden.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(runtime, "cpu", 1);
});

describe("networks of files and the files themselves", () => {
  test.for(goldens)("%s", async ([, golden]) => {
    const bytes = await readModelAt(join(MODELS, golden.file));
    const model = createFileModel(readModelFile(bytes), checkSettings({ start: "keep" }), golden.file);
    const example = golden.input.shape;
    for (const batch of [1, 2, 5]) {
      const { inputs } = examplesOf({ ...golden, batch }, 1);
      const error = await errorOf(engine, model, bytes, example, inputs as Float32Array);
      expect(error, `batches of ${batch}`).toBeLessThan(1e-4);
    }
  });
});
