/**
 * @file Operations by position: rows that are taken, and numbers that are added.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { constant, type DataType, showShape, sizeOf, type Value } from "../value.ts";
import { checkSameType } from "./broadcast.ts";
import { equal } from "./compare.ts";
import { add, multiply } from "./elementwise.ts";
import { matmul } from "./linear.ts";
import { cast, reshape, transpose } from "./shape.ts";
import { broadcastTo } from "./sum.ts";

/** Along which axis; the first unless told. */
type Axis = { readonly axis?: number };

/** Tables with more rows have their gradients added row by row: beyond, most of a one-hot matrix's product is zeros. */
const MOST_HOT_ROWS = 4096;

/**
 * Slices of `x` by index along an axis: `[..., rows, ...], [...] -> [..., ..., ...]`, the axes of the indices in its place;
 * of rows `[rows, ...], [count] -> [count, ...]`. Indices are int32 or int64 in `[0, rows)`.
 */
export const gather: Operation<[Value, Value], Axis> = operation<[Value, Value], Axis>({
  name: "gather",
  operands: 2,
  onnx: {
    operator: "Gather",
    write: ({ axis = 0 }) => (axis === 0 ? {} : { attributes: { axis: { int: axis } } }),
    read({ attributes: { axis } }, [x]) {
      const at = axis && "int" in axis ? axis.int : 0;
      return at === 0 ? {} : { axis: at < 0 ? at + x!.shape.length : at };
    },
  },
  shape([x, indices], { axis = 0 }) {
    if (!(Number.isInteger(axis) && axis >= 0 && axis < x.shape.length))
      throw new ShapeError("gather", `an axis of ${showShape(x.shape)}`, [[axis]]);
    if (indices.type !== "int32" && indices.type !== "int64") {
      throw new GraphError(`gather: expected int32 or int64 indices, got ${indices.type}`);
    }
    return x.shape.toSpliced(axis, 1, ...indices.shape);
  },
  gradient(dy, [x, indices], { axis = 0 }) {
    const [rows, count] = [x.shape[axis]!, sizeOf(indices.shape)];
    const around = { before: sizeOf(x.shape.slice(0, axis)), after: sizeOf(x.shape.slice(axis + 1)) };
    const list = reshape(indices, { shape: [count] });
    const dx = rows > MOST_HOT_ROWS ? addRows(dy, list, rows, around) : addByProduct(dy, list, rows, around);
    return [reshape(dx, { shape: x.shape }), null];
  },
  evaluate(shape, [x, indices], { axis = 0 }) {
    const rows = x.shape[axis]!;
    const row = sizeOf(x.shape.slice(axis + 1));
    const y = new Float64Array(sizeOf(shape));
    for (let before = 0; before < sizeOf(x.shape.slice(0, axis)); before++)
      indices.data.forEach((index, at) => {
        const start = (before * rows + index) * row;
        y.set(x.data.subarray(start, start + row), (before * indices.data.length + at) * row);
      });
    return y;
  },
});

/** How many elements there are along the axes before and after one. */
interface Around {
  readonly before: number;
  readonly after: number;
}

/** What arrived at slices, `[before, count, after]`, added to those they were taken from, `[before, rows, after]`. */
function addByProduct(dy: Value, indices: Value, rows: number, { before, after }: Around): Value {
  const count = indices.shape[0]!;
  // A product with the one-hot matrix adds up rows that were taken twice, in a fixed order.
  const hot = transpose(oneHot(indices, rows, dy.type));
  return matmul(hot, reshape(dy, { shape: before === 1 ? [count, after] : [before, count, after] }));
}

/** {@link addByProduct}, element by element. */
function addRows(dy: Value, indices: Value, rows: number, { before, after }: Around): Value {
  const count = indices.shape[0]!;
  const firsts = Array.from({ length: before * after }, (_, at) => {
    const example = Math.floor(at / after);
    return example * rows * after + (at % after);
  });
  const starts = reshape(cast(indices, { to: "int64" }), { shape: [count, 1] });
  const within = multiply(starts, constant(after, [], "int64"));
  const positions = add(within, constant(firsts, [before, 1, after], "int64"));
  const zeros = broadcastTo(constant(0, [1], dy.type), { shape: [before * rows * after] });
  return scatterAdd(zeros, flat(positions), flat(dy));
}

const flat = (x: Value): Value => reshape(x, { shape: [sizeOf(x.shape)] });

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
