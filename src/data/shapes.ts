/**
 * @file Shapes: a procedural dataset of ten classes, for when there is nothing to download.
 *
 * Color images of 32 x 32 pixels. Each holds one shape of a random place, size, turn and color, on a
 * gradient, with strokes and blobs around it and noise over it. Example i of a split is a pure function of
 * (seed, split, i): a larger dataset begins with the smaller one, and the bytes are the same everywhere.
 */

import { UsageError } from "../base/errors.ts";
import { type RandomStream, randomStream } from "../base/random.ts";
import type { Dataset, Splits } from "./dataset.ts";
import { OUTLINES, segmentDistance } from "./outlines.ts";

const SIDE = 32;
const PIXELS = SIDE * SIDE;
const CLASSES = OUTLINES.length;

/** Names of the classes, in the order of their labels. */
export const SHAPES_CLASSES: readonly string[] = OUTLINES.map(({ name }) => name);

/** Most examples of a split: more would not fit the memory of a small machine. */
export const SHAPES_LIMIT = 200_000;

/** Sizes of the dataset when none are asked for. */
export const SHAPES_TRAIN = 10_000;
export const SHAPES_TEST = 2_000;

/** Ranges of what varies, in pixels, shares of full brightness, or tangents of half the angle. */
const VARIATION = {
  /** Distance of the shape's center from the image's, along each axis. */
  shift: 4,
  smallest: 6,
  largest: 10.5,
  /** Tangent of half the largest turn: 0.33 is 37 degrees to either side. */
  turn: 0.33,
  /** Least difference in brightness between shape and background. */
  contrast: 0.2,
  /** Most pieces of clutter. */
  clutter: 4,
  /** Largest change by noise. */
  noise: 0.12,
};

type Color = readonly [red: number, green: number, blue: number];

/**
 * Draw the shapes dataset: images `[count, 3, 32, 32]`; each ten examples hold each class once.
 *
 * @param train - Number of training examples, in `[1, 200000]`.
 * @param test - Number of test examples, in `[1, 200000]`.
 * @throws UsageError if a number is out of range.
 */
export function shapes(train: number = SHAPES_TRAIN, test: number = SHAPES_TEST, seed = 0): Splits {
  return { train: drawSplit("train", train, seed), test: drawSplit("test", test, seed) };
}

/** Splits whose images are so many times as high and wide, each pixel repeated. */
export const enlarge = ({ train, test }: Splits, times: number): Splits => ({
  train: enlargeSplit(train, times),
  test: enlargeSplit(test, times),
});

function enlargeSplit(dataset: Dataset, times: number): Dataset {
  const [count, channels, height, width] = dataset.shape as [number, number, number, number];
  const inputs = new Uint8Array(dataset.inputs.length * times * times);
  let at = 0;
  for (let row = 0; row < count * channels * height; row++) {
    for (let copy = 0; copy < times; copy++) {
      for (let column = 0; column < width; column++) {
        inputs.fill(dataset.inputs[row * width + column]!, at, at + times);
        at += times;
      }
    }
  }
  return { ...dataset, inputs, shape: [count, channels, height * times, width * times] };
}

function drawSplit(split: "train" | "test", count: number, seed: number): Dataset {
  if (!Number.isInteger(count) || count < 1 || count > SHAPES_LIMIT) {
    throw new UsageError(`shapes: expected 1 to ${SHAPES_LIMIT} ${split} examples, got ${count}`);
  }
  const inputs = new Uint8Array(count * 3 * PIXELS);
  const labels = new Int32Array(count);
  const canvas = new Float64Array(3 * PIXELS);
  for (let index = 0; index < count; index++) {
    const round = Math.floor(index / CLASSES);
    if (index % CLASSES === 0) {
      const order = randomStream(seed, `shapes-labels-${split}`, round).permutation(CLASSES);
      labels.set(order.subarray(0, Math.min(CLASSES, count - index)), index);
    }
    drawExample(canvas, labels[index]!, randomStream(seed, `shapes-${split}`, index));
    for (let at = 0; at < canvas.length; at++) inputs[index * canvas.length + at] = canvas[at]! * 255 + 0.5;
  }
  return {
    name: "shapes",
    inputs,
    shape: [count, 3, SIDE, SIDE],
    labels,
    classNames: SHAPES_CLASSES,
  };
}

