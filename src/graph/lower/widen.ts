/**
 * @file Widens images whose channels are no whole blocks: by blocks of 16, 24 channels are computed as 32, of which 8 are
 * zero.
 *
 * A value that is made of wide ones has a wide form itself where zeros stay zeros; where something else needs it, its own
 * channels are taken out.
 */

import { apply, onOperands } from "../operation.ts";
import type { Block } from "../ops/blocked.ts";
import { type Convolution, convolution, filterGradient, transposedConvolution } from "../ops/convolution.ts";
import { pad, slice } from "../ops/pieces.ts";
import { reshape } from "../ops/shape.ts";
import {
  type Application,
  type Graph,
  inOrder,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from "../value.ts";

/** Channels as whole blocks, if they are none and a third more is enough; else as they are. */
function widthOf(channels: number, block: Block): number {
  const wide = Math.ceil(channels / block) * block;
  return channels > block && 3 * wide <= 4 * channels ? wide : channels;
}

/**
 * A value `[a, c, ...]` with zeros after it, up to a shape that is larger along the first two axes.
 *
 * As a matrix, since the engine pads long rows fast.
 */
function padTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const matrix = reshape(x, { shape: [x.shape[0]!, sizeOf(x.shape.slice(1))] });
  const [below, after] = [shape[0]! - x.shape[0]!, sizeOf(shape.slice(1)) - matrix.shape[1]!];
  return reshape(pad(matrix, { pads: [0, 0, below, after] }), { shape });
}

/** The first elements of a value along every axis. */
function firstOf(x: Value, shape: Shape): Value {
  const axes = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== x.shape[axis]);
  if (axes.length === 0) return x;
  const [starts, steps] = [axes.map(() => 0), axes.map(() => 1)];
  return slice(x, { starts, ends: axes.map((axis) => shape[axis]!), axes, steps });
}

/** The values of a graph that is widened. */
interface Wide {
  widthOf(channels: number): number;
  isWide(value: Value): boolean;
  /** It with as many channels as `widthOf` says. */
  wideOf(value: Value): Value;
  plainOf(value: Value): Value;
}

/** A value made of wide ones, with its own shape, or a wide one; undefined if it has to be made of plain ones. */
type Rule = (value: Application, wide: Wide) => Value | undefined;

/** Filters for images and results of whole blocks. */
const wideFilters = (w: Value, groups: number, { widthOf }: Wide): Value => {
  const [o, c] = w.shape as [number, number, ...number[]];
  return padTo(w, w.shape.with(0, widthOf(o)).with(1, groups === 1 ? widthOf(c) : c));
};

/** Whether a convolution sees all channels, or each of its filters one. */
const canWiden = (x: Value, y: Value, { groups }: Convolution, { widthOf }: Wide): boolean =>
  (groups === 1 || (groups === x.shape[1] && groups === y.shape[1])) &&
  (widthOf(x.shape[1]!) !== x.shape[1] || widthOf(y.shape[1]!) !== y.shape[1]);

const wideSettings = <S extends Convolution>(settings: S, { widthOf }: Wide): S =>
  settings.groups === 1 ? settings : { ...settings, groups: widthOf(settings.groups) };

const elementwise: Rule = (value, { isWide, wideOf, plainOf, widthOf }) => {
  if (!value.inputs.some(isWide)) return undefined;
  const operands = value.inputs.map((operand) => {
    if (sameShape(operand.shape, value.shape)) return wideOf(operand);
    const { shape } = operand;
    if (sizeOf(shape) === 1) return plainOf(operand);
    const channels = value.shape[1]!;
    if (shape.at(-3) !== channels || sizeOf(shape) !== channels) return undefined;
    const row = reshape(plainOf(operand), { shape: [1, channels, 1, 1] });
    return padTo(row, [1, widthOf(channels), 1, 1]);
  });
  return operands.every((operand) => operand !== undefined)
    ? apply(value.operation, operands, value.attributes)
    : undefined;
};

const reduction: Rule = (value, { isWide, wideOf }) => {
  const [x] = value.inputs as [Value];
  const { axes } = value.attributes as { readonly axes: readonly number[] };
  if (!isWide(x) || axes.includes(1)) return undefined;
  return firstOf(apply(value.operation, [wideOf(x)], value.attributes), value.shape);
};

const RULES: { readonly [operation: string]: Rule } = {
  convolution(value, wide) {
    const { wideOf, plainOf } = wide;
    const [x, w] = value.inputs as [Value, Value];
    const settings = value.attributes as Convolution;
    if (!canWiden(x, value, settings, wide)) return undefined;
    return convolution(
      wideOf(x),
      wideFilters(plainOf(w), settings.groups, wide),
      wideSettings(settings, wide),
    );
  },
  transposedConvolution(value, wide) {
    const { wideOf, plainOf } = wide;
    const [dy, w] = value.inputs as [Value, Value];
    const settings = value.attributes as Convolution & { readonly size: Shape };
    if (!canWiden(dy, value, settings, wide)) return undefined;
    return transposedConvolution(
      wideOf(dy),
      wideFilters(plainOf(w), settings.groups, wide),
      wideSettings(settings, wide),
    );
  },
  filterGradient(value, wide) {
    const { wideOf } = wide;
    const [x, dy] = value.inputs as [Value, Value];
    const settings = value.attributes as Convolution & { readonly kernel: Shape };
    if (!canWiden(x, dy, settings, wide)) return undefined;
    return firstOf(filterGradient(wideOf(x), wideOf(dy), wideSettings(settings, wide)), value.shape);
  },
  ...Object.fromEntries(
    ["add", "subtract", "multiply", "negate", "relu", "greater", "where"].map((name) => [name, elementwise]),
  ),
  clip: elementwise,
  sum: reduction,
  mean: reduction,
};

/** Widen a graph; inputs, outputs and their shapes stay as they are. */
export function widenChannels(graph: Graph, block: Block): Graph {
  const widthIn = (channels: number): number => widthOf(channels, block);
  const plains = new Map<Value, Value>();
  const wides = new Map<Value, Value>();
  const padded = new Map<Value, Value>();
  const kept = (values: Map<Value, Value>, value: Value, make: () => Value): Value => {
    const made = values.get(value) ?? make();
    values.set(value, made);
    return made;
  };
  const plainOf = (value: Value): Value => kept(plains, value, () => firstOf(wides.get(value)!, value.shape));
  const wideOf = (value: Value): Value =>
    wides.get(value) ??
    kept(padded, value, () => padTo(plainOf(value), value.shape.with(1, widthIn(value.shape[1]!))));
  const outputs = graph.outputs.map(({ value }) => value);
  for (const value of inOrder(outputs)) {
    if (value.kind !== "application") {
      plains.set(value, value);
      continue;
    }
    const rule = value.shape.length === 4 || isReduction(value) ? RULES[value.operation.name] : undefined;
    const made =
      rule?.(value, { widthOf: widthIn, isWide: (operand) => wides.has(operand), wideOf, plainOf }) ??
      onOperands(value, value.inputs.map(plainOf));
    (sameShape(made.shape, value.shape) ? plains : wides).set(value, made);
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: plainOf(value) })),
  };
}

/** Whether a value has other axes than the images it is made of. */
const isReduction = ({ operation }: Application): boolean => ["sum", "mean"].includes(operation.name);
