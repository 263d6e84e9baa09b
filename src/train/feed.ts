/**
 * @file The images that a run of the engine is given, where training changes them at random.
 *
 * Without augmentation the engine holds all images, and a step gathers its batch from them. With it, every
 * epoch has images of its own: they are made a run at a time, and no more at once than fit into
 * {@link RUN_BYTES}.
 */

import { augmentExamples, isAugmented } from "../data/augment.ts";
import type { Batch } from "../data/batches.ts";
import { type Dataset, exampleCount, exampleSize } from "../data/dataset.ts";
import { preprocessor } from "../data/preprocess.ts";
import type { Recipe } from "./recipe.ts";
import { rowsOf } from "./step.ts";

/** Makes the images of the engine's runs. */
export interface Feed {
  /** Most steps of one run. */
  readonly mostSteps: number;
  /**
   * The images of some steps, as the network sees them: `[steps, batch, ...example]`. Undefined where steps
   * gather them.
   *
   * @param epoch - From 0.
   */
  images(steps: readonly Batch[], epoch: number): Promise<Float32Array | undefined>;
}

/** Most bytes of images in one run: a few dozen steps on the paper's images, enough to hide a run's overhead. */
const RUN_BYTES = 64 * 2 ** 20;

/**
 * The feed of a recipe.
 *
 * @param train - The training split, randomized, whole and not preprocessed.
 * @param evaluated - The training split as it is evaluated, not preprocessed: what `standardize` measures.
 */
export function createFeed(train: Dataset, evaluated: Dataset, recipe: Recipe, seed: number): Feed {
  const { augment } = recipe;
  const batch = rowsOf(recipe, exampleCount(train));
  if (!isAugmented(augment)) return { mostSteps: Number.POSITIVE_INFINITY, images: async () => undefined };
  const finish = preprocessor(recipe.preprocess, evaluated);
  const size = batch * exampleSize(evaluated);
  return {
    mostSteps: Math.max(1, Math.floor(RUN_BYTES / (size * Float32Array.BYTES_PER_ELEMENT))),
    async images(steps, epoch) {
      const images = new Float32Array(steps.length * size);
      // A batch at a time: what is made on the way stays in the caches.
      steps.forEach(({ indices }, step) => {
        images.set(finish(augmentExamples(train, indices, augment, seed, epoch)).inputs, step * size);
      });
      return images;
    },
  };
}
