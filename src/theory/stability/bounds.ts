/**
 * @file What bounds by uniform stability need of an algorithm.
 */

/** Confidence with which the bounds hold: at least `1 - DELTA`. */
export const DELTA = 0.05;

/**
 * Largest change of a loss by replacing one of `n` training examples at which a bound by uniform stability can still be
 * below `worth`.
 *
 * Bousquet and Elisseeff (JMLR 2002, theorem 12): the loss exceeds the training loss by at most
 * `2 b + (4 n b + M) sqrt(ln(1 / delta) / (2 n))`, where `b` bounds the change by leaving one example out, and so `2 b`
 * that by replacing it, and `M` the loss. The term with `M` is left out, in favor of the bound. The bound vanishes with
 * `n` only if `b` shrinks faster than `1 / sqrt(n)`, and as fast as `1 / sqrt(n)` only if `b` is of the order `1 / n`.
 *
 * @param worth - In the unit of the loss.
 */
export function changeAllowed(n: number, worth: number, delta = DELTA): number {
  return (2 * worth) / (2 + 4 * n * Math.sqrt(Math.log(1 / delta) / (2 * n)));
}

/**
 * The sum of the step sizes of SGD, times `2 / n`: what Hardt, Recht and Singer (ICML 2016) multiply with
 * the square of the largest gradient norm `L` to bound the stability of SGD on convex losses, `2 L^2 / n sum rates`. It
 * grows with every pass.
 *
 * With momentum the rates are divided by `1 - momentum`, what a step adds up to; the theorem is for SGD without.
 */
export const hardtFactor = (n: number, rates: readonly number[], momentum: number): number =>
  ((2 / n) * rates.reduce((total, rate) => total + rate, 0)) / (1 - momentum);
