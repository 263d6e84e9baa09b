/**
 * @file The bound on the error that a Rademacher complexity implies.
 */

/** Confidence with which the bound holds: at least `1 - DELTA`. */
export const DELTA = 0.05;

/**
 * Bound of the error of every classifier of a class: `training error + r + 3 sqrt(ln(2 / delta) / (2 n))`, with
 * probability at least `1 - delta` over samples.
 *
 * Source: Bartlett and Mendelson (JMLR 2002); in this form Mohri, Rostamizadeh and Talwalkar, Foundations of Machine
 * Learning, theorem 3.5: it has twice the complexity of the 0-1 losses, which is half that of classifiers with values in
 * {-1, +1} (lemma 3.4). A bound of 1 or more says nothing, one of 1/2 no more than guessing.
 *
 * @param r - Empirical Rademacher complexity; with a lower bound of it, what comes out is the best the bound could be.
 */
export const errorBound = (trainError: number, r: number, n: number, delta = DELTA): number =>
  trainError + r + 3 * Math.sqrt(Math.log(2 / delta) / (2 * n));
