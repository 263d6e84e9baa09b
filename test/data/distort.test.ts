import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type Augmentation, augmentExamples, requireAugmentable } from "../../src/data/augment.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { type ColorShift, drawBox, shiftColors } from "../../src/data/distort.ts";
import { crop } from "../../src/data/preprocess.ts";
import { type ResampleMethod, resampleMethods, resampler } from "../../src/data/resample.ts";
import { shapes } from "../../src/data/shapes.ts";

/** One line of pixels, brought to a length. */
function line(method: ResampleMethod, pixels: readonly number[], to: number): number[] {
  const out = new Float32Array(to);
  const window = { top: 0, left: 0, rows: 1, columns: pixels.length };
  resampler(method, window, 1, to)(Float32Array.from(pixels), 0, pixels.length, 1, out, 0);
  return [...out];
}

describe("resampler", () => {
  test.each([
    ["nearest", [0, 4, 8, 12], 2, [0, 8]],
    ["bilinear", [0, 4, 8, 12], 8, [0, 2, 4, 6, 8, 10, 12, 12]],
    ["area", [0, 4, 8, 12, 16, 20], 4, [4 / 3, 20 / 3, 40 / 3, 56 / 3]],
    // Halfway, the cubic weighs -3/32, 19/32, 19/32, -3/32; at the edges the last pixel stands in.
    ["bicubic", [0, 32, 0, 0], 8, [0, 19, 32, 19, 0, -3, 0, 0]],
  ] as const)("%s takes the pixels that TensorFlow takes", (method, pixels, to, expected) => {
    line(method, pixels, to).forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 5);
    });
  });

  test.each(resampleMethods)("%s cuts a window out of a plane and leaves its size as it is", (method) => {
    const pixels = Uint8Array.from({ length: 2 * 20 }, (_, at) => at);
    const out = new Float32Array(7);
    resampler(method, { top: 1, left: 2, rows: 2, columns: 3 }, 2, 3)(pixels, 20, 5, 0.5, out, 1);
    expect([...out]).toEqual([0, 13.5, 14, 14.5, 16, 16.5, 17]);
  });
});

describe("drawBox", () => {
  test("is inside of the image, a tenth of it or more, and of every height", () => {
    const boxes = Array.from({ length: 5000 }, (_, at) => drawBox(40, 60, randomStream(3, "boxes", at)));
    for (const { top, left, rows, columns } of boxes) {
      expect(Math.min(top, left)).toBeGreaterThanOrEqual(0);
      expect(top + rows).toBeLessThanOrEqual(40);
      expect(left + columns).toBeLessThanOrEqual(60);
      expect(rows * columns).toBeGreaterThanOrEqual(240);
      // Widths are rounded to half a pixel.
      expect(columns).toBeGreaterThanOrEqual(0.75 * rows - 0.5);
      expect(columns).toBeLessThanOrEqual(1.33 * rows + 0.5);
    }
    const heights = new Set(boxes.map(({ rows }) => rows));
    expect([Math.min(...heights), Math.max(...heights), heights.size]).toEqual([14, 40, 27]);
  });
});

describe("shiftColors", () => {
  const none: ColorShift = { brightness: 0, saturation: 1, hue: 0, contrast: 1, contrastFirst: false };
  const shifted = (pixels: readonly number[], shift: Partial<ColorShift>): number[] => {
    const out = Float32Array.from(pixels);
    shiftColors(out, { ...none, ...shift });
    return [...out].map((value) => Math.round(value * 1e6) / 1e6);
  };
  /** Two pixels: orange and a dark blue. */
  const two = [1, 0.1, 0.5, 0.1, 0, 0.4];

  test.each([
    ["nothing", {}, two],
    ["brightness, cut off at 1", { brightness: 0.1 }, [1, 0.2, 0.6, 0.2, 0.1, 0.5]],
    ["saturation", { saturation: 0.5 }, [1, 0.25, 0.75, 0.25, 0.5, 0.4]],
    ["no saturation, so the brightest channel", { saturation: 0 }, [1, 0.4, 1, 0.4, 1, 0.4]],
    ["a third of the circle: green takes what was red's", { hue: 1 / 3 }, [0, 0.4, 1, 0.1, 0.5, 0.1]],
    ["no contrast, so each channel's mean", { contrast: 0 }, [0.55, 0.55, 0.3, 0.3, 0.2, 0.2]],
    ["contrast before saturation", { contrast: 0, saturation: 0, contrastFirst: true }, Array(6).fill(0.55)],
    ["contrast after saturation", { contrast: 0, saturation: 0 }, Array(6).fill(0.7)],
  ] as const)("%s", (_, shift, expected) => {
    expect(shifted(two, shift)).toEqual([...expected]);
  });
});

describe("an augmentation of boxes and colors", () => {
  const { train } = shapes(12, 1);
  const rows = [...Array(12).keys()];
  const off: Augmentation = { crop: false, flip: false, rotation: 0 };
  const seen = (changes: Partial<Augmentation>, epoch = 0): Dataset =>
    augmentExamples(train, rows, { ...off, ...changes }, 1, epoch);
  const size = 3 * 28 * 28;
  const imagesOf = ({ inputs }: Dataset) =>
    rows.map((row) => [...inputs.subarray(row * size, (row + 1) * size)]);

  test("shows what evaluation shows the middle of: 87.5 % of each side, in other colors each epoch", () => {
    const distorted = seen({ box: true, flip: true, color: true });
    expect(distorted.shape.slice(1)).toEqual(crop(train, "central").shape.slice(1));
    expect(distorted.shape.slice(1)).toEqual([3, 28, 28]);
    expect(distorted.inputs).not.toEqual(seen({ box: true, flip: true, color: true }, 1).inputs);
    expect(distorted.inputs.every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test("has the same boxes and colors whatever else is on", () => {
    const plain = imagesOf(seen({ box: true }));
    const mirrored = imagesOf(seen({ box: true, flip: true }));
    const isFlipped = mirrored.map((image, at) => {
      const back = image.map((_, place) => image[place - (place % 28) + 27 - (place % 28)]!);
      const flipped = JSON.stringify(image) !== JSON.stringify(plain[at]);
      expect(flipped ? back : image).toEqual(plain[at]);
      return flipped;
    });
    expect(new Set(isFlipped).size).toBe(2);
    // Brightness and the rest are drawn alike for boxes and for whole images.
    const gray: Dataset = { ...train, inputs: new Uint8Array(train.inputs.length).fill(128) };
    const colorOf = (changes: Partial<Augmentation>) =>
      augmentExamples(gray, [3], { ...off, color: true, ...changes }, 1, 0).inputs[0]!;
    expect(colorOf({ box: true })).toBeCloseTo(colorOf({}), 6);
  });

  test("is refused beside crops and turns, and of gray images", () => {
    expect(() => requireAugmentable([3, 32, 32], { ...off, box: true, crop: true })).toThrow(
      "expected a box or a crop and a rotation, got both",
    );
    expect(() => requireAugmentable([1, 28, 28], { ...off, color: true })).toThrow(
      "expected images of 3 channels, got 1",
    );
  });
});
