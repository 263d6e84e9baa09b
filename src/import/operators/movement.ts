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
  optionalNumbers,
  optionalWholes,
  requireSmall,
  stringOf,
  tensorOf,
  valueAt,
  wholesAt,
} from "../call.ts";

const toShape = (x: Value, shape: Shape): Value =>
  String(shape) === String(x.shape) ? x : reshape(x, { shape });

const reshaped = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const wanted = wholesAt(call, 1);
  const takesZero = intOf(call, "allowzero", 0) === 1;
  const said = wanted.map((size, axis) => (size === 0 && !takesZero ? (x.shape[axis] ?? 0) : size));
  const sizes = withBatch(call, x, said);
  const rest = sizeOf(x.shape) / Math.abs(sizeOf(sizes));
  const shape = sizes.map((size) => (size === -1 ? rest : size));
  if (sizeOf(shape) !== sizeOf(x.shape) || shape.some((size) => !(Number.isInteger(size) && size > 0))) {
    throw new DataError(
      `expected a shape for ${showShape(x.shape)}, got ${showShape(wanted)}: where the first number is a batch size, it was written down at export; export with a free batch axis (dynamic_axes, dynamic_shapes)`,
    );
  }
  return [toShape(x, shape)];
};

/**
 * Sizes with that of the batch where the file has another: examples lie one after another, so that the first size is theirs.
 */
function withBatch(call: Call, x: Value, sizes: number[]): number[] {
  const { size, declared = 1, replaces, reaches } = call.batch;
  const [first = 0] = sizes;
  if (!call.literal(1) || first < 1 || x.shape[0]! % size !== 0) return sizes;
  const takesRest = sizes.includes(-1);
  const isWrong = takesRest
    ? first === declared && x.shape[0] === size && size !== declared
    : sizeOf(sizes) !== sizeOf(x.shape);
  const own = takesRest ? size : (first * sizeOf(x.shape)) / sizeOf(sizes);
  if (!isWrong || !Number.isInteger(own) || !reaches(x)) return sizes;
  replaces();
  return sizes.with(0, own);
}

const flattened = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = intOf(call, "axis", 1);
  const at = axis === x.shape.length ? axis : axisOf(axis, x.shape.length);
  return [toShape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
};

const squeezed = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axes = optionalWholes(call, 1)?.map((axis) => axisOf(axis, x.shape.length));
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
  const axes = wholesAt(call, 1);
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
  const { size, declared, replaces, reaches } = call.batch;
  const wanted = wholesAt(call, 1);
  // A class token, or a table of positions, for each example.
  const isBatch =
    isFloating(x.type) && wanted[0] === declared && declared !== size && call.literal(1) !== undefined;
  const isRepeated = isBatch && wanted.length === x.shape.length && x.shape[0] === 1 && !reaches(x);
  if (isRepeated) replaces();
  const shape = broadcastShape("Expand", x.shape, isRepeated ? wanted.with(0, size) : wanted);
  return [String(shape) === String(x.shape) ? x : broadcastTo(x, { shape })];
};

const tiled = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const repeats = wholesAt(call, 1);
  if (repeats.length !== x.shape.length)
    throw new DataError(
      `expected a number for each axis of ${showShape(x.shape)}, got ${showShape(repeats)}`,
    );
  const parted = reshape(x, { shape: x.shape.flatMap((size) => [1, size]) });
  const wide = broadcastTo(parted, { shape: x.shape.flatMap((size, axis) => [repeats[axis]!, size]) });
  return [reshape(wide, { shape: x.shape.map((size, axis) => size * repeats[axis]!) })];
};

/** Elements of an axis from one position to before another. */
const part = (x: Value, axis: number, start: number, end: number, step = 1): Value =>
  start === 0 && end === x.shape[axis] && step === 1
    ? x
    : slice(x, { starts: [start], ends: [end], axes: [axis], steps: [step] });

/** Take elements along an axis at known positions. */
function takeAt(x: Value, positions: readonly number[], axis: number): Value {
  const size = x.shape[axis]!;
  const wrong = positions.find((position) => !(position >= -size && position < size));
  if (wrong !== undefined) throw new DataError(`expected positions in [${-size}, ${size}), got ${wrong}`);
  const places = positions.map((position) => (position < 0 ? position + size : position));
  const isRun = places.every((place, at) => place === places[0]! + at);
  if (isRun) return part(x, axis, places[0]!, places[0]! + places.length);
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
  if (values.length === 1) return values;
  const { size, declared, replaces, reaches } = call.batch;
  const isBatch = axis !== 0 && declared === 1 && values.some(({ shape }) => shape[0] === size && size !== 1);
  const whole = values.map((value) => {
    if (!isBatch || value.shape[0] !== 1 || reaches(value)) return value;
    replaces();
    return broadcastTo(value, { shape: value.shape.with(0, size) });
  });
  return [concat(...whole, { axis })];
};

const sliced = (call: Call): Item[] => {
  const item = itemAt(call, 0);
  const rank = item.shape.length;
  const [starts, ends] = [wholesAt(call, 1), wholesAt(call, 2)];
  const axes = (optionalWholes(call, 3) ?? starts.map((_, at) => at)).map((axis) => axisOf(axis, rank));
  const steps = optionalWholes(call, 4) ?? starts.map(() => 1);
  if ([ends, axes, steps].some(({ length }) => length !== starts.length)) {
    throw new DataError(`expected as many ends, axes and steps as ${starts.length} starts`);
  }
  const runs = new Map(
    axes.map((axis, at) => [axis, runOf(item.shape[axis] ?? 1, starts[at]!, ends[at]!, steps[at]!)]),
  );
  const shape = item.shape.map((size, axis) => runs.get(axis)?.count ?? size);
  // Nothing is no value of a graph; putting pieces together passes over it.
  if (sizeOf(shape) === 0) return [{ shape, type: item.type, data: new Float64Array(0) }];
  return [[...runs].reduce((x, [axis, run]) => takeRun(x, axis, run), asValue(item))];
};

