/**
 * @file The order of examples in an epoch, cut into batches of one size.
 */

import { randomStream } from "../base/random.ts";

/** Which examples a batch holds. An incomplete batch is padded with row 0 at weight 0, so shapes stay fixed. */
export interface Batch {
  /** `[batch]`. */
  readonly indices: Int32Array;
  /** `[batch]`: 1 for an example, 0 for padding. */
  readonly weights: Float32Array;
}

/**
 * The batches of one epoch: every example once, in an order drawn for this epoch.
 *
 * The last batch holds what is left over. With `keep` it is trained on, its mean taken over the examples
 * it has; with `drop` it is left out, unless it is the only one.
 *
 * @param count - Number of examples, at least 1.
 * @param size - Examples a batch.
 */
export function epochBatches(
  count: number,
  size: number,
  last: "keep" | "drop",
  seed: number,
  epoch: number,
): Batch[] {
  const order = randomStream(seed, "batch-order", epoch).permutation(count);
  return Array.from({ length: batchCount(count, size, last) }, (_, batch) => {
    const rows = order.subarray(batch * size, Math.min((batch + 1) * size, count));
    const indices = new Int32Array(size);
    indices.set(rows);
    return { indices, weights: new Float32Array(size).fill(1, 0, rows.length) };
  });
}

/** Examples a batch; `all` are as many as there are. */
export const batchSize = (size: number | "all", count: number): number => (size === "all" ? count : size);

/** Number of batches of an epoch. */
export function batchCount(count: number, batch: number | "all", last: "keep" | "drop"): number {
  const size = batchSize(batch, count);
  return last === "keep" ? Math.ceil(count / size) : Math.max(1, Math.floor(count / size));
}
