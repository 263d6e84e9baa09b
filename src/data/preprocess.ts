/**
 * @file The last steps before a network: cropping, scaling, whitening.
 *
 * The order is crop, randomize, preprocess. Cropping first means that a permuted image holds exactly the pixels
 * the network would have seen; a permutation of pixels and whitening commute. Where training draws windows at
 * random (augment.ts), whole images are randomized, and cropped after. Source: Zhang et al., ICLR 2017,
 * appendix A, and `per_image_whitening` of TensorFlow at the time.
 */

import { UsageError } from "../base/errors.ts";
import {
  type Dataset,
  type Examples,
  exampleCount,
  exampleSize,
  inputType,
  isImages,
  titleOf,
} from "./dataset.ts";
import { channelMoments, inputScale, type Moments, momentLayout } from "./layout.ts";
import { lookUp, type PixelTable, pixelTable } from "./pixel-table.ts";
import { mapExamples } from "./streamed.ts";

/** Sides of the paper's images after cropping, in pixels. */
export const PAPER_CROP = 28;

/** The ways of preprocessing: see {@link preprocess}. */
export const preprocessNames = ["paper", "none", "standardize", "central"] as const;
export type PreprocessName = (typeof preprocessNames)[number];

/** How examples are preprocessed unless told: images as in the paper, rows of a table not at all. */
export const usualPreprocess = (dataset: Examples): PreprocessName => (isImages(dataset) ? "paper" : "none");

/** How examples at a path are preprocessed unless told: the paper's crop would cut most of a photograph off. */
export const pathPreprocess: PreprocessName = "standardize";

/** What of each side of a photograph is evaluated: the package's `central_crop` of ImageNet. */
const CENTRAL = 0.875;

/** Height and width of the central part of an image of that shape: 299 of 342. */
export const centralSides = (shape: readonly number[]): readonly [rows: number, columns: number] => [
  Math.round(CENTRAL * shape.at(-2)!),
  Math.round(CENTRAL * shape.at(-1)!),
];

/**
 * Cut the center out of each image.
 *
 * Tables pass through, and images of at most this size too. An odd margin leaves one pixel more at the right
 * and at the bottom.
 *
 * @param size - Height and width of the result, in pixels, at least 1; or `central`, 87.5 % of each.
 * @throws RangeError if `size` is not a whole number of at least 1.
 */
export function crop<E extends Examples>(dataset: E, size: number | "central" = PAPER_CROP): E {
  if (size !== "central" && (!Number.isInteger(size) || size < 1)) {
    throw new RangeError(`crop: size must be a whole number of at least 1, got ${size}`);
  }
  if (!isImages(dataset)) return dataset;
  const [, , height, width] = dataset.shape as [number, number, number, number];
  const [rows, columns] =
    size === "central" ? centralSides(dataset.shape) : [Math.min(size, height), Math.min(size, width)];
  if (rows === height && columns === width) return dataset;
  return mapExamples(dataset, (part) => cutMiddle(part, rows, columns));
}

/** The middle of each image. */
function cutMiddle(dataset: Dataset, rows: number, columns: number): Dataset {
  const [count, channels, height, width] = dataset.shape as [number, number, number, number];
  const top = Math.floor((height - rows) / 2);
  const left = Math.floor((width - columns) / 2);
  const length = count * channels * rows * columns;
  const inputs = dataset.inputs instanceof Uint8Array ? new Uint8Array(length) : new Float32Array(length);
  let to = 0;
  for (let plane = 0; plane < count * channels; plane++) {
    for (let row = 0; row < rows; row++) {
      const from = (plane * height + top + row) * width + left;
      for (let column = 0; column < columns; column++) inputs[to++] = dataset.inputs[from + column]!;
    }
  }
  return { ...dataset, inputs, shape: [count, channels, rows, columns] };
}

/**
 * Bring inputs to what a network is given, as float32.
 *
 * - `paper`: pixels over 255, then each image minus its mean, over `max(deviation, 1 / sqrt(size))`, where
 *   mean and population deviation are over all pixels and channels of that image. Images only.
 * - `none`: pixels over 255; `central` as well, of the central 87.5 % of images, which are cut out before.
 * - `standardize`: each channel (each column of a table) minus its mean over its deviation, both over the
 *   reference. A channel that is constant there becomes 0 at that constant, and is not scaled.
 *
 * Only uint8 inputs are divided by 255; float32 inputs are in their final scale already.
 *
 * @param reference - The training split, as randomized; `standardize` needs it, also for the test split.
 * @throws UsageError if `paper` is asked for a table, or `standardize` without a reference.
 */
export function preprocess(dataset: Dataset, how: PreprocessName, reference?: Dataset): Dataset {
  return preprocessor(how, reference)(dataset);
}

/**
 * Preprocesses examples.
 *
 * @param out - Receives the inputs, where they are wanted in one place; as many numbers as they have.
 */
export type Preprocessor = (dataset: Dataset, out?: Float32Array) => Dataset;

/**
 * The function that preprocesses: {@link preprocess} for many small datasets, the reference measured once.
 *
 * @throws UsageError if `standardize` has no reference; the function throws it for `paper` of a table.
 */
export function preprocessor(how: PreprocessName, reference?: Examples): Preprocessor {
  const write = writerOf(how, reference);
  return (dataset, out) => {
    // Nothing is done to them: they need not be copied either.
    if (write === scaleDown && !out && dataset.inputs instanceof Float32Array) return dataset;
    const inputs = out ?? new Float32Array(dataset.inputs.length);
    write(dataset, inputs);
    return { ...dataset, inputs };
  };
}