/** Positions along an axis, so many from one on. */
interface Run {
  readonly from: number;
  readonly count: number;
  readonly step: number;
}

/** The run of a slice: what lies outside is cut off, and negative positions count from the end. */
function runOf(size: number, start: number, end: number, step: number): Run {
  if (step === 0) throw new DataError("expected a step other than 0");
  const [least, most] = step > 0 ? [0, size] : [-1, size - 1];
  const clamp = (position: number): number =>
    Math.min(Math.max(position < 0 ? position + size : position, least), most);
  const from = clamp(start);
  return { from, count: Math.max(Math.ceil((clamp(end) - from) / step), 0), step };
}

function takeRun(x: Value, axis: number, { from, count, step }: Run): Value {
  if (count === 1) return part(x, axis, from, from + 1);
  if (step > 0) return part(x, axis, from, from + (count - 1) * step + 1, step);
  requireSmall([count]);
  return takeAt(
    x,
    Array.from({ length: count }, (_, at) => from + at * step),
    axis,
  );
}

/** The parts that an axis falls into. */
const split = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", 0), x.shape.length);
  const sizes =
    optionalWholes(call, 1) ?? equalParts(x.shape[axis]!, intOf(call, "num_outputs", call.outputs.length));
  if (sizes.reduce((total, size) => total + size, 0) !== x.shape[axis] || sizes.some((size) => !(size > 0))) {
    throw new DataError(`expected parts of axis ${axis} of ${showShape(x.shape)}, got ${showShape(sizes)}`);
  }
  let start = 0;
  return sizes.map((size) => part(x, axis, start, (start += size)));
};

/** Sizes of parts of which all but the last are equal. */
function equalParts(size: number, count: number): number[] {
  if (!(count >= 1 && count <= size)) throw new DataError(`expected 1 to ${size} parts, got ${count}`);
  const each = Math.ceil(size / count);
  return Array.from({ length: count }, (_, at) => Math.min(each, size - at * each));
}

const padded = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const pads = padsOf(call, x.shape);
  const mode = stringOf(call, "mode", "constant");
  if (mode !== "constant") return [padByPosition(x, pads, mode)];
  const number = optionalNumbers(call, 2)?.[0] ?? 0;
  // Less than nothing is added where something is cut off.
  const kept = x.shape.reduce((inner, size, axis) => {
    const [before, after] = [Math.min(pads[axis]!, 0), Math.min(pads[axis + x.shape.length]!, 0)];
    return part(inner, axis, -before, size + after);
  }, x);
  const added = pads.map((count) => Math.max(count, 0));
  if (added.every((count) => count === 0)) return [kept];
  if (number === 0) return [pad(kept, { pads: added })];
  return [add(pad(subtract(kept, numberLike(kept, number)), { pads: added }), numberLike(kept, number))];
};

/** `[before, ..., after, ...]`: what is added on both sides of each axis. */
function padsOf(call: Call, { length: rank }: Shape): number[] {
  const given = wholesAt(call, 1);
  const axes = (optionalWholes(call, 3) ?? Array.from({ length: rank }, (_, axis) => axis)).map((axis) =>
    axisOf(axis, rank),
  );
  if (given.length !== 2 * axes.length) {
    throw new DataError(`expected ${2 * axes.length} pads, got ${given.length}`);
  }
  const pads = new Array<number>(2 * rank).fill(0);
  axes.forEach((axis, at) => {
    pads[axis] = given[at]!;
    pads[axis + rank] = given[at + axes.length]!;
  });
  return pads;
}

/** Pad with pixels of the image itself. */
const padByPosition = (x: Value, pads: readonly number[], mode: string): Value =>
  x.shape.reduce((inner, size, axis) => {
    const [before, after] = [pads[axis]!, pads[axis + x.shape.length]!];
    if (before === 0 && after === 0) return inner;
    requireSmall([before + size + after]);
    const positions = Array.from({ length: before + size + after }, (_, at) => {
      const position = at - before;
      if (mode === "edge") return Math.min(Math.max(position, 0), size - 1);
      if (mode === "wrap") return ((position % size) + size) % size;
      if (mode !== "reflect")
        throw new DataError(`expected setting "mode" constant, edge, reflect or wrap, got "${mode}"`);
      const mirrored = Math.abs(position);
      return mirrored < size ? mirrored : 2 * (size - 1) - mirrored;
    });
    return takeAt(inner, positions, axis);
  }, x);

/** Types with fractions are float32 here, whichever a file asks for. */
const converted = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const number = intOf(call, "to", 1);
  // Half, double and bfloat16.
  const to = [10, 11, 16].includes(number) ? "float32" : typeNumbered(number);
  if (!to)
    throw new DataError(`expected an element type that Shatter computes with, got ONNX's number ${number}`);
  const { type, shape } = itemAt(call, 0);
  const literal = call.literal(0);
  if (type === "int8" && to === "float32" && literal !== undefined && shape.length > 1) {
    throw new DataError(
      `tensor "${literal}" is of int8: quantized weights are not trained, export the model before it is quantized`,
    );
  }
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
  // Probabilities by name of the class: still a row for each example.
  "ai.onnx.ml.ZipMap": (call) => [valueAt(call, 0)],
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
