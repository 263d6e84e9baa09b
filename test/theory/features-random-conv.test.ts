/**
 * @file Random convolutional features: equal to their plain meaning in float64, and refused where there are none.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import { type Dataset, exampleCount } from "../../src/data/dataset.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { accumulateGram } from "../../src/theory/features/gram.ts";
import type { Gram } from "../../src/theory/features/gram-state.ts";
import { preparePatches } from "../../src/theory/features/patches.ts";
import {
  featuresOfFilter,
  type RandomConvSettings,
  randomConvBlocks,
  randomConvDefaults,
} from "../../src/theory/features/random-conv.ts";
import { type RandomConvGramOptions, randomConvGram } from "../../src/theory/node/random-conv.ts";
import { openEngine } from "../../src/train/engine.ts";

const ENGINE = await openEngine(ort, "cpu", 2);
const { train: TRAIN, test: TESTS } = await loadDataset("shapes", { n: 300, testN: 20 });
const SETTINGS: RandomConvSettings = {
  ...randomConvDefaults,
  filters: 64,
  patches: 2000,
  blockFilters: 64,
  // The threshold of the plain meaning below.
  epsilon: 0.1,
  threshold: 1,
};

/** All pixels in [0, 255] of the patch of an image at a place, less their mean, over the root of their variance plus 10. */
function plainPatch(images: Dataset, image: number, top: number, left: number): Float64Array {
  const [, channels, height, width] = images.shape as [number, number, number, number];
  const pixels: number[] = [];
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < 6; y++)
      for (let x = 0; x < 6; x++)
        pixels.push(images.inputs[((image * channels + channel) * height + top + y) * width + left + x]!);
  const mean = pixels.reduce((sum, pixel) => sum + pixel, 0) / pixels.length;
  const variance = pixels.reduce((sum, pixel) => sum + (pixel - mean) ** 2, 0) / (pixels.length - 1);
  return Float64Array.from(pixels, (pixel) => (pixel - mean) / Math.sqrt(variance + 10));
}

/** The patches that filters are made of, `[patches][108]`. */
const drawnPatches = (images: Dataset, { patches, seed }: RandomConvSettings): Float64Array[] =>
  Array.from({ length: patches }, (_, patch) => {
    const random = randomStream(seed, "patches", patch);
    return plainPatch(images, random.below(exampleCount(images)), random.below(27), random.below(27));
  });

/** The features of images in float64, sums over 15 x 15 places from 0, 6 and 12 on: `[n][18 * filters]`. */
function plainFeatures(images: Dataset, weights: Float32Array, offsets: Float32Array): Float64Array[] {
  return Array.from({ length: exampleCount(images) }, (_, image) => {
    const features = new Float64Array(18 * offsets.length);
    for (let top = 0; top < 27; top++)
      for (let left = 0; left < 27; left++) {
        const patch = plainPatch(images, image, top, left);
        const pools = Array.from({ length: 9 }, (_, pool) => pool).filter((pool) => {
          const [row, column] = [6 * Math.floor(pool / 3), 6 * (pool % 3)];
          return top >= row && top < row + 15 && left >= column && left < column + 15;
        });
        for (let filter = 0; filter < offsets.length; filter++) {
          let z = -offsets[filter]!;
          for (let at = 0; at < 108; at++) z += weights[filter * 108 + at]! * patch[at]!;
          for (const pool of pools) {
            features[filter * 9 + pool]! += Math.max(0, z - 1);
            features[(offsets.length + filter) * 9 + pool]! += Math.max(0, -z - 1);
          }
        }
      }
    return features;
  });
}

/** Mean 0 and deviation 1 over the training images. */
function plainStandardize(train: Float64Array[], tests: Float64Array[]): void {
  for (let column = 0; column < train[0]!.length; column++) {
    const mean = train.reduce((sum, row) => sum + row[column]!, 0) / train.length;
    const variance = train.reduce((sum, row) => sum + (row[column]! - mean) ** 2, 0) / train.length;
    for (const row of [...train, ...tests])
      row[column] = variance > 0 ? (row[column]! - mean) / Math.sqrt(variance) : 0;
  }
}

const bankOf = ({ patchSize: size, patches, epsilon, seed }: RandomConvSettings) =>
  preparePatches(TRAIN, { size, patches, epsilon, seed });

const gramOf = (settings: RandomConvSettings) =>
  accumulateGram(ENGINE, randomConvBlocks(ENGINE, TRAIN, TESTS, settings), 300, 20);

