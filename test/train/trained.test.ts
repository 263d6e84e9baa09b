/**
 * @file Trained networks as files: ONNX Runtime and our own importer read them back, and both answer as the trial did.
 */

import { describe, expect, test } from "vitest";
import { canonicalJson, type Json, sha256 } from "../../src/base/json.ts";
import { type Dataset, exampleCount, exampleShape } from "../../src/data/dataset.ts";
import { SHAPES_CLASSES, shapes } from "../../src/data/shapes.ts";
import { hold, requireHeld } from "../../src/data/streamed.ts";
import { input } from "../../src/graph/value.ts";
import { readModelFile } from "../../src/import/file.ts";
import type { Model } from "../../src/nn/model.ts";
import { findModel } from "../../src/nn/models.ts";
import { createScope } from "../../src/nn/scope.ts";
import { modelOfFile } from "../../src/run/model-file.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { readSafetensors } from "../../src/train/safetensors.ts";
import { createEvaluator } from "../../src/train/session.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";
import { type TrainedNetwork, writeTrained } from "../../src/train/trained.ts";
import { runTrial } from "../../src/train/trial.ts";
import { bytesOf, relativeError } from "../import/golden.ts";

const engine = await openEngine(runtime, "cpu", 1);

/** Train a network for two epochs on 48 small images; their labels are half random. */
async function train(model: Model, recipe: Partial<Recipe> = {}, facts: Partial<TrialSpec> = {}) {
  const all: Recipe = { ...paperRecipe, batch: 16, epochs: 2, lastBatch: "drop", ...recipe };
  const splits = cropForRecipe(shapes(48, 40), all);
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    dataset: { name: "shapes", hash: await splitsHash(splits), train: 48, test: 40 },
    inputs: "true",
    corrupt: 0.5,
    model: model.name,
    recipe: all,
    seed: 1,
    ...facts,
  };
  let network: TrainedNetwork | undefined;
  for await (const event of runTrial(spec, { model, splits }, engine, { wantsNetwork: true })) {
    if (event.type === "trained") network = event.network;
  }
  return network!;
}

/** What ONNX Runtime predicts by a file, in batches of a size. */
async function predictedBy(onnx: Uint8Array, data: Dataset, batch: number): Promise<number[]> {
  const session = await runtime.InferenceSession.create(onnx, { logSeverityLevel: 3 });
  const inputs = data.inputs as Float32Array;
  const size = inputs.length / exampleCount(data);
  const predicted: number[] = [];
  for (let from = 0; from < exampleCount(data); from += batch) {
    const count = Math.min(batch, exampleCount(data) - from);
    const part = inputs.subarray(from * size, (from + count) * size);
    const feeds = { input: new runtime.Tensor("float32", part, [count, ...exampleShape(data)]) };
    const { logits } = await session.run(feeds);
    const [rows, classes] = logits!.dims as [number, number];
    for (let row = 0; row < rows; row++) {
      const scores = [...(logits!.data as Float32Array).subarray(row * classes, (row + 1) * classes)];
      predicted.push(scores.indexOf(Math.max(...scores)));
    }
  }
  await session.release();
  return predicted;
}

/** What a file predicts when Shatter imports it. */
async function imported(onnx: Uint8Array, data: Dataset): Promise<number[]> {
  const model = await modelOfFile(onnx, "?start=keep");
  const [example, classes] = [exampleShape(data), data.classNames.length];
  const scope = createScope();
  model.logits(input("x", [1, ...example]), classes, scope);
  const state = Object.fromEntries([
    ...scope.parameters.map(({ name, start }, index) => [name, start!(0, index)] as const),
    ...scope.averages.map(({ name, start }) => [name, start as Float32Array] as const),
  ]);
  await using evaluator = await createEvaluator(engine, model, example, classes);
  return [...(await evaluator.answer(state, data)).predicted];
}

const accuracy = (predicted: readonly number[], { labels }: Dataset): number =>
  predicted.filter((label, at) => label === labels[at]).length / labels.length;

const MODELS: readonly (readonly [name: string, model: () => Promise<Model>])[] = [
  ["mlp-1x512", async () => findModel("mlp-1x512")],
  ["alexnet", async () => findModel("alexnet")],
  ["inception", async () => findModel("inception")],
  ["resnet18.onnx", async () => modelOfFile(await bytesOf("resnet18.onnx"), "", "resnet18")],
  [
    "mobilenet_v2.onnx",
    async () => modelOfFile(await bytesOf("mobilenet_v2.onnx"), "?start=keep", "mobilenet"),
  ],
  ["vit.onnx", async () => modelOfFile(await bytesOf("vit.onnx"), "?start=keep", "vit")],
];