function writerOf(how: PreprocessName, reference: Examples | undefined) {
  switch (how) {
    case "paper":
      return whiten;
    case "none":
    case "central":
      return scaleDown;
    case "standardize": {
      if (!reference) {
        throw new UsageError('preprocess: "standardize" needs the training split as its reference, got none');
      }
      return standardizer(channelMoments(reference));
    }
  }
}

/** How examples become inputs, for whoever has to do the same elsewhere. */
export interface Preprocessing {
  readonly name: PreprocessName;
  /** In words, one after another. */
  readonly steps: readonly string[];
  /** Of `standardize`, `[channels]` each: what is taken from a channel, and what it is divided by then. */
  readonly mean?: readonly number[];
  readonly deviation?: readonly number[];
}

/**
 * What {@link preprocess} does, in words and numbers.
 *
 * @param reference - The training split, as randomized and cropped.
 */
export function describePreprocessing(how: PreprocessName, reference: Examples): Preprocessing {
  const scaled = inputType(reference) === "uint8" ? ["divide every byte by 255"] : [];
  const what = isImages(reference) ? "channel" : "column";
  if (how === "none" || how === "central") return { name: how, steps: scaled };
  if (how === "paper") {
    const size = exampleSize(reference);
    const whitened = `from each image subtract the mean of all its ${size} numbers, then divide by the larger of their population standard deviation and ${1 / Math.sqrt(size)} (one over the root of ${size})`;
    return { name: how, steps: [...scaled, whitened] };
  }
  const { mean, deviation } = channelMoments(reference);
  return {
    name: how,
    steps: [
      ...scaled,
      `from each ${what} subtract its mean, then divide by its deviation (measured on the training split)`,
    ],
    mean: [...mean],
    deviation: Array.from(deviation, spreadOf),
  };
}

/** What a channel is divided by: one that is constant is not scaled. */
const spreadOf = (deviation: number): number => (deviation > 0 ? deviation : 1);

/** Pixels over 255; float32 inputs as they are. */
function scaleDown({ inputs }: Dataset, out: Float32Array): void {
  if (inputs instanceof Uint8Array) for (let at = 0; at < out.length; at++) out[at] = inputs[at]! / 255;
  else out.set(inputs);
}

/** Per-image whitening; statistics in float64. */
function whiten(dataset: Dataset, out: Float32Array): void {
  if (!isImages(dataset)) {
    throw new UsageError(
      `preprocess: "paper" whitens images, got ${titleOf(dataset)}, a table; use "standardize" instead`,
    );
  }
  const { inputs } = dataset;
  const size = exampleSize(dataset);
  if (inputs instanceof Uint8Array) whitenPixels(inputs, size, out);
  else whitenValues(inputs, size, out);
}

/** Whiten uint8 images: sums of whole numbers are exact, and 256 results serve all pixels of an image. */
function whitenPixels(inputs: Uint8Array, size: number, out: Float32Array): void {
  const floor = 1 / Math.sqrt(size);
  const table = { results: new Float32Array(256) };
  for (let from = 0; from < inputs.length; from += size) {
    const end = from + size;
    let sum = 0;
    let squares = 0;
    for (let at = from; at < end; at++) {
      const pixel = inputs[at]!;
      sum += pixel;
      squares += pixel * pixel;
    }
    const mean = sum / size;
    const deviation = Math.sqrt(squares * size - sum * sum) / size;
    const factor = 1 / Math.max(deviation / 255, floor) / 255;
    for (let pixel = 0; pixel < 256; pixel++) table.results[pixel] = (pixel - mean) * factor;
    lookUp(inputs, from, end, table, out);
  }
}

/** Whiten float32 images. */
function whitenValues(inputs: Float32Array, size: number, out: Float32Array): void {
  const floor = 1 / Math.sqrt(size);
  for (let from = 0; from < inputs.length; from += size) {
    const end = from + size;
    let sum = 0;
    for (let at = from; at < end; at++) sum += inputs[at]!;
    const mean = sum / size;
    let squares = 0;
    for (let at = from; at < end; at++) {
      const away = inputs[at]! - mean;
      squares += away * away;
    }
    const factor = 1 / Math.max(Math.sqrt(squares / size), floor);
    for (let at = from; at < end; at++) out[at] = (inputs[at]! - mean) * factor;
  }
}

/** Brings each channel to the mean 0 and deviation 1 of what was measured. */
function standardizer({ mean, deviation }: Moments) {
  let tables: readonly PixelTable[] | undefined;
  return (dataset: Dataset, out: Float32Array): void => {
    const { inputs } = dataset;
    const { channels, pixels } = momentLayout(dataset);
    const scale = inputScale(dataset);
    if (inputs instanceof Uint8Array) {
      // 256 results serve all pixels of a channel.
      tables ??= Array.from({ length: channels }, (_, channel) =>
        pixelTable((pixel) => standardOf(pixel * scale, mean[channel]!, deviation[channel]!)),
      );
    }
    for (let plane = 0; plane < exampleCount(dataset) * channels; plane++) {
      const channel = plane % channels;
      const end = (plane + 1) * pixels;
      if (inputs instanceof Uint8Array) {
        lookUp(inputs, plane * pixels, end, tables![channel]!, out);
        continue;
      }
      const center = mean[channel]!;
      const spread = spreadOf(deviation[channel]!);
      for (let at = plane * pixels; at < end; at++) out[at] = (inputs[at]! * scale - center) / spread;
    }
  };
}

const standardOf = (value: number, mean: number, deviation: number): number =>
  (value - mean) / spreadOf(deviation);
