/**
 * @file Operations that put pieces together and take them out: concat, slice, pad.
 */

import { GraphError, ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import { type Shape, sameShape, showShape, sizeOf, type Value } from "../value.ts";
import { checkSameType, coordinatesOf, stridesOf } from "./broadcast.ts";
import { reshape } from "./shape.ts";

/** Values one after another along an axis; all other sizes are equal. */
export const concat: Operation<readonly Value[], { readonly axis: number }> = operation({
  name: "concat",
  operands: [1, Number.POSITIVE_INFINITY],
  onnx: {
    operator: "Concat",
    write: ({ axis }) => ({ attributes: { axis: { int: axis } } }),
    read({ attributes }, [x]) {
      const axis = attributes["axis"];
      if (!(axis && "int" in axis)) return undefined;
      return { axis: axis.int < 0 ? axis.int + x!.shape.length : axis.int };
    },
  },
  shape(parts, { axis }) {
    checkSameType("concat", ...parts);
    const [first] = parts as [Value];
    const others = ({ shape }: Value): Shape => shape.filter((_, at) => at !== axis);
    const fits = parts.every(
      (part) => part.shape.length === first.shape.length && sameShape(others(part), others(first)),
    );
    if (!(fits && axis >= 0 && axis < first.shape.length)) {
      throw new ShapeError(
        "concat",
        `shapes that differ along axis ${axis} alone`,
        parts.map(({ shape }) => shape),
      );
    }
    return first.shape.with(
      axis,
      parts.reduce((total, part) => total + part.shape[axis]!, 0),
    );
  },
  gradient(dy, parts, { axis }) {
    let start = 0;
    return parts.map(({ shape }) => {
      const end = start + shape[axis]!;
      const piece = slice(dy, { starts: [start], ends: [end], axes: [axis], steps: [1] });
      start = end;
      return piece;
    });
  },
  evaluate(shape, parts, { axis }) {
    const y = new Float64Array(sizeOf(shape));
    const strides = stridesOf(shape);
    let start = 0;
    for (const part of parts) {
      part.data.forEach((element, index) => {
        const coordinates = coordinatesOf(index, part.shape);
        y[dot(coordinates, strides) + start * strides[axis]!] = element;
      });
      start += part.shape[axis]!;
    }
    return y;
  },
});

/** Which elements are taken along some axes: from a start, before an end, every so many. */
type Slice = {
  /** First positions, in `[0, size)`. */
  readonly starts: readonly number[];
  /** Positions after the last ones, in `(start, size]`. */
  readonly ends: readonly number[];
  readonly axes: readonly number[];
  /** From one element to the next, at least 1. */
  readonly steps: readonly number[];
};

/** Part of a value: some elements along some axes, all along the others. */
export const slice: Operation<[Value], Slice> = operation({
  name: "slice",
  operands: 1,
  onnx: {
    operator: "Slice",
    write: ({ starts, ends, axes, steps }) => ({ constants: [starts, ends, axes, steps] }),
    read({ constants }, [x]) {
      const [starts, ends] = constants;
      if (!starts || !ends) return undefined;
      const [, , given = starts.map((_, at) => at), steps = starts.map(() => 1)] = constants;
      const axes = given.map((axis) => (axis < 0 ? axis + x!.shape.length : axis));
      // Positions count from the end if negative, and what lies outside is cut off.
      const positions = (all: readonly number[]): number[] =>
        all.map((position, at) => {
          const size = x!.shape[axes[at]!] ?? 0;
          return Math.min(Math.max(position < 0 ? position + size : position, 0), size);
        });
      return { starts: positions(starts), ends: positions(ends), axes, steps };
    },
  },
  shape([x], { starts, ends, axes, steps }) {
    const shape = [...x.shape];
    const fits =
      [starts, ends, steps].every((list) => list.length === axes.length) &&
      axes.every((axis, at) => {
        const size = x.shape[axis];
        const [start, end, step] = [starts[at]!, ends[at]!, steps[at]!];
        if (size === undefined || axes.indexOf(axis) !== at) return false;
        shape[axis] = Math.ceil((end - start) / step);
        return (
          [start, end, step].every(Number.isSafeInteger) &&
          start >= 0 &&
          end > start &&
          end <= size &&
          step > 0
        );
      });
    if (!fits)
      throw new ShapeError("slice", `starts, ends, axes and steps in ${showShape(x.shape)}`, [
        starts,
        ends,
        axes,
        steps,
      ]);
    return shape;
  },
  gradient(dy, [x], { starts, ends: _, axes, steps }) {
    const spread = axes.reduce((value, axis, at) => spreadOut(value, axis, steps[at]!), dy);
    const before = x.shape.map((__, axis) => starts[axes.indexOf(axis)] ?? 0);
    // The last step may reach beyond the value: zeros that nobody took.
    const inside = before.map((start, axis) => Math.min(spread.shape[axis]!, x.shape[axis]! - start));
    const after = before.map((start, axis) => x.shape[axis]! - start - inside[axis]!);
    return [padUnlessNone(head(spread, inside), [...before, ...after])];
  },
  evaluate(shape, [x], { starts, axes, steps }) {
    const strides = stridesOf(x.shape);
    return Float64Array.from({ length: sizeOf(shape) }, (_, index) => {
      const coordinates = coordinatesOf(index, shape);
      axes.forEach((axis, at) => {
        coordinates[axis] = starts[at]! + coordinates[axis]! * steps[at]!;
      });
      return x.data[dot(coordinates, strides)]!;
    });
  },
});

/** The first elements along every axis. */
function head(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const axes = shape.map((_, axis) => axis);
  return slice(x, { starts: axes.map(() => 0), ends: shape, axes, steps: axes.map(() => 1) });
}

/** Put `step - 1` zeros after each element along an axis. */
function spreadOut(x: Value, axis: number, step: number): Value {
  if (step === 1) return x;
  const alone = [...x.shape.slice(0, axis + 1), 1, ...x.shape.slice(axis + 1)];
  const after = alone.map((_, at) => (at === axis + 1 ? step - 1 : 0));
  const spread = pad(reshape(x, { shape: alone }), { pads: [...alone.map(() => 0), ...after] });
  return reshape(spread, { shape: x.shape.with(axis, x.shape[axis]! * step) });
}

const padUnlessNone = (x: Value, pads: readonly number[]): Value =>
  pads.every((count) => count === 0) ? x : pad(x, { pads });

/** How many elements are put before each axis, then how many after; zeros unless told. */
type Pads = { readonly pads: readonly number[]; readonly value?: number };

/** Zeros (or another number) around a value. */
export const pad: Operation<[Value], Pads> = operation<[Value], Pads>({
  name: "pad",
  operands: 1,
  onnx: {
    operator: "Pad",
    scalars: 1,
    write: ({ pads, value }) => ({ constants: [pads], scalars: value === undefined ? [] : [value] }),
    read({ attributes, constants, scalars: [value] }) {
      const mode = attributes["mode"];
      const [pads] = constants;
      if (!pads || (mode && "string" in mode && mode.string !== "constant")) return undefined;
      return value === undefined ? { pads } : { pads, value };
    },
  },
  shape([x], { pads, value = 0 }) {
    const rank = x.shape.length;
    // There is nothing above infinity that a pad would have to lose against.
    if (!(value < Number.POSITIVE_INFINITY)) throw new GraphError(`pad: expected a number, got ${value}`);
    if (pads.length !== 2 * rank || !pads.every((count) => Number.isSafeInteger(count) && count >= 0)) {
      throw new ShapeError("pad", `numbers of zeros before and after each axis of ${showShape(x.shape)}`, [
        pads,
      ]);
    }
    return x.shape.map((size, axis) => size + pads[axis]! + pads[axis + rank]!);
  },
  gradient(dy, [x], { pads }) {
    const axes = x.shape.map((_, axis) => axis).filter((axis) => dy.shape[axis] !== x.shape[axis]);
    if (axes.length === 0) return [dy];
    const starts = axes.map((axis) => pads[axis]!);
    const ends = axes.map((axis) => pads[axis]! + x.shape[axis]!);
    return [slice(dy, { starts, ends, axes, steps: axes.map(() => 1) })];
  },
  evaluate(shape, [x], { pads, value = 0 }) {
    const y = new Float64Array(sizeOf(shape)).fill(value);
    const strides = stridesOf(shape);
    x.data.forEach((element, index) => {
      const moved = coordinatesOf(index, x.shape).map((coordinate, axis) => coordinate + pads[axis]!);
      y[dot(moved, strides)] = element;
    });
    return y;
  },
});

const dot = (coordinates: readonly number[], strides: readonly number[]): number =>
  coordinates.reduce((total, coordinate, axis) => total + coordinate * strides[axis]!, 0);
