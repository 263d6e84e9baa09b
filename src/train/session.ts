/**
 * @file Runs steps and evaluations on the engine, and owns the tensors that training changes.
 */

import { type Examples, exampleCount, exampleSize, isHeld, rangeOf, takeExamples } from "../data/dataset.ts";
import { writeOnnx } from "../graph/onnx/write.ts";
import { greater } from "../graph/ops/compare.ts";
import { multiply } from "../graph/ops/elementwise.ts";
import { oneHot } from "../graph/ops/gather.ts";
import { argMax } from "../graph/ops/reduce.ts";
import { cast, reshape } from "../graph/ops/shape.ts";
import { sum } from "../graph/ops/sum.ts";
import { inOrder, input, type Shape, sizeOf, type Value } from "../graph/value.ts";
import { type Initialization, initialize } from "../nn/initialize.ts";
import { crossEntropy, squaredError } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import { createScope } from "../nn/scope.ts";
import type { Engine } from "./engine.ts";
import { stepsInParts } from "./parts.ts";
import { openPlace } from "./place.ts";
import type { Runtime } from "./sessions.ts";
import { labelType, type Step, type Told } from "./step.ts";
import {
  type Batches,
  givenLabels,
  labelTensor,
  scannedSteps,
  sharedTensors,
  stepsOf,
  type TrainingState,
} from "./steps.ts";
import { stepsOnDevice } from "./steps-on-device.ts";
import type { Tensors } from "./transfer.ts";

export type { Batches, TrainingState } from "./steps.ts";

/** A network in training. */
export interface Trainer extends AsyncDisposable {
  /** Do some steps; returns the mean loss of each batch before its update, `[steps]`; of stacked trials `[steps, trials]`. */
  train(batches: Batches): Promise<Float32Array>;
  /** All that is carried from step to step as it is now, by name, parameters first; not copies where there is a choice. */
  state(): Promise<TrainingState>;
}

/** Where training goes on from. */
export interface TrainingStart {
  readonly state: TrainingState;
  /** The learning rate of the step that left it; undefined if there was none. */
  readonly rate: number | undefined;
}

/**
 * Start training: write the step, open it, draw the first parameters.
 *
 * @param data - float32 inputs, already randomized and preprocessed.
 * @param from - Where to go on from, instead of from the beginning.
 */
export async function createTrainer(
  engine: Engine,
  step: Step,
  data: Examples,
  initialization: Initialization,
  seed: number,
  from?: TrainingStart,
): Promise<Trainer> {
  const { runtime } = engine;
  const start = startOf(runtime, step, initialization, seed, from);
  return openTrainer(engine, step, sharedTensors(runtime, step, data), start, from?.rate);
}

/**
 * Open a step to train on.
 *
 * @param shared - What its steps share.
 * @param start - What is carried into the first one.
 * @param before - The learning rate of the step that left it; undefined if there was none.
 */
export async function openTrainer(
  engine: Engine,
  step: Step,
  shared: Tensors,
  start: Tensors,
  before?: number,
): Promise<Trainer> {
  const openOn = engine.device === "webgpu" ? stepsOnDevice : scannedSteps;
  const open: typeof openOn = step.parts > 1 ? stepsInParts(openOn) : openOn;
  const steps = await open(engine, step, shared, start);
  const hasDisplacements = step.state.some(({ isDisplacement }) => isDisplacement);
  let rate = before;
  /** Displacements are in proportion to the rate, so they change with it. */
  const changeRate = async (next: number): Promise<void> => {
    if (rate !== undefined && rate !== next) await steps.scale(ratioOf(rate, next));
    rate = next;
  };
  return {
    async train(batches) {
      if (!hasDisplacements) return steps.run(batches);
      const losses: Float32Array[] = [];
      // A run is of one rate.
      for (const [first, end] of stretchesOf(batches.rates)) {
        await changeRate(batches.rates[first]!);
        losses.push(await steps.run(stepsOf(batches, first, end)));
      }
      return losses.length === 1 ? losses[0]! : Float32Array.from(losses.flatMap((part) => [...part]));
    },
    state: () => steps.state(),
    [Symbol.asyncDispose]: () => steps[Symbol.asyncDispose](),
  };
}