/** Paint one image, `[3, 32, 32]` in `[0, 1]`. */
function drawExample(canvas: Float64Array, label: number, random: RandomStream): void {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const color = (): Color => [random.uniform(), random.uniform(), random.uniform()];

  const ground = color();
  const shape = contrasting(ground, random);
  paintGradient(canvas, ground, between(-0.2, 0.2), between(-0.2, 0.2));

  const pieces = random.below(VARIATION.clutter + 1);
  for (let piece = 0; piece < pieces; piece++) paintClutter(canvas, color(), random);

  const [turnX, turnY] = direction(between(-VARIATION.turn, VARIATION.turn));
  const radius = between(VARIATION.smallest, VARIATION.largest);
  const centerX = (SIDE - 1) / 2 + between(-VARIATION.shift, VARIATION.shift);
  const centerY = (SIDE - 1) / 2 + between(-VARIATION.shift, VARIATION.shift);
  const { outline } = OUTLINES[label]!;
  paint(canvas, centerX, centerY, radius, shape, (dx, dy) => {
    const x = (turnX * dx + turnY * dy) / radius;
    const y = (turnY * dx - turnX * dy) / radius;
    return outline(x, y) * radius;
  });
  addNoise(canvas, between(VARIATION.noise / 3, VARIATION.noise), random);
}

const brightness = ([red, green, blue]: Color): number => 0.3 * red + 0.59 * green + 0.11 * blue;

/** A color whose brightness differs enough from another's to be seen. */
function contrasting(other: Color, random: RandomStream): Color {
  for (;;) {
    const color: Color = [random.uniform(), random.uniform(), random.uniform()];
    if (Math.abs(brightness(color) - brightness(other)) >= VARIATION.contrast) return color;
  }
}

/** The unit vector whose angle has half the tangent `t`: a turn without a sine. */
const direction = (t: number): readonly [x: number, y: number] => [
  (1 - t * t) / (1 + t * t),
  (2 * t) / (1 + t * t),
];

function paintGradient(
  canvas: Float64Array,
  [red, green, blue]: Color,
  slopeX: number,
  slopeY: number,
): void {
  for (let at = 0; at < PIXELS; at++) {
    const x = (at % SIDE) / (SIDE - 1) - 0.5;
    const y = Math.floor(at / SIDE) / (SIDE - 1) - 0.5;
    const lift = 2 * (slopeX * x + slopeY * y);
    canvas[at] = red + lift;
    canvas[PIXELS + at] = green + lift;
    canvas[2 * PIXELS + at] = blue + lift;
  }
}

/** Paint a stroke or a blob anywhere in the image. */
function paintClutter(canvas: Float64Array, color: Color, random: RandomStream): void {
  const x = random.uniform() * SIDE;
  const y = random.uniform() * SIDE;
  const reach = 3 + 6 * random.uniform();
  if (random.below(2) === 0) {
    const size = reach / 3;
    paint(canvas, x, y, size, color, (dx, dy) => Math.sqrt(dx * dx + dy * dy) - size);
    return;
  }
  const [turnX, turnY] = direction(2 * random.uniform() - 1);
  const end = [turnX * reach, turnY * reach] as const;
  const width = 0.5 + random.uniform();
  paint(
    canvas,
    x,
    y,
    reach + width,
    color,
    (dx, dy) => segmentDistance(dx, dy, [-end[0], -end[1]], end) - width,
  );
}

/**
 * Blend a color over the canvas where a distance is negative, with edges one pixel soft.
 *
 * @param reach - Nothing farther than this from the center is painted, in pixels.
 */
function paint(
  canvas: Float64Array,
  centerX: number,
  centerY: number,
  reach: number,
  [red, green, blue]: Color,
  distance: (dx: number, dy: number) => number,
): void {
  const left = Math.max(0, Math.floor(centerX - reach - 1));
  const right = Math.min(SIDE - 1, Math.ceil(centerX + reach + 1));
  const top = Math.max(0, Math.floor(centerY - reach - 1));
  const bottom = Math.min(SIDE - 1, Math.ceil(centerY + reach + 1));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const cover = Math.min(1, 0.5 - distance(column - centerX, row - centerY));
      if (cover <= 0) continue;
      const at = row * SIDE + column;
      canvas[at] = canvas[at]! + cover * (red - canvas[at]!);
      canvas[PIXELS + at] = canvas[PIXELS + at]! + cover * (green - canvas[PIXELS + at]!);
      canvas[2 * PIXELS + at] = canvas[2 * PIXELS + at]! + cover * (blue - canvas[2 * PIXELS + at]!);
    }
  }
}

/** Add noise of a triangular distribution to each value, and keep the result in `[0, 1]`. */
function addNoise(canvas: Float64Array, amplitude: number, random: RandomStream): void {
  for (let at = 0; at < canvas.length; at += 2) {
    // One word serves two values: the sum of two bytes is triangular on [0, 510].
    const word = random.uint32();
    const first = ((word & 255) + ((word >>> 8) & 255)) / 255 - 1;
    const second = (((word >>> 16) & 255) + (word >>> 24)) / 255 - 1;
    canvas[at] = Math.min(1, Math.max(0, canvas[at]! + amplitude * first));
    canvas[at + 1] = Math.min(1, Math.max(0, canvas[at + 1]! + amplitude * second));
  }
}
