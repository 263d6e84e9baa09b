/**
 * @file The images that a run of the engine is given, where training changes them at random or they are not held in memory; and
 * those it is asked about, where they are not.
 *
 * Else the engine holds all images, and a step gathers its batch from them. Here every run has images of its own: they are
 * made a run at a time, and no more at once than fit into {@link RUN_BYTES}.
 */

import { UsageError } from "../base/errors.ts";
import { type Augmentation, augmentExamples, isAugmented } from "../data/augment.ts";
import type { Batch } from "../data/batches.ts";
import {
  type Dataset,
  type ExampleSplits,
  type Examples,
  exampleCount,
  exampleSize,
  isHeld,
  rangeOf,
  takeExamples,
} from "../data/dataset.ts";
import { type Preprocessor, preprocessor } from "../data/preprocess.ts";
import type { Recipe } from "./recipe.ts";
import { rowsOf } from "./step.ts";

/** Examples as they are evaluated. */
export interface EvaluatedSplits extends ExampleSplits {
  /** Those held out of training; undefined where there are none. */
  readonly validation?: Examples | undefined;
}

/** Makes the images of the engine's runs. */
export interface Feed {
  /** Most steps of one run. */
  readonly mostSteps: number;
  /** Whether steps gather their images from those that the engine holds. */
  readonly isHeld: boolean;
  /** Whether images are made while the engine trains, so that those of the next run are to be asked for before. */
  readonly isAhead: boolean;
  /**
   * The images of some steps, as the network sees them: `[steps, batch, ...example]`. Undefined where steps
   * gather them.
   *
   * @param epoch - From 0.
   */
  images(steps: readonly Batch[], epoch: number): Promise<Float32Array | undefined>;
  /** The images of examples one after another, as the network is evaluated on them: `[to - from, ...example]`. */
  evaluated(split: "train" | "test" | "validation", from: number, to: number): Promise<Float32Array>;
  /**
   * Say that nobody needs some images any more: their memory is written again where it is large enough, as getting new memory from
   * the system takes longer than making the images.
   */
  spend(images: Float32Array): void;
}

/** Most bytes of images in one run: a few dozen steps on the paper's images, enough to hide a run's overhead. */
const RUN_BYTES = 64 * 2 ** 20;

/** Most bytes of images in one step of examples that are not held. */
const STEP_BYTES = 2 ** 30;

/**
 * The feed of a recipe.
 *
 * @param train - The training split, randomized, whole and not preprocessed.
 * @param splits - All as they are evaluated, not preprocessed; the training split is what `standardize` measures.
 * @param newRoom - Gets memory for so many numbers.
 * @throws UsageError if a batch of examples that are not held is no small part of them.
 */
export function createFeed(
  train: Examples,
  splits: EvaluatedSplits,
  recipe: Recipe,
  seed: number,
  newRoom = (length: number): Float32Array => new Float32Array(length),
): Feed {
  const { augment } = recipe;
  const batch = rowsOf(recipe, exampleCount(train));
  const isGathered = !isAugmented(augment) && isHeld(train);
  const size = batch * exampleSize(splits.train);
  const bytes = size * Float32Array.BYTES_PER_ELEMENT;
  if (!isHeld(train) && bytes > STEP_BYTES) {
    throw new UsageError(
      `\`batch\` ${recipe.batch}: examples that are read as they are wanted come in batches of at most ${STEP_BYTES} bytes, got ${bytes}; use a smaller \`batch\`, or allow more \`memory\``,
    );
  }
  let finish: Preprocessor | undefined;
  let read: Dataset["inputs"] | undefined;
  const spent: Float32Array[] = [];
  const roomFor = (length: number): Float32Array => {
    const room = spent.pop();
    const isEnough = room && room.buffer.byteLength >= length * room.BYTES_PER_ELEMENT;
    return isEnough ? new Float32Array(room.buffer, 0, length) : newRoom(length);
  };
  const write = (part: Dataset, images: Float32Array): Float32Array => {
    finish ??= preprocessor(recipe.preprocess, splits.train);
    finish(part, images);
    // The next are read to where these were.
    read = part.inputs;
    return images;
  };
  return {
    mostSteps: isGathered ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(RUN_BYTES / bytes)),
    isHeld: isGathered,
    isAhead: false,
    async images(steps, epoch) {
      if (isGathered) return undefined;
      const images = roomFor(steps.length * size);
      // A batch at a time: what is made on the way stays in the caches.
      steps.forEach(({ indices }, step) => {
        const shown = isAugmented(augment)
          ? changed(train, indices, augment, seed, epoch)
          : takeExamples(splits.train, indices, read);
        write(shown, images.subarray(step * size, (step + 1) * size));
      });
      return images;
    },
    async evaluated(split, from, to) {
      const part = takeExamples(splits[split]!, rangeOf(from, to), read);
      return write(part, roomFor(part.inputs.length));
    },
    spend(images) {
      spent.push(images);
    },
  };
}

/** The examples at `indices` as an epoch sees them. */
function changed(
  train: Examples,
  indices: Int32Array,
  augment: Augmentation,
  seed: number,
  epoch: number,
): Dataset {
  if (isHeld(train)) return augmentExamples(train, indices, augment, seed, epoch);
  const part = takeExamples(train, indices);
  return augmentExamples(part, [...indices.keys()], augment, seed, epoch, indices);
}
