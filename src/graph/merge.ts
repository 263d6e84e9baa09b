/**
 * @file Makes equal values one: what is computed twice from the same operands is computed once.
 */

import { onOperands, rewriteGraph } from "./operation.ts";
import type { Constant, Graph, Value } from "./value.ts";

/** Elements of a constant that tell it from most others. */
const TOLD_BY = 8;

/** Start looking for equal constants: each one that is asked for gives the first that was equal to it. */
export function createConstants<C extends Omit<Constant, "kind">>(): (constant: C) => C {
  const known = new Map<string, C[]>();
  return (constant) => {
    const { type, shape, data, name = "" } = constant;
    const key = `${name} ${type} ${shape} ${data.subarray(0, TOLD_BY)}`;
    const alike = known.get(key) ?? [];
    const first = alike.find((other) => other.data.every((element, at) => element === data[at]));
    if (first === undefined) known.set(key, [...alike, constant]);
    return first ?? constant;
  };
}

/** Merge values with the same operation, attributes and operands, and equal constants. */
export function mergeEqual(graph: Graph): Graph {
  const known = new Map<string, Value>();
  const firstOf = createConstants<Constant>();
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value): number => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  };
  return rewriteGraph(graph, (value, operands) => {
    if (value.kind === "input") return value;
    if (value.kind === "constant") return firstOf(value);
    const key = JSON.stringify([value.operation.name, value.attributes, operands.map(numberOf)]);
    const first = known.get(key) ?? onOperands(value, operands);
    known.set(key, first);
    return first;
  });
}
