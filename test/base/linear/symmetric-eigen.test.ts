/**
 * @file Eigenvalues and eigenvectors of symmetric matrices: they make the matrix again.
 */

import { describe, expect, test } from "vitest";
import { DataError } from "../../../src/base/errors.ts";
import { symmetricEigen } from "../../../src/base/linear/symmetric-eigen.ts";
import { randomStream } from "../../../src/base/random.ts";

/** `X X^T` for random `X [size, rank]`, which has `size - rank` eigenvalues of 0. */
function randomSquare(size: number, rank: number): Float64Array {
  const random = randomStream(3, "eigen-test");
  const x = Float64Array.from({ length: size * rank }, () => random.normal());
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (let k = 0; k < rank; k++) matrix[i * size + j]! += x[i * rank + k]! * x[j * rank + k]!;
  return matrix;
}

describe("symmetricEigen", () => {
  test("knows the eigenvalues of a matrix of two rows", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2);
    expect(values[0]).toBeCloseTo(3, 14);
    expect(values[1]).toBeCloseTo(1, 14);
    expect(Math.abs(vectors[0]!)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(vectors[0]).toBeCloseTo(vectors[2]!, 14);
  });

  test.each([
    [1, 1],
    [30, 40],
    [108, 60],
  ])("decomposes %d rows of rank %d: orthonormal vectors that make the matrix again", (size, rank) => {
    const matrix = randomSquare(size, rank);
    const { values, vectors } = symmetricEigen(matrix, size);
    const largest = values[0]!;
    let wrong = 0;
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let made = 0;
        let inner = 0;
        for (let k = 0; k < size; k++) {
          made += vectors[i * size + k]! * values[k]! * vectors[j * size + k]!;
          inner += vectors[k * size + i]! * vectors[k * size + j]!;
        }
        wrong = Math.max(wrong, Math.abs(made - matrix[i * size + j]!) / largest);
        wrong = Math.max(wrong, Math.abs(inner - Number(i === j)));
      }
    expect(wrong).toBeLessThan(1e-13);
    for (let k = 1; k < size; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1]!);
    for (let k = rank; k < size; k++) expect(Math.abs(values[k]!) / largest).toBeLessThan(1e-13);
  });

  test("says where an element is not finite, and how many it expected", () => {
    expect(() => symmetricEigen(Float64Array.of(1, 0, Number.NaN, 1), 2)).toThrow(
      new DataError("symmetricEigen: expected finite elements, got NaN in row 1, column 0"),
    );
    expect(() => symmetricEigen(new Float64Array(3), 2)).toThrow(RangeError);
  });
});
