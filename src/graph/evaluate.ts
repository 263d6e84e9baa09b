/**
 * @file The reference meaning of a graph: every value computed in float64, slowly and obviously.
 *
 * It is the oracle of the tests; nobody trains with it.
 */

import { GraphError } from "../base/errors.ts";
import { type Graph, inOrder, type NDArray, showShape, sizeOf, type Value } from "./value.ts";

/**
 * Compute the outputs of a graph from its inputs.
 *
 * @param feeds - Elements of each input by name, row-major.
 * @returns Elements of each output by name.
 * @throws GraphError if an input is missing or has the wrong number of elements.
 */
export function evaluate(
  graph: Graph,
  feeds: { readonly [name: string]: ArrayLike<number> },
): { [name: string]: NDArray } {
  const known = new Map<Value, NDArray>();
  for (const value of inOrder(graph.outputs.map((output) => output.value))) known.set(value, compute(value));
  return Object.fromEntries(graph.outputs.map(({ name, value }) => [name, known.get(value)!]));

  function compute(value: Value): NDArray {
    const { shape } = value;
    if (value.kind === "constant") return { shape, data: Float64Array.from(value.data) };
    if (value.kind === "input") {
      const given = feeds[value.name];
      if (given === undefined || given.length !== sizeOf(shape)) {
        throw new GraphError(
          `evaluate: expected ${sizeOf(shape)} elements for input "${value.name}" ${showShape(shape)}, got ${given?.length ?? "none"}`,
        );
      }
      return { shape, data: Float64Array.from(given) };
    }
    const operands = value.inputs.map((operand) => known.get(operand)!);
    return { shape, data: value.operation.evaluate(shape, operands, value.attributes) };
  }
}
