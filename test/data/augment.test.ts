import { describe, expect, test } from "vitest";
import {
  type Augmentation,
  augmentExamples,
  augmentedShape,
  drawView,
  isAugmented,
  requireAugmentable,
} from "../../src/data/augment.ts";
import { epochBatches } from "../../src/data/batches.ts";
import { countBound, DISTRIBUTION_BOUND, squaresBound } from "../../src/data/conformance/tail-bounds.ts";
import { type Dataset, takeExamples } from "../../src/data/dataset.ts";
import { crop, preprocess } from "../../src/data/preprocess.ts";
import { shapes } from "../../src/data/shapes.ts";
import { noiseTable } from "./fixtures.ts";

const NONE: Augmentation = { crop: false, flip: false, rotation: 0 };
const ALL: Augmentation = { crop: true, flip: true, rotation: 25 };
const DISTORTED: Augmentation = { ...NONE, flip: true, box: true, color: true };
/** A CIFAR-10 image. */
const SHAPE = [3, 32, 32];
const SEED = 5;
const DRAWS = 20_000;

/** Images of `[2, 32, 32]` whose pixels say where they are: channel 0 the row, channel 1 the column. */
function signposts(count: number): Dataset {
  const inputs = Uint8Array.from({ length: count * 2048 }, (_, at) =>
    at % 2048 < 1024 ? Math.floor((at % 1024) / 32) : at % 32,
  );
  const labels = Int32Array.from({ length: count }, (_, at) => at % 3);
  return { name: "signposts", inputs, shape: [count, 2, 32, 32], labels, classNames: ["a", "b", "c"] };
}

/** The floats of a dataset, as a network could be given them without preprocessing. */
const floatsOf = (dataset: Dataset): Dataset => preprocess(dataset, "none");

const viewsOf = (augmentation: Augmentation, epoch = 0) =>
  Array.from({ length: DRAWS }, (_, row) => drawView(SHAPE, augmentation, SEED, epoch, row));

