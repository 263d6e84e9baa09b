/**
 * @file What TensorFlow's `inception` package does to a training image of ImageNet: a box of it, stretched, and other colors.
 *
 * Source: the package's `image_processing.py` of 2016, and TensorFlow's `sample_distorted_bounding_box`, without boxes around objects:
 * the whole image is the object. Which way of stretching and which order of colors depended on which of four threads made the
 * image; here that is drawn.
 */

import type { RandomStream } from "../base/random.ts";
import { type ResampleMethod, resampleMethods, type Window } from "./resample.ts";

/** A box has at least this share of the image, the package's `min_object_covered`; its own least area, 0.05, is below it. */
const LEAST_AREA = 0.1;
/** Least and largest width over height. */
const ASPECT = [0.75, 1.33] as const;
/** Boxes that are tried before the whole image is taken. */
const ATTEMPTS = 100;

/** Which of four threads would have made an image: it stretches in a way of its own, and has one of two orders of colors. */
export const drawThread = (random: RandomStream): number => random.below(resampleMethods.length);

export const methodOf = (thread: number): ResampleMethod => resampleMethods[thread]!;

/** Draw a box of an image: its aspect first, then its height, then its place, each uniform. */
export function drawBox(height: number, width: number, random: RandomStream): Window {
  const area = height * width;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const aspect = ASPECT[0] + random.uniform() * (ASPECT[1] - ASPECT[0]);
    const least = Math.round(Math.sqrt((LEAST_AREA * area) / aspect));
    const most = Math.min(
      height,
      Math.floor((width + 0.5 - 1e-7) / aspect),
      Math.round(Math.sqrt(area / aspect)),
    );
    const rows = Math.min(least, most) + random.below(Math.max(0, most - least) + 1);
    const columns = Math.round(rows * aspect);
    const covered = (rows * columns) / area;
    if (columns > width || covered < LEAST_AREA || covered > 1) continue;
    return { top: random.below(height - rows + 1), left: random.below(width - columns + 1), rows, columns };
  }
  return { top: 0, left: 0, rows: height, columns: width };
}

/** How the colors of an image change. */
export interface ColorShift {
  /** Added to all channels, in [-32/255, 32/255]. */
  readonly brightness: number;
  /** Factor, in [0.5, 1.5]. */
  readonly saturation: number;
  /** Share of the circle, in [-0.2, 0.2]. */
  readonly hue: number;
  /** Factor of what a channel is off its mean, in [0.5, 1.5]. */
  readonly contrast: number;
  /** Whether contrast comes before saturation and hue, or after. */
  readonly contrastFirst: boolean;
}

export function drawColors(thread: number, random: RandomStream): ColorShift {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  return {
    brightness: between(-32 / 255, 32 / 255),
    saturation: between(0.5, 1.5),
    hue: between(-0.2, 0.2),
    contrast: between(0.5, 1.5),
    contrastFirst: thread % 2 === 1,
  };
}

/**
 * Change the colors of one image in place; what leaves [0, 1] is cut off at the end.
 *
 * @param pixels - `[3, height, width]`, red, green and blue from 0 to 1.
 */
export function shiftColors(pixels: Float32Array, shift: ColorShift): void {
  for (let at = 0; at < pixels.length; at++) pixels[at]! += shift.brightness;
  if (shift.contrastFirst) stretchContrast(pixels, shift.contrast);
  eachPixel(pixels, ([hue, saturation, value]) => [hue, Math.min(1, saturation * shift.saturation), value]);
  eachPixel(pixels, ([hue, saturation, value]) => [(hue + shift.hue + 1) % 1, saturation, value]);
  if (!shift.contrastFirst) stretchContrast(pixels, shift.contrast);
  for (let at = 0; at < pixels.length; at++) pixels[at] = Math.max(0, Math.min(1, pixels[at]!));
}

function stretchContrast(pixels: Float32Array, factor: number): void {
  const area = pixels.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    const plane = pixels.subarray(channel * area, (channel + 1) * area);
    let sum = 0;
    for (const value of plane) sum += value;
    const mean = sum / area;
    for (let at = 0; at < area; at++) plane[at] = mean + factor * (plane[at]! - mean);
  }
}

/** Hue from 0 to 1, saturation, and value, which is the brightest channel. */
type Hsv = readonly [hue: number, saturation: number, value: number];

function eachPixel(pixels: Float32Array, change: (color: Hsv) => Hsv): void {
  const area = pixels.length / 3;
  for (let at = 0; at < area; at++) {
    const color = toHsv(pixels[at]!, pixels[at + area]!, pixels[at + 2 * area]!);
    const [hue, saturation, value] = change(color);
    for (let channel = 0; channel < 3; channel++) {
      // Red is strongest at 0 of the circle, green at a third, blue at two thirds (Smith, SIGGRAPH 1978).
      const sixth = (hue * 6 + [5, 3, 1][channel]!) % 6;
      const away = Math.max(0, Math.min(sixth, 4 - sixth, 1));
      pixels[at + channel * area] = value - value * saturation * away;
    }
  }
}

function toHsv(red: number, green: number, blue: number): Hsv {
  const value = Math.max(red, green, blue);
  const range = value - Math.min(red, green, blue);
  if (range === 0 || value <= 0) return [0, 0, value];
  const sixths =
    value === red
      ? (green - blue) / range
      : value === green
        ? 2 + (blue - red) / range
        : 4 + (red - green) / range;
  return [(sixths / 6 + 1) % 1, range / value, value];
}
