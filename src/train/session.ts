/**
 * @file Runs steps and evaluations on the engine, and owns the tensors that training changes.
 */

import type { InferenceSession, Tensor } from "onnxruntime-node";
import {
  type Examples,
  exampleCount,
  exampleShape,
  exampleSize,
  hasNumbers,
  isHeld,
  numbersOf,
  rangeOf,
  takeExamples,
} from "../data/dataset.ts";
import { writeScan } from "../graph/onnx/scan.ts";
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
import { labelType, type Step, type Told } from "./step.ts";

/** Some consecutive steps: everything a run of the engine is given besides state and data. */
export interface Batches {
  readonly steps: number;
  /** `[steps, batch]`: the rows of each batch. */
  readonly indices: Int32Array;
  /** `[steps, batch]`: 1, or 0 for the padding of an incomplete batch. */
  readonly weights: Float32Array;
  /** `[steps]`: the learning rate of each step. */
  readonly rates: Float32Array;
  /** For each dropout mask of the step, `[steps, ...mask]`. */
  readonly masks: readonly Float32Array[];
  /** Where the engine holds none, `[steps, batch, ...example]`: the images of each batch, instead of those shared. */
  readonly images?: Float32Array | undefined;
}

/** A network in training. */
export interface Trainer extends AsyncDisposable {
  /** Do some steps; returns the mean loss of each batch before its update, `[steps]`. */
  train(batches: Batches): Promise<Float32Array>;
  /** All that is carried from step to step as it is now, by name, parameters first; not copies where there is a choice. */
  state(): Promise<TrainingState>;
}

/** Tensors by name: parameters, running averages and the optimizer's own. */
export type TrainingState = { readonly [name: string]: Float32Array };

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
  const { Tensor } = engine.runtime;
  const carried = [...step.state, ...step.sums];
  const session = await engine.open(writeScan({ ...step, state: carried, graph: engine.lower(step.graph) }));
  const rows = exampleCount(data);
  const isGathered = isHeld(data) && step.shared.some(({ name }) => name === "images");
  const shared = {
    ...(isGathered && {
      images: new Tensor("float32", data.inputs as Float32Array, [rows, ...exampleShape(data)]),
    }),
    labels: labelTensor(Tensor, givenLabels(data)),
  };
  const state: { [name: string]: Tensor } = {};
  step.state.forEach(({ input: { name, shape }, start }, index) => {
    const parameter = step.parameters[index];
    const fresh = (): Float32Array =>
      parameter
        ? initialize(parameter, initialization, seed, index)
        : typeof start === "number"
          ? new Float32Array(sizeOf(shape)).fill(start)
          : start.slice();
    const elements = from ? from.state[name]!.slice() : fresh();
    state[name] = new Tensor("float32", elements, shape);
  });
  for (const { input } of step.sums)
    state[input.name] = new Tensor("float32", new Float32Array(sizeOf(input.shape)), input.shape);
  const displacements = step.state.flatMap(({ input, isDisplacement }) => (isDisplacement ? [input] : []));
  let rate = from?.rate;
  /** Displacements are in proportion to the rate, so they change with it. */
  const changeRate = (next: number): void => {
    if (rate !== undefined && rate !== next) {
      const ratio = ratioOf(rate, next);
      for (const { name, shape } of displacements) {
        // A copy: whoever was told the state may still be writing it down.
        const elements = (state[name]!.data as Float32Array).slice();
        for (let at = 0; at < elements.length; at++) elements[at]! *= ratio;
        state[name] = new Tensor("float32", elements, shape);
      }
    }
    rate = next;
  };
  /** Steps in one run of the engine: of one rate, if there are displacements. */
  const run = async ({
    indices,
    weights,
    rates,
    masks,
    images,
    ...given
  }: Batches): Promise<Float32Array> => {
    const { parts } = step;
    const steps = given.steps * parts;
    const size = step.batch / parts;
    const feeds: { [name: string]: Tensor } = {
      ...state,
      ...shared,
      indices: new Tensor("int32", indices, [steps, size]),
      weights: new Tensor("float32", parts > 1 ? sharesOf(weights, step.batch) : weights, [steps, size]),
      rate: new Tensor("float32", parts > 1 ? repeated(rates, parts) : rates, [steps]),
    };
    if (parts > 1) feeds["isLast"] = new Tensor("float32", lastOf(given.steps, parts), [steps]);
    if (images) feeds["images"] = new Tensor("float32", images, [steps, size, ...exampleShape(data)]);
    step.masks.forEach(({ value }, index) => {
      feeds[value.name] = new Tensor("float32", masks[index]!, [steps, ...value.shape]);
    });
    const results = await session.run(feeds);
    for (const { input, output } of carried) state[input.name] = results[output]!;
    const losses = results["loss"]!.data as Float32Array;
    return parts > 1
      ? Float32Array.from({ length: given.steps }, (_, at) => total(losses, at, parts))
      : losses;
  };
  return {
    async train(batches) {
      if (displacements.length === 0) return run(batches);
      const losses = new Float32Array(batches.steps);
      for (const [first, end] of stretchesOf(batches.rates)) {
        changeRate(batches.rates[first]!);
        losses.set(await run(stepsOf(batches, first, end)), first);
      }
      return losses;
    },
    state: async () =>
      Object.fromEntries(step.state.map(({ input: { name } }) => [name, state[name]!.data as Float32Array])),
    [Symbol.asyncDispose]: () => session.release(),
  };
}