describe("writeTrained", () => {
  test.for(MODELS)("writes %s as others and we read it", async ([name, find]) => {
    const network = await train(await find(), name.endsWith(".onnx") ? { preprocess: "standardize" } : {});
    const { onnx, safetensors, batch } = writeTrained(network, "1.2.3");
    const { outcome } = network;
    const data = requireHeld(network.data, "this test");
    expect(batch).toBeUndefined();
    const onTest = await predictedBy(onnx, data.test, 16);
    expect(accuracy(onTest, data.test)).toBe(outcome.testAccuracy);
    expect(accuracy(await predictedBy(onnx, data.train, 48), data.train)).toBe(outcome.trainAccuracy);
    // Of any size, one included.
    expect(await predictedBy(onnx, data.test, 1)).toEqual(onTest);
    expect(await imported(onnx, data.test)).toEqual(onTest);

    const file = readModelFile(onnx);
    const norms = file.nodes.filter(({ operator }) => operator === "BatchNormalization").length;
    expect(norms).toBe(Object.keys(network.state).filter((key) => /\.(running_)?mean$/.test(key)).length);
    const { tensors } = readSafetensors(safetensors);
    for (const { name: tensor, shape, elements } of tensors) {
      const held = file.tensor(tensor);
      expect(held.shape, tensor).toEqual(shape);
      expect(elements, tensor).toEqual(network.state[tensor]);
      expect(relativeError(held.data, network.state[tensor]!), tensor).toBe(0);
    }
  });

  test("says what the network is, the same in both files", async () => {
    const network = await train(
      findModel("mlp-1x512"),
      { preprocess: "standardize" },
      { inputs: "shuffled" },
    );
    const { onnx, safetensors } = writeTrained(network, "1.2.3");
    const { metadata } = readSafetensors(safetensors);
    const text = new TextDecoder("latin1").decode(onnx);
    const latin = (words: string): string =>
      new TextDecoder("latin1").decode(new TextEncoder().encode(words));
    for (const [key, value] of Object.entries(metadata)) {
      expect(text, key).toContain(key);
      expect(text, key).toContain(latin(value));
    }
    expect(await trialId(JSON.parse(metadata["spec"]!))).toBe(metadata["trial"]);
    expect(metadata["spec"]).toBe(canonicalJson(network.spec as unknown as Json));
    expect(metadata).toMatchObject({ shatter: "1.2.3", model: "mlp-1x512" });
    expect(JSON.parse(metadata["output"]!)).toEqual({ name: "logits", classes: SHAPES_CLASSES });
    expect(JSON.parse(metadata["data"]!)).toMatchObject({
      name: "shapes",
      hash: network.spec.dataset.hash,
      randomized: network.data.hash,
    });
    const { parametersHash, testAccuracy, trainAccuracy } = network.outcome;
    expect(JSON.parse(metadata["outcome"]!)).toMatchObject({ testAccuracy, trainAccuracy });
    const held = new Map(readSafetensors(safetensors).tensors.map(({ name, elements }) => [name, elements]));
    const bytes = ["hidden1.weight", "hidden1.bias", "output.weight", "output.bias"].map(
      (name) => new Uint8Array(held.get(name)!.buffer),
    );
    expect(metadata["parametersHash"]).toBe(parametersHash);
    expect(await sha256(...bytes)).toBe(parametersHash);

    // Whoever follows what is said of inputs gets those that the network was tested on.
    const { shape, preprocessing } = JSON.parse(metadata["input"]!) as {
      readonly shape: readonly unknown[];
      readonly preprocessing: {
        readonly order: readonly number[];
        readonly mean: readonly number[];
        readonly deviation: readonly number[];
        readonly steps: readonly string[];
      };
    };
    expect(shape).toEqual(["batch", 3, 32, 32]);
    const { order, mean, deviation, steps } = preprocessing;
    expect(steps).toHaveLength(3);
    const { inputs } = shapes(48, 40).test;
    const pixels = 32 * 32;
    const followed = Float32Array.from(inputs, (_, at) => {
      const [plane, pixel] = [Math.floor(at / pixels), at % pixels];
      const channel = plane % 3;
      return (inputs[plane * pixels + order[pixel]!]! / 255 - mean[channel]!) / deviation[channel]!;
    });
    expect(relativeError(followed, hold(network.data.test).inputs)).toBeLessThan(1e-6);
  });

  test("says of inputs that were cropped and whitened how that is done", async () => {
    const { data } = await train(findModel("linear"));
    const [crop, bytes, whiten, ...others] = data.preprocessing().steps;
    expect(others).toEqual([]);
    expect(crop).toBe("cut the middle 28 x 28 pixels out of images that are larger");
    expect(bytes).toBe("divide every byte by 255");
    expect(whiten).toContain("the mean of all its 2352 numbers");
  });

  test("gives the same bytes for the same network", async () => {
    const [one, other] = [await train(findModel("linear")), await train(findModel("linear"))];
    expect(writeTrained(one, "1")).toEqual(writeTrained(other, "1"));
  });

  test("refuses a network that diverged", async () => {
    const network = await train(findModel("mlp-1x512"), { learningRate: 1e30 });
    expect(network.outcome.status).toBe("diverged");
    expect(() => writeTrained(network, "1")).toThrow(
      /^tensor "\S+": expected finite numbers, got \S+ as element \d+: the training diverged$/,
    );
  });
});
