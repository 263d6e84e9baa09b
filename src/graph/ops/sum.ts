/**
 * @file Stretching and summing, each the other's gradient; and what all reductions share.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import {
  type NDArray,
  type OnnxForm,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  type Value,
} from "../value.ts";
import { broadcastShape, coordinatesOf, elementAt } from "./broadcast.ts";
import { reshape } from "./shape.ts";

/** Which axes are folded (in `[0, rank)`), and whether they stay, with size 1. */
export type Reduction = { readonly axes: readonly number[]; readonly keepDims: boolean };

export const reductionForm = (operator: string): OnnxForm<Reduction> => ({
  operator,
  write: ({ axes, keepDims }) => ({ attributes: { keepdims: { int: Number(keepDims) } }, constants: [axes] }),
  read: ({ attributes, constants }, [x]) => {
    const keep = attributes["keepdims"] ?? { int: 1 };
    if (!("int" in keep && [0, 1].includes(keep.int))) return undefined;
    const rank = x!.shape.length;
    const axes = constants[0] ?? x!.shape.map((_, axis) => axis);
    return {
      axes: axes.map((axis) => (axis < 0 ? axis + rank : axis)),
      keepDims: keep.int === 1,
    };
  },
});

export function reducedShape(name: string, x: Value, { axes, keepDims }: Reduction): Shape {
  const wrong = axes.some((axis, at) => !(axis >= 0 && axis < x.shape.length) || axes.indexOf(axis) !== at);
  if (wrong || axes.length === 0)
    throw new ShapeError(name, `distinct axes of ${showShape(x.shape)}`, [axes]);
  return keepDims
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
}

/** Give a reduced value its folded axes back, with size 1. */
export function restoreAxes(y: Value, x: Value, { axes }: Reduction): Value {
  return reshape(y, { shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) });
}

/** Fold the elements of `x` into `size` results, element by element in row-major order. */
export function fold(
  size: number,
  x: NDArray,
  axes: readonly number[],
  start: number,
  step: (folded: number, element: number) => number,
): Float64Array {
  const y = new Float64Array(size).fill(start);
  x.data.forEach((element, index) => {
    const coordinates = coordinatesOf(index, x.shape);
    const at = coordinates.reduce(
      (position, coordinate, axis) =>
        axes.includes(axis) ? position : position * x.shape[axis]! + coordinate,
      0,
    );
    y[at] = step(y[at]!, element);
  });
  return y;
}

/** Sum over axes. */
export const sum: Operation<[Value], Reduction> = operation({
  name: "sum",
  operands: 1,
  onnx: reductionForm("ReduceSum"),
  shape: ([x], attributes) => reducedShape("sum", x, attributes),
  gradient: (dy, [x], attributes) => [broadcastTo(restoreAxes(dy, x, attributes), { shape: x.shape })],
  evaluate: (shape, [x], { axes }) => fold(sizeOf(shape), x, axes, 0, (total, element) => total + element),
});

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
