/**
 * @file WebGPU beside what is meant and beside the processor, in a process of its own, as its driver is named by the
 * environment. Prints the largest differences, relative to the largest number of each tensor, as JSON.
 */

import { evaluate } from "../../src/graph/evaluate.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { filterWays } from "../../src/graph/lower/gpu/filter-gradient.ts";
import { lowerToGpu } from "../../src/graph/lower/gpu/lower.ts";
import { writeOnnx } from "../../src/graph/onnx/write.ts";
import { apply } from "../../src/graph/operation.ts";
import { relu } from "../../src/graph/ops/elementwise.ts";
import { operations } from "../../src/graph/ops/index.ts";
import { type Graph, inOrder, input } from "../../src/graph/value.ts";
import { convolutionLayer, dense, flatten, maxPoolLayer } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { findModel, models } from "../../src/nn/models.ts";
import { batchNorm } from "../../src/nn/normalizations.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import type { Device } from "../../src/train/devices.ts";
import { openEngine } from "../../src/train/engine.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { createEvaluator, createTrainer } from "../../src/train/session.ts";
import { createStackedTrainer } from "../../src/train/stacked.ts";
import { buildStep } from "../../src/train/step.ts";
import { cases, draw, nameOf, type OperationCase, weightedSum, weightsOf } from "../graph/cases.ts";
import { numbersOf, tensorOf } from "../graph/oracle.ts";

const EXAMPLE = [3, 8, 8];
const ROWS = 8;

/** A bit of everything that the paper's networks are made of. */
const tiny: Model = {
  name: "tiny",
  title: "a convolution with batch normalization, a pool that overlaps, a convolution, a dense layer",
  source: "",
  logits(x, classes, scope) {
    const settings = { filters: 4, kernel: 3, stride: 1, bias: true };
    const first = relu(batchNorm(convolutionLayer(x, settings, scope, "conv1"), scope, "norm"));
    const second = relu(convolutionLayer(maxPoolLayer(first, 3, 2), settings, scope, "conv2"));
    return dense(flatten(second), classes, scope, "output");
  },
};

/** The largest difference, as a share of the largest number expected or of 1. */
function differenceOf(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const wanted = Array.from(expected);
  const away = wanted.map((number, at) => Math.abs(number - actual[at]!));
  return Math.max(...away) / Math.max(1, ...wanted.map(Math.abs));
}

/** Operations that some step of the paper's models has, or some other recipe's. */
function operationsOfSteps(): ReadonlySet<string> {
  const recipes = [
    { dropout: 0.5, weightDecay: 0.1, clipNorm: 1, labelSmoothing: 0.1 },
    { optimizer: "adam" as const },
  ];
  const steps = [...models.values()].flatMap((model) => {
    const size = model.name === "inception-v3" ? 75 : 28;
    return recipes.map((changes) =>
      buildStep(model, { ...paperRecipe, batch: 2, ...changes }, [3, size, size], 10, 2),
    );
  });
  return new Set(
    steps.flatMap(({ graph }) =>
      inOrder(graph.outputs.map(({ value }) => value)).flatMap((value) =>
        value.kind === "application" ? [value.operation.name] : [],
      ),
    ),
  );
}

