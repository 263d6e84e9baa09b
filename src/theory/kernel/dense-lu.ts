/**
 * @file Solves a small square system with partial pivoting, in float64 (Golub and Van Loan, "Matrix Computations", 3.4).
 */

/**
 * Solve `A X = B`.
 *
 * @param matrix - `[size, size]`
 * @param right - `[size, columns]`
 * @returns `[size, columns]`, or undefined if a pivot is 0.
 */
export function solveSquare(
  matrix: Float64Array,
  size: number,
  right: Float64Array,
  columns: number,
): Float64Array | undefined {
  const a = matrix.slice();
  const x = right.slice();
  const swap = (array: Float64Array, width: number, i: number, j: number): void => {
    if (i === j) return;
    const row = array.slice(i * width, (i + 1) * width);
    array.copyWithin(i * width, j * width, (j + 1) * width);
    array.set(row, j * width);
  };
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) {
      if (Math.abs(a[i * size + k]!) > Math.abs(a[pivot * size + k]!)) pivot = i;
    }
    const value = a[pivot * size + k]!;
    if (value === 0) return undefined;
    swap(a, size, k, pivot);
    swap(x, columns, k, pivot);
    for (let i = k + 1; i < size; i++) {
      const factor = a[i * size + k]! / value;
      if (factor === 0) continue;
      for (let j = k + 1; j < size; j++) a[i * size + j]! -= factor * a[k * size + j]!;
      for (let j = 0; j < columns; j++) x[i * columns + j]! -= factor * x[k * columns + j]!;
    }
  }
  for (let k = size - 1; k >= 0; k--) {
    for (let j = 0; j < columns; j++) {
      let sum = x[k * columns + j]!;
      for (let i = k + 1; i < size; i++) sum -= a[k * size + i]! * x[i * columns + j]!;
      x[k * columns + j] = sum / a[k * size + k]!;
    }
  }
  return x;
}
