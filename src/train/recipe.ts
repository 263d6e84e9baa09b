/**
 * @file The recipe: everything about training that is not data, model or seed.
 */

import { z } from "zod";
import { LARGEST_FLOAT, whole } from "../base/limits.ts";
import { preprocessNames } from "../data/preprocess.ts";
import { initializations } from "../nn/initialize.ts";

/** What makes the next parameters of gradients. */
export const optimizers = ["sgd", "adam", "adamw", "rmsprop"] as const;

/** Shape and limits of a recipe. */
export const recipeSchema = z.strictObject({
  optimizer: z.enum(optimizers),
  learningRate: z.number().positive().max(LARGEST_FLOAT),
  /** Factor a decay period; or `cosine`, over all epochs, however many they are. */
  learningRateDecay: z.union([z.number().positive().max(1), z.literal("cosine")], {
    error: 'expected "cosine" or a number above 0 and of at most 1',
  }),
  /** The period of the decay: `epoch`, or a number of steps. */
  learningRateDecayEvery: z.union([z.literal("epoch"), whole(1)], {
    error: 'expected "epoch" or a whole number of steps',
  }),
  /** Share of the learning rate that no decay goes below; 0 unless told. */
  learningRateFloor: z.number().min(0).max(1).optional(),
  /** Steps in which the learning rate rises to its height, before any decay; none unless told. */
  learningRateWarmup: whole(0).optional(),
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  /** Examples a batch; or `all`, so that every step descends the whole training loss. */
  batch: z.union([whole(1), z.literal("all")], {
    error: 'expected "all" or a whole number of examples',
  }),
  /** Parts that a batch is computed in, one after another, so that less memory holds it; normalizations are over a part. 1 unless told. */
  accumulate: whole(1).optional(),
  /** Whether the last, incomplete batch of an epoch is trained on (`keep`) or left out (`drop`). */
  lastBatch: z.enum(["keep", "drop"]),
  /**
   * Coefficient of the L2 penalty, added to the gradient of weights (not of biases); with AdamW the share of weights, times the
   * learning rate, that they lose in every step.
   */
  weightDecay: z.number().min(0).max(LARGEST_FLOAT),
  /** Largest norm of all gradients together, before weight decay: longer ones are scaled down to it; 0, or not told, for any. */
  clipNorm: z.number().min(0).max(LARGEST_FLOAT).optional(),
  /** Share of a training label's weight that goes to all classes alike; none unless told. Evaluation knows nothing of it. */
  labelSmoothing: z.number().min(0).lt(1).optional(),
  /** Probability that a hidden unit is dropped. */
  dropout: z.number().min(0).lt(1),
  initialization: z.enum(initializations),
  preprocess: z.enum(preprocessNames),
  /** Random changes of the training images, drawn anew in every epoch; evaluation sees the center crop. */
  augment: z
    .strictObject({
      /** A random 28x28 window instead of the center one. */
      crop: z.boolean(),
      /** Left and right exchanged, with probability 1/2. */
      flip: z.boolean(),
      /** Largest angle of a random rotation either way, in degrees; 0 for none. */
      rotation: z.number().min(0).max(180),
      /** A random box of at least a tenth of the image, stretched; evaluation sees the central 87.5 %. No unless told. */
      box: z.boolean().optional(),
      /** Brightness, saturation, hue and contrast of the package of Inception v3. No unless told. */
      color: z.boolean().optional(),
    })
    .default({ crop: false, flip: false, rotation: 0 }),
  /** Share of the training examples that nothing is learned from, to say when training had better stopped; none unless told. */
  validation: z.number().min(0).lt(1).optional(),
  epochs: whole(1),
  /** What is measured on the way; the last epoch is always measured in full. */
  evaluate: z
    .strictObject({
      /** Epochs from one evaluation to the next. */
      every: whole(1),
      /** Test examples of an evaluation on the way, a random part, or `all`. */
      test: z.union([z.literal("all"), whole(1)], {
        error: 'expected "all" or a whole number of examples',
      }),
    })
    .default({ every: 1, test: "all" }),
  /** When a trial counts as having fitted its training labels: either bound suffices. */
  fit: z.strictObject({
    /** Training accuracy that counts as fitted. */
    accuracy: z.number().min(0).max(1),
    /** Training loss, in nats, below which it counts as fitted. */
    loss: z.number().min(0),
    /** Whether training ends once fitted. */
    stop: z.boolean(),
  }),
});

export type Recipe = z.infer<typeof recipeSchema>;

/** Optional fields, which say at 0 what they say where they are not told. */
const OPTIONAL = [
  "learningRateFloor",
  "learningRateWarmup",
  "clipNorm",
  "labelSmoothing",
  "validation",
] as const satisfies readonly (keyof Recipe)[];

/** A recipe as it is asked for: what changes nothing is left out, so that one training has one spec, and one id. */
export const askedRecipeSchema = recipeSchema.transform((recipe): Recipe => {
  const plain = { ...recipe };
  for (const name of OPTIONAL) if (!plain[name]) delete plain[name];
  if (plain.accumulate === 1) delete plain.accumulate;
  plain.augment = { ...plain.augment };
  for (const name of ["box", "color"] as const) if (!plain.augment[name]) delete plain.augment[name];
  return plain;
});

/**
 * The recipe of the paper for its small models without batch normalization (section 2 and appendix A): SGD,
 * momentum 0.9, learning rate 0.01, times 0.95 every 391 steps, no regularizer.
 *
 * 391 steps are the paper's epoch: 50,000 images in batches of 128. Counted in steps, the decay is the paper's
 * on all of CIFAR-10, and does not freeze training on fewer examples, whose epochs have fewer steps.
 *
 * What the paper leaves open is chosen here: batches of 128 (they follow from the steps of its Fig. 1a), the
 * last incomplete batch kept, He initialization (`usualInitialization` has what differs by model), and fitted means every label right or a loss below 0.01.
 */
export const paperRecipe: Recipe & { readonly batch: number; readonly learningRateDecay: number } = {
  optimizer: "sgd",
  learningRate: 0.01,
  learningRateDecay: 0.95,
  learningRateDecayEvery: 391,
  momentum: 0.9,
  nesterov: false,
  batch: 128,
  lastBatch: "keep",
  weightDecay: 0,
  dropout: 0,
  initialization: "he-normal",
  preprocess: "paper",
  augment: { crop: false, flip: false, rotation: 0 },
  epochs: 64,
  evaluate: { every: 1, test: "all" },
  fit: { accuracy: 1, loss: 0.01, stop: true },
};

/**
 * Learning rate where numbers are told, unless told: a squared error is up to eight times as curved as a softmax's cross-entropy, and
 * the paper's rate is beyond what gradient descent with its momentum keeps stable on an MLP of 512 units, `2 (1 + m) / curvature`.
 */
export const numbersRate = 0.002;
