/**
 * @file The one noun of the graph: a value, with a static shape, and where it comes from.
 *
 * A graph is nothing but values that refer to other values: plain frozen records, without names
 * or owners. What a value means is said by its operation: one record that says how it is written, shaped,
 * differentiated and meant. All four answers are required, so an operation without a gradient does not compile. The
 * record is the only place that knows the operation; everything else (reverse mode, evaluator, ONNX writer and
 * reader, validator, printer, tests) is a loop over records.
 */

import { GraphError } from "../base/errors.ts";

/** Sizes of the dimensions, the first varies slowest; `[]` is a scalar. */
export type Shape = readonly number[];

/** Element types. In the reference meaning all are computed in float64. */
export type DataType = "float32" | "float64" | "int8" | "uint8" | "int32" | "int64" | "bool";

/** Plain numbers, whatever the type of the elements they stand for. */
export type Elements = Float32Array | Float64Array | Int32Array | Int8Array | Uint8Array;

/** A class of arrays. */
interface ElementsClass {
  new (bytes: ArrayBuffer): Elements;
  from(numbers: ArrayLike<number>): Elements;
  readonly BYTES_PER_ELEMENT: number;
}

/**
 * ONNX's number for each element type (TensorProto.DataType), and the arrays that hold its bytes; undefined for int64,
 * whose numbers are plain ones elsewhere.
 */
export const dataTypes: {
  readonly [T in DataType]: { readonly number: number; readonly array: ElementsClass | undefined };
} = {
  float32: { number: 1, array: Float32Array },
  float64: { number: 11, array: Float64Array },
  int8: { number: 3, array: Int8Array },
  uint8: { number: 2, array: Uint8Array },
  int32: { number: 6, array: Int32Array },
  int64: { number: 7, array: undefined },
  bool: { number: 9, array: Uint8Array },
};

/** The element type with a number of ONNX's; undefined if there is none. */
export const typeNumbered = (number: number): DataType | undefined =>
  (Object.keys(dataTypes) as DataType[]).find((type) => dataTypes[type].number === number);

/** Whether elements of a type have fractions, and gradients flow through them. */
export const isFloating = (type: DataType): boolean => type === "float32" || type === "float64";

/** A value given from outside when the graph runs: a parameter, a batch, a learning rate. */
export interface Input {
  readonly kind: "input";
  readonly name: string;
  /** Where a size is free, one that the graph is checked with. */
  readonly shape: Shape;
  readonly type: DataType;
  /** Names of the sizes that are only known when the graph runs, by axis; undefined if all are fixed. */
  readonly free?: readonly (string | undefined)[];
}

/** A value known when the graph is built. */
export interface Constant {
  readonly kind: "constant";
  readonly shape: Shape;
  readonly type: DataType;
  /** Elements in row-major order, rounded when they are written; booleans are 0 and 1. */
  readonly data: Elements;
  /** What it is called in a file; any name will do unless told, and one constant for several equal ones. */
  readonly name?: string;
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

/** The static settings of an operation. */
export type Attributes = { readonly [name: string]: number | boolean | string | readonly number[] | Graph };

/** An operation without settings. */
export type NoAttributes = Record<never, never>;

/** Numbers with a shape: what the reference meaning computes with, in float64. */
export interface NDArray {
  readonly shape: Shape;
  /** Row-major. */
  readonly data: Float64Array;
}

/**
 * An attribute of an ONNX node: a float is written `{ float }` since ONNX tells 1 from 1.0. A graph is a body: its last
 * inputs, `seen` of them, are the node's last operands, which it sees from around itself instead of being given them.
 */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string }
  | { readonly graph: Graph; readonly seen: number };

/** The part of an ONNX node that comes from attributes. */
export interface OnnxSettings {
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
  /** Constant int64 operands that follow the inputs: the axes of a reduction, the shape of a reshape. */
  readonly constants?: readonly (readonly number[])[];
  /** Constant operands after those, each one number of the type of the first input: the bounds of a clip. */
  readonly scalars?: readonly number[];
  /** Which output of the node this value is (0 unless told), for operators with several. */
  readonly output?: number;
}

