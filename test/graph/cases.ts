/**
 * @file The cases every operation is tested with, by all oracles: meaning, derivative, runtime and PyTorch.
 */

import { randomStream } from "../../src/base/random.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { apply } from "../../src/graph/operation.ts";
import { multiply } from "../../src/graph/ops/elementwise.ts";
import { operations } from "../../src/graph/ops/index.ts";
import { cast } from "../../src/graph/ops/shape.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import {
  type Application,
  type Graph,
  type Input,
  input,
  isFloating,
  type Shape,
  sizeOf,
  type Value,
} from "../../src/graph/value.ts";
import {
  awayFromZero,
  bytes,
  choice,
  type Draft,
  double,
  draft,
  exactly,
  indices,
  kink,
  normal,
  type Operand,
  type OperationCase,
  positive,
} from "./draft.ts";
import { windowDrafts } from "./window-cases.ts";

type Fill = (...shape: readonly number[]) => Operand;

/** Two operands in all ways they stretch. */
const stretched = (a: Fill, b: Fill): Draft[] => [
  draft("equal shapes", [a(2, 3), b(2, 3)]),
  draft("scalars", [a(), b()]),
  draft("a row on the right", [a(2, 3), b(3)]),
  draft("a row on the left", [a(3), b(2, 3)]),
  draft("a scalar on the right", [a(2, 3), b()]),
  draft("a column and a row", [a(2, 1), b(1, 3)]),
  draft("a size of 1 in the middle", [a(2, 1, 3), b(4, 1)]),
];

const elementwise = (fill: Fill, ...given: readonly number[]): Draft[] => [
  draft("a matrix", [fill(2, 3)]),
  draft("a scalar", [fill()]),
  draft("chosen elements", [exactly(given)]),
];

/** A matrix with a tie in its rows, in its columns, and over all. */
const TIED = exactly([1, 3, 3, -2, 3, -2], [2, 3]);

const reductions: Draft[] = [
  draft("rows, kept", [normal(2, 3)], { axes: [1], keepDims: true }),
  draft("rows, folded", [normal(2, 3)], { axes: [1], keepDims: false }),
  draft("columns", [normal(2, 3)], { axes: [0], keepDims: false }),
  draft("all axes", [normal(2, 3)], { axes: [0, 1], keepDims: false }),
  draft("outer axes of three, kept", [normal(2, 3, 4)], { axes: [0, 2], keepDims: true }),
  draft("axes not in order", [normal(2, 3, 4)], { axes: [2, 1], keepDims: false }),
  draft("an axis of size 1", [normal(3, 1)], { axes: [1], keepDims: false }),
];

const extremes: Draft[] = [
  kink("ties", [exactly([0, 1, 2, -1]), exactly([0, 2, 2, 1])]),
  draft("float64", [double(2, 3), double(3)]),
];

const alongAxis: Draft[] = [
  draft("rows", [normal(3, 4)], { axis: 1 }),
  draft("columns", [normal(3, 4)], { axis: 0 }),
  draft("the middle axis", [normal(2, 3, 2)], { axis: 1 }),
  draft("an axis of size 1", [normal(3, 1)], { axis: 1 }),
  draft("far apart", [exactly([1000, 0, -1000, 5, 5, 5], [2, 3])], { axis: 1 }),
];

const gemmSettings = { alpha: 1, beta: 1, transposeA: false, transposeB: false };

