import { describe, expect, test } from "vitest";
import { shapes } from "../../src/data/shapes.ts";
import { cropForRecipe, prepareTrial, requireConformance, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";

const SPLITS = cropForRecipe(shapes(50, 30), paperRecipe);

const specOf = async (facts: Partial<TrialSpec>): Promise<TrialSpec> => ({
  schema: "shatter/trial@1",
  dataset: { name: "shapes", hash: await splitsHash(SPLITS), train: 50, test: 30 },
  inputs: "true",
  corrupt: 0,
  model: "linear",
  recipe: paperRecipe,
  seed: 0,
  ...facts,
});

describe("prepareTrial", () => {
  test("crops to 28 x 28 and whitens each image", async () => {
    const { train } = await prepareTrial(SPLITS, await specOf({}));
    expect(train.shape).toEqual([50, 3, 28, 28]);
    const image = [...train.inputs.subarray(0, 3 * 28 * 28)];
    const mean = image.reduce((total, value) => total + value, 0) / image.length;
    const square = image.reduce((total, value) => total + value * value, 0) / image.length;
    // Elements are float32, so sums of 2,352 of them are right to about 1e-6.
    expect(Math.abs(mean)).toBeLessThan(1e-5);
    expect(Math.abs(square - 1)).toBeLessThan(1e-5);
  });

  test("corrupts the training labels, and keeps the true test labels beside the corrupted ones", async () => {
    const {
      train,
      test: held,
      testLabelsCorrupted,
      realized,
    } = await prepareTrial(SPLITS, await specOf({ corrupt: 1 }));
    const changed = train.labels.filter((label, at) => label !== SPLITS.train.labels[at]).length;
    expect(realized).toBe(changed / 50);
    expect(held.labels).toEqual(SPLITS.test.labels);
    expect(testLabelsCorrupted).not.toEqual(SPLITS.test.labels);
  });

  test("gives each randomization data, and a hash, of its own", async () => {
    const hashes = await Promise.all(
      (["true", "shuffled", "random", "gaussian"] as const).map(async (inputs) => {
        const { hash, conformance } = await prepareTrial(SPLITS, await specOf({ inputs }));
        requireConformance(conformance);
        return hash;
      }),
    );
    expect(new Set(hashes).size).toBe(4);
  });
});

test("requireConformance names the checks that failed", () => {
  const line = {
    randomization: "labels p=1 seed 0",
    check: "test labels changed",
    ok: true,
    value: 0,
    bound: 0,
  };
  requireConformance([line]);
  expect(() => requireConformance([line, { ...line, ok: false, value: 3 }])).toThrow(
    "so nothing was trained: WRONG labels p=1 seed 0: test labels changed: 3 (at most 0)",
  );
});
