/**
 * @file What a pixel and a channel are, for images and for tables, and the moments of the channels.
 *
 * An image's pixels are its places, each with one value a channel. A row of a table has columns in the part of
 * pixels where something is moved, and in the part of channels where something is measured: columns have units
 * of their own.
 */

import { type Dataset, exampleCount, exampleSize, isImages } from "./dataset.ts";

/** How one example is laid out: `channels` planes of `pixels` values. */
export interface PixelLayout {
  readonly channels: number;
  readonly pixels: number;
}

/** The layout in which pixels are moved: images `[channels, height * width]`, rows `[1, columns]`. */
export function pixelLayout(dataset: Dataset): PixelLayout {
  const channels = isImages(dataset) ? dataset.shape[1]! : 1;
  return { channels, pixels: exampleSize(dataset) / channels };
}

/** The layout in which moments are taken: images `[channels, height * width]`, rows `[columns, 1]`. */
export function momentLayout(dataset: Dataset): PixelLayout {
  const channels = dataset.shape[1]!;
  return { channels, pixels: exampleSize(dataset) / channels };
}

/** Mean and population standard deviation, `[channels]` each, in the scale a network sees (uint8 over 255). */
export interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** The factor that brings inputs to the scale a network sees: uint8 pixels are divided by 255. */
export const inputScale = (dataset: Dataset): number => (dataset.inputs instanceof Uint8Array ? 1 / 255 : 1);

/** Mean and standard deviation of each channel (of each column of a table) over all examples, in float64. */
export function channelMoments(dataset: Dataset): Moments {
  const { inputs } = dataset;
  const { channels, pixels } = momentLayout(dataset);
  const count = exampleCount(dataset);
  const scale = inputScale(dataset);
  const mean = new Float64Array(channels);
  const deviation = new Float64Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    let sum = 0;
    for (let example = 0; example < count; example++) {
      const from = (example * channels + channel) * pixels;
      for (let at = from; at < from + pixels; at++) sum += inputs[at]!;
    }
    const center = sum / (count * pixels);
    // Deviations from the mean, not squares: the difference of two large sums would lose digits.
    let squares = 0;
    for (let example = 0; example < count; example++) {
      const from = (example * channels + channel) * pixels;
      for (let at = from; at < from + pixels; at++) {
        const away = inputs[at]! - center;
        squares += away * away;
      }
    }
    mean[channel] = center * scale;
    deviation[channel] = Math.sqrt(squares / (count * pixels)) * scale;
  }
  return { mean, deviation };
}
