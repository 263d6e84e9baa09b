/**
 * @file Several trials of one fully connected network in one graph: they differ in seed and labels, and share images and rate.
 *
 * One small network leaves a GPU idle; of many, each product is a stack of products.
 */

import type { Tensor } from "onnxruntime-node";
import { type Examples, exampleCount } from "../data/dataset.ts";
import { stackGraph } from "../graph/stack.ts";
import { sizeOf } from "../graph/value.ts";
import type { Initialization } from "../nn/initialize.ts";
import type { Engine } from "./engine.ts";
import { openTrainer, startOf } from "./session.ts";
import type { Step } from "./step.ts";
import { type Batches, sharedTensors, type TrainingState } from "./steps.ts";
import type { Tensors } from "./transfer.ts";

/** What a trial has of its own. */
export interface StackedTrial {
  /** Of the first parameters. */
  readonly seed: number;
  /** `[count]`: classes of the training examples, corrupted or not. */
  readonly labels: Int32Array;
}

/** Trials in training. */
export interface StackedTrainer extends AsyncDisposable {
  /**
   * Do some steps of every trial.
   *
   * @param batches - Of each trial: the same number of steps, rates and paddings.
   * @returns Of each trial the mean loss of each batch before its update, `[steps]`.
   */
  train(batches: readonly Batches[]): Promise<readonly Float32Array[]>;
  /** Of each trial all that is carried from step to step, by name. */
  states(): Promise<readonly TrainingState[]>;
}

/** The step of several trials: state, labels, rows of batches and dropout masks have a first axis of trials. */
export function stackStep(step: Step, trials: number): Step {
  const same = new Set(step.graph.inputs.filter(({ name }) => ["images", "weights", "rate"].includes(name)));
  const { graph, inputOf } = stackGraph(step.graph, trials, same);
  return {
    ...step,
    graph,
    state: step.state.map((state) => ({ ...state, input: inputOf(state.input) })),
    shared: step.shared.map(inputOf),
    masks: step.masks.map((mask) => ({ ...mask, value: inputOf(mask.value) })),
  };
}

/**
 * Start training trials of one step.
 *
 * @param step - Of one trial, whose steps gather their images from those that are held.
 * @param data - The images that all are trained on; its labels are not.
 * @throws GraphError if the network has layers that are not fully connected.
 */
export async function createStackedTrainer(
  engine: Engine,
  step: Step,
  data: Examples,
  initialization: Initialization,
  trials: readonly StackedTrial[],
): Promise<StackedTrainer> {
  const { runtime } = engine;
  const count = trials.length;
  const stacked = stackStep(step, count);
  const starts = trials.map(({ seed }) => startOf(runtime, step, initialization, seed, undefined));
  const start: Tensors = Object.fromEntries(
    stacked.state.map(({ input: { name, shape } }) => {
      const elements = join(starts.map((tensors) => tensors[name]!.data as Float32Array));
      return [name, new runtime.Tensor("float32", elements, shape)];
    }),
  );
  const labels: Tensor = new runtime.Tensor("int32", join(trials.map((trial) => trial.labels)), [
    count,
    exampleCount(data),
  ]);
  const trainer = await openTrainer(
    engine,
    stacked,
    { ...sharedTensors(runtime, step, data), labels },
    start,
  );
  return {
    async train(batches) {
      const [{ steps, weights, rates }] = batches as readonly [Batches];
      const losses = await trainer.train({
        steps,
        weights,
        rates,
        indices: interleave(
          batches.map(({ indices }) => indices),
          steps,
        ),
        masks: step.masks.map((_, mask) =>
          interleave(
            batches.map(({ masks }) => masks[mask]!),
            steps,
          ),
        ),
      });
      return trials.map((_, trial) => losses.filter((__, at) => at % count === trial));
    },
    async states() {
      const state = await trainer.state();
      return trials.map((_, trial) =>
        Object.fromEntries(
          step.state.map(({ input: { name, shape } }) => {
            const size = sizeOf(shape);
            return [name, state[name]!.subarray(trial * size, (trial + 1) * size)];
          }),
        ),
      );
    },
    [Symbol.asyncDispose]: () => trainer[Symbol.asyncDispose](),
  };
}

/** One after another. */
function join<A extends Int32Array | Float32Array>(parts: readonly A[]): A {
  const size = parts.reduce((total, { length }) => total + length, 0);
  const all = new (parts[0]!.constructor as new (length: number) => A)(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** `[steps, ...]` of each trial as `[steps, trials, ...]`. */
function interleave<A extends Int32Array | Float32Array>(ofTrials: readonly A[], steps: number): A {
  const size = ofTrials[0]!.length / steps;
  return join(
    Array.from({ length: steps }, (_, step) =>
      ofTrials.map((elements) => elements.subarray(step * size, (step + 1) * size) as A),
    ).flat(),
  );
}