/** Pearson's statistic of counts that shall be equal: chi-square with one degree less than there are counts. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((total, count) => total + count, 0) / counts.length;
  return counts.reduce((total, count) => total + (count - expected) ** 2 / expected, 0);
}

const tally = (cells: number, places: readonly number[]): number[] => {
  const counts = new Array<number>(cells).fill(0);
  for (const place of places) counts[place]!++;
  return counts;
};

describe("drawView", () => {
  test("reaches each of the 25 windows, equally often", () => {
    const windows = viewsOf({ ...NONE, crop: true });
    expect(windows.every(({ rows, columns }) => rows === 28 && columns === 28)).toBe(true);
    const counts = tally(
      25,
      windows.map(({ top, left }) => top * 5 + left),
    );
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(chiSquare(counts)).toBeLessThan(squaresBound(24, 48));
  });

  test("flips every second image, whatever its window and angle", () => {
    const cells = viewsOf(ALL).map(
      ({ mirrored, degrees, top, left }) =>
        (Number(mirrored) * 2 + Number(degrees > 0)) * 25 + top * 5 + left,
    );
    expect(chiSquare(tally(100, cells))).toBeLessThan(squaresBound(99, 198));
  });

  test("draws its angles from [-25, 25], uniformly", () => {
    const angles = viewsOf(ALL)
      .map(({ degrees }) => degrees)
      .sort((a, b) => a - b);
    expect(angles[0]).toBeGreaterThan(-25);
    expect(angles[DRAWS - 1]).toBeLessThan(25);
    // Kolmogorov's distance, times the root of the number of draws.
    const distances = angles.map((angle, at) => {
      const share = (angle + 25) / 50;
      return Math.max(share - at / DRAWS, (at + 1) / DRAWS - share);
    });
    expect(Math.max(...distances) * Math.sqrt(DRAWS)).toBeLessThan(DISTRIBUTION_BOUND);
  });

  test("draws anew in every epoch", () => {
    const [now, then] = [viewsOf(ALL, 0), viewsOf(ALL, 1)];
    // Windows and flips of two epochs agree by chance: once in 50.
    const same = now.filter((view, at) => {
      const other = then[at]!;
      return view.top === other.top && view.left === other.left && view.mirrored === other.mirrored;
    }).length;
    const variance = DRAWS * (1 / 50) * (49 / 50);
    expect(Math.abs(same - DRAWS / 50)).toBeLessThan(countBound(variance));
  });

  test("leaves each change as it was when others are turned off", () => {
    for (const row of [0, 1, 2, 3]) {
      const all = drawView(SHAPE, ALL, SEED, 3, row);
      const { top, left } = drawView(SHAPE, { ...NONE, crop: true }, SEED, 3, row);
      const { mirrored } = drawView(SHAPE, { ...NONE, flip: true }, SEED, 3, row);
      const { degrees } = drawView(SHAPE, { ...NONE, rotation: 25 }, SEED, 3, row);
      expect({ ...all, top, left, mirrored, degrees }).toEqual(all);
    }
  });

  test("sees the whole image as it is, without changes", () => {
    expect(drawView(SHAPE, NONE, SEED, 0, 0)).toMatchObject({
      top: 0,
      left: 0,
      rows: 32,
      columns: 32,
      mirrored: false,
    });
    expect(Math.abs(drawView(SHAPE, NONE, SEED, 0, 0).degrees)).toBe(0);
  });
});

describe("augmentExamples", () => {
  const rows = [4, 0, 2, 4];

  test("cuts the window that was drawn out of each image, and exchanges left and right where drawn", () => {
    const augmentation = { ...NONE, crop: true, flip: true };
    const { inputs, shape } = augmentExamples(signposts(5), rows, augmentation, SEED, 1);
    expect(shape).toEqual([4, 2, 28, 28]);
    expect(inputs).toBeInstanceOf(Uint8Array);
    const flips = rows.map((row, at) => {
      const { top, left, mirrored } = drawView([2, 32, 32], augmentation, SEED, 1, row);
      const image = [...inputs.subarray(at * 1568, (at + 1) * 1568)];
      const places = Array.from({ length: 784 }, (_, place) => [Math.floor(place / 28), place % 28] as const);
      expect(image.slice(0, 784)).toEqual(places.map(([row]) => top + row));
      expect(image.slice(784)).toEqual(places.map(([, at]) => left + (mirrored ? 27 - at : at)));
      return mirrored;
    });
    // The fixture shows both.
    expect(new Set(flips).size).toBe(2);
  });

  test("leaves labels with their images", () => {
    expect([...augmentExamples(signposts(5), rows, ALL, SEED, 0).labels]).toEqual([1, 0, 2, 1]);
  });

  test("turns images before it cuts them, float32 in the scale a network sees", () => {
    const { inputs, shape } = augmentExamples(signposts(5), rows, ALL, SEED, 0);
    expect(shape).toEqual([4, 2, 28, 28]);
    expect(inputs).toBeInstanceOf(Float32Array);
    rows.forEach((row, at) => {
      const { degrees, top, left, mirrored } = drawView([2, 32, 32], ALL, SEED, 0, row);
      const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      // Signposts are linear, so that interpolation between them is exact.
      const place = { row: 10, column: 17 };
      const dy = top + place.row - 15.5;
      const dx = left + (mirrored ? 27 - place.column : place.column) - 15.5;
      const [y, x] = [15.5 + sine * dx + cosine * dy, 15.5 + cosine * dx - sine * dy];
      const from = at * 1568 + place.row * 28 + place.column;
      // Places up to 31 in float32, 2^-24 of each, over 255.
      expect(Math.abs(inputs[from]! - y / 255)).toBeLessThan(2 ** -23);
      expect(Math.abs(inputs[from + 784]! - x / 255)).toBeLessThan(2 ** -23);
    });
  });

  test("turns by no angle without a trace", () => {
    const dataset = signposts(3);
    const still = augmentExamples(dataset, [0, 1, 2], { ...NONE, rotation: 1e-300 }, SEED, 0);
    expect(still.inputs).toEqual(floatsOf(dataset).inputs);
  });

  test.each([
    ["pixels", { ...ALL, rotation: 0 }, (dataset: Dataset) => dataset],
    ["turned pixels", ALL, (dataset: Dataset) => dataset],
    ["floats", { ...ALL, rotation: 0 }, floatsOf],
    ["boxes in other colors", DISTORTED, (dataset: Dataset) => dataset],
  ] as const)("gives %s that do not depend on batches or their order", (_, augmentation, from) => {
    const dataset = from(shapes(50, 1).train);
    const byRow = (size: number, order: number) =>
      epochBatches(50, size, "keep", order, 0).flatMap(({ indices, weights }) => {
        const { inputs, shape } = augmentExamples(dataset, indices, augmentation, SEED, 2);
        const length = inputs.length / shape[0]!;
        return [...indices].flatMap((row, at) =>
          weights[at] === 1 ? [[row, inputs.slice(at * length, (at + 1) * length)] as const] : [],
        );
      });
    const sorted = (size: number, order: number) => byRow(size, order).sort(([a], [b]) => a - b);
    expect(sorted(7, 0)).toEqual(sorted(50, 1));
  });

  test("is whitened after it is changed: mean 0 and deviation 1 of what the network sees", () => {
    const { train } = shapes(20, 1);
    const changed = augmentExamples(train, [...Array(20).keys()], ALL, SEED, 0);
    const { inputs } = preprocess(changed, "paper");
    const size = 3 * 28 * 28;
    for (let image = 0; image < 20; image++) {
      const values = [...inputs.subarray(image * size, (image + 1) * size)];
      const mean = values.reduce((total, value) => total + value, 0) / size;
      const square = values.reduce((total, value) => total + value * value, 0) / size;
      // Elements are float32, so sums of 2,352 of them are right to about 1e-6.
      expect(Math.abs(mean)).toBeLessThan(1e-5);
      expect(Math.abs(square - 1)).toBeLessThan(1e-5);
    }
  });

  test("sees the center where the center is drawn, as evaluation does", () => {
    const { train } = shapes(200, 1);
    const augmentation = { ...NONE, crop: true };
    const row = [...Array(200).keys()].find((candidate) => {
      const { top, left } = drawView(SHAPE, augmentation, SEED, 0, candidate);
      return top === 2 && left === 2;
    })!;
    const { inputs } = augmentExamples(train, [row], augmentation, SEED, 0);
    expect(inputs).toEqual(crop(takeExamples(train, [row])).inputs);
  });

  test.each([-1, 5, 0.5])("refuses row %d of 5", (row) => {
    expect(() => augmentExamples(signposts(5), [row], ALL, SEED, 0)).toThrow(
      new RangeError(`augmentExamples: expected rows in [0, 5), got ${row}`),
    );
  });
});

describe("requireAugmentable", () => {
  test("takes images with a window to choose, and anything without changes", () => {
    requireAugmentable(SHAPE, ALL);
    requireAugmentable([1, 28, 28], { ...ALL, crop: false });
    requireAugmentable([7], NONE);
  });

  test.each([
    [
      noiseTable(1).shape.slice(1),
      { ...NONE, flip: true },
      "rows of a table, [7]: train without augmentation",
    ],
    [[1, 28, 28], ALL, "augment crop: expected images larger than 28 x 28, got 28 x 28"],
    [[3, 32, 28], ALL, "augment crop: expected images larger than 28 x 28, got 32 x 28"],
    [SHAPE, { ...ALL, rotation: 181 }, "augment rotation: expected an angle in [0, 180] degrees, got 181"],
    [SHAPE, { ...ALL, rotation: Number.NaN }, "expected an angle in [0, 180] degrees, got NaN"],
    [SHAPE, { ...NONE, rotation: -1 }, "expected an angle in [0, 180] degrees, got -1"],
  ])("refuses %j with %j", (shape, augmentation, message) => {
    expect(() => requireAugmentable(shape, augmentation)).toThrow(message);
  });
});

test("isAugmented and augmentedShape tell what changes", () => {
  expect(isAugmented(NONE)).toBe(false);
  for (const one of [{ crop: true }, { flip: true }, { rotation: 1 }]) {
    expect(isAugmented({ ...NONE, ...one })).toBe(true);
  }
  expect(augmentedShape(SHAPE, NONE)).toEqual(SHAPE);
  expect(augmentedShape(SHAPE, ALL)).toEqual([3, 28, 28]);
});
