/**
 * @file Stacks a graph on itself: what it computes for one of several equal problems, for all of them at once.
 *
 * Values that differ from problem to problem have an axis more, the first; those that do not stay as they are.
 */

import { GraphError } from "../base/errors.ts";
import { apply, onOperands } from "./operation.ts";
import * as compare from "./ops/compare.ts";
import * as elementwise from "./ops/elementwise.ts";
import { add, multiply } from "./ops/elementwise.ts";
import { gather } from "./ops/gather.ts";
import { matmul } from "./ops/linear.ts";
import { permuteAxes, reshape } from "./ops/shape.ts";
import { broadcastTo } from "./ops/sum.ts";
import {
  type Application,
  constant,
  type Graph,
  type Input,
  inOrder,
  input,
  numberLike,
  type Shape,
  type Value,
} from "./value.ts";

/** A graph for several problems. */
export interface Stacked {
  readonly graph: Graph;
  /** The input that an input of one problem has become: itself where it is shared. */
  readonly inputOf: (input: Input) => Input;
}

/**
 * Stack a graph.
 *
 * @param count - Number of problems.
 * @param shared - Inputs that are the same in all of them.
 * @returns A graph whose other inputs, and whose outputs, have a first axis of `count`.
 * @throws GraphError if it has operations that are not stacked: convolutions and pools among them.
 */
export function stackGraph(graph: Graph, count: number, shared: ReadonlySet<Input>): Stacked {
  const become = new Map<Value, Value>();
  /** Of the stacked values: the stack. */
  const stacked = new Set<Value>();
  const inputOf = (value: Input): Input => {
    if (shared.has(value)) return value;
    const known =
      (become.get(value) as Input | undefined) ?? input(value.name, [count, ...value.shape], value.type);
    become.set(value, known);
    stacked.add(known);
    return known;
  };
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    if (value.kind === "input") become.set(value, inputOf(value));
    if (value.kind === "constant") become.set(value, value);
    if (value.kind !== "application") continue;
    const operands = value.inputs.map((operand) => become.get(operand)!);
    const isStacked = operands.map((operand) => stacked.has(operand));
    if (!isStacked.includes(true)) {
      become.set(value, onOperands(value, operands));
      continue;
    }
    const stack = stackOf(value, operands, isStacked, count);
    stacked.add(stack);
    become.set(value, stack);
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: become.get(value)! }));
  return { graph: { name: `${graph.name}-${count}`, inputs: graph.inputs.map(inputOf), outputs }, inputOf };
}

/** Operations whose operands stretch to one shape, element by element. */
const STRETCHING: ReadonlySet<string> = new Set(
  [...Object.values(elementwise), ...Object.values(compare)].flatMap((thing) =>
    typeof thing === "function" && "record" in thing ? [thing.record.name] : [],
  ),
);

/** A stack `[count, ...shape]` as one of a higher rank: sizes of 1 after the first axis. */
function withRank(stack: Value, rank: number): Value {
  const [count, ...shape] = stack.shape as [number, ...number[]];
  const ones = Array.from({ length: rank - shape.length }, () => 1);
  return ones.length === 0 ? stack : reshape(stack, { shape: [count, ...ones, ...shape] });
}

/** What an operation is for all problems; at least one of the operands is a stack. */
function stackOf(
  value: Application,
  operands: readonly Value[],
  isStacked: readonly boolean[],
  count: number,
): Value {
  const { operation, attributes, shape } = value;
  const { name } = operation;
  const [x] = operands as [Value];
  const aligned = (): Value[] =>
    operands.map((operand, at) => (isStacked[at] ? withRank(operand, shape.length) : operand));
  if (STRETCHING.has(name) || name === "matmul") return apply(operation, aligned(), attributes);
  const axes = attributes["axes"] as Shape | undefined;
  switch (name) {
    case "cast":
      return apply(operation, operands, attributes);
    case "reshape":
      return reshape(x, { shape: [count, ...shape] });
    case "broadcastTo":
      return broadcastTo(withRank(x, shape.length), { shape: [count, ...shape] });
    case "permuteAxes":
      return permuteAxes(x, { axes: [0, ...axes!.map((axis) => axis + 1)] });
    case "sum":
    case "mean":
    case "max":
      return apply(operation, operands, { ...attributes, axes: axes!.map((axis) => axis + 1) });
    case "logSoftmax":
    case "softmax":
    case "argMax":
      return apply(operation, operands, { ...attributes, axis: (attributes["axis"] as number) + 1 });
    case "gemm":
      return productOf(value, operands, isStacked);
    case "gather":
      return rowsOf(value, operands as [Value, Value], isStacked, count);
  }
  throw new GraphError(`stackGraph: expected operations of fully connected networks, got ${name}`);
}

/** `alpha A B + beta C` of stacks. */
function productOf(
  { attributes }: Application,
  operands: readonly Value[],
  isStacked: readonly boolean[],
): Value {
  const { alpha, beta } = attributes as { readonly alpha: number; readonly beta: number };
  const turned = (at: 0 | 1, isTurned: unknown): Value => {
    const operand = operands[at]!;
    if (!isTurned) return operand;
    return permuteAxes(operand, { axes: isStacked[at] ? [0, 2, 1] : [1, 0] });
  };
  const scaled = (of: Value, by: number): Value => (by === 1 ? of : multiply(of, numberLike(of, by)));
  const product = scaled(
    matmul(turned(0, attributes["transposeA"]), turned(1, attributes["transposeB"])),
    alpha,
  );
  const addend = operands[2];
  if (addend === undefined) return product;
  return add(product, scaled(isStacked[2] ? withRank(addend, 2) : addend, beta));
}

/** Rows of each problem, or of what all share. */
function rowsOf(
  { attributes }: Application,
  [x, indices]: readonly [Value, Value],
  isStacked: readonly boolean[],
  count: number,
): Value {
  const { axis = 0 } = attributes as { readonly axis?: number };
  if (!isStacked[1]) return gather(x, indices, { axis: axis + 1 });
  if (axis !== 0) throw new GraphError(`stackGraph: expected gather of rows, got axis ${axis}`);
  if (!isStacked[0]) return gather(x, indices);
  // The tables of all problems one below the other.
  const [, rows, ...rest] = x.shape as [number, number, ...number[]];
  const firsts = constant(
    Array.from({ length: count }, (_, problem) => problem * rows),
    [count, ...indices.shape.slice(1).map(() => 1)],
    indices.type,
  );
  return gather(reshape(x, { shape: [count * rows, ...rest] }), add(indices, firsts));
}