/** How an operation stands in an ONNX file: an operator, and its settings both ways. */
export interface OnnxForm<A extends Attributes> {
  readonly operator: string;
  /** Operator domain; the standard one unless told. */
  readonly domain?: string;
  /** How many scalars a node may have at most; none unless told. */
  readonly scalars?: number;
  readonly write: (attributes: A, output: Shape, inputs: readonly Value[]) => OnnxSettings;
  /** The attributes of a node, or undefined if the operation cannot express it; without it no node is read as one. */
  readonly read?: (
    settings: Required<Omit<OnnxSettings, "output">>,
    inputs: readonly Value[],
  ) => A | undefined;
}

/** For an operation that ONNX has no operator for: how it is written with others. */
export interface Expansion<I extends readonly Value[], A extends Attributes> {
  readonly expand: (inputs: I, attributes: A) => Value;
}

/** One operation. `I` are its operands, `A` its attributes. */
export interface OperationRecord<
  I extends readonly Value[] = readonly Value[],
  A extends Attributes = Attributes,
> {
  readonly name: string;
  /** Number of operands, or the least and the most. */
  readonly operands: number extends I["length"]
    ? number | readonly [least: number, most: number]
    : I["length"];
  /** An ONNX operator without settings, the full form, or the operations it is written with. */
  readonly onnx: string | OnnxForm<A> | Expansion<I, A>;
  /**
   * Shape of the result.
   *
   * @throws ShapeError if the operands do not fit.
   */
  shape(inputs: I, attributes: A): Shape;
  /** Element type of the result; that of the first operand unless told. */
  type?(inputs: I, attributes: A): DataType;
  /**
   * Gradients of the operands, given the gradient `dy` of the result `y`.
   *
   * Null for an operand through which no gradient flows.
   */
  gradient(dy: Value, inputs: I, attributes: A, y: Value): readonly (Value | null)[];
  /** Products that are added up to compute the result `y`, of operations where they are most of the work. */
  multiplyAdds?(inputs: I, y: Value): number;
  /** The meaning: slow, obvious, in float64. `shape` is the result's. */
  evaluate(shape: Shape, inputs: { readonly [K in keyof I]: NDArray }, attributes: A): Float64Array;
}

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

/** Some size, in place of a free one: others get others, but for rare coincidences. */
const sizeNamed = (name: string): number =>
  1000 + [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 99_991, 7);

/**
 * Declare a value that is given when the graph runs.
 *
 * @param sizes - A name stands for a size that is only known then, the same for all inputs that have it.
 */
export function input(name: string, sizes: readonly (number | string)[], type: DataType = "float32"): Input {
  const shape = sizes.map((size) => (typeof size === "string" ? sizeNamed(size) : size));
  checkShape(`input "${name}"`, shape);
  const free = sizes.map((size) => (typeof size === "string" ? size : undefined));
  const isFixed = free.every((one) => one === undefined);
  return Object.freeze({ kind: "input", name, shape, type, ...(isFixed ? {} : { free }) });
}

/**
 * State a value that is known now.
 *
 * @param data - One number for a scalar (or to fill `shape`), or all elements in row-major order. A typed array is not
 *   copied, and must not be changed afterwards.
 */
export function constant(
  data: number | readonly number[] | Elements,
  shape: Shape = typeof data === "number" ? [] : [data.length],
  type: DataType = "float32",
  name?: string,
): Constant {
  checkShape("constant", shape);
  const size = sizeOf(shape);
  const elements = elementsOf(data, size);
  if (elements.length !== size) {
    throw new GraphError(
      `constant: expected ${size} elements for shape ${showShape(shape)}, got ${elements.length}`,
    );
  }
  return Object.freeze({ kind: "constant", shape: [...shape], type, data: elements, ...(name && { name }) });
}

function elementsOf(data: number | readonly number[] | Elements, size: number): Elements {
  if (typeof data === "number") return new Float64Array(size).fill(data);
  return isList(data) ? Float64Array.from(data) : data;
}

const isList = (data: readonly number[] | Elements): data is readonly number[] => Array.isArray(data);

/** A number of the type of another value. */
export const numberLike = (value: Value, number: number): Constant => constant(number, [], value.type);

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
