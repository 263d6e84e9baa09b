/**
 * @file Double descent: the same few examples fitted with ever more random features, through the number of examples.
 *
 * Sources: Belkin, Hsu, Ma, Mandal, "Reconciling modern machine-learning practice and the classical bias-variance
 * trade-off", PNAS 2019 (random features, least norm); Zhang et al., ICLR 2017, section 5, equation (3).
 */

import { type Factor, factorGram } from "../../base/linear/cholesky.ts";
import { leastNorm } from "../../base/linear/least-norm.ts";
import {
  addTo,
  combine,
  gramOf,
  type Matrix,
  norm,
  times,
  transpose,
  transposeTimes,
} from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";
import type { Splits } from "../../data/dataset.ts";
import { corruptLabels } from "../../data/randomize.ts";
import { beside, countErrors, oneHot } from "../kernel/targets.ts";
import { drawSample, rowsOf } from "../sample.ts";

/** What is asked. */
export interface DescentRequest {
  /** Training examples. */
  readonly n: number;
  /** Probability that a training label is redrawn, in `[0, 1]`. */
  readonly noise: number;
  readonly seed: number;
}

/** One number of features. */
export interface DescentPoint {
  readonly features: number;
  /** Shares of examples, in `[0, 1]`. */
  readonly trainError: number;
  readonly testError: number;
  /** Frobenius norm of the weights, `[features, classes]`. */
  readonly norm: number;
  /** Largest relative residual of a class: 0 to rounding from `n` features on. */
  readonly residual: number;
}

/** Numbers of features, in shares of the examples: close together around 1. */
const SHARES = [
  ...[0.03, 0.06, 0.1, 0.17, 0.25, 0.37, 0.5, 0.65, 0.8, 0.9, 0.96],
  ...[1, 1.05, 1.12, 1.25, 1.5, 2, 2.7, 4, 6, 10],
];

/** The numbers of features that are tried for `n` examples. */
export const featureCounts = (n: number): number[] => SHARES.map((share) => Math.round(share * n));

/**
 * Fit the examples by least squares with each number of features, with the smallest weights where many fit, one after
 * another.
 *
 * Features are nested: those of a smaller number are among those of a larger one.
 *
 * @throws DataError if features cannot be told apart, up to rounding.
 */
export function* doubleDescent(splits: Splits, { n, noise, seed }: DescentRequest): Generator<DescentPoint> {
  const sample = drawSample(splits, n, seed);
  const train = corruptLabels(sample.train, noise, seed, "train");
  const classes = train.classNames.length;
  const targets = transpose(oneHot(train.labels, classes), n, classes);
  const [x, z] = [rowsOf(train), rowsOf(sample.test)];
  const mean = transposeTimes(x, new Float64Array(n).fill(1 / n));
  const counts = featureCounts(n);
  const directions = drawDirections(counts.at(-1)!, x.columns, seed);
  const [all, asked] = [x, z].map((rows) => reluFeatures(rows, mean, directions)) as [Matrix, Matrix];
  for (const features of counts) {
    const [fitted, tested] = [firstColumns(all, features), firstColumns(asked, features)];
    const solve = solverOf(fitted);
    const solved = Array.from({ length: classes }, (_, column) =>
      solve(targets.subarray(column * n, (column + 1) * n)),
    );
    const errors = (of: Matrix, labels: Int32Array): number => {
      const said = beside(
        solved.map(({ w }) => times(of, w)),
        of.rows,
      );
      return countErrors(said, labels, classes) / of.rows;
    };
    yield {
      features,
      trainError: errors(fitted, train.labels),
      testError: errors(tested, sample.test.labels),
      norm: norm(Float64Array.from(solved, ({ w }) => norm(w))),
      residual: Math.max(...solved.map(({ residual }) => residual)),
    };
  }
}

/** `[features, size]`: directions drawn evenly from the sphere. */
function drawDirections(rows: number, columns: number, seed: number): Matrix {
  const values = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const random = randomStream(seed, "theory-random-features", row);
    const drawn = Float64Array.from({ length: columns }, () => random.normal());
    const length = norm(drawn);
    values.set(
      drawn.map((value) => value / length),
      row * columns,
    );
  }
  return { rows, columns, values };
}

/** `[rows, features]`: `max(<v, x - mean>, 0)`. Without the mean, half the directions would see all pixels as positive. */
function reluFeatures({ rows, columns, values }: Matrix, mean: Float64Array, directions: Matrix): Matrix {
  const out = new Float64Array(rows * directions.rows);
  for (let row = 0; row < rows; row++) {
    const centered = combine(values.subarray(row * columns, (row + 1) * columns), -1, mean);
    out.set(
      times(directions, centered).map((value) => Math.max(0, value)),
      row * directions.rows,
    );
  }
  return { rows, columns: directions.rows, values: out };
}

function firstColumns({ rows, columns, values }: Matrix, kept: number): Matrix {
  const out = new Float64Array(rows * kept);
  for (let row = 0; row < rows; row++) {
    out.set(values.subarray(row * columns, row * columns + kept), row * kept);
  }
  return { rows, columns: kept, values: out };
}

/** What solves `X w = y` for the smallest `w`, or the nearest to it. */
function solverOf(x: Matrix): (y: Float64Array) => { readonly w: Float64Array; readonly residual: number } {
  if (x.columns >= x.rows) {
    const factor = factorGram(gramOf(x));
    return (y) => leastNorm(x, factor, y);
  }
  const turned = { rows: x.columns, columns: x.rows, values: transpose(x.values, x.rows, x.columns) };
  const factor = factorGram(gramOf(turned));
  return (y) => leastSquares(x, factor, y);
}

/** Rounds of refinement against `X` itself: the normal equations square its condition (Björck 1996, section 2.9). */
const ROUNDS = 3;

/** The least squares solution for fewer columns than rows; `factor` is of `X^T X`. */
function leastSquares(x: Matrix, factor: Factor, y: Float64Array) {
  const w = new Float64Array(x.columns);
  let missing = y;
  for (let round = 0; round <= ROUNDS; round++) {
    addTo(w, 1, factor.solve(transposeTimes(x, missing)));
    missing = combine(y, -1, times(x, w));
  }
  return { w, residual: norm(missing) / norm(y) };
}
