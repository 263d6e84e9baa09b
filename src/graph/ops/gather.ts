/**
 * @file Operations by position: rows that are taken, and numbers that are added.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { constant, type DataType, sizeOf, type Value } from "../value.ts";
import { checkSameType } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { matmul } from "./linear.ts";
import { cast, reshape, transpose } from "./shape.ts";

/** Rows of `x` by index: `[rows, ...], [count] -> [count, ...]`; indices are int32 or int64 in `[0, rows)`. */
export const gather: Operation<[Value, Value]> = operation({
  name: "gather",
  operands: 2,
  onnx: "Gather",
  shape([x, indices]) {
    if (x.shape.length === 0 || indices.shape.length !== 1) {
      throw new ShapeError("gather", "[rows, ...] and [count]", [x.shape, indices.shape]);
    }
    if (indices.type !== "int32" && indices.type !== "int64") {
      throw new GraphError(`gather: expected int32 or int64 indices, got ${indices.type}`);
    }
    return [indices.shape[0]!, ...x.shape.slice(1)];
  },
  gradient(dy, [x, indices]) {
    const rows = x.shape[0]!;
    const count = indices.shape[0]!;
    // A product with the one-hot matrix adds up rows that were taken twice, in a fixed order.
    const hot = oneHot(indices, rows, dy.type);
    const flat = reshape(dy, { shape: [count, sizeOf(x.shape) / rows] });
    return [reshape(matmul(transpose(hot), flat), { shape: x.shape }), null];
  },
  evaluate(shape, [x, indices]) {
    const row = sizeOf(shape) / shape[0]!;
    const y = new Float64Array(sizeOf(shape));
    indices.data.forEach((index, at) => {
      y.set(x.data.subarray(index * row, (index + 1) * row), at * row);
    });
    return y;
  },
});

/** Indicator rows of class indices: `[count] -> [count, classes]`. */
export function oneHot(indices: Value, classes: number, type: DataType = "float32"): Value {
  const column = reshape(indices, { shape: [indices.shape[0]!, 1] });
  const all = constant(
    Array.from({ length: classes }, (_, index) => index),
    [1, classes],
    indices.type,
  );
  return cast(equal(column, all), { to: type });
}

/**
 * Add numbers to elements by position: `[size], [count], [count] -> [size]`; positions are int64 in `[0, size)`.
 *
 * A position may come several times: its numbers are added one after another, in the order they are given.
 */
export const scatterAdd: Operation<[Value, Value, Value]> = operation({
  name: "scatterAdd",
  operands: 3,
  onnx: {
    operator: "ScatterElements",
    write: () => ({ attributes: { axis: { int: 0 }, reduction: { string: "add" } } }),
    read({ attributes }) {
      const { reduction, axis } = attributes;
      const isFirst = axis === undefined || ("int" in axis && axis.int === 0);
      return isFirst && reduction && "string" in reduction && reduction.string === "add" ? {} : undefined;
    },
  },
  shape([x, positions, numbers]) {
    checkSameType("scatterAdd", x, numbers);
    const isFlat = [x, positions, numbers].every(({ shape }) => shape.length === 1);
    if (!isFlat || positions.shape[0] !== numbers.shape[0]) {
      throw new ShapeError("scatterAdd", "[size], [count] and [count]", [
        x.shape,
        positions.shape,
        numbers.shape,
      ]);
    }
    if (positions.type !== "int64")
      throw new GraphError(`scatterAdd: expected int64 positions, got ${positions.type}`);
    return x.shape;
  },
  gradient: (dy, [, positions]) => [dy, null, gather(dy, positions)],
  evaluate(_, [x, positions, numbers]) {
    const y = x.data.slice();
    positions.data.forEach((position, at) => {
      y[position]! += numbers.data[at]!;
    });
    return y;
  },
});