const drafts: { readonly [operation: string]: readonly Draft[] } = {
  add: stretched(normal, normal),
  subtract: stretched(normal, normal),
  multiply: stretched(normal, normal),
  divide: [
    ...stretched(normal, positive),
    draft("negative divisors", [normal(4), awayFromZero(4)]),
    draft("float64", [double(2, 3), double(3)]),
  ],
  maximum: [...stretched(normal, normal), ...extremes],
  minimum: [...stretched(normal, normal), ...extremes],
  negate: elementwise(normal, 0, 1, -2.5),
  exp: elementwise(normal, 0, 1, -20, 5),
  log: elementwise(positive, 1, 0.25, 1000),
  sqrt: [...elementwise(positive, 1, 0.25, 1000), draft("float64", [double(3)])],
  sin: [...elementwise(normal, 0, 1, -2.5), draft("float64", [double(3)])],
  cos: [...elementwise(normal, 0, 1, -2.5), draft("float64", [double(3)])],
  acos: [draft("cosines", [exactly([0, 0.5, -0.75, 0.25], [2, 2])])],
  erf: elementwise(normal, 0, 0.5, -3, 7),
  abs: [...elementwise(normal, 2, -2.5), kink("zero", [exactly([0, 1, -1])])],
  power: [
    draft("squares", [normal(2, 3)], { exponent: 2 }),
    draft("cubes of negative numbers", [exactly([-2, 0.5, -0.25, 0])], { exponent: 3 }),
    draft("a root", [positive(2, 3)], { exponent: 0.5 }),
    draft("one over, float64", [double(3)], { exponent: -1.5 }),
    draft("as it is", [normal()], { exponent: 1 }),
    draft("to nothing", [exactly([0, 2])], { exponent: 0 }),
  ],
  clip: [
    draft("as ReLU6", [exactly([-1, 0.5, 3, 5.5, 7, 100], [2, 3])], { min: 0, max: 6 }),
    draft("below alone", [normal(2, 3)], { min: -0.25, max: Number.POSITIVE_INFINITY }),
    draft("above alone, float64", [double(2, 3)], { min: Number.NEGATIVE_INFINITY, max: 1 }),
    kink("the bounds", [exactly([-1, 0, 1, 2])], { min: -1, max: 1 }),
  ],
  tanh: [...elementwise(normal, 0, 0.5, -30, 30), draft("float64", [double(3)])],
  sigmoid: elementwise(normal, 0, 0.5, -30, 30),
  relu: [...elementwise(normal, 2, -2, 1000), kink("zero", [exactly([0, 1, -1])])],
  equal: [
    ...stretched(normal, normal),
    kink("ties", [exactly([0, 1, 2, -1]), exactly([0, 2, 2, 1])]),
    draft("int32", [exactly([3, -1, 2], [3, 1], "int32"), exactly([2, 3], [2], "int32")]),
    draft("int64", [exactly([3, -1, 2], [3, 1], "int64"), exactly([2, 3], [2], "int64")]),
  ],
  greater: [
    ...stretched(normal, normal),
    kink("ties", [exactly([0, 1, 2, -1]), exactly([0, 2, 2, 1])]),
    draft("int64", [exactly([3, -1, 2], [3, 1], "int64"), exactly([2, 3], [2], "int64")]),
  ],
  where: [
    draft("equal shapes", [choice(2, 3), normal(2, 3), normal(2, 3)]),
    draft("a scalar branch", [choice(2, 3), normal(2, 3), normal()]),
    draft("all three stretched", [choice(2, 1), normal(1, 3), normal(4, 1, 1)]),
    draft("int32 branches", [choice(3), indices(3, 9), indices(3, 9)]),
    draft("float64 branches", [choice(3), double(3), double()]),
  ],
  sum: reductions,
  mean: [...reductions, draft("float64", [double(2, 3)], { axes: [1], keepDims: false })],
  max: [
    ...reductions,
    kink("ties in a row", [TIED], { axes: [1], keepDims: false }),
    kink("ties over all", [TIED], { axes: [0, 1], keepDims: true }),
    draft("all negative", [exactly([-3, -1, -2])], { axes: [0], keepDims: false }),
  ],
  argMax: [
    ...alongAxis.slice(0, 4),
    kink("ties", [TIED], { axis: 1 }),
    kink("ties in a column", [TIED], { axis: 0 }),
    draft("all negative", [exactly([-3, -1, -2])], { axis: 0 }),
  ],
  matmul: [
    draft("matrices", [normal(2, 3), normal(3, 4)]),
    draft("an outer product", [normal(3, 1), normal(1, 4)]),
    draft("an inner product", [normal(1, 5), normal(5, 1)]),
    draft("a stack by a matrix", [normal(2, 2, 3), normal(3, 4)]),
    draft("a matrix by a stack", [normal(2, 3), normal(2, 3, 2)]),
    draft("stacks of two axes", [normal(2, 3, 2, 3), normal(2, 3, 3, 2)]),
    draft("stacks that stretch", [normal(2, 1, 2, 3), normal(3, 3, 2)]),
    draft("a stack of one", [normal(2, 2, 3), normal(1, 3, 2)]),
    draft("stacks in float64", [double(2, 2, 2), double(2, 2, 1)]),
  ],
  gemm: [
    draft("a matrix added", [normal(2, 3), normal(3, 4), normal(2, 4)], gemmSettings),
    draft("a row added", [normal(2, 3), normal(3, 4), normal(4)], gemmSettings),
    draft("a scalar added", [normal(2, 3), normal(3, 4), normal()], gemmSettings),
    draft("a column added", [normal(2, 3), normal(3, 4), normal(2, 1)], gemmSettings),
    draft("left transposed", [normal(3, 2), normal(3, 4), normal(2, 4)], {
      ...gemmSettings,
      transposeA: true,
    }),
    draft("right transposed", [normal(2, 3), normal(4, 3), normal(2, 4)], {
      ...gemmSettings,
      transposeB: true,
    }),
    draft("scaled, both transposed", [normal(3, 2), normal(4, 3), normal(4)], {
      alpha: -0.5,
      beta: 0.75,
      transposeA: true,
      transposeB: true,
    }),
    draft("nothing added", [normal(2, 3), normal(3, 4)], { ...gemmSettings, alpha: -2 }),
    draft("nothing added, right transposed, float64", [double(2, 3), double(4, 3)], {
      ...gemmSettings,
      alpha: 0.5,
      transposeB: true,
    }),
    draft("nothing of the addend", [normal(2, 3), normal(3, 4), normal(2, 4)], { ...gemmSettings, beta: 0 }),
  ],
  byteProduct: [
    draft("unsigned", [bytes(2, 3), bytes(3, 4)]),
    draft("unsigned by signed", [bytes(2, 3), exactly([-128, 127, 3, -4, 5, -6], [3, 2], "int8")]),
    draft("unsigned, shifted", [
      bytes(2, 3),
      bytes(3, 4),
      exactly([128], [], "uint8"),
      exactly([7], [], "uint8"),
    ]),
    draft("signed, shifted", [
      bytes(1, 3),
      exactly([-128, 127, 3], [3, 1], "int8"),
      exactly([0], [], "uint8"),
      exactly([-128], [], "int8"),
    ]),
  ],
  reshape: [
    draft("to a row", [normal(2, 3)], { shape: [6] }),
    draft("to three axes", [normal(4, 3)], { shape: [2, 1, 6] }),
    draft("to a scalar", [normal(1, 1)], { shape: [] }),
    draft("from a scalar", [normal()], { shape: [1, 1] }),
  ],
  permuteAxes: [
    draft("a matrix", [normal(2, 3)], { axes: [1, 0] }),
    draft("a cycle of three", [normal(2, 3, 4)], { axes: [2, 0, 1] }),
    draft("nothing moved", [normal(2, 3)], { axes: [0, 1] }),
    draft("four axes", [normal(2, 1, 3, 2)], { axes: [0, 3, 1, 2] }),
  ],
  broadcastTo: [
    draft("a row to a matrix", [normal(3)], { shape: [2, 3] }),
    draft("a scalar", [normal()], { shape: [2, 2] }),
    draft("a column", [normal(3, 1)], { shape: [3, 4] }),
    draft("its own shape", [normal(2, 3)], { shape: [2, 3] }),
    draft("inner and leading axes", [normal(2, 1, 2)], { shape: [3, 2, 2, 2] }),
  ],
  gather: [
    draft("rows", [normal(5, 3), indices(4, 5)]),
    draft("a row twice", [normal(3, 2), exactly([2, 0, 2, 2], [4], "int32")]),
    draft("int64 indices", [normal(4, 2), indices(3, 4, "int64")]),
    draft("images", [normal(3, 2, 2, 2), indices(2, 3)]),
    draft("numbers", [normal(6), indices(3, 6)]),
    draft("int32 labels", [indices(6, 10), indices(3, 6)]),
    draft("float64", [double(4, 2), indices(3, 4)]),
    draft("by a table of indices", [normal(4, 2), exactly([3, 1, 1, 0, 2, 1], [2, 3], "int64")]),
    draft("one row", [normal(3, 2), exactly([1], [], "int64")]),
    draft("columns", [normal(2, 4), exactly([3, 3, 0], [3], "int64")], { axis: 1 }),
    draft("the middle axis", [normal(2, 4, 3), exactly([3, 0, 3, 3], [2, 2], "int32")], { axis: 1 }),
    draft("one of the last axis", [normal(2, 2, 3), exactly([2], [], "int64")], { axis: 2 }),
  ],
  cast: [
    draft("float32 to itself", [normal(2, 2)], { to: "float32" }),
    draft("float32 to int32", [exactly([1.75, -1.75, 0.25, -0.25])], { to: "int32" }),
    draft("float32 to int64", [exactly([1.75, -1.75, 0.25, 1e6 + 0.5])], { to: "int64" }),
    kink("float32 to bool", [exactly([0, 0.5, -2])], { to: "bool" }),
    draft("bool to float32", [choice(4)], { to: "float32" }),
    draft("int32 to float32", [exactly([3, -4, 0], [3], "int32")], { to: "float32" }),
    draft("int64 to int32", [exactly([3, -4, 0], [3], "int64")], { to: "int32" }),
    draft("float32 to float64", [normal(3)], { to: "float64" }),
    draft("float64 to float32", [double(3)], { to: "float32" }),
    draft("float64 to int8", [exactly([1.75, -1.75, 126.5], [3], "float64")], { to: "int8" }),
    draft("int32 to float64", [exactly([3, -4, 2 ** 30 + 1], [3], "int32")], { to: "float64" }),
    draft("uint8 to int32", [bytes(3)], { to: "int32" }),
  ],
  logSoftmax: alongAxis,
  softmax: alongAxis,
  ...windowDrafts,
};

