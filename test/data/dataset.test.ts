import { describe, expect, test } from "vitest";
import { checkDataset, type Dataset, datasetHash, takeExamples } from "../../src/data/dataset.ts";
import { noiseImages, noiseTable } from "./fixtures.ts";

describe("checkDataset", () => {
  test("returns a dataset that keeps its promises", () => {
    for (const dataset of [noiseImages(3), noiseTable(3)]) expect(checkDataset(dataset, "a")).toBe(dataset);
  });

  test.each<[Partial<Dataset>, string]>([
    [{ inputs: new Float32Array(20) }, "a: expected 21 inputs for shape [3, 7], got 20"],
    [{ labels: new Int32Array(2) }, "a: expected 3 labels, one an example, got 2"],
    [{ labels: Int32Array.of(0, 2, 1) }, "a: expected labels in [0, 2), got 2 for example 1"],
    [{ labels: Int32Array.of(0, 1, -1) }, "a: expected labels in [0, 2), got -1 for example 2"],
    [
      { inputs: new Float32Array(21).fill(Number.NaN, 15, 16) },
      "a: expected finite inputs, got NaN in example 2",
    ],
  ])("refuses %#", (change, message) => {
    expect(() => checkDataset({ ...noiseTable(3), ...change }, "a")).toThrow(
      expect.objectContaining({ name: "DataError", message }),
    );
  });
});

describe("takeExamples", () => {
  test("takes inputs and labels in the order asked for, again if asked twice", () => {
    const dataset = noiseImages(5);
    const taken = takeExamples(dataset, [4, 0, 4]);
    expect(taken.shape).toEqual([3, 3, 6, 6]);
    expect([...taken.labels]).toEqual([4, 0, 4]);
    expect(taken.inputs.subarray(0, 108)).toEqual(dataset.inputs.subarray(4 * 108));
    expect(taken.inputs.subarray(108, 216)).toEqual(dataset.inputs.subarray(0, 108));
  });

  test.each([5, -1, Number.NaN])("refuses example %d of 5", (index) => {
    expect(() => takeExamples(noiseImages(5), [index])).toThrow(
      new RangeError(`takeExamples: expected indices in [0, 5), got ${index}`),
    );
  });
});

describe("datasetHash", () => {
  const dataset = noiseImages(5);

  test.each<[string, Dataset]>([
    [
      "an input",
      { ...dataset, inputs: dataset.inputs.map((value, i) => (i === 7 ? value ^ 1 : value)) as Uint8Array },
    ],
    ["a label", { ...dataset, labels: dataset.labels.map((label, i) => (i === 2 ? 0 : label)) }],
    ["the shape", { ...dataset, shape: [5, 3, 4, 9] }],
    ["a class name", { ...dataset, classNames: dataset.classNames.with(0, "nought") }],
  ])("depends on %s", async (_, other) => {
    expect(await datasetHash(other)).not.toBe(await datasetHash(dataset));
  });

  test("does not depend on the name", async () => {
    expect(await datasetHash({ ...dataset, name: "other" })).toBe(await datasetHash(dataset));
  });

  test("hashes a view by its own examples", async () => {
    const larger = noiseImages(8);
    const view = {
      ...larger,
      inputs: larger.inputs.subarray(0, 540),
      labels: larger.labels.subarray(0, 5),
      shape: [5, 3, 6, 6],
    };
    expect(await datasetHash(view)).toBe(await datasetHash(takeExamples(larger, [0, 1, 2, 3, 4])));
  });
});
