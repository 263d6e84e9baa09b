import { expect, test } from "vitest";
import { countCopies } from "../../src/data/copies.ts";
import type { Dataset } from "../../src/data/dataset.ts";

function rows(
  examples: readonly (readonly [inputs: readonly number[], label: number])[],
  float = false,
): Dataset {
  const values = examples.flatMap(([inputs]) => [...inputs]);
  return {
    name: "rows",
    inputs: float ? Float32Array.from(values) : Uint8Array.from(values),
    shape: [examples.length, examples[0]![0].length],
    labels: Int32Array.from(examples, ([, label]) => label),
    classNames: ["a", "b"],
  };
}

/** Three training examples, one of them twice and once more under another label. */
const TRAIN = [
  [[1, 2, 3, 4], 0],
  [[5, 6, 7, 8], 1],
  [[1, 2, 3, 4], 0],
  [[1, 2, 3, 4], 1],
  [[9, 9, 9, 9], 0],
] as const;
const TEST = [
  [[5, 6, 7, 8], 1],
  [[9, 9, 9, 9], 1],
  [[4, 3, 2, 1], 0],
] as const;
const FOUND = {
  test: 2,
  testOtherLabel: 1,
  testByClass: [0, 2],
  testRepeats: 0,
  testWorthByClass: [1, 2],
  train: 2,
  trainOtherLabel: 1,
};

test.each([false, true])("counts equal inputs by split and label (floating-point: %s)", (float) => {
  expect(countCopies({ train: rows(TRAIN, float), test: rows(TEST, float) })).toEqual(FOUND);
});

test("reads examples that are no whole words, and parts of larger buffers", () => {
  const odd = (examples: typeof TRAIN | typeof TEST) =>
    rows(examples.map(([inputs, label]) => [inputs.slice(0, 3), label]));
  expect(countCopies({ train: odd(TRAIN), test: odd(TEST) })).toEqual(FOUND);
  const test = rows(TEST);
  const shifted = new Uint8Array(1 + test.inputs.length);
  shifted.set(test.inputs, 1);
  const moved = { ...test, inputs: shifted.subarray(1) };
  expect(countCopies({ train: rows(TRAIN), test: moved })).toEqual(FOUND);
});

test("counts constant images as copies of the first", () => {
  const black = rows(Array.from({ length: 1000 }, (_, index) => [[0, 0, 0, 0], index % 2] as const));
  expect(countCopies({ train: black, test: black })).toMatchObject({
    test: 1000,
    testRepeats: 999,
    testWorthByClass: [1, 1],
    train: 999,
    trainOtherLabel: 1,
  });
});

test("says how many independent examples a test set is worth that repeats some", () => {
  const one = [[1, 2, 3, 4], 0] as const;
  const { testRepeats, testWorthByClass } = countCopies({
    train: rows(TRAIN),
    test: rows([one, one, one, [[4, 3, 2, 1], 0]]),
  });
  expect(testRepeats).toBe(2);
  expect(testWorthByClass).toEqual([4 ** 2 / (3 ** 2 + 1), 0]);
});
