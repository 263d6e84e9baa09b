import { describe, expect, test } from "vitest";
import type { Dataset } from "../../src/data/dataset.ts";
import { crop, preprocess } from "../../src/data/preprocess.ts";
import { shufflePixels } from "../../src/data/randomize.ts";
import { noiseImages, noiseTable } from "./fixtures.ts";

/** One image of `[1, height, width]` with pixels 0, 1, 2, ... */
function ramp(height: number, width: number): Dataset {
  return {
    ...noiseImages(1),
    inputs: Uint8Array.from({ length: height * width }, (_, i) => i),
    shape: [1, 1, height, width],
  };
}

/** Mean and population deviation. */
function momentsOf(values: Iterable<number>): [mean: number, deviation: number] {
  const all = [...values];
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  return [mean, Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length)];
}

describe("crop", () => {
  test("cuts out the center", () => {
    const { inputs, shape } = crop(ramp(4, 4), 2);
    expect(shape).toEqual([1, 1, 2, 2]);
    expect([...inputs]).toEqual([5, 6, 9, 10]);
  });

  test("leaves the odd pixel at the right and the bottom", () => {
    expect([...crop(ramp(3, 3), 2).inputs]).toEqual([0, 1, 3, 4]);
  });

  test("cuts an axis that is too long, not the other", () => {
    expect(crop(ramp(2, 5), 3).shape).toEqual([1, 1, 2, 3]);
    expect([...crop(ramp(2, 5), 3).inputs]).toEqual([1, 2, 3, 6, 7, 8]);
  });

  test("passes small images and tables through", () => {
    const [image, table] = [ramp(4, 4), noiseTable(3)];
    expect(crop(image, 4)).toBe(image);
    expect(crop(table)).toBe(table);
  });

  test.each([0, 2.5, Number.NaN])("refuses size %d", (size) => {
    expect(() => crop(ramp(4, 4), size)).toThrow(
      new RangeError(`crop: size must be a whole number of at least 1, got ${size}`),
    );
  });
});

describe("preprocess paper", () => {
  test("gives each image mean 0 and deviation 1, whatever its type", () => {
    const pixels = noiseImages(5);
    const floats = { ...pixels, inputs: Float32Array.from(pixels.inputs, (pixel) => pixel / 255) };
    for (const dataset of [pixels, floats]) {
      const { inputs } = preprocess(dataset, "paper");
      for (let image = 0; image < 5; image++) {
        const [mean, deviation] = momentsOf(inputs.subarray(image * 108, (image + 1) * 108));
        expect(mean).toBeCloseTo(0, 6);
        expect(deviation).toBeCloseTo(1, 6);
      }
    }
  });

  test("divides by 1 / sqrt(N) where the deviation is smaller", () => {
    // 36 values, of which one is 1 / 255 and the others 0: deviation sqrt(35) / 36 / 255, far below 1 / 6.
    const faint = { ...ramp(6, 6), inputs: Uint8Array.from({ length: 36 }, (_, i) => Number(i === 0)) };
    const { inputs } = preprocess(faint, "paper");
    expect(inputs[0]).toBeCloseTo(((35 / 36) * 6) / 255, 8);
    expect(inputs[1]).toBeCloseTo(((-1 / 36) * 6) / 255, 8);
  });

  test("makes a constant image 0, not NaN", () => {
    const flat = { ...ramp(6, 6), inputs: new Uint8Array(36).fill(200) };
    expect([...preprocess(flat, "paper").inputs].every((value) => value === 0)).toBe(true);
  });

  test("commutes with a permutation of the pixels", () => {
    const train = noiseImages(4);
    const before = shufflePixels({ train: preprocess(train, "paper"), test: train }, 5).train.inputs;
    const after = preprocess(shufflePixels({ train, test: train }, 5).train, "paper").inputs;
    expect(after).toEqual(before);
  });

  test("refuses a table", () => {
    expect(() => preprocess(noiseTable(3), "paper")).toThrow(
      'preprocess: "paper" whitens images, got table, a table; use "standardize" instead',
    );
  });
});

describe("preprocess none", () => {
  test("divides pixels by 255, and passes floats through", () => {
    const { inputs } = preprocess({ ...ramp(1, 3), inputs: Uint8Array.of(0, 51, 255) }, "none");
    expect([...inputs]).toEqual([0, Math.fround(0.2), 1]);
    const table = noiseTable(3);
    expect(preprocess(table, "none")).toBe(table);
  });
});

describe("preprocess standardize", () => {
  test("gives each channel of the training images mean 0 and deviation 1", () => {
    const train = noiseImages(20);
    const { inputs } = preprocess(train, "standardize", train);
    for (let channel = 0; channel < 3; channel++) {
      const [mean, deviation] = momentsOf(inputs.filter((_, at) => Math.floor(at / 36) % 3 === channel));
      expect(mean).toBeCloseTo(0, 5);
      expect(deviation).toBeCloseTo(1, 5);
    }
  });

  test("uses the moments of the reference for other examples", () => {
    const [train, test] = [noiseTable(1000, 1), noiseTable(10, 2)];
    const { inputs } = preprocess(test, "standardize", train);
    const [mean, deviation] = momentsOf(train.inputs.filter((_, at) => at % 7 === 3));
    expect(inputs[7 + 3]).toBeCloseTo((test.inputs[7 + 3]! - mean) / deviation, 5);
  });

  test("makes a constant column 0", () => {
    const table = { ...noiseTable(4), inputs: new Float32Array(28).fill(3) };
    expect([...preprocess(table, "standardize", table).inputs].every((value) => value === 0)).toBe(true);
  });

  test("refuses to go without a reference", () => {
    expect(() => preprocess(noiseTable(3), "standardize")).toThrow(
      'preprocess: "standardize" needs the training split as its reference, got none',
    );
  });
});

describe("preprocess", () => {
  test("does not modify its dataset", () => {
    const dataset = noiseImages(3);
    const before = dataset.inputs.slice();
    for (const how of ["paper", "none", "standardize"] as const) preprocess(dataset, how, dataset);
    expect(dataset.inputs).toEqual(before);
  });
});
