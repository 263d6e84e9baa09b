/**
 * @file A graph as text, one value a line: what people read, and what tests compare.
 */

import { type Attributes, type Graph, inOrder, showShape, type Value } from "./value.ts";

/** Constants with more elements than this are shown by their first ones. */
const SHOWN_ELEMENTS = 8;

/** A short name for every value of a graph: inputs keep theirs, others are numbered in order. */
export function nameValues(graph: Graph): Map<Value, string> {
  const taken = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  const names = new Map<Value, string>(graph.inputs.map((value) => [value, value.name]));
  let number = 0;
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    if (names.has(value)) continue;
    let name: string;
    const own = value.kind === "constant" ? value.name : undefined;
    if (own !== undefined && !taken.has(own)) name = own;
    else {
      do name = `${value.kind === "application" ? value.operation.name : value.kind}_${number++}`;
      while (taken.has(name));
    }
    taken.add(name);
    names.set(value, name);
  }
  return names;
}

/**
 * Print a graph.
 *
 * A line is `name: type[shape] = operation(operands) {attributes}`.
 */
export function printGraph(graph: Graph): string {
  const names = nameValues(graph);
  const typeOf = (value: Value): string => `${value.type}${showShape(value.shape)}`;
  const lines = inOrder(graph.outputs.map((output) => output.value))
    .filter((value) => value.kind !== "input")
    .map((value) => `  ${names.get(value)}: ${typeOf(value)} = ${describe(value, names)}`);
  return [
    `graph ${graph.name}(${graph.inputs.map((value) => `${value.name}: ${typeOf(value)}`).join(", ")})`,
    ...lines,
    `  return ${graph.outputs.map(({ name, value }) => `${name} = ${names.get(value)}`).join(", ")}`,
  ].join("\n");
}

function describe(value: Value, names: ReadonlyMap<Value, string>): string {
  if (value.kind === "input") return "input";
  if (value.kind === "constant") {
    const shown = value.data.slice(0, SHOWN_ELEMENTS).join(", ");
    return `[${shown}${value.data.length > SHOWN_ELEMENTS ? ", ..." : ""}]`;
  }
  const operands = value.inputs.map((operand) => names.get(operand)).join(", ");
  return `${value.operation.name}(${operands})${describeAttributes(value.attributes)}`;
}

function describeAttributes(attributes: Attributes): string {
  const settings = Object.entries(attributes).map(
    ([name, value]) => `${name}: ${isGraph(value) ? `graph ${value.name}` : JSON.stringify(value)}`,
  );
  return settings.length > 0 ? ` {${settings.join(", ")}}` : "";
}

const isGraph = (value: Attributes[string]): value is Graph =>
  typeof value === "object" && "outputs" in value;
