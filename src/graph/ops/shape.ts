/**
 * @file Operations that move elements without changing them: reshape, transpose, cast.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import {
  type DataType,
  dataTypes,
  isFloating,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  typeNumbered,
  type Value,
} from "../value.ts";
import { coordinatesOf, stridesOf } from "./broadcast.ts";

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

/** The transpose of a matrix, or of each of a stack of them: `[..., m, n] -> [..., n, m]`. */
export function transpose(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return permuteAxes(x, { axes: [...axes.slice(0, -2), ...axes.slice(-2).reverse()] });
}

/** The same numbers as another element type; toward an integer the fraction is cut off. */
export const cast: Operation<[Value], { readonly to: DataType }> = operation({
  name: "cast",
  operands: 1,
  onnx: {
    operator: "Cast",
    write: ({ to }) => ({ attributes: { to: { int: dataTypes[to].number } } }),
    read: ({ attributes }) => {
      const to = attributes["to"];
      const type = to && "int" in to ? typeNumbered(to.int) : undefined;
      return type && { to: type };
    },
  },
  shape: ([x]) => x.shape,
  type: (_, { to }) => to,
  gradient: (dy, [x], { to }) => [
    isFloating(x.type) ? (x.type === to ? dy : cast(dy, { to: x.type })) : null,
  ],
  evaluate: (_, [x], { to }) =>
    x.data.map((element) =>
      to === "bool" ? Number(element !== 0) : isFloating(to) ? element : Math.trunc(element),
    ),
});
