/**
 * @file Networks as files for inference: batches of any size where there is such a file, batch normalization as one operator.
 */

import { describe, expect, test } from "vitest";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { batchNormalize, channelMean, channelVariance } from "../../src/graph/ops/batch-norm.ts";
import { add, divide, multiply, sqrt, subtract } from "../../src/graph/ops/elementwise.ts";
import { reshape } from "../../src/graph/ops/shape.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { constant, input, sizeOf, type Value } from "../../src/graph/value.ts";
import { readModelFile } from "../../src/import/file.ts";
import { createFileModel } from "../../src/import/model.ts";
import { checkSettings } from "../../src/import/settings.ts";
import { inferenceFile, tensorsOf } from "../../src/nn/inference.ts";
import { dense, flatten, perChannel } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { models } from "../../src/nn/models.ts";
import { createScope, type Scope } from "../../src/nn/scope.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { bytesOf, goldens, relativeError } from "../import/golden.ts";

const engine = await openEngine(runtime, "cpu", 1);

/** Numbers for all tensors of a model; variances are positive. */
const stateOf = (model: Model, example: readonly number[], classes: number) =>
  Object.fromEntries(
    tensorsOf(model, example, classes).map(({ name, shape }, at) => {
      const elements = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 0.7 + at) / 5);
      return [name, /var(iance)?$/.test(name) ? elements.map((one) => 1 + one) : elements];
    }),
  );

type State = ReturnType<typeof stateOf>;

const examplesOf = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, (_, at) => Math.abs(Math.round(6 * Math.sin(at * 0.37))));

async function run(
  bytes: Uint8Array,
  feeds: { readonly [name: string]: readonly [Float32Array, readonly number[]] },
) {
  const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const given = Object.entries(feeds).map(([name, [data, shape]]) => [
    name,
    new runtime.Tensor("float32", data, shape),
  ]);
  const { logits } = await session.run(Object.fromEntries(given));
  await session.release();
  return logits!.data as Float32Array;
}

/** The logits as trials evaluate them: of the graph, its tensors given. */
async function evaluated(model: Model, batch: readonly number[], classes: number, state: State) {
  const x = input("x", batch);
  const scope = createScope();
  const logits = model.logits(x, classes, scope);
  const given = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const graph = { name: "logits", inputs: [x, ...given], outputs: [{ name: "logits", value: logits }] };
  const feeds = Object.fromEntries(given.map(({ name, shape }) => [name, [state[name]!, shape] as const]));
  return await run(writeOnnx(await engine.lower(graph)), { ...feeds, x: [examplesOf(batch), batch] });
}

/** Write a model, and compare what the file computes with what trials compute, for batches of some sizes. */
async function check(model: Model, example: readonly number[], classes: number, sizes = [1, 2, 5]) {
  const state = stateOf(model, example, classes);
  const file = inferenceFile(model, example, classes, state);
  const bytes = file.write({});
  for (const size of sizes) {
    const batch = [size, ...example];
    const logits = await run(bytes, { [file.input]: [examplesOf(batch), batch] });
    const wanted = await evaluated(model, batch, classes, state);
    expect(relativeError(logits, wanted), `batch of ${size}`).toBeLessThan(1e-4);
  }
  const { nodes, inputs, outputs } = readModelFile(bytes);
  return { ...file, operators: nodes.map(({ operator }) => operator), inputs, outputs, bytes };
}

const modelOf = (logits: Model["logits"]): Model => ({ name: "mine", title: "", source: "", logits });

const count = (operators: readonly string[], wanted: string): number =>
  operators.filter((operator) => operator === wanted).length;

