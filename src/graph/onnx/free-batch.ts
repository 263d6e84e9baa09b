/**
 * @file A file for batches of any size, from what a file for batches of some sizes would be.
 *
 * Whole numbers that go with the batch, such as those of a reshape, become so many times its size and so many more, computed in
 * the file from the input's shape. Where more than that goes with it, there is no such file.
 */

import { attributeInit, type GraphInit, type NodeInit, type TensorInit, tensorInit } from "./write.ts";

/** Sizes of batches that are compared: two say how a number goes with the size, the third that it does. Primes, which no layer has. */
export const BATCHES = [211, 223, 227] as const;

/** ONNX's number of int64. */
const INT64 = 7;

/** A number as `times` the size of the batch, and `plus`. */
interface Affine {
  readonly times: number;
  readonly plus: number;
}

/**
 * One graph for all sizes of batches.
 *
 * @param graphs - The same graph, written for batches of each of {@link BATCHES} examples.
 * @param name - Of the input whose first axis is the batch.
 * @returns With inputs and outputs declared as in the first graph; undefined if the graphs differ in more than whole numbers
 *   that go with the batch.
 */
export function freeBatch(graphs: readonly GraphInit[], name: string): GraphInit | undefined {
  const [first] = graphs as [GraphInit];
  if (graphs.some((graph) => textOf(graph.node) !== textOf(first.node))) return undefined;
  const taken = new Set([...first.input, ...(first.initializer ?? [])].map((one) => one.name!));
  for (const node of first.node) for (const output of node.output ?? []) taken.add(output);
  const sizes = computeSizes(name, (wanted) => {
    let free = wanted;
    for (let at = 2; taken.has(free); at++) free = `${wanted}_${at}`;
    taken.add(free);
    return free;
  });
  const initializer: TensorInit[] = [];
  for (const [at, tensor] of (first.initializer ?? []).entries()) {
    const all = graphs.map((graph) => graph.initializer![at]!);
    if (all.every((other) => isSame(tensor, other))) {
      initializer.push(tensor);
      continue;
    }
    const shape = isReshapes(first, tensor.name!) ? oneOpen(all) : undefined;
    if (shape) initializer.push(tensorInit(tensor.name!, "int64", [shape.length], shape));
    else if (!sizes.write(all)) return undefined;
  }
  return {
    ...first,
    node: [...sizes.node, ...first.node],
    initializer: [...initializer, ...sizes.initializer],
  };
}

const textOf = (nodes: readonly NodeInit[]): string =>
  JSON.stringify(nodes, (_, value) => (typeof value === "bigint" ? String(value) : value));

const shapeOf = ({ dims = [] }: TensorInit): number[] => dims.map(Number);

const bytesOf = ({ rawData }: TensorInit): Uint8Array => rawData ?? new Uint8Array();

const wholesOf = (tensor: TensorInit): number[] =>
  Array.from(new BigInt64Array(bytesOf(tensor).slice().buffer), Number);

function isSame(a: TensorInit, b: TensorInit): boolean {
  if (a.name !== b.name || a.dataType !== b.dataType || String(a.dims) !== String(b.dims)) return false;
  const [one, other] = [bytesOf(a), bytesOf(b)];
  const isOne = one.buffer === other.buffer && one.byteOffset === other.byteOffset;
  return isOne || (one.length === other.length && one.every((byte, at) => byte === other[at]));
}

/** A number of each graph, in one; undefined if it does not go with the batch. */
function affine(numbers: readonly number[]): Affine | undefined {
  const [a, b] = numbers as [number, number];
  const times = (b - a) / (BATCHES[1] - BATCHES[0]);
  const plus = a - times * BATCHES[0];
  const fits = numbers.every((number, at) => number === times * BATCHES[at]! + plus);
  return Number.isInteger(times) && fits ? { times, plus } : undefined;
}

