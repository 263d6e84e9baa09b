/**
 * @file Lemma 1, checked numerically: the smallest eigenvalue of `A_ij = max(x_i - b_j, 0)` is `min_i (x_i - b_i)`.
 *
 * The proof reads the eigenvalues off the diagonal of a triangular matrix. The check may not: it first turns the matrix
 * by a random reflection, `B = H A H`, which has the same eigenvalues and no zeros, and then finds the smallest one by
 * inverse iteration on `B`, solved by Gaussian elimination with partial pivoting.
 */

import { eliminate } from "../../base/linear/elimination.ts";
import { multiply } from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";

/** The smallest eigenvalue, and the logarithm of the determinant, by the lemma and by computation. */
export interface LemmaCheck {
  readonly size: number;
  /** `min_i (x_i - b_i)`, in units of x. */
  readonly smallest: number;
  readonly computed: number;
  /** `sum_i ln (x_i - b_i)`. */
  readonly logDeterminant: number;
  readonly computedLogDeterminant: number;
}

/** Steps of inverse iteration; it converges by the ratio of the two smallest eigenvalues each. */
const STEPS = 2000;

/**
 * Check the lemma for some samples.
 *
 * @param x - `[size]`, ascending.
 * @param b - `[size]`, interleaving: `b[0] < x[0] < b[1] < x[1] ...`.
 */
export function checkLemma(x: Float64Array, b: Float64Array, seed: number): LemmaCheck {
  const size = x.length;
  const diagonal = x.map((value, index) => value - b[index]!);
  const matrix = Float64Array.from({ length: size * size }, (_, at) =>
    Math.max(x[Math.floor(at / size)]! - b[at % size]!, 0),
  );
  const eliminated = eliminate(reflect(matrix, size, seed), size);
  if (!eliminated) throw new Error("internal: a matrix with a positive determinant has a pivot of 0");
  const { solve, logDeterminant } = eliminated;
  const random = randomStream(seed, "expressivity-lemma", 1);
  let vector = Float64Array.from(x, () => random.normal());
  let computed = Number.NaN;
  for (let step = 0; step < STEPS; step++) {
    const next = solve(vector, 1);
    // The inverse's largest eigenvalue, by Rayleigh's quotient of the vector with its image.
    computed = dot(vector, vector) / dot(vector, next);
    const length = Math.sqrt(dot(next, next));
    vector = next.map((value) => value / length);
  }
  return {
    size,
    smallest: diagonal.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
    computed,
    logDeterminant: diagonal.reduce((sum, value) => sum + Math.log(value), 0),
    computedLogDeterminant: logDeterminant,
  };
}

const dot = (a: Float64Array, b: Float64Array): number => multiply(a, b, 1)[0]!;

/** `H A H` with `H = I - 2 v v^T`, `v` a random unit vector: as many eigenvalues, and no zeros to profit from. */
function reflect(matrix: Float64Array, size: number, seed: number): Float64Array {
  const random = randomStream(seed, "expressivity-lemma", 0);
  const drawn = Float64Array.from({ length: size }, () => random.normal());
  const length = Math.sqrt(dot(drawn, drawn));
  const v = drawn.map((value) => value / length);
  const left = multiply(v, matrix, size);
  const half = matrix.map((value, at) => value - 2 * v[Math.floor(at / size)]! * left[at % size]!);
  const right = multiply(half, v, 1);
  return half.map((value, at) => value - 2 * right[Math.floor(at / size)]! * v[at % size]!);
}