/** Weights as shares of those of their batch, so that losses of its parts add up to the mean. */
function sharesOf(weights: Float32Array, batch: number): Float32Array {
  const shares = weights.slice();
  for (let from = 0; from < shares.length; from += batch) {
    const own = shares.subarray(from, from + batch);
    const count = own.reduce((sum, weight) => sum + weight, 0);
    own.forEach((weight, at) => {
      own[at] = weight / count;
    });
  }
  return shares;
}

/** Each number so many times. */
const repeated = (numbers: Float32Array, times: number): Float32Array =>
  Float32Array.from({ length: numbers.length * times }, (_, at) => numbers[Math.floor(at / times)]!);

/** 1 at the last part of each of some batches, 0 before. */
const lastOf = (batches: number, parts: number): Float32Array =>
  Float32Array.from({ length: batches * parts }, (_, at) => Number(at % parts === parts - 1));

/** Sum of the numbers of the parts of a batch. */
const total = (numbers: Float32Array, batch: number, parts: number): number =>
  numbers.subarray(batch * parts, (batch + 1) * parts).reduce((sum, number) => sum + number, 0);

/** What displacements are multiplied by when the rate changes. One that has fallen to 0 has left nothing to scale. */
export const ratioOf = (from: number, to: number): number => (from === 0 ? 0 : to / from);

/** The stretches of equal elements, each as its first index and the one after its last. */
export function stretchesOf(rates: Float32Array): readonly (readonly [number, number])[] {
  const starts = [...rates.keys()].filter((at) => at === 0 || rates[at] !== rates[at - 1]);
  return starts.map((start, at) => [start, starts[at + 1] ?? rates.length]);
}

/** Some of the steps; views, not copies. */
function stepsOf(batches: Batches, from: number, to: number): Batches {
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
    masks: batches.masks.map(part),
    images: batches.images && part(batches.images),
  };
}

/** `[count]`: labels as the engine is given them: classes, or the numbers that they stand for. */
const givenLabels = (data: Examples): Int32Array | Float32Array =>
  hasNumbers(data) ? Float32Array.from(numbersOf(data)) : data.labels;

const labelTensor = (Tensor: Engine["runtime"]["Tensor"], labels: Int32Array | Float32Array): Tensor =>
  labels instanceof Int32Array
    ? new Tensor("int32", labels, [labels.length])
    : new Tensor("float32", labels, [labels.length]);

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
      engine.lower({
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
  return {
    async answer(state, data, reader = readerOf(data)) {
      const count = exampleCount(data);
      const size = sizeOf(example);
      const losses = new Float32Array(count);
      const predicted = tells === "numbers" ? new Float32Array(count) : new Int32Array(count);
      const beaten = isMany ? new Float32Array(count) : undefined;
      const given = givenLabels(data);
      const weights = Object.fromEntries(
        trained.map(({ name, shape }) => [name, new Tensor("float32", state[name]!, shape)]),
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
        const inputs = padded(part, 0, length * size, batch * size);
        const wanted = padded(given, start, length, batch);
        const results: InferenceSession.OnnxValueMapType = await session.run({
          ...weights,
          x: new Tensor("float32", inputs, x.shape),
          labels: labelTensor(Tensor, wanted),
        });
        losses.set((results["losses"]!.data as Float32Array).subarray(0, length), start);
        predicted.set((results["predicted"]!.data as typeof predicted).subarray(0, length), start);
        beaten?.set((results["beaten"]!.data as Float32Array).subarray(0, length), start);
        reader.spend(part);
      }
      return { losses, predicted, beaten };
    },
    [Symbol.asyncDispose]: () => session.release(),
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