describe("inferenceFile", () => {
  test.for(
    [...models.values()].filter(({ usual }) => !usual),
  )("writes $name for batches of any size", async (model) => {
    const { batch, inputs, outputs, operators } = await check(model, [3, 28, 28], 10);
    expect(batch).toBeUndefined();
    expect(inputs).toEqual([{ name: "input", sizes: ["batch", 3, 28, 28], type: "float32" }]);
    expect(outputs).toEqual([{ name: "logits", sizes: ["batch", 10], type: "float32" }]);
    expect(count(operators, "BatchNormalization")).toBe(model.name === "inception" ? 19 : 0);
    if (model.name === "inception") expect(operators).not.toContain("Sqrt");
  });

  test.for(goldens)("writes what was read of %s for batches of any size", async ([, golden]) => {
    const file = readModelFile(await bytesOf(golden.file));
    const model = createFileModel(file, checkSettings({}), golden.file);
    const { batch, operators } = await check(model, golden.input.shape, golden.classes, [1, 3]);
    expect(batch).toBeUndefined();
    const norms = file.nodes.filter(({ operator }) => operator === "BatchNormalization").length;
    expect(count(operators, "BatchNormalization")).toBe(norms);
  });

  test("takes one example where the network counts its batch, and says so", async () => {
    const share = modelOf((x, classes, scope) => {
      const total = sum(flatten(x), { axes: [0], keepDims: true });
      return dense(divide(flatten(x), add(total, constant(x.shape[0]! / 4))), classes, scope, "output");
    });
    const { batch, inputs } = await check(share, [6], 3, [1]);
    expect(batch).toBe(1);
    expect(inputs[0]!.sizes).toEqual([1, 6]);
  });

  test("takes the batch that a network was made for", async () => {
    const only = modelOf((x, classes, scope) => {
      if (x.shape[0]! > 1) throw new RangeError("one at a time");
      return dense(x, classes, scope, "output");
    });
    expect((await check(only, [6], 3, [1])).batch).toBe(1);
  });

  test("computes sizes that more than one axis of a reshape has from the batch, and fills constants of such sizes", async () => {
    const twice = modelOf((x, classes, scope) => {
      const [batch, width] = x.shape as [number, number];
      const rows = reshape(add(x, constant(0.5, [batch, width])), { shape: [batch, 1, width] });
      return dense(reshape(rows, { shape: [batch, width] }), classes, scope, "output");
    });
    const { batch, operators } = await check(twice, [6], 3);
    expect(batch).toBeUndefined();
    expect(operators).toContain("ConstantOfShape");
  });

  test("gives the input another name where a tensor has its own", async () => {
    const taken = modelOf((x, classes, scope) =>
      dense(dense(x, 4, scope, "hidden"), classes, rename(scope), "output"),
    );
    const rename = (scope: Scope): Scope => ({
      ...scope,
      parameter: (name, ...rest) => scope.parameter(name === "output.bias" ? "input" : name, ...rest),
    });
    const { input: name } = await check(taken, [6], 3);
    expect(name).toBe("input_");
  });

  /** What a batch normalization along the third axis from the last computes, and its deviations from the means. */
  const normalized = (x: Value, scope: Scope) => {
    const channels = x.shape.at(-3)!;
    const mean = scope.average("mean", [channels], 0, () => constant(0, [channels]));
    const variance = scope.average("variance", [channels], 1, () => constant(1, [channels]));
    const scale = divide(constant(1), sqrt(add(variance, constant(1e-3))));
    const shift = scope.parameter("shift", [channels], { role: "bias", fanIn: 0, fanOut: 1 });
    const deviations = subtract(x, perChannel(mean));
    return { deviations, y: add(multiply(deviations, perChannel(scale)), perChannel(shift)) };
  };

  test("leaves arithmetic along another axis than ONNX's as it is", async () => {
    const model = modelOf((x, classes, scope) =>
      dense(flatten(normalized(x, scope).y), classes, scope, "output"),
    );
    const { operators } = await check(model, [2, 3, 2, 2], 3);
    expect(operators).not.toContain("BatchNormalization");
  });

  test("writes one operator also where a part of a normalization is needed besides", async () => {
    const model = modelOf((x, classes, scope) => {
      const { deviations, y } = normalized(x, scope);
      return dense(flatten(add(y, multiply(deviations, deviations))), classes, scope, "output");
    });
    const { operators } = await check(model, [3, 4, 4], 3);
    expect(count(operators, "BatchNormalization")).toBe(1);
    expect(count(operators, "Sub")).toBe(1);
    expect(operators).not.toContain("Sqrt");
  });

  test("takes normalization by the batch's own statistics for what it is", async () => {
    const model = modelOf((x, classes, scope) => {
      const y = batchNormalize(x, { epsilon: 1e-3 });
      const z = divide(subtract(y, channelMean(y)), sqrt(add(channelVariance(y), constant(1e-3))));
      return dense(flatten(z), classes, scope, "output");
    });
    const { operators, batch } = await check(model, [3, 4, 4], 3);
    expect(operators).not.toContain("BatchNormalization");
    expect(batch).toBeUndefined();
  });

  test("keeps what it is told to say of itself", () => {
    const model = models.get("linear")!;
    const state = stateOf(model, [4], 3);
    const bytes = inferenceFile(model, [4], 3, state).write({ "what it is": "a plane" });
    expect(new TextDecoder("latin1").decode(bytes)).toMatch(/what it is.{1,3}a plane/s);
  });

  test("names a tensor that is not there", () => {
    expect(() => inferenceFile(models.get("linear")!, [4], 3, {})).toThrow(
      'tensor "output.weight": expected 12 elements, got none',
    );
  });
});
