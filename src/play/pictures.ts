/**
 * @file The training images of a trial as pixels that can be drawn, and the first layer of its network.
 */

import type { Splits } from "../data/dataset.ts";
import { type Dataset, exampleSize } from "../data/dataset.ts";
import { randomizeFor } from "../train/prepare.ts";
import type { TrainingState } from "../train/session.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { Filters, Pictures } from "./protocol.ts";

/** Deviations of noise to either side of gray that are drawn. */
const DEVIATIONS = 2.5;

/** The training images of a trial, randomized. */
export function picturesOf(splits: Splits, spec: TrialSpec): Pictures {
  const train = randomizeFor(splits, spec).evaluated.train as Dataset;
  return {
    pixels: pixelsOf(train),
    shape: train.shape,
    given: train.labels.slice(),
    truth: splits.train.labels.slice(),
    classNames: train.classNames,
  };
}

/** Bytes as they are; numbers from their mean by their deviation, since noise has no range. */
function pixelsOf(dataset: Dataset): Uint8Array {
  const { inputs } = dataset;
  if (inputs instanceof Uint8Array) return inputs.slice();
  const sample = inputs.subarray(0, 100 * exampleSize(dataset));
  const mean = sample.reduce((sum, value) => sum + value, 0) / sample.length;
  const deviation =
    Math.sqrt(sample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / sample.length) || 1;
  return Uint8Array.from(inputs, (value) =>
    Math.min(255, Math.max(0, 127.5 * (1 + (value - mean) / (DEVIATIONS * deviation)))),
  );
}

/** Filters that are drawn. */
const FILTERS = 24;

/**
 * The first weights of a network: those of a layer of images, each as large as one, or small windows.
 *
 * @param example - Shape of an example, `[channels, height, width]`.
 */
export function filtersOf(state: TrainingState, example: readonly number[]): Filters | undefined {
  // Rows of a table are no images, and neither are weights on them.
  if (example.length !== 3) return undefined;
  const convolution = state["conv1.weight"];
  const weights = convolution ?? state["hidden1.weight"] ?? state["output.weight"];
  if (!weights) return undefined;
  const shape = convolution ? [example[0]!, 3, 3] : example;
  const size = shape.reduce((product, side) => product * side, 1);
  const count = Math.min(FILTERS, Math.floor(weights.length / size));
  return { weights: weights.slice(0, count * size), shape: [count, ...shape] };
}
