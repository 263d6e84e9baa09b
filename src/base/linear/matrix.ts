/**
 * @file Sums over float64 vectors and the rows of a matrix.
 */

/** A matrix of float64, row after row. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** `[rows, columns]`. */
  readonly values: Float64Array;
}

/** One row of a matrix; not a copy. */
export const rowOf = ({ values, columns }: Matrix, row: number): Float64Array =>
  values.subarray(row * columns, (row + 1) * columns);

/** Inner product of two vectors of one length; four sums at a time, so that the processor need not wait for each. */
export function dot(a: Float64Array, b: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  const whole = a.length - (a.length % 4);
  for (let at = 0; at < whole; at += 4) {
    s0 += a[at]! * b[at]!;
    s1 += a[at + 1]! * b[at + 1]!;
    s2 += a[at + 2]! * b[at + 2]!;
    s3 += a[at + 3]! * b[at + 3]!;
  }
  for (let at = whole; at < a.length; at++) s0 += a[at]! * b[at]!;
  return s0 + s1 + (s2 + s3);
}

/** Euclidean norm. */
export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a));

/** Euclidean norm of `a - b`. */
export const distance = (a: Float64Array, b: Float64Array): number => norm(combine(a, -1, b));

/** `a + factor b`, a new vector. */
export const combine = (a: Float64Array, factor: number, b: Float64Array): Float64Array =>
  a.map((value, at) => value + factor * b[at]!);

/** Add `factor b` to `a`, in place. */
export function addTo(a: Float64Array, factor: number, b: Float64Array): void {
  for (let at = 0; at < a.length; at++) a[at] = a[at]! + factor * b[at]!;
}

/** `X w`: `[rows]`. */
export const times = (x: Matrix, w: Float64Array): Float64Array =>
  Float64Array.from({ length: x.rows }, (_, row) => dot(rowOf(x, row), w));

/** `X^T a`: `[columns]`. */
export function transposeTimes(x: Matrix, a: Float64Array): Float64Array {
  const out = new Float64Array(x.columns);
  for (let row = 0; row < x.rows; row++) addTo(out, a[row]!, rowOf(x, row));
  return out;
}

/** `X X^T`: `[rows, rows]`. */
export function gramOf(x: Matrix): Matrix {
  const { rows } = x;
  const values = new Float64Array(rows * rows);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const product = dot(rowOf(x, i), rowOf(x, j));
      values[i * rows + j] = product;
      values[j * rows + i] = product;
    }
  }
  return { rows, columns: rows, values };
}

/** `A B` of `[rows, inner]` and `[inner, columns]`, row after row; every sum in order. */
export function multiply(matrix: Float64Array, vectors: Float64Array, columns: number): Float64Array {
  const inner = vectors.length / columns;
  const rows = matrix.length / inner;
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const factor = matrix[i * inner + k]!;
      for (let j = 0; j < columns; j++) out[i * columns + j]! += factor * vectors[k * columns + j]!;
    }
  }
  return out;
}

/** `[rows, columns]` as `[columns, rows]`. */
export function transpose(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = matrix[row * columns + column]!;
  }
  return out;
}
