/**
 * @file Operations that fold axes away: sums, means, maxima and their positions.
 */

import { ShapeError } from "../../base/errors.ts";
import { type NDArray, type OnnxForm, type Operation, operation } from "../operation.ts";
import { constant, type Shape, showShape, sizeOf, type Value } from "../value.ts";
import { coordinatesOf } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { divide, multiply } from "./elementwise.ts";
import { broadcastTo, cast, reshape } from "./shape.ts";

/** Which axes are folded (in `[0, rank)`), and whether they stay, with size 1. */
type Reduction = { readonly axes: readonly number[]; readonly keepDims: boolean };

const reductionForm = (operator: string): OnnxForm<Reduction> => ({
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

function reducedShape(name: string, x: Value, { axes, keepDims }: Reduction): Shape {
  const wrong = axes.some((axis, at) => !(axis >= 0 && axis < x.shape.length) || axes.indexOf(axis) !== at);
  if (wrong || axes.length === 0)
    throw new ShapeError(name, `distinct axes of ${showShape(x.shape)}`, [axes]);
  return keepDims
    ? x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : x.shape.filter((_, axis) => !axes.includes(axis));
}

/** Give a reduced value its folded axes back, with size 1. */
function restoreAxes(y: Value, x: Value, { axes }: Reduction): Value {
  return reshape(y, { shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) });
}

/** Fold the elements of `x` into `size` results, element by element in row-major order. */
function fold(
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

/** Mean over axes. */
export const mean: Operation<[Value], Reduction> = operation({
  name: "mean",
  operands: 1,
  onnx: reductionForm("ReduceMean"),
  shape: ([x], attributes) => reducedShape("mean", x, attributes),
  gradient(dy, [x], attributes, y) {
    const count = sizeOf(x.shape) / sizeOf(y.shape);
    return [broadcastTo(restoreAxes(divide(dy, constant(count)), x, attributes), { shape: x.shape })];
  },
  evaluate(shape, [x], { axes }) {
    const count = x.data.length / sizeOf(shape);
    return fold(sizeOf(shape), x, axes, 0, (total, element) => total + element).map((total) => total / count);
  },
});

/** Largest element over axes; tied elements share the gradient evenly, as in PyTorch's `amax`. */
export const max: Operation<[Value], Reduction> = operation({
  name: "max",
  operands: 1,
  onnx: reductionForm("ReduceMax"),
  shape: ([x], attributes) => reducedShape("max", x, attributes),
  gradient(dy, [x], attributes, y) {
    const largest = cast(equal(x, restoreAxes(y, x, attributes)), { to: "float32" });
    const ties = sum(largest, { axes: attributes.axes, keepDims: true });
    return [divide(multiply(restoreAxes(dy, x, attributes), largest), ties)];
  },
  evaluate: (shape, [x], { axes }) => fold(sizeOf(shape), x, axes, Number.NEGATIVE_INFINITY, Math.max),
});

/** Position of the first largest element along one axis, which is folded away; int64. */
export const argMax: Operation<[Value], { readonly axis: number }> = operation({
  name: "argMax",
  operands: 1,
  onnx: {
    operator: "ArgMax",
    write: ({ axis }) => ({ attributes: { axis: { int: axis }, keepdims: { int: 0 } } }),
    read: ({ attributes }, [x]) => {
      const axis = attributes["axis"];
      const keep = attributes["keepdims"];
      const at = axis && "int" in axis ? axis.int : 0;
      if (!(keep && "int" in keep && keep.int === 0)) return undefined;
      return { axis: at < 0 ? at + x!.shape.length : at };
    },
  },
  shape: ([x], { axis }) => reducedShape("argMax", x, { axes: [axis], keepDims: false }),
  type: () => "int64",
  gradient: () => [null],
  evaluate(shape, [x], { axis }) {
    const inner = sizeOf(x.shape.slice(axis + 1));
    const length = x.shape[axis]!;
    return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
      const start = Math.floor(index / inner) * length * inner + (index % inner);
      let best = 0;
      for (let at = 1; at < length; at++) {
        if (x.data[start + at * inner]! > x.data[start + best * inner]!) best = at;
      }
      return best;
    });
  },
});
