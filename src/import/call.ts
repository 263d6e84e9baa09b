/**
 * @file What reading a node is given: its operands, known numbers or values of the graph, and its settings.
 */

import { DataError } from "../base/errors.ts";
import { evaluate } from "../graph/evaluate.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import {
  constant,
  type DataType,
  inOrder,
  type Shape,
  showShape,
  sizeOf,
  type Value,
} from "../graph/value.ts";
import type { Settings } from "./file.ts";

/** Numbers that are known while a file is read, possibly none at all; or a value of the graph. */
export type Item = Tensor | Value;

export const isValue = (item: Item): item is Value => "kind" in item;

/** What a network under construction offers to nodes that behave differently in training. */
export interface Builder {
  /** Batch normalization of `[n, c, ...]` with a factor and a shift for each channel, and its running averages. */
  batchNorm(x: Value, norm: BatchNorm): Value;
  /** Drop units with a probability. */
  dropout(x: Value, probability: number): Value;
  /** Told of the operand of each product with weights, before it is multiplied. */
  entering(x: Value): Value;
  /** A convolution's result, with its bias of a number a channel. */
  convolved(y: Value, bias: Value | undefined): Value;
}

/** What belongs to a batch normalization. */
export interface BatchNorm {
  readonly scale: Value;
  readonly shift: Value;
  readonly mean: Item;
  readonly variance: Item;
  readonly epsilon: number;
  /** Weight of what was, in the running averages. */
  readonly momentum: number;
}

/** The size of batches, which exporters write down where nobody tells them that it is free. */
export interface BatchSize {
  /** Of the batch that the file is read for. */
  readonly size: number;
  /** That the file declares, if it declares a number. */
  readonly declared: number | undefined;
  /** Whether a value depends on the examples. */
  readonly reaches: (value: Value) => boolean;
  /** Told that the size of the batch was put for a number of the file. */
  readonly replaces: () => void;
}

/** A node being read. */
export interface Call {
  readonly node: string;
  readonly operator: string;
  readonly items: readonly (Item | undefined)[];
  readonly settings: Settings;
  readonly opset: number;
  readonly outputs: readonly string[];
  readonly builder: Builder;
  readonly batch: BatchSize;
  /** The name of an operand that is a tensor of the file; undefined if it is computed. */
  readonly literal: (at: number) => string | undefined;
}

/** Reads a node: what its outputs are. */
export type Operator = (call: Call) => readonly Item[];

export type Operators = { readonly [operator: string]: Operator };

/** What a table has under a name, which may be that of a thing that all objects have. */
export const entryOf = <T>(table: { readonly [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** Most elements of numbers that are computed while a file is read: hostile files ask for more. */
const MOST_ELEMENTS = 2 ** 22;

/** Most axes of anything: hostile files ask for more. */
const MOST_AXES = 32;

export function requireFewAxes({ length }: Shape): void {
  if (length > MOST_AXES) throw new DataError(`expected at most ${MOST_AXES} axes, got ${length}`);
}

/** Refuse numbers that are too many to be made. */
export function requireSmall(shape: Shape): void {
  requireFewAxes(shape);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0) || sizeOf(shape) > MOST_ELEMENTS) {
    throw new DataError(
      `expected at most ${MOST_ELEMENTS} elements in what is computed from sizes, got ${showShape(shape)}`,
    );
  }
}

/** An operand that must be there. */
export function itemAt({ items }: Call, at: number): Item {
  const item = items[at];
  if (!item) throw new DataError(`expected operand ${at}, got none`);
  return item;
}

/** Known numbers as a value. */
export function asValue(item: Item): Value {
  if (isValue(item)) return item;
  if (sizeOf(item.shape) === 0) throw new DataError("expected elements, got an empty tensor");
  return constant(item.data, item.shape, item.type);
}

export const valueAt = (call: Call, at: number): Value => asValue(itemAt(call, at));

export const optionalValue = (call: Call, at: number): Value | undefined =>
  call.items[at] && asValue(call.items[at]);

/** Whether a value is computed from constants alone. */
export const isKnown = (value: Value): boolean => inOrder([value]).every(({ kind }) => kind !== "input");

/**
 * The numbers of an operand.
 *
 * @throws DataError if they depend on the examples or on what is trained.
 */
export function tensorOf(item: Item): Tensor {
  if (!isValue(item)) return item;
  if (item.kind === "constant") return { shape: item.shape, type: item.type, data: item.data };
  if (!isKnown(item))
    throw new DataError(
      "expected numbers that are known before training, got some that depend on the examples",
    );
  requireSmall(item.shape);
  const { y } = evaluate({ name: "fold", inputs: [], outputs: [{ name: "y", value: item }] }, {});
  return { shape: item.shape, type: item.type, data: y!.data };
}

/** Most sizes, axes or positions that a node is told: hostile files have more. */
const MOST_WHOLES = 2 ** 12;

/** The numbers of an operand, whole ones: sizes, axes, positions. */
export function wholesAt(call: Call, at: number): number[] {
  const numbers = numbersOf(itemAt(call, at));
  if (numbers.length > MOST_WHOLES) {
    throw new DataError(`expected at most ${MOST_WHOLES} numbers as operand ${at}, got ${numbers.length}`);
  }
  const wrong = numbers.find((number) => !Number.isSafeInteger(number));
  if (wrong !== undefined) throw new DataError(`expected whole numbers as operand ${at}, got ${wrong}`);
  return numbers;
}

export const optionalWholes = (call: Call, at: number): number[] | undefined =>
  call.items[at] && wholesAt(call, at);

/** The numbers of an operand. */
export const optionalNumbers = (call: Call, at: number): number[] | undefined =>
  call.items[at] && numbersOf(call.items[at]);

function numbersOf(item: Item): number[] {
  requireSmall(item.shape);
  return Array.from(tensorOf(item).data);
}

const kindOf = (kind: string, name: string, got: object): never => {
  const [what, value] = Object.entries(got)[0]!;
  throw new DataError(
    `expected setting "${name}" to be ${kind}, got ${Number.isNaN(value) ? "NaN" : `a setting of kind ${what}`}`,
  );
};

export function intOf({ settings }: Pick<Call, "settings">, name: string, otherwise: number): number {
  const setting = settings[name];
  if (!setting) return otherwise;
  return "int" in setting ? setting.int : kindOf("a whole number", name, setting);
}

export function floatOf({ settings }: Pick<Call, "settings">, name: string, otherwise: number): number {
  const setting = settings[name];
  if (!setting) return otherwise;
  const number = "float" in setting ? setting.float : "int" in setting ? setting.int : Number.NaN;
  return Number.isNaN(number) ? kindOf("a number", name, setting) : number;
}

export function stringOf({ settings }: Pick<Call, "settings">, name: string, otherwise: string): string {
  const setting = settings[name];
  if (!setting) return otherwise;
  return "string" in setting ? setting.string : kindOf("text", name, setting);
}

export function intsOf({ settings }: Pick<Call, "settings">, name: string): readonly number[] | undefined {
  const setting = settings[name];
  if (!setting) return undefined;
  return "ints" in setting ? setting.ints : kindOf("whole numbers", name, setting);
}

/** An axis in `[0, rank)` from one that may count from the end. */
export function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at >= Math.max(rank, 1)) {
    throw new DataError(`expected an axis in [${-rank}, ${rank}), got ${axis}`);
  }
  return at;
}

/** Numbers of a type. */
export const tensor = (
  data: readonly number[],
  shape: Shape = [data.length],
  type: DataType = "int64",
): Tensor => ({
  shape,
  type,
  data: Float64Array.from(data),
});
