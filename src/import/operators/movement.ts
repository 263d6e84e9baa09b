/**
 * @file What moves elements of a file's values: shapes, pieces, positions.
 */

import { DataError } from "../../base/errors.ts";
import type { Tensor } from "../../graph/onnx/parse.ts";
import { broadcastShape } from "../../graph/ops/broadcast.ts";
import { add, subtract } from "../../graph/ops/elementwise.ts";
import { gather } from "../../graph/ops/gather.ts";
import { concat, pad, slice } from "../../graph/ops/pieces.ts";
import { cast, permuteAxes, reshape } from "../../graph/ops/shape.ts";
import { broadcastTo } from "../../graph/ops/sum.ts";
import {
  constant,
  isFloating,
  numberLike,
  type Shape,
  showShape,
  sizeOf,
  typeNumbered,
  type Value,
} from "../../graph/value.ts";
import type { Operators } from "../call.ts";
import {
  asValue,
  axisOf,
  type Call,
  type Item,
  intOf,
  intsOf,
  isKnown,
  itemAt,
  numbersAt,
  optionalNumbers,
  stringOf,
  tensorOf,
  valueAt,
} from "../call.ts";

const toShape = (x: Value, shape: Shape): Value =>
  String(shape) === String(x.shape) ? x : reshape(x, { shape });

const reshaped = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const wanted = numbersAt(call, 1);
  const takesZero = intOf(call, "allowzero", 0) === 1;
  const sizes = wanted.map((size, axis) => (size === 0 && !takesZero ? (x.shape[axis] ?? 0) : size));
  const rest = sizeOf(x.shape) / Math.abs(sizeOf(sizes));
  const shape = sizes.map((size) => (size === -1 ? rest : size));
  if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((size) => !(Number.isInteger(size) && size > 0))) {
    throw new DataError(
      `expected a shape for ${showShape(x.shape)}, got ${showShape(wanted)}: where the first number is a batch size, it was written down at export; export with a free batch axis (dynamic_axes, dynamic_shapes)`,
    );
  }
  return [toShape(x, shape)];
};

const flattened = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = intOf(call, "axis", 1);
  const at = axis === x.shape.length ? axis : axisOf(axis, x.shape.length);
  return [toShape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
};

const squeezed = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axes = optionalNumbers(call, 1)?.map((axis) => axisOf(axis, x.shape.length));
  const wrong = axes?.find((axis) => x.shape[axis] !== 1);
  if (wrong !== undefined)
    throw new DataError(`expected size 1 along axis ${wrong}, got ${showShape(x.shape)}`);
  return [
    toShape(
      x,
      x.shape.filter((size, axis) => (axes ? !axes.includes(axis) : size !== 1)),
    ),
  ];
};

const unsqueezed = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axes = numbersAt(call, 1);
  const rank = x.shape.length + axes.length;
  const places = axes.map((axis) => axisOf(axis, rank));
  const sizes = [...x.shape];
  return [
    toShape(
      x,
      Array.from({ length: rank }, (_, axis) => (places.includes(axis) ? 1 : (sizes.shift() ?? 1))),
    ),
  ];
};

const transposed = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axes = intsOf(call, "perm") ?? x.shape.map((_, axis) => x.shape.length - 1 - axis);
  return [axes.every((axis, at) => axis === at) ? x : permuteAxes(x, { axes })];
};

const stretched = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const shape = broadcastShape("Expand", x.shape, numbersAt(call, 1));
  return [String(shape) === String(x.shape) ? x : broadcastTo(x, { shape })];
};

const tiled = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const repeats = numbersAt(call, 1);
  if (repeats.length !== x.shape.length)
    throw new DataError(
      `expected a number for each axis of ${showShape(x.shape)}, got ${showShape(repeats)}`,
    );
  const parted = reshape(x, { shape: x.shape.flatMap((size) => [1, size]) });
  const wide = broadcastTo(parted, { shape: x.shape.flatMap((size, axis) => [repeats[axis]!, size]) });
  return [reshape(wide, { shape: x.shape.map((size, axis) => size * repeats[axis]!) })];
};

