/**
 * @file Steps on the engine: what is carried from one to the next, and many of them in one run, as a loop inside of it.
 */

import type { Tensor } from "onnxruntime-node";
import { type Examples, exampleCount, exampleShape, hasNumbers, isHeld, numbersOf } from "../data/dataset.ts";
import { writeScan } from "../graph/onnx/scan.ts";
import type { Engine } from "./engine.ts";
import type { Runtime } from "./sessions.ts";
import type { Step } from "./step.ts";
import type { Tensors } from "./transfer.ts";

/** Some consecutive steps: everything a run of the engine is given besides state and data. */
export interface Batches {
  readonly steps: number;
  /** `[steps, batch]`: the rows of each batch. */
  readonly indices: Int32Array;
  /** `[steps, batch]`: 1, or 0 for the padding of an incomplete batch. */
  readonly weights: Float32Array;
  /** `[steps]`: the learning rate of each step. */
  readonly rates: Float32Array;
  /** `[steps]`, where steps are of parts of batches: 1 at the last part of each, 0 before. */
  readonly last?: Float32Array | undefined;
  /** For each dropout mask of the step, `[steps, ...mask]`. */
  readonly masks: readonly Float32Array[];
  /** Where the engine holds none, `[steps, batch, ...example]`: the images of each batch, instead of those shared. */
  readonly images?: Float32Array | undefined;
}

/** Tensors by name: parameters, running averages and the optimizer's own. */
export type TrainingState = { readonly [name: string]: Float32Array };

/** A step that is open on the engine, and the tensors that it changes. */
export interface Steps extends AsyncDisposable {
  /** Do some steps; returns the loss of each, `[steps]`, or `[steps, trials]` where trials are stacked. */
  run(batches: Batches): Promise<Float32Array>;
  /** Multiply the displacements by a ratio. */
  scale(ratio: number): Promise<void>;
  /** All that is carried; not copies where there is a choice. */
  state(): Promise<TrainingState>;
}

/**
 * Open steps as a loop of the engine's.
 *
 * @param shared - What all steps share, see {@link sharedTensors}.
 * @param start - What is carried into the first one.
 */
export async function scannedSteps(
  engine: Engine,
  step: Step,
  shared: Tensors,
  start: Tensors,
): Promise<Steps> {
  const { Tensor } = engine.runtime;
  const session = await engine.open(writeScan({ ...step, graph: await engine.lower(step.graph) }));
  const state: { [name: string]: Tensor } = { ...start };
  return {
    async run(batches) {
      const { steps } = batches;
      const own = ownTensors(step, batches);
      const stacked = Object.fromEntries(
        Object.entries(own).map(([name, [type, elements, shape]]) => [
          name,
          new Tensor(type as "float32", elements as Float32Array, [steps, ...shape]),
        ]),
      );
      const results = await session.run({ ...state, ...shared, ...stacked });
      for (const { input, output } of step.state) state[input.name] = results[output]!;
      return results["loss"]!.data as Float32Array;
    },
    async scale(ratio) {
      for (const { input, isDisplacement } of step.state) {
        if (!isDisplacement) continue;
        // A copy: whoever was told the state may still be writing it down.
        const elements = (state[input.name]!.data as Float32Array).slice();
        for (let at = 0; at < elements.length; at++) elements[at]! *= ratio;
        state[input.name] = new Tensor("float32", elements, input.shape);
      }
    },
    state: async () => elementsOf(state),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** Elements of tensors in memory, by name. */
export const elementsOf = (tensors: Tensors): TrainingState =>
  Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, data as Float32Array]));

/** What all steps share: labels, and images, where they are gathered from those that are held. */
export function sharedTensors({ Tensor }: Runtime, step: Step, data: Examples): Tensors {
  const isGathered = isHeld(data) && step.shared.some(({ name }) => name === "images");
  return {
    ...(isGathered && {
      images: new Tensor("float32", data.inputs as Float32Array, [exampleCount(data), ...exampleShape(data)]),
    }),
    labels: labelTensor(Tensor, givenLabels(data)),
  };
}

/** Type, elements and the shape in one step of what each step has of its own, by name. */
export function ownTensors(
  { graph, masks: drawn }: Pick<Step, "graph" | "masks">,
  { indices, weights, rates, last, masks, images }: Batches,
): {
  readonly [name: string]: readonly ["int32" | "float32", Int32Array | Float32Array, readonly number[]];
} {
  const given = new Map<string, Int32Array | Float32Array>([
    ["indices", indices],
    ["weights", weights],
    ["rate", rates],
    ...(last ? [["isLast", last] as const] : []),
    ...(images ? [["images", images] as const] : []),
    ...drawn.map(({ value }, index) => [value.name, masks[index]!] as const),
  ]);
  return Object.fromEntries(
    graph.inputs.flatMap(({ name, type, shape }) => {
      const elements = given.get(name);
      // Shared images have the name of a step's own.
      return elements ? [[name, [type as "int32" | "float32", elements, shape] as const]] : [];
    }),
  );
}

/** Some of the steps; views, not copies. */
export function stepsOf(batches: Batches, from: number, to: number): Batches {
  const { steps } = batches;
  const part = <A extends Int32Array | Float32Array>(elements: A): A => {
    const size = elements.length / steps;
    return elements.subarray(from * size, to * size) as A;
  };
  return {
    steps: to - from,
    indices: part(batches.indices),
    weights: part(batches.weights),
    rates: part(batches.rates),
    last: batches.last && part(batches.last),
    masks: batches.masks.map(part),
    images: batches.images && part(batches.images),
  };
}

/** `[count]`: labels as the engine is given them: classes, or the numbers that they stand for. */
export const givenLabels = (data: Examples): Int32Array | Float32Array =>
  hasNumbers(data) ? Float32Array.from(numbersOf(data)) : data.labels;

export const labelTensor = (
  Tensor: Engine["runtime"]["Tensor"],
  labels: Int32Array | Float32Array,
): Tensor =>
  labels instanceof Int32Array
    ? new Tensor("int32", labels, [labels.length])
    : new Tensor("float32", labels, [labels.length]);
