import { describe, expect, test } from "vitest";
import { checkDataset, datasetHash } from "../../src/data/dataset.ts";
import { OUTLINES } from "../../src/data/outlines.ts";
import { shapes } from "../../src/data/shapes.ts";

const PIXELS = 3 * 32 * 32;

describe("shapes", () => {
  test("keeps the promises of a dataset, with each class once in ten examples", () => {
    const { train, test } = shapes(40, 20);
    for (const split of [train, test]) {
      checkDataset(split, "shapes");
      for (let round = 0; round < split.labels.length; round += 10) {
        expect([...split.labels.subarray(round, round + 10)].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
    }
    expect(train.shape).toEqual([40, 3, 32, 32]);
    expect(train.classNames).toEqual(OUTLINES.map(({ name }) => name));
  });

  test("draws the same bytes as ever", async () => {
    // A change of these hashes changes the dataset, and with it every result on it.
    const { train, test } = shapes(100, 100);
    expect((await datasetHash(train)).slice(0, 16)).toBe("2461113e251e31d0");
    expect((await datasetHash(test)).slice(0, 16)).toBe("f1c9f6458a1e8564");
  });

  test("begins alike at every size", () => {
    const [few, many] = [shapes(23, 7).train, shapes(64, 7).train];
    expect(many.inputs.subarray(0, 23 * PIXELS)).toEqual(few.inputs);
    expect(many.labels.subarray(0, 23)).toEqual(few.labels);
  });

  test("draws other images for another seed and for the other split", () => {
    const { train, test } = shapes(10, 10);
    expect(test.inputs).not.toEqual(train.inputs);
    expect(shapes(10, 10, 1).train.inputs).not.toEqual(train.inputs);
  });

  test("draws no image twice", () => {
    const { inputs } = shapes(500, 1).train;
    const images = Array.from({ length: 500 }, (_, i) =>
      inputs.subarray(i * PIXELS, (i + 1) * PIXELS).join(),
    );
    expect(new Set(images).size).toBe(500);
  });

  test.each([0, 1.5, 200_001, Number.NaN])("refuses %d examples", (count) => {
    expect(() => shapes(count, 1)).toThrow(
      expect.objectContaining({
        name: "UsageError",
        message: `shapes: expected 1 to 200000 train examples, got ${count}`,
      }),
    );
  });
});

describe("the outlines", () => {
  test.each(OUTLINES)("$name lies within the unit circle and is the distance it claims", ({ outline }) => {
    let inside = 0;
    for (let x = -1.5; x <= 1.5; x += 0.05) {
      for (let y = -1.5; y <= 1.5; y += 0.05) {
        const distance = outline(x, y);
        if (distance < 0) inside++;
        if (x * x + y * y > 1.001) expect(distance).toBeGreaterThan(0);
        // A distance changes by at most as much as its point moves.
        expect(Math.abs(outline(x + 0.01, y) - distance)).toBeLessThan(0.01 + 1e-9);
      }
    }
    // From 0.5 to 2.3 of the area 4 pi / 4 of the unit circle, in cells of 0.05 x 0.05.
    expect(inside * 0.0025).toBeGreaterThan(0.5);
    expect(inside * 0.0025).toBeLessThan(2.3);
  });
});
