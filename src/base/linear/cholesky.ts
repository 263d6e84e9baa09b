/**
 * @file The Cholesky factor of a Gram matrix in float64, what it solves, and the ends of its spectrum.
 */

import { DataError } from "../errors.ts";
import { randomStream } from "../random.ts";
import { dot, type Matrix, norm, rowOf, times } from "./matrix.ts";

/** A symmetric positive definite matrix, factored. */
export interface Factor {
  /** `[n, n]`: lower triangular `L` with `L L^T` the matrix. */
  readonly lower: Matrix;
  /** Solve `L L^T a = b`; `b` is `[n]`, and so is the result, a new vector. */
  solve(b: Float64Array): Float64Array;
}

/**
 * Factor the Gram matrix of some rows.
 *
 * @param gram - `X X^T`, `[n, n]`, plus a ridge if one is wanted.
 * @throws DataError naming the rows that are equal, zero, or a combination of those before: the matrix is singular, and
 *   equation (3) has no unique solution.
 */
export function factorGram(gram: Matrix): Factor {
  const { rows: n, values } = gram;
  const largest = Math.max(...Array.from({ length: n }, (_, i) => values[i * n + i]!));
  // Rounding alone leaves pivots of this size (Higham, Accuracy and Stability of Numerical Algorithms, theorem 10.7).
  const least = n * Number.EPSILON * largest;
  const lower: Matrix = { rows: n, columns: n, values: new Float64Array(n * n) };
  for (let i = 0; i < n; i++) {
    const row = rowOf(lower, i);
    for (let j = 0; j < i; j++) {
      const sum = dot(row.subarray(0, j), rowOf(lower, j).subarray(0, j));
      row[j] = (values[i * n + j]! - sum) / lower.values[j * n + j]!;
    }
    const pivot = values[i * n + i]! - dot(row.subarray(0, i), row.subarray(0, i));
    if (!(pivot > least)) throw new DataError(describeSingular(gram, i, pivot, least));
    row[i] = Math.sqrt(pivot);
  }
  return { lower, solve: (b) => solveWith(lower, b) };
}

/** Why the matrix is singular at a row. */
function describeSingular(gram: Matrix, row: number, pivot: number, least: number): string {
  const { rows: n, values } = gram;
  const at = (i: number, j: number): number => values[i * n + j]!;
  const say = (what: string): string =>
    `X X^T is singular: ${what} (pivot ${pivot.toExponential(1)}, expected more than ${least.toExponential(1)}); leave that row out, or take other examples`;
  if (at(row, row) === 0) return say(`row ${row} is zero`);
  for (let other = 0; other < row; other++) {
    // The squared distance of the two rows, exactly 0 for equal ones: their products are sums of the same numbers.
    if (at(row, row) === at(row, other) && at(other, other) === at(row, other)) {
      return say(`rows ${other} and ${row} are equal`);
    }
  }
  return say(`row ${row} is a combination of the rows before it, up to rounding`);
}

/** Forward and backward substitution. */
function solveWith(lower: Matrix, b: Float64Array): Float64Array {
  const { rows: n, values } = lower;
  const a = b.slice();
  for (let i = 0; i < n; i++) {
    const known = dot(rowOf(lower, i).subarray(0, i), a.subarray(0, i));
    a[i] = (a[i]! - known) / values[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    a[i] = a[i]! / values[i * n + i]!;
    for (let j = 0; j < i; j++) a[j] = a[j]! - values[i * n + j]! * a[i]!;
  }
  return a;
}

/** Smallest and largest eigenvalue of a symmetric positive definite matrix. */
export interface Spectrum {
  readonly smallest: number;
  readonly largest: number;
}

/** Most steps of an iteration, and the relative change at which it ends. */
const STEPS = 2000;
const SETTLED = 1e-12;

/**
 * The ends of a spectrum, by power iteration with the matrix and with its inverse (Golub and Van Loan, Matrix
 * Computations, section 8.2).
 *
 * Rayleigh quotients are inside the spectrum, so the largest is never overestimated, nor the smallest underestimated.
 */
export function spectrumOf(gram: Matrix, { solve }: Factor): Spectrum {
  const start = randomStream(0, "theory-power-iteration");
  const iterate = (apply: (v: Float64Array) => Float64Array): number => {
    let v: Float64Array = Float64Array.from({ length: gram.rows }, () => start.normal());
    let value = 0;
    for (let step = 0; step < STEPS; step++) {
      const length = norm(v);
      v = v.map((element) => element / length);
      const next = apply(v);
      const quotient = dot(v, next);
      const change = Math.abs(quotient - value);
      value = quotient;
      v = next;
      if (change <= SETTLED * value) break;
    }
    return value;
  };
  return { largest: iterate((v) => times(gram, v)), smallest: 1 / iterate(solve) };
}
