/**
 * @file The rules a graph keeps, checked: a broken one is refused with the value and the rule it breaks.
 *
 * Graphs that are built through the operations keep these rules already; those that come from files
 * or from passes over graphs are checked here before they run.
 */

import { GraphError, messageOf } from "../base/errors.ts";
import { checkOperands } from "./operation.ts";
import { forwardOperations, operations } from "./ops/index.ts";
import { nameValues } from "./print.ts";
import { type Graph, inOrder, isFloating, sameShape, showShape, sizeOf, type Value } from "./value.ts";

/**
 * Check a graph and return it.
 *
 * @throws GraphError naming the graph, the value and the rule: every input declared once and under one
 *   name, outputs named once, operations known, shapes and types as the operation's record says,
 *   constants of the right size, without NaN, and whole where their type is.
 */
export function validateGraph(graph: Graph): Graph {
  const names = nameValues(graph);
  const fail = (value: Value, rule: string): never => {
    throw new GraphError(`graph "${graph.name}", value "${names.get(value)}": ${rule}`);
  };
  const declared = new Map<string, Value>();
  for (const value of graph.inputs) {
    if (declared.has(value.name)) fail(value, "an input's name must be its own, but two inputs have it");
    declared.set(value.name, value);
  }
  const outputs = new Set<string>();
  if (graph.outputs.length === 0)
    throw new GraphError(`graph "${graph.name}": expected at least one output, got none`);
  for (const { name, value } of graph.outputs) {
    if (outputs.has(name))
      fail(value, `an output's name must be its own, but two outputs are called "${name}"`);
    if (declared.has(name))
      fail(value, `an output's name must be its own, but an input is called "${name}" too`);
    outputs.add(name);
  }
  for (const value of inOrder(graph.outputs.map((output) => output.value))) checkValue(value);
  return graph;

  function checkValue(value: Value): void {
    if (value.shape.some((size) => !Number.isInteger(size) || size < 1)) {
      fail(value, `sizes must be whole and positive, got ${showShape(value.shape)}`);
    }
    if (value.kind === "input") {
      if (declared.get(value.name) !== value) {
        fail(
          value,
          `an input must be declared by the graph, but "${value.name}" is not, or is declared twice`,
        );
      }
    } else if (value.kind === "constant") {
      if (value.data.length !== sizeOf(value.shape)) {
        fail(
          value,
          `a constant of shape ${showShape(value.shape)} must have ${sizeOf(value.shape)} elements, got ${value.data.length}`,
        );
      }
      if (value.data.some((element) => Number.isNaN(element))) fail(value, "a constant must have no NaN");
      const fraction = value.data.find((element) => !Number.isInteger(element));
      if (!isFloating(value.type) && fraction !== undefined) {
        fail(value, `a constant of ${value.type} must have whole numbers, got ${fraction}`);
      }
    } else {
      checkApplication(value);
    }
  }

  function checkApplication(value: Extract<Value, { kind: "application" }>): void {
    const { operation, inputs, attributes } = value;
    const known = operations.get(operation.name) ?? forwardOperations.get(operation.name);
    if (known !== operation) {
      fail(value, `an operation must be one of the table's, but "${operation.name}" is not`);
    }
    const expected = attempt(() => {
      checkOperands(operation, inputs.length);
      return operation.shape(inputs, attributes);
    });
    if (!sameShape(expected, value.shape)) {
      fail(
        value,
        `${operation.name} of its operands has shape ${showShape(expected)}, but it says ${showShape(value.shape)}`,
      );
    }
    const type = operation.type?.(inputs, attributes) ?? inputs[0]!.type;
    if (type !== value.type)
      fail(value, `${operation.name} of its operands is ${type}, but it says ${value.type}`);

    function attempt(shape: () => readonly number[]): readonly number[] {
      try {
        return shape();
      } catch (error) {
        return fail(value, `operands must fit: ${messageOf(error)}`);
      }
    }
  }
}
