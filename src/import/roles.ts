/**
 * @file What of a file is trained: derived from where its tensors meet the examples, never from their names.
 *
 * A tensor is a weight if products take it, a bias if it is added, a factor if it is multiplied with what has been through
 * a weight; what acts on the examples themselves, before any, is preprocessing that was exported with the model.
 */

import type { Value } from "../graph/value.ts";
import { type Application, type Constant, inOrder, type Shape, sizeOf } from "../graph/value.ts";
import type { Parameter } from "../nn/scope.ts";

/** A tensor that is trained. */
export interface Trained {
  readonly name: string;
  readonly role: Parameter["role"];
  readonly fanIn: number;
  readonly fanOut: number;
  /** Whether it is a table whose rows are taken or added, of words or positions, and no factor of a product. */
  readonly isTable: boolean;
}

/** Roles of the tensors of a graph. */
export interface Roles {
  /** By name, in the order in which examples meet them. */
  readonly trained: ReadonlyMap<string, Trained>;
  /** Tensors that act on the examples before any weight does: the file normalizes its input. */
  readonly preprocessing: readonly string[];
  /** Constants that stay as they are: masks, and numbers that nothing says are trained. */
  readonly fixed: readonly string[];
  /** The last product before the output, and the tensors that make it. */
  readonly head: Head | undefined;
}

/** The last product. */
export interface Head {
  readonly product: Value;
  readonly weight: string;
  /** What is added to it: a number a class. */
  readonly bias: string | undefined;
}

type Facts = Omit<Trained, "name">;

const vector = (x: Shape): boolean => x.filter((size) => size > 1).length <= 1;
const table = (shape: Shape): Facts => ({
  role: "weight",
  fanIn: shape.at(-1) ?? 1,
  fanOut: shape.at(-1) ?? 1,
  isTable: true,
});
const product = (fanIn: number, fanOut: number): Facts => ({ role: "weight", fanIn, fanOut, isTable: false });

/** Fans of filters `[o, c / groups, kh, kw]`. */
const filters = ([o, c, ...kernel]: Shape): Facts => product(c! * sizeOf(kernel), o! * sizeOf(kernel));

/** Values at most this low are added to leave something out, as masks of attention do. */
const MASKED = -100;

/** Whether a constant is a mask: zeros, and numbers so low that nothing is left after a softmax. */
const isMask = ({ shape, data }: Constant): boolean =>
  shape.length >= 2 &&
  data.every((element) => element === 0 || element <= MASKED) &&
  data.some((element) => element !== 0);

/**
 * The role of an operand that is made of tensors alone, in an operation with others that depend on the examples.
 *
 * @returns Undefined if it is not trained.
 */
function factsOf(
  { operation, inputs, attributes }: Application,
  at: number,
  isTouched: boolean,
  isScale: boolean,
): Facts | undefined {
  const own = inputs[at]!;
  const { shape } = own;
  // What is subtracted or divided by belongs to a normalization that was written as arithmetic.
  const isStatistic = at === 1 && (operation.name === "subtract" || operation.name === "divide");
  switch (operation.name) {
    case "convolution":
      return at === 1 ? filters(shape) : undefined;
    case "transposedConvolution": {
      const [c, o, ...kernel] = shape as [number, number, ...number[]];
      return at === 1 ? product(c * sizeOf(kernel), o * sizeOf(kernel)) : undefined;
    }
    case "gemm": {
      if (at === 2)
        return {
          role: "bias",
          fanIn: inputs[0]!.shape.at(attributes["transposeA"] ? 0 : -1)!,
          fanOut: sizeOf(shape),
          isTable: false,
        };
      const turned = attributes[at === 0 ? "transposeA" : "transposeB"] === true;
      const [rows, columns] = (turned ? shape.toReversed() : shape) as [number, number];
      return at === 1 ? product(rows, columns) : product(columns, rows);
    }
    case "matmul": {
      const [rows, columns] = shape.slice(-2) as [number, number];
      return at === 1 ? product(rows, columns) : product(columns, rows);
    }
    case "gather":
      return at === 0 ? table(shape) : undefined;
    case "concat":
      return isTouched ? table(shape) : undefined;
    case "add":
    case "subtract": {
      if (!isTouched || isStatistic || (own.kind === "constant" && isMask(own))) return undefined;
      return vector(shape) ? { role: "bias", fanIn: 0, fanOut: 1, isTable: false } : table(shape);
    }
    case "multiply":
    case "divide":
      // One number alone is a setting, such as the scale of attention, unless it is a normalization's.
      return isTouched && (isScale || (!isStatistic && sizeOf(shape) > 1))
        ? { role: "scale", fanIn: 0, fanOut: 1, isTable: false }
        : undefined;
    default:
      return undefined;
  }
}

