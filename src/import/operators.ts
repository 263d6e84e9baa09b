/**
 * @file The operators that files are read with, by name: each makes the values of its outputs from its operands.
 */

import type { Operators } from "./call.ts";
import { activations } from "./operators/activations.ts";
import { movement } from "./operators/movement.ts";
import { normalizations } from "./operators/normalizations.ts";
import { products } from "./operators/products.ts";
import { reductions } from "./operators/reductions.ts";
import { pools } from "./operators/windows.ts";

/** All operators that values of the graph go through; `sizes.ts` has those on known numbers alone. */
export const operators: Operators = {
  ...products,
  ...pools,
  ...normalizations,
  ...activations,
  ...movement,
  ...reductions,
};
