/**
 * @file How often the values of a graph are used.
 */

import { type Graph, inOrder, type Value } from "./value.ts";

/** How often each value of a graph is an operand or an output. */
export function countUses({ outputs }: Graph): ReadonlyMap<Value, number> {
  const results = outputs.map(({ value }) => value);
  const operands = inOrder(results).flatMap((value) => (value.kind === "application" ? value.inputs : []));
  const uses = new Map<Value, number>();
  for (const value of [...operands, ...results]) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}
