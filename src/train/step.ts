/**
 * @file One training update as a graph: gather a batch, forward, loss, gradients, optimizer.
 */

import { UsageError } from "../base/errors.ts";
import { isAugmented } from "../data/augment.ts";
import { batchSize } from "../data/batches.ts";
import { type Dataset, hasNumbers } from "../data/dataset.ts";
import { gradient } from "../graph/gradient.ts";
import { greater, where } from "../graph/ops/compare.ts";
import { add, divide, multiply } from "../graph/ops/elementwise.ts";
import { gather } from "../graph/ops/gather.ts";
import { sum } from "../graph/ops/sum.ts";
import { constant, type Graph, type Input, input, type Shape, type Value } from "../graph/value.ts";
import { crossEntropy, squaredError } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import {
  adam,
  addWeightDecay,
  clipGradients,
  type Optimizer,
  rmsprop,
  sgd,
  type Update,
} from "../nn/optimizers.ts";
import { rateHolds } from "../nn/schedules.ts";
import { createScope, type Mask, type Parameter, type Scope } from "../nn/scope.ts";
import type { Recipe } from "./recipe.ts";

/** What a network tells: classes by the softmax of its outputs, or numbers by its one output. */
export type Told = "classes" | "numbers";

/** What a network tells of a dataset. */
export const toldOf = (dataset: Pick<Dataset, "values">): Told =>
  hasNumbers(dataset) ? "numbers" : "classes";

/** What labels are given to the engine as. */
export const labelType = (tells: Told): "int32" | "float32" => (tells === "numbers" ? "float32" : "int32");

/** A tensor that is carried from step to step. */
export interface StepState {
  readonly input: Input;
  /** The output that replaces it in the next step. */
  readonly output: string;
  /** What its elements start as, all or each, unless it is a parameter. */
  readonly start: number | Float32Array;
  /** Whether it is in proportion to the rate of the step that left it, and scaled where the rate changes. */
  readonly isDisplacement: boolean;
}

/** A training update, as it is meant: an engine lowers it before it is written. */
export interface Step {
  /**
   * Inputs, by name: every state tensor; `images [rows, ...example]` and `labels [rows]`, shared by all steps;
   * and for each step `indices [batch]` (rows of the batch), `weights [batch]` (1, or 0 for the padding of an
   * incomplete batch), `rate []` (that of the step before, unless displacements were scaled), and the dropout
   * masks. Where images are changed at random or not held, each step has `images [batch, ...example]` of its own, and only
   * `labels` are shared. Outputs: `loss []`, the mean over the batch before the update (of smoothed labels, where they
   * are, and with that of auxiliary outputs), and the next state.
   *
   * Where a batch is computed in parts, the graph is that of a part: `weights` are shares of all in the batch, `loss` is what the part
   * adds to it, and `isLast []` is 1 where the batch ends, and parameters change.
   */
  readonly graph: Graph;
  readonly parameters: readonly Parameter[];
  /** What is carried from step to step: parameters first, then running averages, then the optimizer's own. */
  readonly state: readonly StepState[];
  readonly shared: readonly Input[];
  readonly masks: readonly Mask[];
  readonly batch: number;
  /** Parts that a batch is computed in. */
  readonly parts: number;
  /** Where there are several: the gradients of those before, from zero in every batch. */
  readonly sums: readonly StepState[];
}

/**
 * Refuse a model that cannot train on such examples in such batches.
 *
 * Layers that look across the batch would take the padding of an incomplete one for examples.
 *
 * @param example - Shape of one example.
 * @param count - Number of training examples.
 * @throws UsageError saying what would do.
 */
export function requireTrainable(
  model: Model,
  { batch: asked, lastBatch }: Pick<Recipe, "batch" | "lastBatch">,
  example: Shape,
  classes: number,
  count: number,
): void {
  const batch = batchSize(asked, count);
  const scope = createScope();
  model.logits(input("x", [1, ...example]), classes, scope);
  const isFull = count % batch === 0 || (lastBatch === "drop" && count > batch);
  if (isFull || scope.averages.length === 0) return;
  const remedy = count < batch ? `\`batch\` ${count} or less` : "`lastBatch` drop";
  throw new UsageError(
    `model "${model.name}" normalizes over the batch: expected full batches of ${batch}, but ${count} examples leave one of ${count % batch}; use ${remedy}`,
  );
}

/** Rows of a step up to which the engine adds in an order that depends on how many there are. */
const ORDERED_ROWS = 4096;

/** Rows that the engine adds at once, or a multiple of them. */
const LANES = 128;

/**
 * Rows of a step: those of a batch, or fewer where most would be padding. Padding adds nothing but zeros, at the end; from
 * {@link ORDERED_ROWS} on, how many there are makes no difference to a byte of an MLP.
 *
 * @param count - Number of training examples.
 */
export const rowsOf = ({ batch }: Pick<Recipe, "batch">, count: number): number =>
  Math.min(batchSize(batch, count), Math.max(ORDERED_ROWS, Math.ceil(count / LANES) * LANES));

const optimizerOf = (recipe: Recipe): Optimizer => {
  const { optimizer, weightDecay, momentum, nesterov } = recipe;
  if (optimizer === "rmsprop") return rmsprop(momentum);
  if (optimizer === "sgd") return sgd(momentum, nesterov, rateHolds(recipe));
  return adam(optimizer === "adamw" ? weightDecay : 0);
};

