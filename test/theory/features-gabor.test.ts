/**
 * @file Gabor features: equal to their plain meaning in float64, and those of waves where there are waves.
 */

import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { gaborFeatures } from "../../src/theory/features/gabor.ts";
import { type GaborBank, mnistBank } from "../../src/theory/features/gabor-bank.ts";
import { openEngine } from "../../src/train/engine.ts";

const ENGINE = await openEngine(ort, "cpu", 2);

/** A wave of a length and direction, `[28 * 28]` in [0, 1]. */
const wave = (wavelength: number, angle: number): Float32Array =>
  Float32Array.from({ length: 784 }, (_, at) => {
    const [y, x] = [Math.floor(at / 28), at % 28];
    return 0.5 + 0.5 * Math.cos((2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / wavelength + 1);
  });

/** Pixels beyond the image are 0. */
const pixelAt = (image: ArrayLike<number>, y: number, x: number): number =>
  y >= 0 && y < 28 && x >= 0 && x < 28 ? image[y * 28 + x]! : 0;

/** The features of one image in float64, one after another, straight from the formulas. */
function plainFeatures(image: Float32Array, bank: GaborBank): number[] {
  const maps: number[][] = [];
  const negative: number[][] = [];
  for (const wavelength of bank.wavelengths)
    for (let turn = 0; turn < bank.orientations; turn++) {
      const angle = (Math.PI * turn) / bank.orientations;
      const deviation = bank.window * wavelength;
      const reach = Math.ceil(2.5 * deviation);
      const taps: { y: number; x: number; even: number; odd: number; height: number }[] = [];
      for (let y = -reach; y <= reach; y++)
        for (let x = -reach; x <= reach; x++) {
          const height = Math.exp(-(x ** 2 + y ** 2) / (2 * deviation ** 2));
          const phase = (2 * Math.PI * (x * Math.cos(angle) + y * Math.sin(angle))) / wavelength;
          taps.push({ y, x, even: height * Math.cos(phase), odd: height * Math.sin(phase), height });
        }
      const total = (of: (tap: (typeof taps)[number]) => number) =>
        taps.reduce((sum, tap) => sum + of(tap), 0);
      const mean = total(({ even }) => even) / total(({ height }) => height);
      const evenNorm = Math.sqrt(total(({ even, height }) => (even - mean * height) ** 2));
      const oddNorm = Math.sqrt(total(({ odd }) => odd ** 2));
      const answers = Array.from(image, (_, at) => {
        const [row, column] = [Math.floor(at / 28), at % 28];
        const even = total(
          (tap) => (tap.even - mean * tap.height) * pixelAt(image, row + tap.y, column + tap.x),
        );
        const odd = total((tap) => tap.odd * pixelAt(image, row + tap.y, column + tap.x));
        return [even / evenNorm, odd / oddNorm] as const;
      });
      if (bank.response === "magnitude") maps.push(answers.map((pair) => Math.hypot(...pair)));
      else {
        maps.push(answers.map(([even]) => Math.max(even, 0)));
        negative.push(answers.map(([even]) => Math.max(-even, 0)));
      }
    }
  const far = Math.ceil(2.5 * bank.smoothing);
  const heights = Array.from({ length: 2 * far + 1 }, (_, at) =>
    Math.exp(-((at - far) ** 2) / (2 * bank.smoothing ** 2)),
  );
  const weight = heights.reduce((sum, height) => sum + height, 0) ** 2;
  const features: number[] = [];
  for (const map of [...maps, ...negative])
    for (let row = 0; row < 28; row += bank.stride)
      for (let column = 0; column < 28; column += bank.stride) {
        let sum = 0;
        for (let y = -far; y <= far; y++)
          for (let x = -far; x <= far; x++)
            sum += (heights[y + far]! * heights[x + far]! * pixelAt(map, row + y, column + x)) / weight;
        features.push(sum);
      }
  return features;
}

describe("gaborFeatures", () => {
  const random = randomStream(2, "gabor-test");
  const noise = Float32Array.from({ length: 784 }, () => random.uniform());
  const images = new Float32Array([...noise, ...wave(4, 0.6), ...new Float32Array(784)]);

  test.each<[string, GaborBank]>([
    ["of MNIST", mnistBank],
    [
      "of two lengths and another stride",
      { wavelengths: [3, 6], orientations: 3, window: 0.5, response: "magnitude", smoothing: 1.5, stride: 4 },
    ],
  ])("are those of float64, with the bank %s", async (_, bank) => {
    const { features, dimension } = await gaborFeatures(ENGINE, images, bank);
    expect(features.length).toBe(3 * dimension);
    for (const image of [0, 1, 2]) {
      const plain = plainFeatures(images.slice(image * 784, (image + 1) * 784), bank);
      expect(plain.length).toBe(dimension);
      const wrong = plain.map((feature, at) => Math.abs(features[image * dimension + at]! - feature));
      expect(Math.max(...wrong)).toBeLessThan(1e-5);
    }
  });

  test.each([
    "rectified",
    "magnitude",
  ] as const)("are largest in the %s maps of the wave that is there", async (response) => {
    const turns = [0, 1, 3];
    const waves = turns.map((turn) => wave(4, (Math.PI * turn) / 4));
    const { features, dimension } = await gaborFeatures(
      ENGINE,
      new Float32Array(waves.flatMap((pixels) => [...pixels])),
      { ...mnistBank, response },
    );
    turns.forEach((turn, image) => {
      const sums = Array.from({ length: dimension / 196 }, (_, map) =>
        features
          .subarray(image * dimension + map * 196, image * dimension + (map + 1) * 196)
          .reduce((sum, feature) => sum + feature, 0),
      );
      expect(sums.indexOf(Math.max(...sums)) % 4).toBe(turn);
    });
  });

  test("do not depend on the images beside, nor on how many there are", async () => {
    const many = new Float32Array(53 * 784);
    for (let image = 0; image < 53; image++) many.set(image === 52 ? noise : wave(5, image), image * 784);
    const { features, dimension } = await gaborFeatures(ENGINE, many);
    const alone = await gaborFeatures(ENGINE, noise);
    expect(features.slice(52 * dimension)).toEqual(alone.features);
  });

  test.each([
    [new Float32Array(783), mnistBank, UsageError, "expected gray images of 28 x 28 = 784 pixels, got 783"],
    [new Float32Array(0), mnistBank, UsageError, "got 0 pixels"],
    [new Float32Array(1568).fill(Number.NaN, 800), mnistBank, DataError, "got NaN in image 1"],
    [
      noise,
      { ...mnistBank, wavelengths: [4, 1] },
      UsageError,
      "wavelengths of 2 to 1,000 pixels, got [4, 1]",
    ],
    [noise, { ...mnistBank, orientations: 0 }, UsageError, "1 orientation or more, got 0"],
    [noise, { ...mnistBank, window: Number.NaN }, UsageError, "got NaN"],
    [noise, { ...mnistBank, smoothing: 0 }, UsageError, "smoothing of more than 0"],
    [noise, { ...mnistBank, stride: 1.5 }, UsageError, "stride of 1 pixel or more, got 1.5"],
  ])("refuses what makes none (%#)", async (given, bank, kind, message) => {
    await expect(gaborFeatures(ENGINE, given, bank)).rejects.toThrow(kind);
    await expect(gaborFeatures(ENGINE, given, bank)).rejects.toThrow(message);
  });
});
