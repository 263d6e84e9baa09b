/**
 * @file Makes equal values one: what is computed twice from the same operands is computed once.
 */

import { apply } from "./operation.ts";
import { type Graph, inOrder, type Value } from "./value.ts";

/** Merge values with the same operation, attributes and operands, and equal constants. */
export function mergeEqual(graph: Graph): Graph {
  const merged = new Map<Value, Value>();
  const known = new Map<string, Value>();
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    if (value.kind === "input") {
      merged.set(value, value);
      continue;
    }
    const operands = value.kind === "application" ? value.inputs.map((operand) => merged.get(operand)!) : [];
    const key =
      value.kind === "constant"
        ? JSON.stringify([value.type, value.shape, value.data])
        : JSON.stringify([value.operation.name, value.attributes, operands.map(numberOf)]);
    const other = known.get(key);
    if (other) {
      merged.set(value, other);
      continue;
    }
    const isSame = value.kind === "constant" || operands.every((operand, at) => operand === value.inputs[at]);
    const copy = isSame ? value : apply(value.operation, operands, value.attributes);
    known.set(key, copy);
    merged.set(value, copy);
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: merged.get(value)! })),
  };
}
