/**
 * @file The operators that files are read with, by name: each makes the values of its outputs from its operands.
 */

import type { Call, Item } from "./call.ts";
import { activations } from "./operators/activations.ts";
import { movement } from "./operators/movement.ts";
import { normalizations } from "./operators/normalizations.ts";
import { products } from "./operators/products.ts";
import { reductions } from "./operators/reductions.ts";
import { pools } from "./operators/windows.ts";

/** Reads a node: what its outputs are. */
export type Operator = (call: Call) => readonly Item[];

export type Operators = { readonly [operator: string]: Operator };

/** All operators that values of the graph go through; `sizes.ts` has those on known numbers alone. */
export const operators: Operators = {
  ...products,
  ...pools,
  ...normalizations,
  ...activations,
  ...movement,
  ...reductions,
};
