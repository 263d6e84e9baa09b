/**
 * @file Normalizations along an axis.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { type NDArray, type OnnxForm, showShape, sizeOf, type Value } from "../value.ts";
import { exp, multiply, subtract } from "./elementwise.ts";
import { sum } from "./sum.ts";

type Axis = { readonly axis: number };

const axisForm = (operator: string): OnnxForm<Axis> => ({
  operator,
  write: ({ axis }) => ({ attributes: { axis: { int: axis } } }),
  read: ({ attributes }, [x]) => {
    const axis = attributes["axis"];
    const at = axis && "int" in axis ? axis.int : -1;
    return { axis: at < 0 ? at + x!.shape.length : at };
  },
});

function checkAxis(name: string, x: Value, axis: number): readonly number[] {
  if (!(axis >= 0 && axis < x.shape.length))
    throw new ShapeError(name, `an axis of ${showShape(x.shape)}`, [[axis]]);
  return x.shape;
}

/** Logarithms of the softmax along one axis, computed from differences to the largest element. */
function logSoftmaxOf(x: NDArray, axis: number): Float64Array {
  const inner = sizeOf(x.shape.slice(axis + 1));
  const length = x.shape[axis]!;
  const y = new Float64Array(x.data.length);
  for (let line = 0; line < x.data.length / length; line++) {
    const start = Math.floor(line / inner) * length * inner + (line % inner);
    const positions = Array.from({ length }, (_, at) => start + at * inner);
    const largest = Math.max(...positions.map((at) => x.data[at]!));
    const total = positions.reduce((partial, at) => partial + Math.exp(x.data[at]! - largest), 0);
    for (const at of positions) y[at] = x.data[at]! - largest - Math.log(total);
  }
  return y;
}

/** `x_i - log sum_j e^{x_j}` along one axis: logits to log-probabilities. */
export const logSoftmax: Operation<[Value], Axis> = operation({
  name: "logSoftmax",
  operands: 1,
  onnx: axisForm("LogSoftmax"),
  shape: ([x], { axis }) => checkAxis("logSoftmax", x, axis),
  gradient: (dy, _, { axis }, y) => [
    subtract(dy, multiply(exp(y), sum(dy, { axes: [axis], keepDims: true }))),
  ],
  evaluate: (_, [x], { axis }) => logSoftmaxOf(x, axis),
});

/** `e^{x_i} / sum_j e^{x_j}` along one axis: logits to probabilities. */
export const softmax: Operation<[Value], Axis> = operation({
  name: "softmax",
  operands: 1,
  onnx: axisForm("Softmax"),
  shape: ([x], { axis }) => checkAxis("softmax", x, axis),
  gradient(dy, _, { axis }, y) {
    const weighted = multiply(dy, y);
    return [subtract(weighted, multiply(y, sum(weighted, { axes: [axis], keepDims: true })))];
  },
  evaluate: (_, [x], { axis }) => logSoftmaxOf(x, axis).map(Math.exp),
});