export type { OperationCase };

/** All cases. */
export const cases: readonly OperationCase[] = Object.entries(drafts).flatMap(([operation, rows]) =>
  rows.map((row) => ({ operation, ...row })),
);

/** What a case is called in titles of tests and in golden files. */
export const nameOf = ({ operation, title }: OperationCase): string => `${operation}: ${title}`;

/** Draw elements; the same name gives the same ones. */
export function draw(name: string, index: number, shape: Shape, fill: Operand["fill"] = "normal"): number[] {
  if (Array.isArray(fill)) return [...fill];
  const random = randomStream(0, name, index);
  const one = (): number => {
    if (typeof fill === "object" && "below" in fill) return random.below(fill.below);
    const x = random.normal();
    if (fill === "positive") return 0.5 + Math.abs(x);
    return fill === "large" ? x + Math.sign(x) : x;
  };
  return Array.from({ length: sizeOf(shape) }, () => Math.fround(one()));
}

/** A case as graphs. */
export interface CaseGraphs {
  /** The operands are inputs `x0`, `x1`, ...; the result is `y`. */
  readonly forward: Graph;
  /**
   * The gradients of `sum(weights y)` by the floating-point operands, as outputs `dx0`, `dx1`, ...; the weights are
   * an input. Undefined if there are none.
   */
  readonly backward: Graph | undefined;
  readonly y: Application;
  readonly operands: readonly Input[];
  /** Elements of all inputs, `weights` included. */
  readonly feeds: { readonly [name: string]: number[] };
}

