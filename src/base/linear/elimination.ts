/**
 * @file Gaussian elimination with partial pivoting, in float64 (Golub and Van Loan, "Matrix Computations", 3.4).
 */

/** A square matrix, eliminated. */
export interface Elimination {
  /**
   * Solve `A X = B`.
   *
   * @param right - `[size, columns]`
   * @returns `[size, columns]`
   */
  solve(right: Float64Array, columns: number): Float64Array;
  /** The logarithm of the absolute value of the determinant. */
  readonly logDeterminant: number;
}

/**
 * Eliminate a small square matrix.
 *
 * @param matrix - `[size, size]`; not changed.
 * @returns undefined if a pivot is 0.
 */
export function eliminate(matrix: Float64Array, size: number): Elimination | undefined {
  const a = matrix.slice();
  const order = Int32Array.from({ length: size }, (_, row) => row);
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) {
      if (Math.abs(a[i * size + k]!) > Math.abs(a[pivot * size + k]!)) pivot = i;
    }
    const value = a[pivot * size + k]!;
    if (value === 0) return undefined;
    if (pivot !== k) {
      const row = a.slice(k * size, (k + 1) * size);
      a.copyWithin(k * size, pivot * size, (pivot + 1) * size);
      a.set(row, pivot * size);
      [order[k], order[pivot]] = [order[pivot]!, order[k]!];
    }
    for (let i = k + 1; i < size; i++) {
      const factor = a[i * size + k]! / value;
      a[i * size + k] = factor;
      if (factor === 0) continue;
      for (let j = k + 1; j < size; j++) a[i * size + j]! -= factor * a[k * size + j]!;
    }
  }
  let logDeterminant = 0;
  for (let k = 0; k < size; k++) logDeterminant += Math.log(Math.abs(a[k * size + k]!));
  return { solve: (right, columns) => substitute(a, order, right, columns), logDeterminant };
}

/** Forward and backward substitution with the factors, which share a matrix. */
function substitute(a: Float64Array, order: Int32Array, right: Float64Array, columns: number): Float64Array {
  const size = order.length;
  const x = new Float64Array(size * columns);
  order.forEach((from, row) => {
    x.set(right.subarray(from * columns, (from + 1) * columns), row * columns);
  });
  const subtract = (row: number, other: number): void => {
    const factor = a[row * size + other]!;
    if (factor === 0) return;
    for (let j = 0; j < columns; j++) x[row * columns + j]! -= factor * x[other * columns + j]!;
  };
  for (let row = 0; row < size; row++) for (let other = 0; other < row; other++) subtract(row, other);
  for (let row = size - 1; row >= 0; row--) {
    for (let other = row + 1; other < size; other++) subtract(row, other);
    for (let j = 0; j < columns; j++) x[row * columns + j]! /= a[row * size + row]!;
  }
  return x;
}
