/**
 * @file Ten steps of the paper's convolutional networks against PyTorch's, whole, on ONNX Runtime.
 */

import { describe, expect, test } from "vitest";
import { hashOf } from "../../scripts/golden-cases.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { plain } from "../../src/graph/lower/lowering.ts";
import type { Graph } from "../../src/graph/value.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { type Batches, createEvaluator, createTrainer, type TrainingState } from "../../src/train/session.ts";
import { buildStep } from "../../src/train/step.ts";
import goldens from "../golden/networks.json" with { type: "json" };
import { BATCH, CLASSES, type NetworkCase, networkCases, networkQuestion, ROWS } from "./networks.ts";

/** Positions of the elements that are compared one by one: evenly spread, the first and the last among them. */
const sampledPositions = (size: number): number[] => [
  ...new Set(Array.from({ length: 24 }, (_, at) => Math.floor((at * (size - 1)) / 23))),
];

/** How a tensor changed in ten steps; of its elements those at {@link sampledPositions}. */
interface Change {
  readonly sum: number;
  readonly norm: number;
  readonly elements: readonly number[];
}

interface Golden {
  readonly hash: string;
  /** `[10]`, each before its update. */
  readonly losses: readonly number[];
  /** Parameters and running averages, after the first step and after the last. */
  readonly first: { readonly [name: string]: Change };
  readonly last: { readonly [name: string]: Change };
  /** `[32]`: cross-entropy of each example after the last step, in evaluation. */
  readonly evaluation: readonly number[];
}

/**
 * Largest differences, relative to the largest number expected. In float32, 6e-8 an operation, the runs here are off
 * by 1e-5 (losses) and 1e-3 (the smallest changes of weights, of which rounding is a part). On a machine that rounds
 * in another way a ReLU may switch where it does not here, which moves the changes of the layers before it by a
 * hundredth; a wrong pad, tie, momentum or statistic moves them by more than that. What comes before any update
 * cannot switch so far, and is held tightly.
 */
const TOLERANCE = { firstLoss: 1e-5, statistics: 1e-4, losses: 1e-3, norms: 5e-3, changes: 2e-2 };

/** Expect numbers to differ by no more than a share of the largest one that is expected. */
function expectNear(
  actual: readonly number[],
  expected: readonly number[],
  tolerance: number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  const largest = Math.max(...expected.map(Math.abs));
  const worst = Math.max(...expected.map((value, at) => Math.abs(value - actual[at]!)));
  expect(worst / largest, `${what}: relative difference`).toBeLessThanOrEqual(tolerance);
}

/** Expect tensors to have changed as PyTorch's did. */
function expectChanges(
  start: TrainingState,
  end: TrainingState,
  expected: Golden["first"],
  when: string,
): void {
  expect(Object.keys(expected).filter((name) => end[name] === undefined)).toEqual([]);
  const isFirst = when === "after one step";
  for (const [name, golden] of Object.entries(expected)) {
    const what = `change of ${name} ${when}`;
    const changes = Array.from(end[name]!, (element, at) => element - start[name]![at]!);
    // The statistics of the first batch depend on no update.
    const isStatistic = isFirst && /\.(mean|variance)$/.test(name);
    const [norms, elements] = isStatistic
      ? [TOLERANCE.statistics, TOLERANCE.statistics]
      : [TOLERANCE.norms, TOLERANCE.changes];
    expectNear(
      [Math.sqrt(changes.reduce((total, x) => total + x * x, 0))],
      [golden.norm],
      norms,
      `norm of the ${what}`,
    );
    // A sum may cancel: it is measured against what as many changes of one sign would sum to.
    const sum = changes.reduce((total, x) => total + x, 0);
    const scale = golden.norm * Math.sqrt(changes.length);
    expectNear([1 + sum / scale], [1 + golden.sum / scale], norms, `sum of the ${what}`);
    expectNear(
      sampledPositions(changes.length).map((at) => changes[at]!),
      golden.elements,
      elements,
      what,
    );
  }
}

const dataOf = ({ example, images, labels }: NetworkCase): Dataset => ({
  name: "network-cases",
  inputs: images,
  shape: [ROWS, ...example],
  labels: Int32Array.from(labels),
  classNames: Array.from({ length: CLASSES }, (_, index) => String(index)),
});

/** Some consecutive steps of a case. */
const batchesOf = ({ indices, rates }: NetworkCase, from: number, to: number): Batches => ({
  steps: to - from,
  indices: Int32Array.from(indices.slice(from, to).flat()),
  weights: new Float32Array((to - from) * BATCH).fill(1),
  rates: Float32Array.from(rates.slice(from, to)),
  masks: [],
});

/** Train a case and measure it, on the engine's fastest operators or on the plain ones. */
async function run(given: NetworkCase, lowered: boolean) {
  const { example, rates, parameters, recipe } = given;
  const model = findModel(given.model);
  const data = dataOf(given);
  const fastest = await openEngine(ort, "cpu", 2);
  const engine = lowered ? fastest : { ...fastest, lower: async (graph: Graph) => plain.lower(graph) };
  const step = buildStep(model, recipe, example, CLASSES, ROWS);
  await using trainer = await createTrainer(engine, step, data, "he-normal", given.seed);
  const train = (from: number, to: number) => trainer.train(batchesOf(given, from, to));
  const copy = async (): Promise<TrainingState> =>
    Object.fromEntries(Object.entries(await trainer.state()).map(([name, x]) => [name, x.slice()]));
  const start = await copy();
  for (const { name, start: wanted } of parameters) expect(start[name]).toEqual(wanted);
  const losses = [...(await train(0, 1))];
  const first = await copy();
  losses.push(...(await train(1, rates.length)));
  await using evaluator = await createEvaluator(engine, model, example, CLASSES);
  const evaluation = Array.from((await evaluator.answer(await trainer.state(), data)).losses);
  return { losses, start, first, last: await copy(), evaluation };
}

describe.each(networkCases().map((given) => [given.model, given] as const))("%s", (name, given) => {
  const golden = (goldens as unknown as { readonly [model: string]: Golden })[name]!;

  test("has a golden of this very case", async () => {
    expect(golden?.hash, "run: node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py").toBe(
      await hashOf(networkQuestion(given)),
    );
  });

  test.each([
    ["as the engine is fastest", true],
    ["on plain operators", false],
  ] as const)(
    "does what PyTorch does, %s",
    async (_, lowered) => {
      const { losses, start, first, last, evaluation } = await run(given, lowered);
      expectNear(losses.slice(0, 1), golden.losses.slice(0, 1), TOLERANCE.firstLoss, "first loss");
      expectNear(losses, golden.losses, TOLERANCE.losses, "losses");
      expectChanges(start, first, golden.first, "after one step");
      expectChanges(start, last, golden.last, "after ten steps");
      expectNear(evaluation, golden.evaluation, TOLERANCE.losses, "losses in evaluation");
    },
    60_000,
  );

  test("gives the same bytes on one thread as on two", async () => {
    const states = await Promise.all(
      [1, 2].map(async (threads) => {
        const engine = await openEngine(ort, "cpu", threads);
        const step = buildStep(findModel(name), given.recipe, given.example, CLASSES, ROWS);
        await using trainer = await createTrainer(engine, step, dataOf(given), "he-normal", given.seed);
        await trainer.train(batchesOf(given, 0, 2));
        return Object.entries(await trainer.state()).map(([tensor, x]) => [tensor, x.slice()]);
      }),
    );
    expect(states[1]).toEqual(states[0]);
  });
});