/** What is carried, before the first step: drawn, or as it was. */
export function startOf(
  { Tensor }: Runtime,
  step: Step,
  initialization: Initialization,
  seed: number,
  from: TrainingStart | undefined,
): Tensors {
  return Object.fromEntries(
    step.state.map(({ input: { name, shape }, start }, index) => {
      const parameter = step.parameters[index];
      const fresh = (): Float32Array =>
        parameter
          ? initialize(parameter, initialization, seed, index)
          : typeof start === "number"
            ? new Float32Array(sizeOf(shape)).fill(start)
            : start.slice();
      return [name, new Tensor("float32", from ? from.state[name]!.slice() : fresh(), shape)];
    }),
  );
}

/** What displacements are multiplied by when the rate changes. One that has fallen to 0 has left nothing to scale. */
export const ratioOf = (from: number, to: number): number => (from === 0 ? 0 : to / from);

/** The stretches of equal elements, each as its first index and the one after its last. */
export function stretchesOf(rates: Float32Array): readonly (readonly [number, number])[] {
  const starts = [...rates.keys()].filter((at) => at === 0 || rates[at] !== rates[at - 1]);
  return starts.map((start, at) => [start, starts[at + 1] ?? rates.length]);
}

/** What a network says about each example of a dataset. */
export interface Answers {
  /**
   * `[count]`: cross-entropy of each example, in nats, by its label as it is: smoothing is of training only; of numbers, the squared
   * error.
   */
  readonly losses: Float32Array;
  /** `[count]`: the class with the largest logit, or the number. */
  readonly predicted: Int32Array | Float32Array;
  /** `[count]`: number of classes with a smaller logit than the label's; of many classes only ({@link MANY_CLASSES}). */
  readonly beaten?: Float32Array | undefined;
}

/** From so many classes on, answers among the first five are counted, too. */
export const MANY_CLASSES = 20;

/** Share of examples whose label is among the first five answers; undefined where that is not asked. */
export function topFive({ beaten }: Pick<Answers, "beaten">, classes: number): number | undefined {
  if (!beaten) return undefined;
  return beaten.reduce((hits, count) => hits + Number(count >= classes - 5), 0) / beaten.length;
}

/** How many classes have a smaller logit than the label's, `[batch]`. */
function beatenBy(logits: Value, labels: Value): Value {
  const own = sum(multiply(oneHot(labels, logits.shape[1]!), logits), { axes: [1], keepDims: true });
  return sum(cast(greater(own, logits), { to: "float32" }), { axes: [1], keepDims: false });
}

/** Reads examples as they are wanted. */
export interface Reader {
  /** The float32 inputs of examples one after another. */
  read(from: number, to: number): Promise<Float32Array>;
  /** Say that what was read is not needed any more. */
  spend(inputs: Float32Array): void;
}

/** A network ready to be evaluated with any parameters. */
export interface Evaluator extends AsyncDisposable {
  /**
   * What the network says with the parameters (and running averages) of a training state.
   *
   * @param reader - Reads the inputs of `data`, where they are not held; they are read between the engine's runs unless told.
   */
  answer(state: TrainingState, data: Examples, reader?: Reader): Promise<Answers>;
}

/** Most examples of one run: enough for full speed. */
const EVALUATION_BATCH = 500;
/** Most elements of a value in a run: images of many channels are evaluated a few at a time. */
const EVALUATION_ELEMENTS = 2 ** 22;

/** Examples of one run, by the largest value that the network computes for one example. */
function evaluationBatch(model: Model, example: Shape, classes: number): number {
  const logits = model.logits(input("x", [1, ...example]), classes, createScope());
  const sizes = inOrder([logits]).map((value) => (value.kind === "application" ? sizeOf(value.shape) : 1));
  return Math.max(1, Math.min(EVALUATION_BATCH, Math.floor(EVALUATION_ELEMENTS / Math.max(...sizes))));
}

