/**
 * @file Makes equal values one: what is computed twice from the same operands is computed once.
 */

import { apply } from "./operation.ts";
import { type Constant, type Graph, inOrder, type Value } from "./value.ts";

/** Elements of a constant that tell it from most others. */
const TOLD_BY = 8;

/** Start looking for equal constants: each one that is asked for gives the first that was equal to it. */
export function createConstants<C extends Pick<Constant, "type" | "shape" | "data">>(): (constant: C) => C {
  const known = new Map<string, C[]>();
  return (constant) => {
    const { type, shape, data } = constant;
    const key = `${type} ${shape} ${data.subarray(0, TOLD_BY)}`;
    const alike = known.get(key) ?? [];
    const first = alike.find((other) => other.data.every((element, at) => element === data[at]));
    if (first === undefined) known.set(key, [...alike, constant]);
    return first ?? constant;
  };
}

/** Merge values with the same operation, attributes and operands, and equal constants. */
export function mergeEqual(graph: Graph): Graph {
  const merged = new Map<Value, Value>();
  const known = new Map<string, Value>();
  const firstOf = createConstants<Constant>();
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    if (value.kind !== "application") {
      merged.set(value, value.kind === "constant" ? firstOf(value) : value);
      continue;
    }
    const operands = value.inputs.map((operand) => merged.get(operand)!);
    const key = JSON.stringify([value.operation.name, value.attributes, operands.map(numberOf)]);
    const other = known.get(key);
    if (other) {
      merged.set(value, other);
      continue;
    }
    const isSame = operands.every((operand, at) => operand === value.inputs[at]);
    const copy = isSame ? value : apply(value.operation, operands, value.attributes);
    known.set(key, copy);
    merged.set(value, copy);
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: merged.get(value)! })),
  };
}
