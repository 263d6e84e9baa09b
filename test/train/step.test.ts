/**
 * @file Ten steps of every optimizer against PyTorch's, in float64 and on ONNX Runtime.
 */

import { describe, expect, test } from "vitest";
import { hashOf } from "../../scripts/golden-cases.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import { writeScan } from "../../src/graph/onnx/scan.ts";
import { sizeOf } from "../../src/graph/value.ts";
import { ratioOf, stretchesOf } from "../../src/train/session.ts";
import goldens from "../golden/steps.json" with { type: "json" };
import { expectClose, numbersOf, tensorOf, withSession } from "../graph/oracle.ts";
import { type StepCase, stepCases, stepOf } from "./cases.ts";

interface Golden {
  readonly hash: string;
  /** `[10]`, each before its update. */
  readonly losses: readonly number[];
  /** The parameters after the first step and after the last. */
  readonly first: { readonly [name: string]: readonly number[] };
  readonly last: { readonly [name: string]: readonly number[] };
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
function startOf(given: StepCase): { [name: string]: readonly number[] } {
  const starts = Object.fromEntries(given.parameters.map(({ name, start }) => [name, start]));
  return Object.fromEntries(
    stepOf(given).state.map(({ input: { name, shape }, start }) => [
      name,
      starts[name] ?? new Array<number>(sizeOf(shape)).fill(start),
    ]),
  );
}

/** The state for a step with another rate than the last one. */
function withRate(given: StepCase, state: Trace["last"], from: number, to: number): Trace["last"] {
  const ratio = ratioOf(from, to);
  const scaled = stepOf(given).state.map(({ input: { name }, isDisplacement }) => [
    name,
    isDisplacement ? state[name]!.map((element) => element * ratio) : state[name]!,
  ]);
  return Object.fromEntries(scaled);
}

/** Run the first `steps` steps on the evaluator. */
function runMeaning(given: StepCase, steps = given.rates.length): Trace {
  const { graph, state } = stepOf(given);
  let current = startOf(given);
  const losses: number[] = [];
  for (let at = 0; at < steps; at++) {
    if (at > 0) current = withRate(given, current, given.rates[at - 1]!, given.rates[at]!);
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

/** Run all steps on the engine, those of one rate in one run. */
async function runEngine(given: StepCase): Promise<Trace> {
  const step = stepOf(given);
  const losses: number[] = [];
  return withSession(writeScan(step), async (session) => {
    let current: Trace["last"] = startOf(given);
    for (const [from, to] of stretchesOf(Float32Array.from(given.rates))) {
      if (from > 0) current = withRate(given, current, given.rates[from - 1]!, given.rates[from]!);
      const stacked: { readonly [name: string]: readonly number[] } = {
        indices: given.indices.slice(from, to).flat(),
        weights: given.weights.slice(from, to).flat(),
        rate: given.rates.slice(from, to),
        ...(given.masks && { "dropout.0": given.masks.slice(from, to).flat() }),
      };
      const whole: Trace["last"] = { ...current, images: given.images, labels: given.labels };
      const feeds = step.graph.inputs.map((input) => {
        const elements = stacked[input.name];
        const shape = elements ? [to - from, ...input.shape] : input.shape;
        return [input.name, tensorOf({ ...input, shape }, elements ?? whole[input.name]!)] as const;
      });
      const results = await session.run(Object.fromEntries(feeds));
      losses.push(...numbersOf(results.loss!));
      current = Object.fromEntries(
        step.state.map(({ input, output }) => [input.name, numbersOf(results[output]!)]),
      );
    }
    return { losses, last: current };
  });
}

describe.each(stepCases.map((given) => [given.title, given] as const))("%s", (title, given) => {
  const golden = (goldens as unknown as { readonly [title: string]: Golden })[title]!;
  const names = given.parameters.map(({ name }) => name);

  test("has a golden of this very case", async () => {
    expect(golden?.hash, "run: node scripts/golden-cases.ts | /usr/bin/python3 scripts/golden.py").toBe(
      await hashOf(given),
    );
  });

  test("does what PyTorch does, in float64", () => {
    const first = runMeaning(given, 1);
    const { losses, last } = runMeaning(given);
    expectClose(losses, golden.losses, FLOAT64, "losses");
    for (const name of names) {
      expectClose(first.last[name]!, golden.first[name]!, FLOAT64, `${name} after one step`);
      expectClose(last[name]!, golden.last[name]!, FLOAT64, `${name} after ten steps`);
    }
  });

  test("does what PyTorch does, on ONNX Runtime", async () => {
    const { losses, last } = await runEngine(given);
    expectClose(losses, golden.losses, FLOAT32, "losses");
    for (const name of names)
      expectClose(last[name]!, golden.last[name]!, FLOAT32, `${name} after ten steps`);
  });
});