/** Open a model for evaluation, without dropout. */
export async function createEvaluator(
  engine: Engine,
  model: Model,
  example: Shape,
  classes: number,
  tells: Told = "classes",
): Promise<Evaluator> {
  const batch = evaluationBatch(model, example, classes);
  const x = input("x", [batch, ...example]);
  const labels = input("labels", [batch], labelType(tells));
  const scope = createScope();
  const logits = model.logits(x, classes, scope);
  const trained = [...scope.parameters, ...scope.averages].map(({ value }) => value);
  const isMany = tells === "classes" && classes >= MANY_CLASSES;
  const session = await engine.open(
    writeOnnx(
      await engine.lower({
        name: `${model.name}-evaluation`,
        inputs: [x, labels, ...trained],
        outputs:
          tells === "numbers"
            ? [
                { name: "losses", value: squaredError(logits, labels) },
                { name: "predicted", value: reshape(logits, { shape: [batch] }) },
              ]
            : [
                { name: "losses", value: crossEntropy(logits, labels) },
                { name: "predicted", value: cast(argMax(logits, { axis: 1 }), { to: "int32" }) },
                ...(isMany ? [{ name: "beaten", value: beatenBy(logits, labels) }] : []),
              ],
      }),
    ),
  );
  const { Tensor } = engine.runtime;
  const place = await openPlace(engine, trained, [x, labels]);
  const size = sizeOf(example);
  return {
    async answer(state, data, reader = readerOf(data)) {
      const count = exampleCount(data);
      const losses = new Float32Array(count);
      const predicted = tells === "numbers" ? new Float32Array(count) : new Int32Array(count);
      const beaten = isMany ? new Float32Array(count) : undefined;
      const given = givenLabels(data);
      const weights = await place.weights(
        Object.fromEntries(
          trained.map(({ name, shape }) => [name, new Tensor("float32", state[name]!, shape)]),
        ),
      );
      const ask = (start: number): Promise<Float32Array> | undefined => {
        if (start >= count) return undefined;
        const asked = reader.read(start, Math.min(count, start + batch));
        // Who waits for them hears of it, later.
        asked.catch(() => {});
        return asked;
      };
      let next = ask(0);
      for (let start = 0; start < count; start += batch) {
        const length = Math.min(batch, count - start);
        const part = (await next)!;
        // Made while the engine is at work on those before, where there is a thread for it.
        next = ask(start + batch);
        const examples = await place.examples(data, start, () => ({
          x: new Tensor("float32", padded(part, 0, length * size, batch * size), x.shape),
          labels: labelTensor(Tensor, padded(given, start, length, batch)),
        }));
        const results = await session.run({ ...weights, ...examples });
        losses.set((results["losses"]!.data as Float32Array).subarray(0, length), start);
        predicted.set((results["predicted"]!.data as typeof predicted).subarray(0, length), start);
        beaten?.set((results["beaten"]!.data as Float32Array).subarray(0, length), start);
        reader.spend(part);
      }
      place.leave(weights);
      return { losses, predicted, beaten };
    },
    async [Symbol.asyncDispose]() {
      await place[Symbol.asyncDispose]();
      await session.release();
    },
  };
}

/** Reads examples: views of those that are held. */
const readerOf = (data: Examples): Reader => ({
  read: async (from, to) =>
    isHeld(data)
      ? (data.inputs as Float32Array).subarray(from * exampleSize(data), to * exampleSize(data))
      : (takeExamples(data, rangeOf(from, to)).inputs as Float32Array),
  spend: () => {},
});

/** A stretch of an array, filled up with zeros to `total` where the array is shorter. */
function padded<A extends Float32Array | Int32Array>(
  array: A,
  start: number,
  length: number,
  total: number,
): A {
  const stretch = array.subarray(start, start + length) as A;
  if (length === total) return stretch;
  const copy = new (array.constructor as new (size: number) => A)(total);
  copy.set(stretch);
  return copy;
}
