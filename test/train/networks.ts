/**
 * @file Ten steps of the paper's convolutional networks, whole: what they are compared with PyTorch on.
 */

import { randomStream } from "../../src/base/random.ts";
import { input, sizeOf } from "../../src/graph/value.ts";
import { initialize } from "../../src/nn/initialize.ts";
import { findModel } from "../../src/nn/models.ts";
import { createScope } from "../../src/nn/scope.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";

export const CLASSES = 10;
/** Number of training examples. */
export const ROWS = 32;
/** Number of steps of each run. */
const STEPS = 10;

/** One run. Its start and its data are float32; PyTorch computes in float64. */
export interface NetworkCase {
  readonly model: string;
  /** Shape of one example. */
  readonly example: readonly [number, number, number];
  /** Of the start and the data. */
  readonly seed: number;
  readonly recipe: Recipe;
  /** `[32, ...example]` */
  readonly images: Float32Array;
  /** `[32]` */
  readonly labels: readonly number[];
  /** `[10, 16]` */
  readonly indices: readonly (readonly number[])[];
  /** `[10]` */
  readonly rates: readonly number[];
  /** Parameters by name: their shapes and first values. */
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly start: Float32Array;
  }[];
}

/**
 * What each network is run on.
 *
 * The rates are so small that ten steps do not blow rounding up. Inception has a million activations an image of
 * 28x28, of which some are so near zero that rounding switches them off, which no tolerance covers; 12x12 are
 * few enough, and give the same parameters, an even size and an odd one. The seeds are some with which none is switched
 * off by the rounding of either way of convolving: with those, losses agree to 1e-6 and parameters to 1e-3 or better.
 */
const settings = {
  alexnet: { rate: 0.001, example: [3, 28, 28], seed: 2 },
  inception: { rate: 0.002, example: [3, 12, 12], seed: 4 },
  "inception-nobn": { rate: 0.0005, example: [3, 12, 12], seed: 2 },
} as const;

export const BATCH = 16;

/** All runs. */
export const networkCases = (): NetworkCase[] =>
  Object.entries(settings).map(([name, { rate, example, seed }]) => {
    const recipe: Recipe = { ...paperRecipe, batch: BATCH, lastBatch: "drop", weightDecay: 0.0005 };
    const random = randomStream(seed, "network-cases");
    const images = Float32Array.from({ length: ROWS * sizeOf(example) }, () => random.normal());
    const labels = Array.from({ length: ROWS }, () => random.below(CLASSES));
    const indices = Array.from({ length: STEPS }, () =>
      Array.from(random.permutation(ROWS).subarray(0, BATCH)),
    );
    const scope = createScope();
    findModel(name).logits(input("x", [1, ...example]), CLASSES, scope);
    const parameters = scope.parameters.map((parameter, index) => ({
      name: parameter.name,
      shape: parameter.value.shape,
      start: initialize(parameter, "he-normal", seed, index),
    }));
    return {
      model: name,
      example,
      seed,
      recipe,
      images,
      labels,
      indices,
      rates: Array.from({ length: STEPS }, (_, step) => Math.fround(rate * 0.95 ** Math.floor(step / 3))),
      parameters,
    };
  });

/** A case as JSON: long arrays as the base64 of their float32 bytes. */
export function networkQuestion({ images, parameters, ...rest }: NetworkCase) {
  return {
    ...rest,
    images: base64(images),
    parameters: parameters.map(({ name, shape, start }) => ({
      name,
      shape,
      start: base64(start),
    })),
  };
}

const base64 = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");