describe("the filters", () => {
  test("answer whitened patches with variance 1, and sum to 0", () => {
    const settings = { ...SETTINGS, epsilon: 1e-9 };
    const { weights, offsets } = bankOf(settings).filters(0, 16);
    const patches = drawnPatches(TRAIN, settings);
    for (let filter = 0; filter < 16; filter++) {
      const weight = weights.subarray(filter * 108, (filter + 1) * 108);
      const size = Math.sqrt(weight.reduce((sum, element) => sum + element * element, 0));
      expect(Math.abs(weight.reduce((sum, element) => sum + element, 0)) / size).toBeLessThan(1e-5);
      const answers = patches.map((patch) =>
        patch.reduce((sum, pixel, at) => sum + pixel * weight[at]!, -offsets[filter]!),
      );
      // The whitened patches have covariance 1 and the filter, seen through the whitener, has length 1.
      const mean = answers.reduce((sum, answer) => sum + answer, 0) / answers.length;
      const variance = answers.reduce((sum, answer) => sum + (answer - mean) ** 2, 0) / (answers.length - 1);
      expect(Math.abs(mean)).toBeLessThan(1e-3);
      expect(variance).toBeCloseTo(1, 3);
    }
  });

  test("are the same however many are made at once", () => {
    const bank = bankOf(SETTINGS);
    const all = bank.filters(0, 12);
    const some = bank.filters(5, 3);
    expect(some.weights).toEqual(all.weights.slice(5 * 108, 8 * 108));
    expect(some.offsets).toEqual(all.offsets.slice(5, 8));
  });
});

describe("the features", () => {
  const { weights, offsets } = bankOf(SETTINGS).filters(0, 64);
  const train = plainFeatures(TRAIN, weights, offsets);
  const tests = plainFeatures(TESTS, weights, offsets);
  plainStandardize(train, tests);

  test("are those of float64, rounded to an eighth of a deviation", async () => {
    for await (const block of randomConvBlocks(ENGINE, TRAIN, TESTS, SETTINGS)) {
      expect(block).toMatchObject({ features: 1152, filters: 64 });
      for (const [rows, plain] of [
        [block.train, train],
        [block.tests, tests],
      ] as const) {
        let [wrong, cut] = [0, 0];
        plain.forEach((row, image) => {
          row.forEach((feature, at) => {
            const units = Math.max(-64, Math.min(64, 8 * feature));
            if (units !== 8 * feature) cut++;
            wrong = Math.max(wrong, Math.abs(rows[image * 1152 + at]! - units));
          });
        });
        // Half a unit, and the rounding of float32 in the features.
        expect(wrong).toBeLessThan(0.5 + 64 * 1e-5);
        expect(cut / rows.length).toBeLessThan(1e-3);
      }
    }
  });

  test("have the Gram matrix of float64 but for rounding, the same in blocks of any size", async () => {
    const grams = [
      await gramOf({ ...SETTINGS, blockFilters: 64 }),
      await gramOf({ ...SETTINGS, blockFilters: 25 }),
    ];
    const [one, other] = grams.map(({ train: sums, ...rest }) => ({ ...rest, sums: sums.tile(0, 0) }));
    expect(other).toEqual(one);
    const [gram] = grams as [Gram, Gram];
    expect(gram.features).toBe(1152);
    const [a, b] = [train, tests].map((rows) =>
      rows.map((row) => row.map((feature) => Math.max(-8, Math.min(8, feature)))),
    ) as [Float64Array[], Float64Array[]];
    const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, one, at) => sum + one * y[at]!, 0);
    const norms = new Map([...a, ...b].map((row) => [row, Math.sqrt(dot(row, row))]));
    /** How far a product may be from that of unrounded features, by `x error(y) + y error(x) + error(x) error(y)`. */
    const margin = (x: Float64Array, y: Float64Array): number =>
      // Errors are uniform in half a unit: six deviations of the sum; and the largest product of both.
      (6 * (norms.get(x)! + norms.get(y)!)) / 8 / Math.sqrt(12) + 1152 / 16 ** 2;
    const expectNear = (sums: Int32Array, rows: readonly Float64Array[]): void =>
      rows.forEach((x, i) => {
        a.forEach((y, j) => {
          const away = Math.abs(sums[i * 300 + j]! * gram.unit ** 2 - dot(x, y));
          if (!(away <= margin(x, y))) throw new Error(`product ${i}, ${j}: off by ${away}`);
        });
      });
    const own = gram.train.tile(0, 0);
    expectNear(own, a);
    expectNear(gram.tests[0]!, b);
    expect([...gram.trainNorms]).toEqual(a.map((_, i) => own[i * 301]));
  });

  test("are the same for pixels in [0, 1]", async () => {
    const scaled = (images: Dataset): Dataset => ({
      ...images,
      inputs: Float32Array.from(images.inputs, (pixel) => pixel / 255),
    });
    const settings = { ...SETTINGS, filters: 8 };
    const [bytes] = await Array.fromAsync(randomConvBlocks(ENGINE, TRAIN, TESTS, settings));
    const [floats] = await Array.fromAsync(randomConvBlocks(ENGINE, scaled(TRAIN), scaled(TESTS), settings));
    // The last digits of floats may round to another side.
    const differences = bytes!.train.map((feature, at) => Math.abs(feature - floats!.train[at]!));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(differences.filter((difference) => difference > 0).length / differences.length).toBeLessThan(1e-3);
  });
});