/** What the optimizer is given as gradients: clipped, then those of the penalty added, unless the optimizer takes it apart. */
function descentOf(
  parameters: readonly Parameter[],
  slopes: readonly Value[],
  { optimizer, weightDecay, clipNorm }: Recipe,
): readonly Value[] {
  const clipped = clipNorm ? clipGradients(slopes, clipNorm) : slopes;
  return optimizer === "adamw" ? clipped : addWeightDecay(parameters, clipped, weightDecay);
}

/** The loss of each example, that of auxiliary outputs included, `[batch]`. */
export function lossesOf(
  logits: Value,
  labels: Value,
  { auxiliaries }: Scope,
  tells: Told,
  smoothing?: number,
): Value {
  if (tells === "numbers") return squaredError(logits, labels);
  return auxiliaries.reduce(
    (total, { logits: other, weight }) =>
      add(total, multiply(crossEntropy(other, labels, smoothing), constant(weight))),
    crossEntropy(logits, labels, smoothing),
  );
}

/** Gradients summed over the parts of a batch, and updates that wait for its last one. */
function accumulate(parameters: readonly Parameter[], slopes: readonly Value[]) {
  const isLast = input("isLast", []);
  const ends = greater(isLast, constant(0));
  const before = parameters.map(({ name, value }) => input(`${name}.sum`, value.shape));
  const totals = slopes.map((slope, index) => add(before[index]!, slope));
  return {
    isLast,
    totals,
    sums: before.map((state, index): Update => ({ state, next: where(ends, constant(0), totals[index]!) })),
    atLast: ({ state, next }: Update): Update => ({ state, next: where(ends, next, state) }),
  };
}

/**
 * Build the step of a model under a recipe.
 *
 * @param example - Shape of one example.
 * @param classes - Number of outputs: 1 where it tells numbers.
 * @param rows - Number of training examples.
 * @param isShared - Whether all steps gather their images from the same ones; not, if training changes them at random.
 */
export function buildStep(
  model: Model,
  recipe: Recipe,
  example: Shape,
  classes: number,
  rows: number,
  isShared = !isAugmented(recipe.augment),
  tells: Told = "classes",
): Step {
  const batch = rowsOf(recipe, rows);
  const { accumulate: parts = 1 } = recipe;
  const size = batch / parts;
  const images = input("images", [isShared ? rows : size, ...example]);
  const labels = input("labels", [rows], labelType(tells));
  const indices = input("indices", [size], "int32");
  const weights = input("weights", [size]);
  const rate = input("rate", []);

  const scope = createScope({ training: true, dropout: recipe.dropout });
  const logits = model.logits(isShared ? gather(images, indices) : images, classes, scope);
  const losses = lossesOf(logits, gather(labels, indices), scope, tells, recipe.labelSmoothing);
  const total = sum(multiply(losses, weights), { axes: [0], keepDims: false });
  const loss = parts > 1 ? total : divide(total, sum(weights, { axes: [0], keepDims: false }));

  const { parameters, masks, averages } = scope;
  const slopes = gradient(
    loss,
    parameters.map((parameter) => parameter.value),
  );
  const waits = parts > 1 ? accumulate(parameters, slopes) : undefined;
  const starts = new Map<Input, number | Float32Array>(averages.map(({ value, start }) => [value, start]));
  const displacements = new Set<Input>();
  const declare = (name: string, shape: Shape, start: number): Input => {
    const value = input(name, shape);
    starts.set(value, start);
    return value;
  };
  const updates = optimizerOf(recipe)({
    parameters,
    gradients: descentOf(parameters, waits?.totals ?? slopes, recipe),
    rate,
    state: declare,
    displacement(name, shape) {
      const value = declare(name, shape, 0);
      displacements.add(value);
      return value;
    },
  });
  const next = new Map(
    [...(waits ? updates.map(waits.atLast) : updates), ...(waits?.sums ?? [])].map((update) => [
      update.state,
      update.next,
    ]),
  );
  for (const average of averages) next.set(average.value, average.next!);
  const stateOf = (value: Input): StepState => ({
    input: value,
    output: `next.${value.name}`,
    start: starts.get(value) ?? 0,
    isDisplacement: displacements.has(value),
  });
  const state = [...parameters.map((parameter) => parameter.value), ...starts.keys()].map(stateOf);
  const sums = (waits?.sums ?? []).map((update) => stateOf(update.state));
  const carried = [...state, ...sums];
  const shared = isShared ? [images, labels] : [labels];
  const own = [...(waits ? [waits.isLast] : []), ...(isShared ? [] : [images])];
  const graph: Graph = {
    name: `${model.name}-step`,
    inputs: [
      ...carried.map((each) => each.input),
      indices,
      weights,
      rate,
      ...masks.map((mask) => mask.value),
      ...own,
      ...shared,
    ],
    outputs: [
      { name: "loss", value: loss },
      ...carried.map(({ input: value, output }) => ({ name: output, value: next.get(value)! })),
    ],
  };
  return { graph, parameters, state, shared, masks, batch, parts, sums };
}