/** Cases with their gradients side by side in one graph: what they have in common is compiled once. */
function together(given: readonly OperationCase[]): {
  readonly graph: Graph;
  readonly feeds: { [name: string]: number[] };
} {
  const feeds: { [name: string]: number[] } = {};
  const parts = given.map((each, at): Graph => {
    const operands = each.operands.map(({ shape, type }, index) => input(`${at}.x${index}`, shape, type));
    const y = apply(operations.get(each.operation)!, operands, each.attributes);
    const weights = { ...weightsOf(y), name: `${at}.weights` };
    const targets = operands.filter(({ type }) => type === "float32");
    each.operands.forEach(({ shape, fill }, index) => {
      feeds[`${at}.x${index}`] = draw(nameOf(each), index, shape, fill);
    });
    const outputs = [{ name: `${at} ${nameOf(each)}`, value: y }];
    if (each.operation === "maxPoolGradient" || targets.length === 0)
      return { name: "", inputs: operands, outputs };
    feeds[weights.name] = draw(nameOf(each), operands.length, y.shape);
    const slopes = gradient(weightedSum(y, weights), targets).map((value, target) => ({
      name: `${at} ${nameOf(each)}, gradient by ${target}`,
      value,
    }));
    return { name: "", inputs: [...operands, weights], outputs: [...outputs, ...slopes] };
  });
  const inputs = parts.flatMap((part) => part.inputs);
  return { graph: { name: "cases", inputs, outputs: parts.flatMap(({ outputs }) => outputs) }, feeds };
}

async function differencesOfCases(): Promise<readonly (readonly [string, number])[]> {
  const wanted = operationsOfSteps();
  const { graph, feeds } = together(
    cases.filter(
      ({ operation, operands, kink }) =>
        wanted.has(operation) &&
        !kink &&
        operands.every(({ type }) => type === "float32" || type === "int32"),
    ),
  );
  const expected = evaluate(graph, feeds);
  const engine = await openEngine(runtime, "webgpu", 1);
  const found: (readonly [string, number])[] = [];
  for (const way of filterWays) {
    const session = await engine.open(writeOnnx(lowerToGpu(graph, way)));
    const results = await session.run(
      Object.fromEntries(graph.inputs.map((each) => [each.name, tensorOf(each, feeds[each.name]!)])),
    );
    for (const { name } of graph.outputs)
      found.push([`${way}: ${name}`, differenceOf(numbersOf(results[name]!), expected[name]!.data)]);
    await session.release();
  }
  return found;
}

const CLASSES = ["a", "b", "c", "d"];
const LABELS = Int32Array.from({ length: ROWS }, (_, row) => row % CLASSES.length);
const DATA = {
  name: "tiny",
  inputs: Float32Array.from(draw("images", 0, [ROWS, ...EXAMPLE])),
  labels: LABELS,
  shape: [ROWS, ...EXAMPLE],
  classNames: CLASSES,
};
const RECIPE = { ...paperRecipe, batch: 4 };
/** Four steps, whose rate falls once. */
const BATCHES = {
  steps: 4,
  indices: Int32Array.from({ length: 16 }, (_, at) => (at * 3) % ROWS),
  weights: new Float32Array(16).fill(1),
  rates: Float32Array.of(0.02, 0.02, 0.01, 0.01),
  masks: [],
};

/** What the tiny network learns, and what it then says; and what two linear models in one graph learn. */
async function train(device: Device): Promise<{ readonly [name: string]: Float32Array }> {
  const engine = await openEngine(runtime, device, 1);
  const step = buildStep(tiny, RECIPE, EXAMPLE, CLASSES.length, ROWS);
  await using trainer = await createTrainer(engine, step, DATA, "he-normal", 1);
  const losses = await trainer.train(BATCHES);
  const state = await trainer.state();
  await using evaluator = await createEvaluator(engine, tiny, EXAMPLE, CLASSES.length);
  const answers = await evaluator.answer(state, DATA);
  const linear = buildStep(findModel("linear"), RECIPE, EXAMPLE, CLASSES.length, ROWS);
  const trials = [LABELS, LABELS.toReversed()].map((labels, seed) => ({ seed, labels }));
  await using together = await createStackedTrainer(engine, linear, DATA, "he-normal", trials);
  const [, second] = await together.train([BATCHES, BATCHES]);
  return { losses, ...state, "losses in evaluation": answers.losses, "losses of the second of two": second! };
}

const [cpu, gpu] = [await train("cpu"), await train("webgpu")];
const trained = Object.entries(cpu).map(([name, expected]) => [name, differenceOf(gpu[name]!, expected)]);
process.stdout.write(JSON.stringify({ trained, cases: await differencesOfCases() }));
