/**
 * @file Operations that move elements without changing them: reshape, transpose, broadcast, gather, cast.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { constant, type DataType, type Shape, sameShape, showShape, sizeOf, type Value } from "../value.ts";
import { broadcastShape, coordinatesOf, elementAt, stridesOf } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { matmul } from "./linear.ts";
import { sum } from "./reduce.ts";

/** The same elements in the same order under another shape. */
export const reshape: Operation<[Value], { readonly shape: Shape }> = operation({
  name: "reshape",
  operands: 1,
  onnx: {
    operator: "Reshape",
    write: ({ shape }) => ({ constants: [shape] }),
    read: ({ constants }, [x]) => {
      const [sizes] = constants;
      if (!sizes) return undefined;
      const known = sizes.map((size, axis) => (size === 0 ? x!.shape[axis]! : size));
      const rest = sizeOf(x!.shape) / -sizeOf(known);
      return { shape: known.map((size) => (size === -1 ? rest : size)) };
    },
  },
  shape([x], { shape }) {
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new ShapeError("reshape", `a shape of ${sizeOf(x.shape)} elements for ${showShape(x.shape)}`, [
        shape,
      ]);
    }
    return shape;
  },
  gradient: (dy, [x]) => [reshape(dy, { shape: x.shape })],
  evaluate: (_, [x]) => x.data.slice(),
});

/** Axes in another order: axis `i` of the result is axis `axes[i]` of the operand. */
export const permuteAxes: Operation<[Value], { readonly axes: readonly number[] }> = operation({
  name: "permuteAxes",
  operands: 1,
  onnx: {
    operator: "Transpose",
    write: ({ axes }) => ({ attributes: { perm: { ints: axes } } }),
    read: ({ attributes }, [x]) => {
      const perm = attributes["perm"];
      return {
        axes: perm && "ints" in perm ? perm.ints : x!.shape.map((_, axis) => x!.shape.length - 1 - axis),
      };
    },
  },
  shape([x], { axes }) {
    if (
      !sameShape(
        [...axes].sort((a, b) => a - b),
        x.shape.map((_, axis) => axis),
      )
    ) {
      throw new ShapeError("permuteAxes", `an order of the ${x.shape.length} axes of ${showShape(x.shape)}`, [
        axes,
      ]);
    }
    return axes.map((axis) => x.shape[axis]!);
  },
  gradient: (dy, _, { axes }) => [permuteAxes(dy, { axes: axes.map((__, axis) => axes.indexOf(axis)) })],
  evaluate: (shape, [x], { axes }) => {
    const strides = stridesOf(x.shape);
    return Float64Array.from({ length: x.data.length }, (_, index) => {
      const coordinates = coordinatesOf(index, shape);
      return x.data[axes.reduce((at, axis, position) => at + coordinates[position]! * strides[axis]!, 0)]!;
    });
  },
});

/** The transpose of a matrix, `[m, n] -> [n, m]`. */
export const transpose = (x: Value): Value => permuteAxes(x, { axes: [1, 0] });

/** Stretch sizes of 1, and add leading axes, up to `shape`. */
export const broadcastTo: Operation<[Value], { readonly shape: Shape }> = operation({
  name: "broadcastTo",
  operands: 1,
  onnx: {
    operator: "Expand",
    write: ({ shape }) => ({ constants: [shape] }),
    read: ({ constants: [sizes] }, [x]) => sizes && { shape: broadcastShape("broadcastTo", x!.shape, sizes) },
  },
  shape([x], { shape }) {
    if (!sameShape(broadcastShape("broadcastTo", x.shape, shape), shape)) {
      throw new ShapeError("broadcastTo", `a shape that ${showShape(x.shape)} stretches to`, [shape]);
    }
    return shape;
  },
  gradient: (dy, [x]) => [sumTo(dy, x.shape)],
  evaluate: (shape, [x]) =>
    Float64Array.from({ length: sizeOf(shape) }, (_, index) => elementAt(x, coordinatesOf(index, shape))),
});

/** The reverse of broadcasting: sum `x` over the axes along which `shape` was stretched. */
export function sumTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((size, axis) => {
    const original = axis < added ? 1 : shape[axis - added]!;
    return axis < added || (original === 1 && size !== 1) ? [axis] : [];
  });
  const summed = axes.length > 0 ? sum(x, { axes, keepDims: true }) : x;
  return sameShape(summed.shape, shape) ? summed : reshape(summed, { shape });
}

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
    const hot = oneHot(indices, rows);
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

/** Indicator rows of class indices: `[count] -> [count, classes]`, float32. */
export function oneHot(indices: Value, classes: number): Value {
  const column = reshape(indices, { shape: [indices.shape[0]!, 1] });
  const all = constant(
    Array.from({ length: classes }, (_, index) => index),
    [1, classes],
    indices.type,
  );
  return cast(equal(column, all), { to: "float32" });
}

/** ONNX's numbers for element types (TensorProto.DataType). */
export const onnxTypes: { readonly [T in DataType]: number } = { float32: 1, int32: 6, int64: 7, bool: 9 };

/** The same numbers as another element type; towards an integer the fraction is cut off. */
export const cast: Operation<[Value], { readonly to: DataType }> = operation({
  name: "cast",
  operands: 1,
  onnx: {
    operator: "Cast",
    write: ({ to }) => ({ attributes: { to: { int: onnxTypes[to] } } }),
    read: ({ attributes }) => {
      const to = attributes["to"];
      const type = (Object.keys(onnxTypes) as DataType[]).find(
        (name) => to && "int" in to && onnxTypes[name] === to.int,
      );
      return type && { to: type };
    },
  },
  shape: ([x]) => x.shape,
  type: (_, { to }) => to,
  gradient: (dy, [x]) => [x.type === "float32" ? dy : null],
  evaluate: (_, [x], { to }) =>
    x.data.map((element) =>
      to === "bool" ? Number(element !== 0) : to === "float32" ? element : Math.trunc(element),
    ),
});
