/**
 * @file Small training runs: what the step is compared with PyTorch on.
 */

import { randomStream } from "../../src/base/random.ts";
import { relu } from "../../src/graph/ops/elementwise.ts";
import { sizeOf } from "../../src/graph/value.ts";
import { dense, flatten } from "../../src/nn/layers.ts";
import type { Model } from "../../src/nn/model.ts";
import { learningRateAt } from "../../src/nn/schedules.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import { buildStep, type Step } from "../../src/train/step.ts";

/** A network of 53 parameters: 6 values, 5 hidden units, 3 classes. */
export const smallModel: Model = {
  name: "small",
  title: "one hidden layer of 5 ReLU units",
  source: "this test",
  logits: (x, classes, scope) =>
    dense(scope.dropout(relu(dense(flatten(x), 5, scope, "hidden"))), classes, scope, "output"),
};

/** Shape of one example. */
export const EXAMPLE = [1, 2, 3] as const;
export const CLASSES = 3;
/** Number of training examples. */
const ROWS = 12;
/** Number of steps of each run. */
const STEPS = 10;
const BATCH = 4;
export const STEPS_PER_EPOCH = ROWS / BATCH;

/** One run: a recipe from a start, over given batches. All numbers are exact in float32. */
export interface StepCase {
  readonly title: string;
  readonly recipe: Recipe;
  /** `[12, 1, 2, 3]` */
  readonly images: readonly number[];
  /** `[12]` */
  readonly labels: readonly number[];
  /** `[10, 4]` */
  readonly indices: readonly (readonly number[])[];
  /** `[10, 4]`: the last batch is incomplete. */
  readonly weights: readonly (readonly number[])[];
  /** `[10]` */
  readonly rates: readonly number[];
  /** `[10, 4, 5]`, or none without dropout. */
  readonly masks: readonly (readonly number[])[] | null;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly start: readonly number[];
  }[];
}

/** Rates that change in every step, over 12 of which the first ten are trained. */
const COSINE: Partial<Recipe> = {
  learningRate: 0.2,
  learningRateDecay: "cosine",
  learningRateFloor: 0.125,
  learningRateWarmup: 4,
  epochs: 4,
};

const recipes: { readonly [title: string]: Partial<Recipe> } = {
  "SGD without momentum": { momentum: 0 },
  "SGD with momentum": {},
  "Nesterov momentum": { nesterov: true },
  "momentum and weight decay": { weightDecay: 0.03125 },
  "momentum and dropout": { dropout: 0.5 },
  Adam: { optimizer: "adam" },
  "Adam and weight decay": { optimizer: "adam", weightDecay: 0.03125 },
  AdamW: { optimizer: "adamw", weightDecay: 0.5 },
  "RMSProp and weight decay": { optimizer: "rmsprop", weightDecay: 0.03125 },
  "a cosine after a warm-up, Nesterov momentum": { ...COSINE, nesterov: true },
  "a staircase after a warm-up, AdamW": {
    ...COSINE,
    learningRate: 0.05,
    learningRateDecay: 0.5,
    learningRateDecayEvery: 2,
    optimizer: "adamw",
    weightDecay: 0.5,
  },
  "a cosine to zero, momentum and weight decay": {
    ...COSINE,
    learningRateFloor: 0,
    learningRateWarmup: 0,
    weightDecay: 0.03125,
  },
  "gradients clipped, momentum and weight decay": { clipNorm: 0.25, weightDecay: 0.03125 },
  "gradients clipped in some steps, AdamW": { clipNorm: 1, optimizer: "adamw", weightDecay: 0.5 },
  "gradients too short to be clipped": { clipNorm: 64 },
  "smoothed labels": { labelSmoothing: 0.125 },
  "smoothed labels, clipped gradients, dropout, AdamW": {
    labelSmoothing: 0.25,
    clipNorm: 0.5,
    dropout: 0.5,
    optimizer: "adamw",
    weightDecay: 0.25,
  },
};

/** The step of a case. */
export const stepOf = ({ recipe }: Pick<StepCase, "recipe">): Step =>
  buildStep(smallModel, recipe, EXAMPLE, CLASSES, ROWS);

/** All runs. */
export const stepCases: readonly StepCase[] = Object.entries(recipes).map(([title, changes]) => {
  const recipe: Recipe = { ...paperRecipe, batch: BATCH, ...changes };
  const random = randomStream(0, "step-cases");
  const normals = (count: number, deviation = 1): number[] =>
    Array.from({ length: count }, () => Math.fround(random.normal() * deviation));
  const perStep = <T>(draw: (step: number) => T): T[] =>
    Array.from({ length: STEPS }, (_, step) => draw(step));
  const images = normals(ROWS * sizeOf(EXAMPLE));
  const labels = Array.from({ length: ROWS }, () => random.below(CLASSES));
  const indices = perStep(() => Array.from(random.permutation(ROWS).subarray(0, BATCH)));
  const parameters = stepOf({ recipe }).parameters.map(({ name, value: { shape } }) => ({
    name,
    shape,
    start: normals(sizeOf(shape), 0.5),
  }));
  // A large rate, so that ten steps matter; it falls as a schedule's does.
  const base = recipe.optimizer === "sgd" ? 0.2 : 0.05;
  const rateOf = (step: number): number =>
    changes.learningRate
      ? learningRateAt(recipe, step, STEPS_PER_EPOCH)
      : base * 0.95 ** Math.floor(step / 3);
  const rates = perStep((step) => Math.fround(rateOf(step)));
  const weights = perStep((step) => (step === STEPS - 1 ? [1, 1, 1, 0] : [1, 1, 1, 1]));
  const masks =
    recipe.dropout === 0
      ? null
      : perStep(() => Array.from({ length: BATCH * 5 }, () => (random.below(2) === 0 ? 0 : 2)));
  return { title, recipe, images, labels, indices, weights, rates, masks, parameters };
});
