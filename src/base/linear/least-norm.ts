/**
 * @file The minimum-norm solution of an under-determined linear model, and what of a vector lies outside its data.
 *
 * Source: Zhang et al., ICLR 2017, section 5, equation (3): `X X^T a = y`, `w = X^T a`.
 */

import type { Factor } from "./cholesky.ts";
import { addTo, combine, type Matrix, norm, times, transposeTimes } from "./matrix.ts";

/** A solution of equation (3). */
export interface LeastNorm {
  /** `[d]`: `X^T a`, in the span of the rows. */
  readonly w: Float64Array;
  /** `|X w + l2 a - y| / |y|` after refinement. */
  readonly residual: number;
}

/** Rounds of refinement: one is enough for a backward stable solution (Higham, theorem 12.3), the others are cheap. */
const ROUNDS = 3;

/**
 * The pseudo-inverse solution `X^T (X X^T + l2 I)^-1 y`, refined against `X` itself and not against the rounded Gram
 * matrix.
 *
 * @param factor - Of `X X^T + l2 I`.
 * @param y - `[n]`, not all zero.
 */
export function leastNorm(x: Matrix, factor: Factor, y: Float64Array, l2 = 0): LeastNorm {
  const a = factor.solve(y);
  const missing = (): Float64Array => combine(combine(y, -1, times(x, transposeTimes(x, a))), -l2, a);
  for (let round = 0; round < ROUNDS; round++) addTo(a, 1, factor.solve(missing()));
  return { w: transposeTimes(x, a), residual: norm(missing()) / norm(y) };
}

/**
 * The part of a vector outside the span of the rows: `v - X^T (X X^T)^-1 X v`.
 *
 * Projected twice, since the first time leaves rounding errors times the condition number (Kahan's "twice is enough";
 * Parlett, The Symmetric Eigenvalue Problem, section 6-9).
 *
 * @param factor - Of `X X^T`.
 */
export function outsideSpan(x: Matrix, factor: Factor, v: Float64Array): Float64Array {
  const once = (u: Float64Array): Float64Array =>
    combine(u, -1, transposeTimes(x, factor.solve(times(x, u))));
  return once(once(v));
}
