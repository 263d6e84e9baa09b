/**
 * @file Moves the vectors of the blocked layout, sixteen numbers that stay together, as the elements of matrices.
 */

import { BLOCK, toBlockedFromLast } from "../ops/blocked.ts";
import { reshape } from "../ops/shape.ts";
import type { Value } from "../value.ts";

/**
 * Transpose matrices of vectors, `[count, rows, columns, 16]` to `[count, columns, rows, 16]`; what is given and what
 * comes out is as long, in any shape.
 *
 * Taken for images of `rows` pixels whose channels are last, this is what blocking them does. The engine does it on all
 * threads, where it puts channels last on one.
 */
export function transposeVectors(x: Value, [count, rows, columns]: readonly [number, number, number]): Value {
  return toBlockedFromLast(reshape(x, { shape: [count, rows, 1, columns * BLOCK] }));
}
