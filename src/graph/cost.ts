/**
 * @file What a graph costs to compute, counted and not measured.
 */

import { inOrder, type Value } from "./value.ts";

/** Products added up in matrix products and convolutions to compute a value from its operands; else 0. */
export const multiplyAddsOf = (value: Value): number =>
  value.kind === "application" ? (value.operation.multiplyAdds?.(value.inputs, value) ?? 0) : 0;

/**
 * Products added up to compute some values: of matrix products and convolutions, those with pads included.
 *
 * Twice as many floating-point operations. What is done element by element is not counted.
 */
export const countMultiplyAdds = (outputs: readonly Value[]): number =>
  inOrder(outputs).reduce((total, value) => total + multiplyAddsOf(value), 0);
