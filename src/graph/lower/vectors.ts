/**
 * @file Moves the vectors of the blocked layout, the numbers of a block that stay together, as the elements of matrices.
 */

import { type Block, toBlockedFromLast } from "../ops/blocked.ts";
import { reshape } from "../ops/shape.ts";
import type { Value } from "../value.ts";

/**
 * Transpose matrices of vectors, `[count, rows, columns, block]` to `[count, columns, rows, block]`; what is given and what
 * comes out is as long, in any shape.
 *
 * Taken for images of `rows` pixels whose channels are last, this is what blocking them does. The engine does it on all
 * threads, where it puts channels last on one.
 */
export function transposeVectors(
  x: Value,
  [count, rows, columns]: readonly [number, number, number],
  block: Block,
): Value {
  return toBlockedFromLast(reshape(x, { shape: [count, rows, 1, columns * block] }), { block });
}
