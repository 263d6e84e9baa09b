/**
 * @file Applies operations: functions from their records, and graphs made anew.
 */

import { GraphError } from "../base/errors.ts";
import {
  type Application,
  type Attributes,
  type Graph,
  inOrder,
  type NoAttributes,
  type OperationRecord,
  type Value,
} from "./value.ts";

/** Arguments of an operation: its operands, then its attributes if it has any; they may be left out if all may be. */
type Arguments<I extends readonly Value[], A extends Attributes> = keyof A extends never
  ? [...I]
  : Record<never, never> extends A
    ? [...I, A?]
    : [...I, A];

/** A function that applies an operation, with the record it applies. */
export interface Operation<I extends readonly Value[], A extends Attributes = NoAttributes> {
  (...operands: Arguments<I, A>): Application;
  readonly record: OperationRecord;
}

/** The least and the most operands that a record takes. */
export const operandCounts = ({ operands }: OperationRecord): readonly [least: number, most: number] =>
  typeof operands === "number" ? [operands, operands] : operands;

/**
 * Refuse a number of operands that a record does not take.
 *
 * @throws GraphError if it has not as many.
 */
export function checkOperands(record: OperationRecord, count: number): void {
  const [least, most] = operandCounts(record);
  if (count >= least && count <= most) return;
  const range =
    least === most ? least : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
  throw new GraphError(`${record.name}: expected ${range} operands, got ${count}`);
}

/** Apply a record to operands; the shape is checked here, so a wrong graph cannot be built. */
export function apply(
  record: OperationRecord,
  inputs: readonly Value[],
  attributes: Attributes,
): Application {
  checkOperands(record, inputs.length);
  const shape = record.shape(inputs, attributes);
  const type = record.type?.(inputs, attributes) ?? inputs[0]!.type;
  return Object.freeze({ kind: "application", operation: record, inputs, attributes, shape, type });
}

/** The same operation on other operands; itself if they are its own. */
export const onOperands = (value: Application, operands: readonly Value[]): Application =>
  operands.every((operand, at) => operand === value.inputs[at])
    ? value
    : apply(value.operation, operands, value.attributes);

/**
 * Make a graph anew, value by value.
 *
 * @param change - Given each value, and what has become of its operands.
 */
export function rewriteGraph(
  graph: Graph,
  change: (value: Value, operands: readonly Value[]) => Value,
): Graph {
  const made = new Map<Value, Value>();
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    const operands = value.kind === "application" ? value.inputs.map((operand) => made.get(operand)!) : [];
    made.set(value, change(value, operands));
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: made.get(value)! })),
  };
}

/** The gradient of an operation that comes after all differentiation, or has no part in it. */
export const forwardOnly = (name: string) => (): never => {
  throw new GraphError(`${name}: it is not differentiated`);
};

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
