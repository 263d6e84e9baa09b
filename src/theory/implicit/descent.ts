/**
 * @file Gradient descent on a linear model, one example at a time or all at once, in float64.
 *
 * The loss is `1/2 |X w - y|^2 + l2/2 |w|^2`. Source: Zhang et al., ICLR 2017, section 5: every update of SGD is a
 * multiple of a row, so from zero the weights stay in the span of the rows.
 */

import type { Spectrum } from "../../base/linear/cholesky.ts";
import { addTo, dot, type Matrix, rowOf, times, transposeTimes } from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";

export const methods = ["sgd", "gd"] as const;
export type Method = (typeof methods)[number];

/** How the weights move. */
export interface Descent {
  readonly method: Method;
  /** Step size for the loss above; SGD takes the gradient of one example's part of it. */
  readonly rate: number;
  /** Heavy ball, in `[0, 1)`. */
  readonly momentum: number;
  readonly l2: number;
  /** Decides which example each step of SGD draws. */
  readonly seed: number;
}

/** The squared norm of the longest row. */
export const longestRow = (x: Matrix): number =>
  Math.max(...Array.from({ length: x.rows }, (_, row) => dot(rowOf(x, row), rowOf(x, row))));

/**
 * The step size by rule.
 *
 * GD: 1 over the largest eigenvalue of `X X^T + l2`, at which no direction overshoots. SGD: 1 over the longest squared
 * row (plus `l2 / n`), at which a step on that row fits it exactly, the step of Kaczmarz (1937); with momentum times
 * `1 - momentum`, since momentum multiplies what a step adds up to by the inverse of that.
 */
export function ruleRate(
  method: Method,
  x: Matrix,
  { largest }: Spectrum,
  { momentum, l2 }: Pick<Descent, "momentum" | "l2">,
): number {
  if (method === "gd") return 1 / (largest + l2);
  return (1 - momentum) / (longestRow(x) + l2 / x.rows);
}

/**
 * Factor by which theory lets the distance to the solution shrink an epoch, in `[0, 1)`; null where it has no say here.
 *
 * GD: `1 - rate (smallest + l2)` is exact in the end, for rates up to 1 over the largest eigenvalue. SGD that draws rows evenly:
 * the mean squared distance shrinks at least by `1 - rate (2 - rate longest) smallest / n` a step; with rows weighted by
 * their norm it is Strohmer and Vershynin (J. Fourier Anal. Appl. 2009, theorem 2), evenly Needell, Srebro and Ward
 * (Math. Program. 2016). With momentum nothing is predicted, and with l2 nothing for SGD.
 *
 * @param slowest - Smallest eigenvalue along which there is anything to do: 0 where the start has a part outside the span
 *   that l2 has to remove.
 */
export function predictedRate(
  x: Matrix,
  slowest: number,
  { largest }: Spectrum,
  { method, rate, momentum, l2 }: Descent,
): number | null {
  if (momentum > 0) return null;
  if (method === "gd") return rate * (largest + l2) <= 1.0001 ? 1 - rate * (slowest + l2) : null;
  if (l2 > 0) return null;
  const shrink = 1 - (rate * (2 - rate * longestRow(x)) * slowest) / x.rows;
  return shrink < 1 && shrink >= 0 ? shrink ** (x.rows / 2) : null;
}

/** Weights in motion. */
export interface Walker {
  /** `[d]`; not a copy. */
  readonly w: Float64Array;
  /** Do one epoch: `n` steps of SGD, each on a row drawn evenly with replacement, or one of GD. */
  epoch(): void;
}

/**
 * Start a descent.
 *
 * @param start - `[d]`; copied.
 */
export function createWalker(x: Matrix, y: Float64Array, start: Float64Array, descent: Descent): Walker {
  const { method, rate, momentum, l2, seed } = descent;
  const w = start.slice();
  const velocity = momentum > 0 ? new Float64Array(w.length) : null;
  let epochs = 0;

  /** Move against `factor row + decay w`, the gradient times the rate. */
  const move = (factor: number, row: Float64Array, decay: number): void => {
    if (!velocity) {
      if (decay !== 0) for (let at = 0; at < w.length; at++) w[at] = w[at]! * (1 - decay);
      addTo(w, -factor, row);
      return;
    }
    for (let at = 0; at < w.length; at++) {
      velocity[at] = momentum * velocity[at]! - factor * row[at]! - decay * w[at]!;
      w[at] = w[at]! + velocity[at]!;
    }
  };

  return {
    w,
    epoch() {
      if (method === "gd") {
        const errors = times(x, w).map((value, row) => value - y[row]!);
        move(rate, transposeTimes(x, errors), rate * l2);
      } else {
        const random = randomStream(seed, "theory-sgd", epochs);
        for (let step = 0; step < x.rows; step++) {
          const drawn = random.below(x.rows);
          const row = rowOf(x, drawn);
          move(rate * (dot(row, w) - y[drawn]!), row, (rate * l2) / x.rows);
        }
      }
      epochs++;
    },
  };
}
