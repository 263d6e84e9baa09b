/**
 * @file What is in a model, layer by layer, read off its graph: shapes, parameters, work, receptive fields.
 */

import { multiplyAddsOf } from "../graph/cost.ts";
import { type Application, inOrder, input, type Shape, sizeOf, type Value } from "../graph/value.ts";
import type { Model } from "./model.ts";
import { createScope, type Parameter, type Scope } from "./scope.ts";

/** One row of a model's parameter table. */
export interface ModelSummary {
  readonly parameters: readonly Parameter[];
  /** Total number of trained numbers. */
  readonly count: number;
}

/** What a model trains, for examples of a shape and a number of classes. */
export function summarizeModel(model: Model, example: Shape, classes: number): ModelSummary {
  const scope = createScope();
  model.logits(input("x", [1, ...example]), classes, scope);
  const count = scope.parameters.reduce((total, { value }) => total + sizeOf(value.shape), 0);
  return { parameters: scope.parameters, count };
}

/** Whether a model is softmax regression: its logits are one fully connected layer on the examples as they are. */
export function isLinear(model: Model, example: Shape, classes: number): boolean {
  const values = inOrder([model.logits(input("x", [1, ...example]), classes, createScope())]);
  const names = values.flatMap((value) => (value.kind === "application" ? [value.operation.name] : []));
  return names.filter((name) => name !== "reshape").join() === "gemm";
}

/** One layer: a convolution, a pool, a mean or a matrix product, with what follows it element by element. */
export interface LayerRow {
  /** Name of its parameters; empty if it has none. */
  readonly layer: string;
  /** What it does. */
  readonly operation: string;
  /** Shape of its result for one example. */
  readonly output: Shape;
  /** Number of trained numbers, those of its bias and its normalization included. */
  readonly parameters: number;
  /** Products added up for one example. */
  readonly multiplyAdds: number;
  /** `[height, width]` of the pixels that an element of the result depends on at most; null if these are no images. */
  readonly receptiveField: readonly [number, number] | null;
}

/** The layers of a model, for examples of a shape and a number of classes, in the order they are computed. */
export function profileModel(model: Model, example: Shape, classes: number): LayerRow[] {
  const scope = createScope();
  const x = input("x", [1, ...example]);
  const values = inOrder([model.logits(x, classes, scope)]);
  const fields = receptiveFields(x, values);
  const owned = parametersByLayer(values, scope);
  return values.flatMap((value) => {
    const operation = describe(value);
    if (operation === undefined) return [];
    const own = owned.get(value) ?? [];
    return {
      layer: (own[0]?.name ?? "").replace(/\.[^.]*$/, ""),
      operation,
      output: value.shape.slice(1),
      parameters: own.reduce((total, parameter) => total + sizeOf(parameter.value.shape), 0),
      multiplyAdds: multiplyAddsOf(value),
      receptiveField: fields.get(value)?.size ?? null,
    };
  });
}

/** The parameters of each layer: its own operands, and those of what follows it element by element. */
function parametersByLayer(
  values: readonly Value[],
  { parameters }: Scope,
): ReadonlyMap<Value, readonly Parameter[]> {
  const found = new Map<Value, Parameter>(parameters.map((parameter) => [parameter.value, parameter]));
  const owned = new Map<Value, Parameter[]>();
  /** Parameters in values that are made of nothing else. */
  const loose = new Map<Value, readonly Parameter[]>();
  const layerOf = new Map<Value, Value>();
  const seen = new Set<Parameter>();
  for (const value of values) {
    if (value.kind !== "application") {
      const parameter = found.get(value);
      if (parameter) loose.set(value, [parameter]);
      continue;
    }
    const met = value.inputs.flatMap((operand) => loose.get(operand) ?? []);
    const isLayer = describe(value) !== undefined;
    const layers = value.inputs.flatMap((operand) => layerOf.get(operand) ?? []);
    const layer = isLayer ? value : layers.at(-1);
    if (layer) layerOf.set(value, layer);
    else if (met.length > 0) loose.set(value, met);
    if (!layer) continue;
    const fresh = met.filter((parameter) => !seen.has(parameter));
    for (const parameter of fresh) seen.add(parameter);
    owned.set(layer, [...(owned.get(layer) ?? []), ...fresh]);
  }
  return owned;
}

/** What a layer does, or undefined if the value is not one. */
function describe(value: Value): string | undefined {
  if (value.kind !== "application") return undefined;
  const { operation, inputs, attributes } = value;
  const [x, w] = inputs as [Value, Value | undefined];
  const strides = attributes["strides"] as Shape | undefined;
  const stride = strides?.some((step) => step > 1) ? `, stride ${[...new Set(strides)].join("x")}` : "";
  switch (operation.name) {
    case "convolution": {
      const fixed = w!.kind === "constant" ? ", fixed" : "";
      return `${w!.shape.slice(2).join("x")} convolution${stride}${fixed}`;
    }
    case "maxPool":
    case "averagePool": {
      const kernel = (attributes["kernel"] as Shape).join("x");
      return `${kernel} ${operation.name === "maxPool" ? "max" : "mean"}-pool${stride}`;
    }
    case "mean":
      return x.shape.length === 4 ? "mean of each channel" : undefined;
    case "gemm":
    case "matmul":
      return "fully connected";
    default:
      return undefined;
  }
}

/** The pixels that an element depends on, and how far apart those of neighbors begin; `[rows, columns]`. */
interface Field {
  readonly size: readonly [number, number];
  readonly step: readonly [number, number];
}

/** The receptive field of every value that depends on images `x`; none if `x` is no images. */
function receptiveFields(x: Value, values: readonly Value[]): Map<Value, Field> {
  const fields = new Map<Value, Field>();
  if (x.shape.length !== 4) return fields;
  const image = [x.shape[2]!, x.shape[3]!] as const;
  const both = (compute: (axis: 0 | 1) => number): readonly [number, number] => [compute(0), compute(1)];
  fields.set(x, { size: [1, 1], step: [1, 1] });
  for (const value of values) {
    if (value.kind !== "application") continue;
    const seen = value.inputs.filter((operand) => fields.has(operand));
    if (seen.length === 0) continue;
    const before = seen.map((operand) => fields.get(operand)!);
    const size = both((axis) => Math.max(...before.map((field) => field.size[axis])));
    const step = both((axis) => Math.max(...before.map((field) => field.step[axis])));
    const window = windowOf(value);
    const keeps = seen.every(({ shape }) => String(shape.slice(2)) === String(value.shape.slice(2)));
    if (window) {
      fields.set(value, {
        size: both((axis) => Math.min(size[axis] + (window.reach[axis]! - 1) * step[axis], image[axis])),
        step: both((axis) => step[axis] * window.strides[axis]!),
      });
    } else fields.set(value, value.shape.length === 4 && keeps ? { size, step } : { size: image, step });
  }
  return fields;
}

/** How far a window reaches, and how it moves. */
function windowOf({ inputs, attributes }: Application): { reach: Shape; strides: Shape } | undefined {
  const strides = attributes["strides"] as Shape | undefined;
  if (strides === undefined) return undefined;
  const kernel = (attributes["kernel"] as Shape | undefined) ?? inputs[1]!.shape.slice(2);
  const dilations = (attributes["dilations"] as Shape | undefined) ?? [1, 1];
  return { reach: kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1), strides };
}
