import { describe, expect, test } from "vitest";
import { batchCount, epochBatches } from "../../src/data/batches.ts";

/** The rows of all batches that are not padding. */
const rowsOf = (batches: ReturnType<typeof epochBatches>): number[] =>
  batches.flatMap(({ indices, weights }) => [...indices].filter((_, at) => weights[at] === 1));

describe("epochBatches", () => {
  test("visits every example once an epoch", () => {
    const rows = rowsOf(epochBatches(1000, 128, "keep", 3, 0));
    expect(rows.sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  test("pads the last batch with row 0 at weight 0", () => {
    const last = epochBatches(5, 4, "keep", 0, 0)[1]!;
    expect([...last.weights]).toEqual([1, 0, 0, 0]);
    expect([...last.indices.subarray(1)]).toEqual([0, 0, 0]);
  });

  test("leaves an incomplete batch out on demand, but not the only one", () => {
    expect(rowsOf(epochBatches(1000, 128, "drop", 3, 0))).toHaveLength(7 * 128);
    expect(rowsOf(epochBatches(5, 8, "drop", 3, 0))).toHaveLength(5);
    expect([batchCount(5, 8, "drop"), batchCount(1000, 128, "drop"), batchCount(1000, 128, "keep")]).toEqual([
      1, 7, 8,
    ]);
  });

  test("draws another order each epoch and seed, and the same one again", () => {
    const order = (seed: number, epoch: number) => rowsOf(epochBatches(100, 10, "keep", seed, epoch)).join();
    expect(order(0, 0)).toBe(order(0, 0));
    expect(new Set([order(0, 0), order(0, 1), order(1, 0)]).size).toBe(3);
  });
});