/** Take elements along an axis at known positions. */
export function takeAt(x: Value, positions: readonly number[], axis: number): Value {
  const size = x.shape[axis]!;
  const wrong = positions.find((position) => !(position >= -size && position < size));
  if (wrong !== undefined) throw new DataError(`expected positions in [${-size}, ${size}), got ${wrong}`);
  const places = positions.map((position) => (position < 0 ? position + size : position));
  const isRun = places.every((place, at) => place === places[0]! + at);
  if (isRun) {
    const [start, end] = [places[0]!, places[0]! + places.length];
    return places.length === size ? x : slice(x, { starts: [start], ends: [end], axes: [axis], steps: [1] });
  }
  return gather(x, constant(places, [places.length], "int64"), { axis });
}

const gathered = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", 0), x.shape.length);
  const indices = itemAt(call, 1);
  const shapeWith = (own: Shape): Shape => [...x.shape.slice(0, axis), ...own, ...x.shape.slice(axis + 1)];
  if (!("kind" in indices) || isKnown(indices)) {
    const { shape, data } = tensorOf(indices);
    return [toShape(takeAt(x, Array.from(data), axis), shapeWith(shape))];
  }
  const whole = isFloating(indices.type) ? cast(indices, { to: "int64" }) : indices;
  const flat = toShape(whole, [sizeOf(whole.shape)]);
  return [toShape(gather(x, flat, { axis }), shapeWith(whole.shape))];
};

const concatenated = (call: Call): Value[] => {
  const values = call.items.flatMap((item) => (item && sizeOf(item.shape) > 0 ? [asValue(item)] : []));
  const axis = axisOf(intOf(call, "axis", 0), values[0]?.shape.length ?? 1);
  return [values.length === 1 ? values[0]! : concat(...values, { axis })];
};

const sliced = (call: Call): Item[] => {
  const item = itemAt(call, 0);
  const rank = item.shape.length;
  const [starts, ends] = [numbersAt(call, 1), numbersAt(call, 2)];
  const axes = (optionalNumbers(call, 3) ?? starts.map((_, at) => at)).map((axis) => axisOf(axis, rank));
  const steps = optionalNumbers(call, 4) ?? starts.map(() => 1);
  const positions = new Map(
    axes.map((axis, at) => [axis, rangeOf(item.shape[axis]!, starts[at]!, ends[at]!, steps[at] ?? 1)]),
  );
  const shape = item.shape.map((size, axis) => positions.get(axis)?.length ?? size);
  // Nothing is no value of a graph; putting pieces together passes over it.
  if (sizeOf(shape) === 0) return [{ shape, type: item.type, data: new Float64Array(0) }];
  return [
    [...positions].reduce((part, [axis, places], at) => {
      const step = steps[at] ?? 1;
      if (step <= 1 || places.length < 2) return takeAt(part, places, axis);
      return slice(part, { starts: [places[0]!], ends: [places.at(-1)! + 1], axes: [axis], steps: [step] });
    }, asValue(item)),
  ];
};

/** Positions of a slice: what lies outside is cut off, and negative ones count from the end. */
function rangeOf(size: number, start: number, end: number, step: number): number[] {
  if (!Number.isInteger(step) || step === 0) throw new DataError(`expected a step other than 0, got ${step}`);
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + size : position, least), most);
  const [from, to] = [clamp(start), clamp(end)];
  const positions: number[] = [];
  for (let at = from; step > 0 ? at < to : at > to; at += step) positions.push(at);
  return positions;
}

/** The parts that an axis falls into. */
const split = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", 0), x.shape.length);
  const count = intOf(call, "num_outputs", call.outputs.length);
  const each = Math.ceil(x.shape[axis]! / count);
  const sizes =
    optionalNumbers(call, 1) ??
    Array.from({ length: count }, (_, at) => Math.min(each, x.shape[axis]! - at * each));
  if (sizes.reduce((total, size) => total + size, 0) !== x.shape[axis] || sizes.some((size) => !(size > 0))) {
    throw new DataError(`expected parts of axis ${axis} of ${showShape(x.shape)}, got ${showShape(sizes)}`);
  }
  let start = 0;
  return sizes.map((size) => {
    const part = slice(x, { starts: [start], ends: [start + size], axes: [axis], steps: [1] });
    start += size;
    return part;
  });
};

