/**
 * @file A few examples of a dataset, as rows of float64.
 */

import type { Matrix } from "../base/linear/matrix.ts";
import { randomStream } from "../base/random.ts";
import { type Dataset, exampleCount, exampleSize, type Splits, takeExamples } from "../data/dataset.ts";

/** `n` training examples in a drawn order, and all test examples. */
export function drawSample({ train, test }: Splits, n: number, seed: number): Splits {
  const order = randomStream(seed, "subset").permutation(exampleCount(train));
  return { train: takeExamples(train, order.subarray(0, n)), test };
}

/** `[count, size]`: pixels in `[0, 1]`, other numbers as they are. */
export function rowsOf(split: Dataset): Matrix {
  const unit = split.inputs instanceof Uint8Array ? 255 : 1;
  return {
    rows: exampleCount(split),
    columns: exampleSize(split),
    values: Float64Array.from(split.inputs, (value) => value / unit),
  };
}
