/**
 * @file Eigenvalues and eigenvectors of a symmetric matrix in float64, by Jacobi's rotations.
 *
 * Source: cyclic Jacobi method, Golub and Van Loan, "Matrix Computations", 4th edition, section 8.5. For the hundred
 * columns of an image patch it takes milliseconds, and its small eigenvalues are as exact as the matrix.
 */

import { DataError } from "../errors.ts";

/** `A = V diag(values) V^T`. */
export interface SymmetricEigen {
  /** `[size]`, the largest first. */
  readonly values: Float64Array;
  /** `[size, size]`: eigenvector `k`, of length 1, is column `k`. */
  readonly vectors: Float64Array;
}

/** Sweeps after which a matrix that has not become diagonal never will; six to ten are usual. */
const MOST_SWEEPS = 60;

/**
 * Decompose a symmetric matrix.
 *
 * @param matrix - `[size, size]`, row after row; only its lower triangle is read.
 * @throws DataError if an element is not finite.
 */
export function symmetricEigen(matrix: Float64Array, size: number): SymmetricEigen {
  if (matrix.length !== size * size) {
    throw new RangeError(
      `symmetricEigen: expected ${size * size} elements for ${size} rows, got ${matrix.length}`,
    );
  }
  const a = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      const element = matrix[i * size + j]!;
      if (!Number.isFinite(element)) {
        throw new DataError(
          `symmetricEigen: expected finite elements, got ${element} in row ${i}, column ${j}`,
        );
      }
      a[i * size + j] = element;
      a[j * size + i] = element;
    }
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  const scale = a.reduce((sum, element) => sum + element * element, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let off = 0;
    for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) off += a[i * size + j]! ** 2;
    // Below the rounding of the matrix itself: another sweep would change nothing.
    if (off <= scale * 1e-32) break;
    for (let p = 0; p < size - 1; p++) for (let q = p + 1; q < size; q++) rotate(a, v, size, p, q);
  }
  const order = Array.from({ length: size }, (_, k) => k).sort(
    (first, second) => a[second * size + second]! - a[first * size + first]!,
  );
  const values = Float64Array.from(order, (k) => a[k * size + k]!);
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    order.forEach((k, column) => {
      vectors[i * size + column] = v[i * size + k]!;
    });
  return { values, vectors };
}

/** Turn rows and columns `p < q` such that the element between them becomes 0. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const between = a[p * size + q]!;
  if (between === 0) return;
  const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * between);
  // The smaller of both angles: the larger one would exchange the eigenvalues and never come to rest.
  const tangent = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (let k = 0; k < size; k++) {
    const first = a[k * size + p]!;
    const second = a[k * size + q]!;
    a[k * size + p] = cosine * first - sine * second;
    a[k * size + q] = sine * first + cosine * second;
  }
  for (let k = 0; k < size; k++) {
    const first = a[p * size + k]!;
    const second = a[q * size + k]!;
    a[p * size + k] = cosine * first - sine * second;
    a[q * size + k] = sine * first + cosine * second;
    const before = v[k * size + p]!;
    const after = v[k * size + q]!;
    v[k * size + p] = cosine * before - sine * after;
    v[k * size + q] = sine * before + cosine * after;
  }
  a[p * size + q] = 0;
  a[q * size + p] = 0;
}
