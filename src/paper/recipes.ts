/**
 * @file The paper's recipe for each of its models.
 *
 * A pure function of its arguments, so rows of different tables and figures that train the same network have
 * equal specs, and are trained once.
 */

import { usualInitialization } from "../run/subject.ts";
import { paperRecipe, type Recipe } from "../train/recipe.ts";

/** Whether a model is of the Inception family, with batch normalization or without. */
const isInception = (model: string): boolean => model.startsWith("inception");

/**
 * Coefficient of the L2 penalty where a table says "weight decay: yes".
 *
 * The paper says "the default coefficient for each model" and prints none. These are the defaults of the
 * software its models came from; `docs/decisions/08-weight-decay.md` has the sources.
 */
export function weightDecayOf(model: string): number {
  if (isInception(model)) return 0.00004;
  return model === "alexnet" ? 0.004 : 0.0005;
}

/** What a row of a table or a curve of a figure adds to the plain recipe. */
export interface Regularizers {
  /** With the coefficient of {@link weightDecayOf}. */
  readonly weightDecay?: boolean;
  /** Of a fifth of the units before the last layer: that of Inception v3. */
  readonly dropout?: boolean;
  readonly crop?: boolean;
  readonly flip?: boolean;
  /** Largest angle, in degrees. */
  readonly rotation?: number;
  /** All that the package of Inception v3 does to training images: boxes, flips and colors. */
  readonly distort?: boolean;
}

/** Share of units dropped where a table says "dropout: yes": the TensorFlow package keeps 0.8. */
const DROPOUT = 0.2;

/**
 * The recipe of the TensorFlow package of Inception, which the paper says it used for ImageNet: RMSProp, batches of 32, learning
 * rate 0.045, times 0.94 every two epochs of ImageNet, labels smoothed by a tenth, the central 87.5 % of images. Pixels are from 0 to 1 and not from -1 to 1, which is
 * the same: the first convolution has no pads and no bias, and its normalization takes shift and scale away.
 */
const packageRecipe = {
  ...paperRecipe,
  optimizer: "rmsprop",
  learningRate: 0.045,
  learningRateDecay: 0.94,
  learningRateDecayEvery: 2 * Math.floor(1_281_167 / 32),
  batch: 32,
  labelSmoothing: 0.1,
  preprocess: "central",
} as const satisfies Recipe;

/**
 * The paper's recipe for a model: SGD, momentum 0.9, learning rate 0.1 for Inception and 0.01 for the others,
 * times 0.95 every 391 steps (section 2 and appendix A), and the regularizers asked for.
 *
 * Inception without batch normalization has the rate of the other networks without it: at 0.1 its loss explodes
 * within two epochs of a few hundred images, and the paper names no rate for it.
 *
 * Inception v3 has the recipe of the TensorFlow package instead.
 *
 * Inception leaves out an epoch's last, incomplete batch, whose statistics would be those of few examples.
 */
export function recipeOf(model: string, epochs: number, regularizers: Regularizers = {}): Recipe {
  const { weightDecay = false, dropout = false, distort = false } = regularizers;
  const { crop = false, flip = distort, rotation = 0 } = regularizers;
  const rate = model === "inception" ? 0.1 : paperRecipe.learningRate;
  return {
    ...(model === "inception-v3" ? packageRecipe : { ...paperRecipe, learningRate: rate }),
    dropout: dropout ? DROPOUT : 0,
    lastBatch: isInception(model) ? "drop" : "keep",
    initialization: usualInitialization(model),
    weightDecay: weightDecay ? weightDecayOf(model) : 0,
    augment: { crop, flip, rotation, ...(distort && { box: true, color: true }) },
    epochs,
  };
}