/** Build a case. */
export function buildCase(given: OperationCase): CaseGraphs {
  const name = nameOf(given);
  const operands = given.operands.map(({ shape, type }, index) => input(`x${index}`, shape, type));
  const y = apply(operations.get(given.operation)!, operands, given.attributes);
  const weights = weightsOf(y);
  const feeds: { [name: string]: number[] } = { weights: draw(name, operands.length, y.shape) };
  given.operands.forEach(({ shape, fill }, index) => {
    feeds[`x${index}`] = draw(name, index, shape, fill);
  });
  const targets = operands.filter(({ type }) => isFloating(type));
  const gradients = gradient(weightedSum(y, weights), targets);
  return {
    y,
    operands,
    feeds,
    forward: { name: "forward", inputs: operands, outputs: [{ name: "y", value: y }] },
    backward:
      targets.length === 0
        ? undefined
        : {
            name: "backward",
            inputs: [...operands, weights],
            outputs: targets.map((target, index) => ({ name: `d${target.name}`, value: gradients[index]! })),
          },
  };
}

/** What elements of a value are multiplied by before they are added up: of its type, if it has fractions. */
export const weightsOf = ({ shape, type }: Value): Input =>
  input("weights", shape, isFloating(type) ? type : "float32");

/** `sum(weights y)`, a scalar; `y` as float32 if it is of whole numbers. */
export function weightedSum(y: Value, weights: Value): Value {
  const weighted = multiply(isFloating(y.type) ? y : cast(y, { to: "float32" }), weights);
  return y.shape.length === 0
    ? weighted
    : sum(weighted, { axes: y.shape.map((_, axis) => axis), keepDims: false });
}
