/**
 * @file Comparisons and choice: where a gradient stops, or takes one of two ways.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { numberLike, type Value } from "../value.ts";
import { broadcastShape, checkSameType, mapBroadcast } from "./broadcast.ts";
import { sumTo } from "./sum.ts";

const comparison = (name: string, operator: string, compare: (a: number, b: number) => boolean) =>
  operation<[Value, Value]>({
    name,
    operands: 2,
    onnx: operator,
    shape([a, b]) {
      checkSameType(name, a, b);
      return broadcastShape(name, a.shape, b.shape);
    },
    type: () => "bool",
    gradient: () => [null, null],
    evaluate: (shape, inputs) => mapBroadcast(shape, inputs, (a, b) => Number(compare(a!, b!))),
  });

/** Element by element, whether `a = b`; bool. */
export const equal = comparison("equal", "Equal", (a, b) => a === b);

/** Element by element, whether `a > b`; bool. */
export const greater = comparison("greater", "Greater", (a, b) => a > b);

/** Element by element, `a` where the condition holds and `b` elsewhere. */
export const where: Operation<[Value, Value, Value]> = operation({
  name: "where",
  operands: 3,
  onnx: "Where",
  shape([condition, a, b]) {
    if (condition.type !== "bool") throw new ShapeError("where", "a bool condition first", [condition.shape]);
    checkSameType("where", a, b);
    return broadcastShape("where", condition.shape, a.shape, b.shape);
  },
  type: ([, a]) => a.type,
  gradient(dy, [condition, a, b]) {
    const zero = numberLike(dy, 0);
    return [null, sumTo(where(condition, dy, zero), a.shape), sumTo(where(condition, zero, dy), b.shape)];
  },
  evaluate: (shape, inputs) => mapBroadcast(shape, inputs, (condition, a, b) => (condition !== 0 ? a! : b!)),
});