/** Lists of each graph, element by element. */
function affines(lists: readonly (readonly number[])[]): readonly Affine[] | undefined {
  const [first] = lists as [readonly number[]];
  if (lists.some(({ length }) => length !== first.length)) return undefined;
  const all = first.map((_, at) => affine(lists.map((list) => list[at]!)));
  return all.every((one) => one !== undefined) ? all : undefined;
}

/** Whether a tensor is nothing but the shape of reshapes, which may leave one size open. */
const isReshapes = ({ node }: GraphInit, name: string): boolean =>
  node.every(({ input, opType }) =>
    (input ?? []).every((one, at) => one !== name || (opType === "Reshape" && at === 1)),
  );

/** The shape of a reshape with its only size that goes with the batch left open; undefined if there is not one such. */
function oneOpen(tensors: readonly TensorInit[]): number[] | undefined {
  if (tensors.some(({ dataType }) => dataType !== INT64)) return undefined;
  const sizes = affines(tensors.map(wholesOf));
  if (sizes?.filter(({ times }) => times !== 0).length !== 1) return undefined;
  return sizes.map(({ times, plus }) => (times === 0 ? plus : -1));
}

/** Nodes that compute sizes from the shape of the input. */
function computeSizes(input: string, unused: (name: string) => string) {
  const node: NodeInit[] = [];
  const initializer: TensorInit[] = [];
  let batch: string | undefined;
  const add = (
    opType: string,
    operands: string[],
    output: string,
    attribute: NodeInit["attribute"] = [],
  ): string => {
    node.push({ opType, name: output, input: operands, output: [output], attribute });
    return output;
  };
  const hold = (name: string, numbers: readonly number[]): string => {
    const held = unused(name);
    initializer.push(tensorInit(held, "int64", [numbers.length], numbers));
    return held;
  };
  /** The size of the batch, `[1]`. */
  const batchSize = (): string => {
    const [start, end] = [attributeInit("start", { int: 0 }), attributeInit("end", { int: 1 })];
    batch ??= add("Shape", [input], unused("batch_size"), [start, end]);
    return batch;
  };
  const compute = (sizes: readonly Affine[], name: string): string => {
    const times = hold(
      `${name}_times`,
      sizes.map((one) => one.times),
    );
    if (sizes.every(({ plus }) => plus === 0)) return add("Mul", [batchSize(), times], name);
    const product = add("Mul", [batchSize(), times], unused(`${name}_product`));
    return add(
      "Add",
      [
        product,
        hold(
          `${name}_plus`,
          sizes.map(({ plus }) => plus),
        ),
      ],
      name,
    );
  };
  return {
    node,
    initializer,
    /** Compute a tensor that differs from graph to graph; false if it cannot be. */
    write(tensors: readonly TensorInit[]): boolean {
      const [first] = tensors as [TensorInit];
      const name = first.name!;
      if (tensors.some((one) => one.name !== name || one.dataType !== first.dataType)) return false;
      const isList = first.dataType === INT64 && shapeOf(first).length === 1;
      const elements = isList ? affines(tensors.map(wholesOf)) : undefined;
      if (elements) {
        compute(elements, name);
        return true;
      }
      const shape = affines(tensors.map(shapeOf));
      const element = uniformOf(tensors);
      if (!shape || !element) return false;
      const value = {
        name: "value",
        type: TENSOR,
        t: { dims: [1n], dataType: first.dataType!, rawData: element },
      };
      add("ConstantOfShape", [compute(shape, unused(`${name}_shape`))], name, [value]);
      return true;
    },
  };
}

/** ONNX's number of attributes that are tensors. */
const TENSOR = 4;

/** The bytes of the one element that all elements of all tensors are. */
function uniformOf(tensors: readonly TensorInit[]): Uint8Array | undefined {
  const [first] = tensors as [TensorInit];
  const count = shapeOf(first).reduce((product, size) => product * size, 1);
  const width = bytesOf(first).length / count;
  const element = bytesOf(first).slice(0, width);
  const isUniform = tensors.every((tensor) =>
    bytesOf(tensor).every((byte, at) => byte === element[at % width]),
  );
  return isUniform ? element : undefined;
}
