/**
 * @file What an operation is: one record that says how it is written, shaped, differentiated and meant.
 *
 * All four answers are required, so an operation without a gradient does not compile. The record is
 * the only place that knows the operation; everything else (reverse mode, evaluator, ONNX writer and
 * reader, validator, printer, tests) is a loop over records.
 */

import { GraphError } from "../base/errors.ts";
import type { Application, DataType, Shape, Value } from "./value.ts";

/** The static settings of an operation. */
export type Attributes = { readonly [name: string]: number | boolean | string | readonly number[] };

/** An operation without settings. */
export type NoAttributes = Record<never, never>;

/** Numbers with a shape: what the reference meaning computes with, in float64. */
export interface NDArray {
  readonly shape: Shape;
  /** Row-major. */
  readonly data: Float64Array;
}

/** An attribute of an ONNX node: a float is written `{ float }` since ONNX tells 1 from 1.0. */
export type OnnxAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

/** The part of an ONNX node that comes from attributes. */
export interface OnnxSettings {
  readonly attributes?: { readonly [name: string]: OnnxAttribute };
  /** Constant int64 operands that follow the inputs: the axes of a reduction, the shape of a reshape. */
  readonly constants?: readonly (readonly number[])[];
  /** Which output of the node this value is (0 unless told), for operators with several. */
  readonly output?: number;
}

/** How an operation stands in an ONNX file: an operator, and its settings both ways. */
export interface OnnxForm<A extends Attributes> {
  readonly operator: string;
  /** Operator domain; the standard one unless told. */
  readonly domain?: string;
  readonly write: (attributes: A, output: Shape, inputs: readonly Value[]) => OnnxSettings;
  /** The attributes of a node, or undefined if the operation cannot express it. */
  readonly read: (
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
  /** Number of operands; `any` is one or more, all of one kind. */
  readonly operands: number extends I["length"] ? number | "any" : I["length"];
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

/** Arguments of an operation: its operands, then its attributes if it has any. */
type Arguments<I extends readonly Value[], A extends Attributes> = keyof A extends never ? [...I] : [...I, A];

/** A function that applies an operation, with the record it applies. */
export interface Operation<I extends readonly Value[], A extends Attributes = NoAttributes> {
  (...operands: Arguments<I, A>): Application;
  readonly record: OperationRecord;
}

/** Whether a record has this number of operands. */
export const takesOperands = ({ operands }: OperationRecord, count: number): boolean =>
  operands === "any" ? count > 0 : count === operands;

/** Apply a record to operands; the shape is checked here, so a wrong graph cannot be built. */
export function apply(
  record: OperationRecord,
  inputs: readonly Value[],
  attributes: Attributes,
): Application {
  if (!takesOperands(record, inputs.length)) {
    throw new GraphError(`${record.name}: expected ${record.operands} operands, got ${inputs.length}`);
  }
  const shape = record.shape(inputs, attributes);
  const type = record.type?.(inputs, attributes) ?? inputs[0]!.type;
  return Object.freeze({ kind: "application", operation: record, inputs, attributes, shape, type });
}

/** Make the function that applies an operation from its record. */
export function operation<I extends readonly Value[], A extends Attributes = NoAttributes>(
  record: OperationRecord<I, A>,
): Operation<I, A> {
  // Records of every arity live in one table, so the operand and attribute types are erased here, once.
  const erased = record as unknown as OperationRecord;
  const build = (...operands: readonly unknown[]): Application => {
    const last = operands[operands.length - 1];
    const hasAttributes = last !== undefined && !isValue(last);
    const inputs = (hasAttributes ? operands.slice(0, -1) : operands) as readonly Value[];
    if (!inputs.every(isValue)) throw new GraphError(`${record.name}: expected values, got ${typeof last}`);
    return apply(erased, inputs, hasAttributes ? (last as Attributes) : {});
  };
  return Object.assign(build, { record: erased }) as unknown as Operation<I, A>;
}

function isValue(thing: unknown): thing is Value {
  return typeof thing === "object" && thing !== null && "kind" in thing;
}