/** Operations that take an example through something trained, or through its statistics. */
const TOUCHING = new Set([
  "convolution",
  "transposedConvolution",
  "gemm",
  "matmul",
  "gather",
  "batchNormalize",
  "layerNormalize",
]);

/**
 * The roles of all named constants that an output depends on.
 *
 * @param output - Made of the examples, of constants, and of running averages.
 * @param x - The examples.
 * @param scales - Factors of normalizations.
 */
export function rolesOf(output: Value, x: Value, scales: ReadonlySet<Value>): Roles {
  const values = inOrder([output]);
  const trained = new Map<string, Trained>();
  const preprocessing = new Set<string>();
  const seen = new Set<string>();
  const dependent = new Set<Value>();
  const touched = new Set<Value>();
  const leaves = new Map<Value, readonly string[]>();
  let head: Head | undefined;
  const biasOf = new Map<Value, string>();
  for (const value of values) {
    if (value.kind === "constant") {
      if (value.name) seen.add(value.name);
      leaves.set(value, value.name ? [value.name] : []);
      continue;
    }
    if (value.kind === "input") {
      dependent.add(value);
      // Running averages are those of a layer.
      if (value !== x) touched.add(value);
      continue;
    }
    const { inputs, operation } = value;
    const others = inputs.filter((operand) => dependent.has(operand));
    if (others.length === 0) {
      leaves.set(value, [...new Set(inputs.flatMap((operand) => leaves.get(operand) ?? []))]);
      continue;
    }
    dependent.add(value);
    const isTouched = others.some((operand) => touched.has(operand));
    let trains = false;
    inputs.forEach((operand, at) => {
      const names = leaves.get(operand);
      if (dependent.has(operand) || !names || names.length === 0) return;
      const facts = factsOf(
        value,
        at,
        isTouched,
        inOrder([operand]).some((each) => scales.has(each)),
      );
      if (facts) {
        trains = true;
        for (const name of names) if (!trained.has(name)) trained.set(name, { name, ...facts });
        if (facts.role === "weight" && !facts.isTable)
          head = { product: value, weight: names[0]!, bias: undefined };
        if (facts.role === "bias") biasOf.set(value, names[0]!);
      } else if (!isTouched) for (const name of names) preprocessing.add(name);
    });
    if (isTouched || trains || TOUCHING.has(operation.name)) touched.add(value);
  }
  const fixed = [...seen].filter((name) => !trained.has(name) && !preprocessing.has(name));
  return {
    trained,
    preprocessing: [...preprocessing],
    fixed,
    head: head && { ...head, bias: biasAfter(head.product, values, biasOf) },
  };
}

/** The bias that is added to a product, at once or after its shape was changed. */
function biasAfter(
  product: Value,
  values: readonly Value[],
  biasOf: ReadonlyMap<Value, string>,
): string | undefined {
  const own = biasOf.get(product);
  if (own) return own;
  let last = product;
  for (const value of values) {
    if (value.kind !== "application" || !value.inputs.includes(last)) continue;
    if (value.operation.name === "add") return biasOf.get(value);
    if (value.operation.name !== "reshape") return undefined;
    last = value;
  }
  return undefined;
}
