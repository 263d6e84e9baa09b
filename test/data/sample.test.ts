import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { classCounts, datasetHash } from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { writeShards } from "../../src/data/node/write-shards.ts";
import { sampleClasses } from "../../src/data/sample.ts";
import { shapes } from "../../src/data/shapes.ts";

const whole = shapes(200, 100);
const request = { classes: 4, perClass: 5, testPerClass: 3, seed: 7 };

test("a sample has as many classes and images of each as were asked for, and the same ones each time", () => {
  const { train, test } = sampleClasses(whole, request);
  expect([...classCounts(train)]).toEqual([5, 5, 5, 5]);
  expect([...classCounts(test)]).toEqual([3, 3, 3, 3]);
  expect(sampleClasses(whole, request)).toEqual({ train, test });
  expect(sampleClasses(whole, { ...request, seed: 8 }).train.classNames).not.toEqual(train.classNames);
  // The labels that were given anew are the names of the examples' classes still.
  const { inputs } = train as typeof whole.train;
  const size = inputs.length / 20;
  const at = whole.train.inputs.findIndex(
    (_, from) =>
      from % size === 0 &&
      inputs.subarray(0, size).every((pixel, to) => pixel === whole.train.inputs[from + to]),
  );
  expect(train.classNames[train.labels[0]!]).toBe(whole.train.classNames[whole.train.labels[at / size]!]);
});

test("shards of it are the same examples when they are read again", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shatter-sample-"));
  try {
    const splits = sampleClasses(whole, request);
    await writeShards(splits, folder);
    const read = await readData(folder);
    expect(read.splits.train.classNames).toEqual(splits.train.classNames);
    for (const split of ["train", "test"] as const)
      expect(await datasetHash(read.splits[split])).toBe(await datasetHash(splits[split]));
    rmSync(join(folder, "test-000000.tar"));
    await expect(readData(folder)).rejects.toThrow(
      'expected the number of shards beside it, 1, got "2"; fetch what is missing',
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("more classes or images than there are, are refused", () => {
  expect(() => sampleClasses(whole, { ...request, classes: 11 })).toThrow(
    "expected 2 to 10, as shapes has, got 11",
  );
  expect(() => sampleClasses(whole, { ...request, perClass: 21 })).toThrow(
    "has 20 training examples; ask for fewer",
  );
});
