/**
 * @file Examples that no kernel can fit are refused, by name.
 */

import { describe, expect, test } from "vitest";
import { findDuplicates, requireFinite, requireInterpolable } from "../../../src/theory/kernel/examples.ts";
import type { Points } from "../../../src/theory/kernel/source.ts";

const floats = (rows: readonly (readonly number[])[]): Points => ({
  kind: "floats",
  data: Float32Array.from(rows.flat()),
  count: rows.length,
  size: rows[0]!.length,
});

const smooth = { name: "gaussian", rank: Number.POSITIVE_INFINITY, atZero: 1 };

test("an example of zeros has no other value than 0 where the kernel is 0", () => {
  const points = floats([[1], [0]]);
  const linear = { name: "linear", rank: 2, atZero: 0 };
  expect(() => requireInterpolable(points, Int32Array.of(0, 1), linear, 0)).toThrow(
    "training example 1 is all zeros, and the linear kernel of zeros is 0",
  );
  expect(() => requireInterpolable(points, Int32Array.of(0, 1), linear, 1)).not.toThrow();
  expect(() => requireInterpolable(points, Int32Array.of(0, 1), smooth, 0)).not.toThrow();
});

describe("equal examples", () => {
  test("are found, each with the first of its kind", () => {
    const points = floats([
      [1, 2],
      [3, 4],
      [1, 2],
      [0.5, 0.25],
      [0.5, 0.25],
      [1, 2],
      [2, 1],
    ]);
    expect(findDuplicates(points)).toEqual([
      { first: 0, second: 2 },
      { first: 3, second: 4 },
      { first: 0, second: 5 },
    ]);
  });

  test("are told from examples with the same hash", () => {
    // Differences far below what is hashed.
    const points = floats([[1e-12], [2e-12], [1e-12]]);
    expect(findDuplicates(points)).toEqual([{ first: 0, second: 2 }]);
  });

  test("are found among pixels", () => {
    const points: Points = {
      kind: "bytes",
      operand: "int8",
      data: Uint8Array.of(1, 2, 2, 1, 1, 2),
      count: 3,
      size: 2,
    };
    expect(findDuplicates(points)).toEqual([{ first: 0, second: 2 }]);
  });

  test("with different labels can be fitted by no function, and with l2 nobody asks", () => {
    const points = floats([[1], [2], [1]]);
    expect(() => requireInterpolable(points, Int32Array.of(0, 1, 2), smooth, 0)).toThrow(
      "training examples 0 and 2 are equal, but their labels are 0 and 2: no function fits both",
    );
    expect(() => requireInterpolable(points, Int32Array.of(0, 1, 0), smooth, 0)).toThrow(
      "the Gram matrix is singular",
    );
    expect(() => requireInterpolable(points, Int32Array.of(0, 1, 2), smooth, 0.1)).not.toThrow();
  });
});

test("more examples than the rank of the kernel are refused, with what helps", () => {
  const points = floats([[1], [2], [3]]);
  const linear = { name: "linear", rank: 1, atZero: 0 };
  expect(() => requireInterpolable(points, Int32Array.of(0, 1, 0), linear, 0)).toThrow(
    "the Gram matrix of 3 examples of 1 values is singular, its rank is at most 1",
  );
});

test("a value that is no number is found, with its place", () => {
  const points = floats([
    [1, 2],
    [3, Number.NaN],
  ]);
  expect(() => requireFinite(points, "mine")).toThrow(
    "mine: expected finite values, got NaN in example 1, value 1",
  );
});
