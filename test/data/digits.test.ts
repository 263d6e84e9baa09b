import { describe, expect, test } from "vitest";
import { datasetHash, takeExamples } from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { loadDataset } from "../../src/run/node/library.ts";

const { train, test: tested } = await readDigits();

describe("digits", () => {
  test("holds the same bytes as ever", async () => {
    // A change of these hashes changes the dataset, and with it every result on it.
    expect(await datasetHash(train)).toBe("1edc9ef6fd0615b449cc82da468b39d3367cd79b96dec6d226aad357c846b4c3");
    expect(await datasetHash(tested)).toBe(
      "33ff7d89ac84746ac66970488a0b4421152f2d7b9507ed7a4a47673a46510fa3",
    );
  });

  test("is what UCI says it is: 1,797 images of 8 x 8, in 17 steps", () => {
    expect([train.shape, tested.shape]).toEqual([
      [1287, 1, 8, 8],
      [510, 1, 8, 8],
    ]);
    const counts = Array.from(
      { length: 10 },
      (_, digit) => [...train.labels, ...tested.labels].filter((label) => label === digit).length,
    );
    // The class distribution in the data's own description (optdigits.names), for its testing part.
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
    const steps = Array.from({ length: 17 }, (_, ink) => Math.round((ink * 255) / 16));
    expect([...new Set(train.inputs)].sort((a, b) => a - b)).toEqual(steps);
  });

  test("is split between two forms, whose labels begin alike", () => {
    const begin = (labels: Int32Array): string => labels.subarray(0, 60).join("");
    expect(begin(tested.labels)).toBe(begin(train.labels));
  });

  test("is taken in parts like any other", async () => {
    const part = await loadDataset("digits", { n: 20, testN: 510 });
    expect(part.train.shape).toEqual([20, 1, 8, 8]);
    expect(part.test).toEqual(tested);
    expect(takeExamples(part.train, [0])).not.toEqual(takeExamples(train, [0]));
  });
});
