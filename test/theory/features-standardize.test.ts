/**
 * @file Standardizing features: whole eighths of a deviation, cut off, and what is no number refused.
 */

import { describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { type Side, standardize } from "../../src/theory/features/standardize.ts";

const sideOf = (...rows: number[]): Side => ({
  rows: Float32Array.from(rows),
  rounded: new Int8Array(rows.length).fill(99),
});

describe("standardize", () => {
  test("counts eighths of a deviation from the training mean, for tests as well", () => {
    // Two features: 1 and 5 have mean 3 and deviation 2; the second is constant.
    const [train, tests] = [sideOf(1, 7, 5, 7), sideOf(4, 8, 2.8, 7)];
    standardize(train, tests, 2);
    expect([...train.rounded]).toEqual([-8, 0, 8, 0]);
    expect([...tests.rounded]).toEqual([4, 0, -1, 0]);
  });

  test("cuts off at 64, on both sides", () => {
    const [train, tests] = [sideOf(1, 5), sideOf(1000, -1000, 3 + 2 * (64.4 / 8), 3 - 2 * (63.4 / 8))];
    standardize(train, tests, 1);
    expect([...tests.rounded]).toEqual([64, -64, 64, -63]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %d, and says in which example", (strange) => {
    expect(() => standardize(sideOf(1, 2, 3, 4), sideOf(1, 2, 1, strange), 2)).toThrow(
      new DataError("random features: expected finite numbers, got others for test example 1"),
    );
    expect(() => standardize(sideOf(1, 2, 3, strange), sideOf(1, 2), 2)).toThrow(
      "got others for training example 1",
    );
  });
});
