/**
 * @file Rewrites a graph into an equal one that runs faster.
 *
 * Three rules, each measured (docs/performance.md): a number times a matrix product scales the smaller
 * operand instead of the product; what is added to a matrix product is added by the product itself; and the
 * rows of a matrix are summed by a product with ones. The first two make the momentum update of a weight
 * matrix one pass over memory, the third the gradient of a bias a product like the others. A fourth only takes
 * work away: arithmetic stretches its operands itself. A fifth gives a number as many axes as what it is combined with,
 * where that ends in an axis of size 1: the engine goes through the filters of single pixels, `[o, c, 1, 1]`, a hundred
 * times as fast then.
 */

import { onOperands } from "./operation.ts";
import { add, divide, multiply, subtract } from "./ops/elementwise.ts";
import { gemm, matmul } from "./ops/linear.ts";
import { permuteAxes, reshape } from "./ops/shape.ts";
import { broadcastTo, sum } from "./ops/sum.ts";
import { countUses } from "./uses.ts";
import {
  type Application,
  constant,
  type Graph,
  inOrder,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from "./value.ts";

/** Rewrite a graph; outputs keep their names, shapes and meaning. */
export function simplifyGraph(graph: Graph): Graph {
  const uses = countUses(graph);
  const rewritten = new Map<Value, Value>();
  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    if (value.kind !== "application") {
      rewritten.set(value, value);
      continue;
    }
    const given = value.inputs.map((operand) => rewritten.get(operand)!);
    const operands = unstretched(value, given);
    const copy = onOperands(value, withAllAxes(value, operands));
    // A product that others need too is computed anyway, so it may not be absorbed.
    const isFree = operands.map(
      (operand, index) => operand === given[index] && uses.get(value.inputs[index]!) === 1,
    );
    rewritten.set(
      value,
      scaleOperand(copy, isFree) ?? addInProduct(copy, isFree) ?? sumByProduct(copy) ?? copy,
    );
  }
  return {
    ...graph,
    outputs: graph.outputs.map(({ name, value }) => ({ name, value: rewritten.get(value)! })),
  };
}

const isA = (value: Value, operation: { readonly record: Application["operation"] }): value is Application =>
  value.kind === "application" && value.operation === operation.record;

const isArithmetic = ({ operation }: Application): boolean =>
  [add, subtract, multiply, divide].some(({ record }) => record === operation);

/** The operands of arithmetic, a number with as many axes as the other if that has more than two and ends in size 1. */
function withAllAxes(value: Application, operands: readonly Value[]): readonly Value[] {
  if (!isArithmetic(value)) return operands;
  return operands.map((operand, at) => {
    const { shape } = operands[1 - at]!;
    const isLost = shape.length > 2 && shape.at(-1) === 1 && sizeOf(shape) > 1;
    if (!isLost || sizeOf(operand.shape) !== 1 || operand.shape.length === shape.length) return operand;
    const ones = shape.map(() => 1);
    return operand.kind === "constant"
      ? constant(operand.data, ones, operand.type, operand.name)
      : reshape(operand, { shape: ones });
  });
}

/** The operands of arithmetic, without a stretching that the other operand brings about as well. */
function unstretched(value: Application, operands: readonly Value[]): readonly Value[] {
  const { shape } = value;
  if (!isArithmetic(value)) return operands;
  for (const at of [1, 0]) {
    const operand = operands[at]!;
    if (isA(operand, broadcastTo) && sameShape(operands[1 - at]!.shape, shape))
      return operands.with(at, operand.inputs[0]!);
  }
  return operands;
}

/** `s (A B)` is `A (s B)` or `(s A) B`, whichever scales fewer elements. */
function scaleOperand(value: Application, isFree: readonly boolean[]): Value | undefined {
  if (!isA(value, multiply)) return undefined;
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const product = value.inputs[at]!;
    const factor = value.inputs[other]!;
    if (!isA(product, matmul) || !isFree[at] || sizeOf(factor.shape) !== 1 || factor.shape.length > 2)
      continue;
    const [a, b] = product.inputs as [Value, Value];
    if (Math.min(sizeOf(a.shape), sizeOf(b.shape)) >= sizeOf(product.shape)) continue;
    return sizeOf(a.shape) < sizeOf(b.shape)
      ? matmul(multiply(a, factor), b)
      : matmul(a, multiply(b, factor));
  }
  return undefined;
}

/** `A B + beta C` is one operation. */
function addInProduct(value: Application, isFree: readonly boolean[]): Value | undefined {
  if (value.operation.name !== "add") return undefined;
  for (const [at, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const product = value.inputs[at]!;
    const addend = value.inputs[other]!;
    if (!isA(product, matmul) || !isFree[at] || !sameShape(product.shape, value.shape)) continue;
    if (product.shape.length !== 2) continue;
    const { beta, c } = isFree[other] ? scaledBy(addend) : { beta: 1, c: addend };
    const [a, transposeA] = untransposed(product.inputs[0]!);
    const [b, transposeB] = untransposed(product.inputs[1]!);
    return gemm(a, b, c, { alpha: 1, beta, transposeA, transposeB });
  }
  return undefined;
}

/** The sum of the rows of a matrix is a row of ones times the matrix. */
function sumByProduct(value: Application): Value | undefined {
  const [x] = value.inputs as [Value];
  if (!isA(value, sum) || x.shape.length !== 2 || String(value.attributes["axes"]) !== "0") return undefined;
  const product = matmul(constant(1, [1, x.shape[0]!]), x);
  return sameShape(product.shape, value.shape) ? product : reshape(product, { shape: value.shape });
}

/** A value as a number times another value. */
function scaledBy(value: Value): { readonly beta: number; readonly c: Value } {
  if (isA(value, multiply)) {
    const [a, b] = value.inputs as [Value, Value];
    if (a.kind === "constant" && a.data.length === 1 && sameShape(b.shape, value.shape))
      return { beta: a.data[0]!, c: b };
    if (b.kind === "constant" && b.data.length === 1 && sameShape(a.shape, value.shape))
      return { beta: b.data[0]!, c: a };
  }
  return { beta: 1, c: value };
}

/** A matrix without its transposition, and whether there was one. */
function untransposed(value: Value): readonly [Value, boolean] {
  const isTransposed = isA(value, permuteAxes) && sameShape(value.attributes["axes"] as Shape, [1, 0]);
  return isTransposed ? [value.inputs[0]!, true] : [value, false];
}
