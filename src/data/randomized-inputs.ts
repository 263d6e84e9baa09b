/**
 * @file Writes randomized inputs: permuted pixels and Gaussian noise, each example a pure function of (seed, split, index).
 */

import { randomStream } from "../base/random.ts";
import {
  type Dataset,
  type ExampleSplits,
  type Examples,
  exampleSize,
  type InputType,
  inputType,
} from "./dataset.ts";
import { channelMoments, type Moments, momentLayout, pixelLayout } from "./layout.ts";
import type { InputsName, SplitName } from "./randomization.ts";

/** What randomized inputs are. */
export const typeUnder = (inputs: InputsName, examples: Examples): InputType =>
  inputs === "gaussian" ? "float32" : inputType(examples);

/** The one order of the pixels of `shuffled` inputs: which pixel of an example, `[pixels]`, comes to each place. */
export const shuffledOrder = (dataset: Pick<Dataset, "shape">, seed: number) =>
  randomStream(seed, "pixels-shuffled").permutation(pixelLayout(dataset).pixels);

/** Writes the randomized inputs of a split's example `index`, which is `part`'s example `row`, into `out`, from `at` on. */
type ExampleWriter = (
  part: Dataset,
  row: number,
  index: number,
  out: Uint8Array | Float32Array,
  at: number,
) => void;

/** The writer of a randomization: each example is a pure function of (seed, split, index). */
export function exampleWriter(
  splits: ExampleSplits,
  split: SplitName,
  inputs: InputsName,
  seed: number,
): ExampleWriter {
  const dataset = splits[split];
  const size = exampleSize(dataset);
  switch (inputs) {
    case "true":
      return (part, row, _, out, at) => out.set(part.inputs.subarray(row * size, (row + 1) * size), at);
    case "shuffled": {
      const order = shuffledOrder(dataset, seed);
      return (part, row, _, out, at) => movePixels(part, row, order, out, at);
    }
    case "random": {
      const order = new Uint32Array(pixelLayout(dataset).pixels);
      return (part, row, index, out, at) => {
        drawPermutation(order, seed, `pixels-random-${split}`, index);
        movePixels(part, row, order, out, at);
      };
    }
    case "gaussian": {
      const moments = channelMoments(splits.train);
      const { pixels } = momentLayout(dataset);
      return (_part, _row, index, out, at) =>
        drawNoise(moments, pixels, seed, `pixels-gaussian-${split}`, index, out, at);
    }
  }
}

/** Copy one example, its pixel `order[p]` to place `p`; the channels of a pixel stay together. */
function movePixels(
  dataset: Dataset,
  row: number,
  order: Uint32Array,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  const { channels, pixels } = pixelLayout(dataset);
  for (let channel = 0; channel < channels; channel++) {
    const from = (row * channels + channel) * pixels;
    const to = at + channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) out[to + pixel] = dataset.inputs[from + order[pixel]!]!;
  }
}

/** Fill `order` with a uniform permutation (Fisher and Yates; Durstenfeld, 1964), without allocating one an image. */
function drawPermutation(order: Uint32Array, seed: number, purpose: string, index: number): void {
  const random = randomStream(seed, purpose, index);
  for (let place = 0; place < order.length; place++) order[place] = place;
  for (let last = order.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
}

/** The order of one image's pixels among `random` inputs: which pixel, `[pixels]`, comes to each place. */
export function randomOrder(dataset: Dataset, split: SplitName, seed: number, index: number): Uint32Array {
  const order = new Uint32Array(pixelLayout(dataset).pixels);
  drawPermutation(order, seed, `pixels-random-${split}`, index);
  return order;
}

/**
 * Write one example of Gaussian noise, channel by channel.
 *
 * The polar method (Marsaglia and Bray, SIAM Review 1964) on 32-bit uniforms: four times the speed of
 * {@link RandomStream.normal}, and float32 pixels hold no more.
 */
function drawNoise(
  { mean, deviation }: Moments,
  pixels: number,
  seed: number,
  purpose: string,
  index: number,
  out: Uint8Array | Float32Array,
  at: number,
): void {
  const random = randomStream(seed, purpose, index);
  const scale = 2 / 2 ** 32;
  let spare = Number.NaN;
  for (let channel = 0; channel < mean.length; channel++) {
    const center = mean[channel]!;
    const spread = deviation[channel]!;
    const end = at + (channel + 1) * pixels;
    for (let place = at + channel * pixels; place < end; place++) {
      let normal = spare;
      if (Number.isNaN(normal)) {
        let x: number;
        let y: number;
        let square: number;
        do {
          // Half a step off the grid, so that the circle's center is never drawn.
          x = (random.uint32() + 0.5) * scale - 1;
          y = (random.uint32() + 0.5) * scale - 1;
          square = x * x + y * y;
        } while (square >= 1);
        const factor = Math.sqrt((-2 * Math.log(square)) / square);
        normal = x * factor;
        spare = y * factor;
      } else {
        spare = Number.NaN;
      }
      out[place] = center + spread * normal;
    }
  }
}