describe("what makes no features", () => {
  const first = (train: Dataset, tests: Dataset, change: Partial<RandomConvSettings> = {}) =>
    randomConvBlocks(ENGINE, train, tests, { ...SETTINGS, ...change }).next();

  test.each([
    [{ filters: 2001 }, "expected 1 to 2000 filters, one a patch, got 2001"],
    [{ filters: 0 }, "expected 1 to 2000 filters, one a patch, got 0"],
    [{ filters: Number.NaN }, "expected 1 to 2000 filters, one a patch, got NaN"],
    [{ blockFilters: 0 }, "expected blocks of 1 filter or more, got 0"],
    [{ threshold: -1 }, "expected a threshold of 0 or more, got -1"],
    [{ epsilon: 0 }, "expected a whitening epsilon above 0, got 0"],
    [{ poolSize: 30 }, "of at least 35 rows and columns, got [300, 3, 32, 32]"],
  ])("refuses %j", async (change, message) => {
    await expect(first(TRAIN, TESTS, change)).rejects.toThrow(UsageError);
    await expect(first(TRAIN, TESTS, change)).rejects.toThrow(message);
  });

  test("refuses rows of a table, images of two shapes, and pixels that are not finite", async () => {
    const table: Dataset = { ...TRAIN, shape: [300, 3072] };
    await expect(first(table, TESTS)).rejects.toThrow("expected images [n, channels, height, width]");
    const wide: Dataset = {
      ...TESTS,
      shape: [20, 3, 64, 16 * 2].map((size, at) => (at === 0 ? 10 : size)),
      labels: TESTS.labels.slice(0, 10),
    };
    await expect(first(TRAIN, wide)).rejects.toThrow("expected tests of the shape [3,32,32], got [3,64,32]");
    const inputs = Float32Array.from(TRAIN.inputs, (pixel) => pixel / 255);
    inputs[3072 * 7] = Number.NaN;
    await expect(first({ ...TRAIN, inputs }, TESTS)).rejects.toThrow(DataError);
    await expect(first({ ...TRAIN, inputs }, TESTS)).rejects.toThrow("got NaN in example 7");
  });

  test("counts the features of a filter", () => {
    expect(featuresOfFilter([1, 3, 32, 32], SETTINGS)).toBe(18);
  });
});

describe("randomConvGram", () => {
  const settings: RandomConvSettings = { ...SETTINGS, filters: 24, blockFilters: 8 };
  const gramWith = (change: Partial<RandomConvSettings>, options: RandomConvGramOptions) =>
    randomConvGram(ENGINE, TRAIN, TESTS, { ...settings, ...change }, options);

  test("goes on from fewer filters to the same bytes, with the answers of both runs", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shatter-random-conv-"));
    try {
      const options: RandomConvGramOptions = {
        folder,
        at: [8, 16, 24],
        onFilters: async (_, { features }) => features,
      };
      await gramWith({ filters: 16 }, options);
      const { gram, answers } = await gramWith({}, options);
      const { gram: straight } = await gramWith({}, {});
      expect(gram.features).toBe(432);
      expect(gram.train.tile(0, 0)).toEqual(straight.train.tile(0, 0));
      expect(gram.tests).toEqual(straight.tests);
      expect(gram.testNorms).toEqual(straight.testNorms);
      expect([...answers]).toEqual([
        [8, 144],
        [16, 288],
        [24, 432],
      ]);
      await expect(gramWith({ filters: 16 }, { folder })).rejects.toThrow(
        "expected the Gram matrix of at most 16 filters, got 24",
      );
      // A last block that is not whole could not be gone on from.
      await expect(gramWith({ filters: 20 }, { folder })).rejects.toThrow(
        "filters is nothing there and 20 here",
      );
      await expect(gramWith({ seed: 1 }, { folder })).rejects.toThrow("seed is 0 there and 1 here");
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("stops at once when told", async () => {
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(gramWith({}, { signal })).rejects.toThrow("stopped");
  });
});
