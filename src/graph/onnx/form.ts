/**
 * @file How values stand in an ONNX file: operators with their settings, and sizes, of which some may be free.
 */

import { GraphError, messageOf } from "../../base/errors.ts";
import { apply } from "../operation.ts";
import {
  type Application,
  type Graph,
  type Input,
  inOrder,
  type OnnxSettings,
  type Value,
} from "../value.ts";

/** How a value is written: its operator and its settings. */
export function formOf({
  operation,
  attributes,
  shape,
  inputs,
}: Application): { operator: string; domain: string } & OnnxSettings {
  const { onnx } = operation;
  if (typeof onnx === "string") return { operator: onnx, domain: "" };
  if ("expand" in onnx)
    throw new GraphError(`${operation.name}: expected to be expanded before it is written`);
  return { operator: onnx.operator, domain: onnx.domain ?? "", ...onnx.write(attributes, shape, inputs) };
}

/** A size as a file declares it: a number, the name of a free one, or nothing where it follows from such. */
export type Size = number | string | undefined;

/**
 * The sizes that values of a graph are declared with.
 *
 * A graph with free sizes is gone through a second time with one more of each, which shows what depends on them.
 *
 * @throws GraphError if an operation writes a size down that is free: a file would hold it.
 */
export function declaredSizes(graph: Graph): (value: Value) => readonly Size[] {
  const names = new Map(
    graph.inputs.flatMap(({ shape, free = [] }) => free.map((name, axis) => [shape[axis], name])),
  );
  if (names.size === 0) return ({ shape }) => shape;
  const others = new Map<Value, Value>();
  for (const value of inOrder([...graph.inputs, ...graph.outputs.map((output) => output.value)]))
    others.set(
      value,
      value.kind === "application" ? again(value) : value.kind === "input" ? larger(value) : value,
    );
  return (value) =>
    value.shape.map((size, axis) => (others.get(value)!.shape[axis] === size ? size : names.get(size)));

  function again(value: Application): Application {
    const { operation, inputs, attributes } = value;
    const refuse = (reason: string): never => {
      throw new GraphError(`graph "${graph.name}": ${operation.name} holds a size that is free (${reason})`);
    };
    let other: Application;
    try {
      other = apply(
        operation,
        inputs.map((operand) => others.get(operand)!),
        attributes,
      );
    } catch (error) {
      return refuse(messageOf(error));
    }
    const [form, otherForm] = [value, other].map((one) => JSON.stringify(formOf(one)));
    return form === otherForm ? other : refuse(`${form} becomes ${otherForm}`);
  }
}

/** The same input with one more of each size that is free. */
const larger = (value: Input): Input => ({
  ...value,
  shape: value.shape.map((size, axis) => (value.free?.[axis] === undefined ? size : size + 1)),
});
