/**
 * @file Elimination solves what it eliminated, and says what is singular.
 */

import { expect, test } from "vitest";
import { eliminate } from "../../../src/base/linear/elimination.ts";
import { multiply } from "../../../src/base/linear/matrix.ts";
import { farthest, vectorsOf } from "../../theory/kernel/fixture.ts";

test("a system that needs its rows exchanged is solved, for several right-hand sides", () => {
  const matrix = Float64Array.of(0, 2, 1, 1, 0, 0, 3, 1, 0);
  const before = matrix.slice();
  const x = Float64Array.of(1, -1, 2, 0.5, -3, 4);
  const { solve, logDeterminant } = eliminate(matrix, 3)!;
  expect(farthest(solve(multiply(matrix, x, 2), 2), x)).toBeLessThan(1e-14);
  // 0 (0 - 0) - 2 (0 - 0) + 1 (1 - 0).
  expect(logDeterminant).toBeCloseTo(Math.log(1), 14);
  expect(matrix).toEqual(before);
});

test("a larger one is solved to its rounding", () => {
  const size = 60;
  const matrix = vectorsOf(size, size);
  const x = vectorsOf(size, 3, 1);
  // A random matrix of this size has a condition of some thousands.
  expect(farthest(eliminate(matrix, size)!.solve(multiply(matrix, x, 3), 3), x)).toBeLessThan(1e-9);
});

test("a singular matrix has a pivot of 0", () => {
  expect(eliminate(Float64Array.of(1, 2, 2, 4), 2)).toBeUndefined();
});
