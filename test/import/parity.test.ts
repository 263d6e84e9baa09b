/**
 * @file Networks of files compute what ONNX Runtime computes from the files themselves, in batches of several sizes.
 */

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { sizeOf } from "../../src/graph/value.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import { readModelAt } from "../../src/run/node/model-file.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { type Engine, openEngine } from "../../src/train/engine.ts";
import { channelsLast, finish, logitsOf, resultsOf } from "./forward.ts";
import { examplesOf, goldens, MODELS, relativeError } from "./golden.ts";

let engine: Engine;
beforeAll(async () => {
  engine = await openEngine(runtime, "cpu", 1);
});

describe("networks of files and the files themselves", () => {
  test.for(goldens)("%s", async ([, golden]) => {
    const bytes = await readModelAt(join(MODELS, golden.file));
    const model = createFileModel(readModelFile(bytes), checkSettings({ start: "keep" }), golden.file);
    const example = golden.input.shape;
    const { entrance, taken, classes, output } = model.analyze(example);
    for (const batch of [1, 2, 5]) {
      const { inputs } = examplesOf({ ...golden, batch }, 1);
      const examples = inputs as Float32Array;
      const isLast = entrance.layout === "channels-last";
      const given = isLast ? channelsLast(examples, example) : examples;
      const wanted = await resultsOf(bytes, given, [batch, ...entrance.shape]);
      const logits = await logitsOf(engine, model, example, examples);
      expect(logits.length).toBe(batch * classes);
      expect(sizeOf(entrance.shape)).toBe(sizeOf(example));
      const got = finish(logits, classes, taken);
      expect(relativeError(got, wanted[output]!), `batches of ${batch}`).toBeLessThan(1e-4);
    }
  });
});
