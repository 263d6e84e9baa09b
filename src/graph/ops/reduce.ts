/**
 * @file Operations that fold axes away by other ways than sums: means, maxima and their positions.
 */

import { type Operation, operation } from "../operation.ts";
import { numberLike, sizeOf, type Value } from "../value.ts";
import { equal } from "./compare.ts";
import { divide, multiply } from "./elementwise.ts";
import { cast } from "./shape.ts";
import { broadcastTo, fold, type Reduction, reducedShape, reductionForm, restoreAxes, sum } from "./sum.ts";

/** Mean over axes. */
export const mean: Operation<[Value], Reduction> = operation({
  name: "mean",
  operands: 1,
  onnx: reductionForm("ReduceMean"),
  shape: ([x], attributes) => reducedShape("mean", x, attributes),
  gradient(dy, [x], attributes, y) {
    const count = sizeOf(x.shape) / sizeOf(y.shape);
    return [broadcastTo(restoreAxes(divide(dy, numberLike(dy, count)), x, attributes), { shape: x.shape })];
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
    const largest = cast(equal(x, restoreAxes(y, x, attributes)), { to: x.type });
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
