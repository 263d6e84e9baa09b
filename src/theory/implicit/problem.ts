/**
 * @file An under-determined linear problem from examples: checked, in float64, with its solution of equation (3).
 */

import { UsageError } from "../../base/errors.ts";
import { type Factor, factorGram, type Spectrum, spectrumOf } from "../../base/linear/cholesky.ts";
import { gramOf, type Matrix } from "../../base/linear/matrix.ts";
import { randomStream } from "../../base/random.ts";
import { checkDataset, type Dataset, exampleCount, exampleSize } from "../../data/dataset.ts";
import { type Labeling, signsOf } from "../examples.ts";

/** Most examples and values of an example: at these sizes an epoch takes some milliseconds, and the factor 8 MB. */
export const MOST_EXAMPLES = 1000;
export const MOST_VALUES = 4096;

/** `X w = y` with fewer rows than columns. */
export interface Problem {
  /** `[n, d]`. */
  readonly x: Matrix;
  /** `[n]`, each +1 or -1. */
  readonly y: { readonly [L in Labeling]: Float64Array };
  readonly gram: Matrix;
  /** Of `X X^T`. */
  readonly factor: Factor;
  /** Of `X X^T`. */
  readonly spectrum: Spectrum;
}

/**
 * Refuse sizes that are no under-determined problem, or too large a one, before anything is allocated.
 *
 * @throws UsageError saying what would do.
 */
export function requireUnderdetermined(n: number, d: number): void {
  if (n > MOST_EXAMPLES || d > MOST_VALUES) {
    throw new UsageError(
      `implicit: expected at most ${MOST_EXAMPLES} examples of at most ${MOST_VALUES} values, got ${n} of ${d}; take a smaller \`n\``,
    );
  }
  if (n >= d) {
    throw new UsageError(
      `implicit: expected fewer examples than values in each (n < d), so that many weights fit them, got n = ${n} and d = ${d}; take a smaller \`n\`${d > 1 ? ` (at most ${d - 1})` : " or wider examples"}`,
    );
  }
}

/**
 * Make a problem.
 *
 * @param train - float32 inputs as they shall be used, of two classes.
 * @param seed - Of the random labels.
 * @throws UsageError if the sizes are not possible.
 * @throws DataError if an input is not finite, or rows are equal, zero or combinations of others.
 */
export function createProblem(train: Dataset, seed: number): Problem {
  const rows = exampleCount(train);
  const columns = exampleSize(train);
  requireUnderdetermined(rows, columns);
  checkDataset(train, train.name);
  const x = { rows, columns, values: Float64Array.from(train.inputs) };
  const gram = gramOf(x);
  const factor = factorGram(gram);
  const coins = randomStream(seed, "theory-implicit-labels");
  const y = {
    true: signsOf(train),
    random: Float64Array.from({ length: rows }, () => 2 * coins.below(2) - 1),
  };
  return { x, y, gram, factor, spectrum: spectrumOf(gram, factor) };
}
