/**
 * @file The one noun of the graph: a value, with a static shape, and where it comes from.
 *
 * A graph is nothing but values that refer to other values: plain frozen records, without names
 * or owners. What a value means is said by its operation ({@link OperationRecord}).
 */

import { GraphError } from "../base/errors.ts";
import type { Attributes, OperationRecord } from "./operation.ts";

/** Sizes of the dimensions, the first varies slowest; `[]` is a scalar. */
export type Shape = readonly number[];

/** Element types. Floating-point values are float32 in the engine and float64 in the reference meaning. */
export type DataType = "float32" | "int32" | "int64" | "bool";

/** A value given from outside when the graph runs: a parameter, a batch, a learning rate. */
export interface Input {
  readonly kind: "input";
  readonly name: string;
  readonly shape: Shape;
  readonly type: DataType;
}

/** A value known when the graph is built. */
export interface Constant {
  readonly kind: "constant";
  readonly shape: Shape;
  readonly type: DataType;
  /** Elements in row-major order; booleans are 0 and 1. */
  readonly data: readonly number[];
}

/** The result of an operation on other values. */
export interface Application {
  readonly kind: "application";
  readonly operation: OperationRecord;
  readonly inputs: readonly Value[];
  readonly attributes: Attributes;
  readonly shape: Shape;
  readonly type: DataType;
}

/** A node of the graph. */
export type Value = Input | Constant | Application;

/** A named set of results, with the inputs they are computed from. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Input[];
  readonly outputs: readonly { readonly name: string; readonly value: Value }[];
}

/** Number of elements of a shape. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

/** Shapes as people read them: `[2, 3]`. */
export const showShape = (shape: Shape): string => `[${shape.join(", ")}]`;

/** True if both shapes have the same sizes. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

function checkShape(where: string, shape: Shape): void {
  const wrong = shape.find((size) => !Number.isInteger(size) || size < 1);
  if (wrong !== undefined) {
    throw new GraphError(`${where}: expected whole positive sizes, got ${showShape(shape)}`);
  }
}

/** Declare a value that is given when the graph runs. */
export function input(name: string, shape: Shape, type: DataType = "float32"): Input {
  checkShape(`input "${name}"`, shape);
  return Object.freeze({ kind: "input", name, shape: [...shape], type });
}

/**
 * State a value that is known now.
 *
 * @param data - One number for a scalar (or to fill `shape`), or all elements in row-major order.
 */
export function constant(
  data: number | readonly number[],
  shape: Shape = Array.isArray(data) ? [data.length] : [],
  type: DataType = "float32",
): Constant {
  checkShape("constant", shape);
  const size = sizeOf(shape);
  const elements = typeof data === "number" ? new Array<number>(size).fill(data) : [...data];
  if (elements.length !== size) {
    throw new GraphError(
      `constant: expected ${size} elements for shape ${showShape(shape)}, got ${elements.length}`,
    );
  }
  return Object.freeze({ kind: "constant", shape: [...shape], type, data: elements });
}

/**
 * Every value that `outputs` need, each after the values it is computed from.
 *
 * The walk is iterative: the depth of a network is not limited by the call stack.
 */
export function inOrder(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const state = new Map<Value, "open" | "done">();
  const stack = [...outputs].reverse();
  while (stack.length > 0) {
    const value = stack[stack.length - 1]!;
    const seen = state.get(value);
    if (seen === "done") {
      stack.pop();
    } else if (seen === "open" || value.kind !== "application") {
      state.set(value, "done");
      order.push(value);
      stack.pop();
    } else {
      state.set(value, "open");
      for (let index = value.inputs.length - 1; index >= 0; index--) {
        const operand = value.inputs[index]!;
        if (!state.has(operand)) stack.push(operand);
      }
    }
  }
  return order;
}