const padded = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const rank = x.shape.length;
  const given = numbersAt(call, 1);
  const axes = optionalNumbers(call, 3)?.map((axis) => axisOf(axis, rank)) ?? x.shape.map((_, axis) => axis);
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, at) => {
    pads[axis] = given[at] ?? 0;
    pads[axis + rank] = given[at + axes.length] ?? 0;
  });
  const mode = stringOf(call, "mode", "constant");
  if (mode !== "constant") return [padByPosition(x, pads, mode)];
  const number = optionalNumbers(call, 2)?.[0] ?? 0;
  const kept = x.shape.reduce((part, size, axis) => {
    const [before, after] = [Math.min(pads[axis]!, 0), Math.min(pads[axis + rank]!, 0)];
    return takeAt(
      part,
      Array.from({ length: Math.max(size + before + after, 0) }, (_, at) => at - before),
      axis,
    );
  }, x);
  const added = pads.map((count) => Math.max(count, 0));
  if (added.every((count) => count === 0)) return [kept];
  if (number === 0) return [pad(kept, { pads: added })];
  return [add(pad(subtract(kept, numberLike(kept, number)), { pads: added }), numberLike(kept, number))];
};

/** Pad with pixels of the image itself. */
const padByPosition = (x: Value, pads: readonly number[], mode: string): Value =>
  x.shape.reduce((part, size, axis) => {
    const [before, after] = [pads[axis]!, pads[axis + x.shape.length]!];
    if (before === 0 && after === 0) return part;
    const positions = Array.from({ length: before + size + after }, (_, at) => {
      const position = at - before;
      if (mode === "edge") return Math.min(Math.max(position, 0), size - 1);
      if (mode === "wrap") return ((position % size) + size) % size;
      if (mode !== "reflect")
        throw new DataError(`expected setting "mode" constant, edge, reflect or wrap, got "${mode}"`);
      const mirrored = Math.abs(position);
      return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
    });
    return takeAt(part, positions, axis);
  }, x);

/** Types with fractions are float32 here, whichever a file asks for. */
const converted = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const number = intOf(call, "to", 1);
  // Half, double and bfloat16.
  const to = [10, 11, 16].includes(number) ? "float32" : typeNumbered(number);
  if (!to)
    throw new DataError(`expected an element type that Shatter computes with, got ONNX's number ${number}`);
  return [x.type === to ? x : cast(x, { to })];
};

/** Blocks of pixels become channels, or the other way. */
const depthToSpace = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const block = intOf(call, "blocksize", 1);
  const channels = c / block ** 2;
  const isColumnRowDepth = stringOf(call, "mode", "DCR") === "DCR";
  const parted = isColumnRowDepth ? [n, block, block, channels, h, w] : [n, channels, block, block, h, w];
  const axes = isColumnRowDepth ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3];
  return [
    reshape(permuteAxes(reshape(x, { shape: parted }), { axes }), {
      shape: [n, channels, h * block, w * block],
    }),
  ];
};

const spaceToDepth = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const block = intOf(call, "blocksize", 1);
  const parted = reshape(x, { shape: [n, c, h / block, block, w / block, block] });
  const axes = [0, 3, 5, 1, 2, 4];
  return [reshape(permuteAxes(parted, { axes }), { shape: [n, c * block ** 2, h / block, w / block] })];
};

/** As many of the same as another operand has. */
const like = (call: Call): (Value | Tensor)[] => {
  const x = valueAt(call, 0);
  const to = valueAt(call, 1).type;
  return [x.type === to ? x : cast(x, { to })];
};

export const movement: Operators = {
  Reshape: reshaped,
  Flatten: flattened,
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Transpose: transposed,
  Expand: stretched,
  Tile: tiled,
  Gather: gathered,
  Concat: concatenated,
  Slice: sliced,
  Split: split,
  Pad: padded,
  Cast: converted,
  CastLike: like,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
