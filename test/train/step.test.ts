/**
 * @file Ten steps of every optimizer against PyTorch's, in float64 and on ONNX Runtime.
 */

import { describe, expect, test } from "vitest";
import { hashOf } from "../../scripts/golden-cases.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { sizeOf } from "../../src/graph/value.ts";
import { learningRateAt } from "../../src/nn/schedules.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { createTrainer, ratioOf } from "../../src/train/session.ts";
import type { Step } from "../../src/train/step.ts";
import goldens from "../golden/steps.json" with { type: "json" };
import { expectClose } from "../graph/oracle.ts";
import { CLASSES, EXAMPLE, STEPS_PER_EPOCH, type StepCase, stepCases, stepOf } from "./cases.ts";

const ENGINE = await openEngine(runtime, "cpu", 1);

interface Golden {
  readonly hash: string;
  /** `[10]`, each before its update. */
  readonly losses: readonly number[];
  /** The parameters after the first step and after the last. */
  readonly first: { readonly [name: string]: readonly number[] };
  readonly last: { readonly [name: string]: readonly number[] };
  /** `[10]`, of all gradients together before they are clipped, where they are. */
  readonly norms?: readonly number[];
  /** By PyTorch's schedulers, of all steps of the training, where there is a schedule. */
  readonly rates?: readonly number[];
}

/** What a run of ten steps says: losses, and the state after each step that was looked at. */
interface Trace {
  readonly losses: readonly number[];
  readonly last: { readonly [name: string]: readonly number[] };
}

/**
 * Both sides in float64, 2^-53 = 1e-16 an operation; the network feeds its rounding back for ten steps.
 * Tolerances are relative to the largest element of an array, or to 1.
 */
const FLOAT64 = 1e-13;
/**
 * The engine in float32, 6e-8 an operation: ten steps of some 10 operations on the way of a parameter, and
 * Adam's steps depend on the ratio of gradients, which magnifies the rounding of small ones.
 */
const FLOAT32 = 1e-5;

/** The parameters and velocities at the start, by name. */
function startOf(given: StepCase, step: Step): { [name: string]: readonly number[] } {
  const starts = Object.fromEntries(given.parameters.map(({ name, start }) => [name, start]));
  return Object.fromEntries(
    step.state.map(({ input: { name, shape }, start }) => [
      name,
      starts[name] ?? new Array<number>(sizeOf(shape)).fill(start as number),
    ]),
  );
}

/** The state for a step with another rate than the last one. */
function withRate(step: Step, state: Trace["last"], from: number, to: number): Trace["last"] {
  const ratio = ratioOf(from, to);
  const scaled = step.state.map(({ input: { name }, isDisplacement }) => [
    name,
    isDisplacement ? state[name]!.map((element) => element * ratio) : state[name]!,
  ]);
  return Object.fromEntries(scaled);
}

/** Run the first `steps` steps on the evaluator. */
function runMeaning(given: StepCase, step: Step, steps = given.rates.length): Trace {
  const { graph, state } = step;
  let current = startOf(given, step);
  const losses: number[] = [];
  for (let at = 0; at < steps; at++) {
    if (at > 0) current = withRate(step, current, given.rates[at - 1]!, given.rates[at]!);
    const outputs = evaluate(graph, {
      ...current,
      images: given.images,
      labels: given.labels,
      indices: given.indices[at]!,
      weights: given.weights[at]!,
      rate: [given.rates[at]!],
      ...(given.masks && { "dropout.0": given.masks[at]! }),
    });
    losses.push(outputs.loss!.data[0]!);
    current = Object.fromEntries(
      state.map(({ input, output }) => [input.name, Array.from(outputs[output]!.data)]),
    );
  }
  return { losses, last: current };
}

/** Run all steps on the engine, in one call. */
async function runEngine(given: StepCase, step: Step): Promise<Trace> {
  const floats = (numbers: readonly number[]): Float32Array => Float32Array.from(numbers);
  const data = {
    name: "step-cases",
    inputs: floats(given.images),
    shape: [given.labels.length, ...EXAMPLE],
    labels: Int32Array.from(given.labels),
    classNames: Array.from({ length: CLASSES }, (_, label) => String(label)),
  };
  const state = Object.fromEntries(
    Object.entries(startOf(given, step)).map(([name, start]) => [name, floats(start)]),
  );
  const from = { state, rate: undefined };
  await using trainer = await createTrainer(ENGINE, step, data, "he-normal", 0, from);
  const losses = await trainer.train({
    steps: given.rates.length,
    indices: Int32Array.from(given.indices.flat()),
    weights: floats(given.weights.flat()),
    rates: floats(given.rates),
    masks: given.masks ? [floats(given.masks.flat())] : [],
  });
  const last = Object.entries(await trainer.state()).map(([name, end]) => [name, Array.from(end)]);
  return { losses: Array.from(losses), last: Object.fromEntries(last) };
}

/** A step of the case, and one for a rate that changes in every step: momentum is carried in another way there. */
const forms = (given: StepCase): readonly (readonly [title: string, step: Step])[] => [
  ["", stepOf(given)],
  [", with a rate for every step", stepOf({ recipe: { ...given.recipe, learningRateDecayEvery: 1 } })],
];

/** And one that computes a batch in two parts. */
const engineForms = (given: StepCase) => [
  ...forms(given),
  [", in two parts", stepOf({ recipe: { ...given.recipe, accumulate: 2 } })] as const,
];

const goldenOf = ({ title }: StepCase): Golden =>
  (goldens as unknown as { readonly [title: string]: Golden })[title]!;

describe.each(stepCases.map((given) => [given.title, given] as const))("%s", (_, given) => {
  const golden = goldenOf(given);
  const names = given.parameters.map(({ name }) => name);

  test("has a golden of this very case", async () => {
    expect(golden?.hash, "run: node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py").toBe(
      await hashOf(given),
    );
  });

  test.each(forms(given))("does what PyTorch does, in float64%s", (_, step) => {
    const first = runMeaning(given, step, 1);
    const { losses, last } = runMeaning(given, step);
    expectClose(losses, golden.losses, FLOAT64, "losses");
    for (const name of names) {
      expectClose(first.last[name]!, golden.first[name]!, FLOAT64, `${name} after one step`);
      expectClose(last[name]!, golden.last[name]!, FLOAT64, `${name} after ten steps`);
    }
  });

  test.each(engineForms(given))("does what PyTorch does, on ONNX Runtime%s", async (_, step) => {
    const { losses, last } = await runEngine(given, step);
    expectClose(losses, golden.losses, FLOAT32, "losses");
    for (const name of names)
      expectClose(last[name]!, golden.last[name]!, FLOAT32, `${name} after ten steps`);
  });
});

const scheduled = stepCases.filter(({ recipe }) => recipe.learningRateWarmup !== undefined);

test.each(scheduled)("$title has the rates of PyTorch's schedulers", (given) => {
  const { rates } = goldenOf(given);
  const ours = rates!.map((_, step) => learningRateAt(given.recipe, step, STEPS_PER_EPOCH));
  // A closed form beside one that goes from rate to rate.
  expectClose(ours, rates!, FLOAT64, "rates");
  expect(given.rates).toEqual(ours.slice(0, given.rates.length).map(Math.fround));
});

test("gradients are clipped in all steps of a case, in some, or in none", () => {
  const clipped = stepCases.flatMap((given) => {
    const { clipNorm } = given.recipe;
    return clipNorm ? [goldenOf(given).norms!.filter((norm) => norm > clipNorm).length] : [];
  });
  expect(clipped).toEqual([10, 2, 0, 4]);
});
