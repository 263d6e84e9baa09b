/**
 * @file What each operation means, in numbers worked out by hand.
 */

import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { batchNormalize, layerNormalize } from "../../src/graph/ops/batch-norm.ts";
import { equal, greater, where } from "../../src/graph/ops/compare.ts";
import {
  abs,
  acos,
  add,
  clip,
  cos,
  divide,
  erf,
  exp,
  log,
  maximum,
  minimum,
  multiply,
  negate,
  power,
  relu,
  sigmoid,
  sin,
  sqrt,
  subtract,
  tanh,
} from "../../src/graph/ops/elementwise.ts";
import { gather, oneHot } from "../../src/graph/ops/gather.ts";
import { operations } from "../../src/graph/ops/index.ts";
import { byteProduct, gemm, matmul, plainProduct } from "../../src/graph/ops/linear.ts";
import { logSoftmax, softmax } from "../../src/graph/ops/normalize.ts";
import { pad } from "../../src/graph/ops/pieces.ts";
import { argMax, max, mean } from "../../src/graph/ops/reduce.ts";
import { cast, permuteAxes, reshape } from "../../src/graph/ops/shape.ts";
import { broadcastTo, sum } from "../../src/graph/ops/sum.ts";
import { type Application, constant, input, type Value } from "../../src/graph/value.ts";
import { windowRows } from "./window-rows.ts";

/** Elements of a value that depends on no input. */
function elementsOf(value: Value): number[] {
  const { y } = evaluate({ name: "meaning", inputs: [], outputs: [{ name: "y", value }] }, {});
  return Array.from(y!.data);
}

const row = constant([1, -2, 3]);
const column = constant([10, 20], [2, 1]);
/** `[[1, 2, 3], [4, 5, 6]]` */
const table = constant([1, 2, 3, 4, 5, 6], [2, 3]);
const yes = (...bits: readonly number[]) => constant(bits, [bits.length], "bool");
const whole = (...elements: readonly number[]) => constant(elements, [elements.length], "int32");

/** Each row: a title, the result, its shape, its elements. */
const rows: readonly (readonly [string, Application, readonly number[], readonly number[]])[] = [
  ["a row to a column", add(row, column), [2, 3], [11, 8, 13, 21, 18, 23]],
  ["a scalar from a row", subtract(row, constant(1)), [3], [0, -3, 2]],
  ["a row from a column", subtract(column, row), [2, 3], [9, 12, 7, 19, 22, 17]],
  ["a row by a table", multiply(row, table), [2, 3], [1, -4, 9, 4, -10, 18]],
  ["a table by a row", divide(table, row), [2, 3], [1, -1, 1, 4, -2.5, 2]],
  ["of rows", maximum(row, constant([0, -3, 4])), [3], [1, -2, 4]],
  ["of rows", minimum(row, constant([0, -3, 4])), [3], [0, -3, 3]],
  ["a row", negate(row), [3], [-1, 2, -3]],
  ["of 0 and 1", exp(constant([0, 1])), [2], [1, Math.E]],
  ["of 1 and e", log(constant([1, Math.E])), [2], [0, 1]],
  ["of squares", sqrt(constant([0, 2.25, 9])), [3], [0, 1.5, 3]],
  ["of a right and a straight angle", sin(constant([Math.PI / 2, Math.PI])), [2], [1, 0]],
  ["of a right and a straight angle", cos(constant([Math.PI / 2, Math.PI])), [2], [0, -1]],
  ["of 1, 1/2 and 0", acos(constant([1, 0.5, 0])), [3], [0, Math.PI / 3, Math.PI / 2]],
  // As tables of the function have it (Abramowitz and Stegun, table 7.1, with fewer digits).
  [
    "of 0, 0.5, 1 and -2",
    erf(constant([0, 0.5, 1, -2])),
    [4],
    [0, 0.5204998778130465, 0.8427007929497149, -0.9953222650189527],
  ],
  ["of a row", abs(row), [3], [1, 2, 3]],
  ["squares", power(row, { exponent: 2 }), [3], [1, 4, 9]],
  ["one over roots", power(constant([4, 0.25]), { exponent: -0.5 }), [2], [0.5, 2]],
  ["of a row", clip(row, { min: -1, max: 2 }), [3], [1, -1, 2]],
  ["above alone", clip(row, { min: Number.NEGATIVE_INFINITY, max: 0 }), [3], [0, -2, 0]],
  // tanh(log 2) = (2 - 1/2) / (2 + 1/2).
  ["of 0 and log 2", tanh(constant([0, Math.LN2])), [2], [0, 0.6]],
  // 1 / (1 + e^-log 3) = 1 / (1 + 1/3).
  ["of 0 and log 3", sigmoid(constant([0, Math.log(3)])), [2], [0.5, 0.75]],
  ["of a row", relu(constant([1, -2, 0])), [3], [1, 0, 0]],
  ["a row and a scalar", equal(row, constant(-2)), [3], [0, 1, 0]],
  ["a row and a scalar", greater(row, constant(1)), [3], [0, 0, 1]],
  ["chooses element by element", where(yes(1, 0, 1), row, constant(7)), [3], [1, 7, 3]],
  ["of rows, kept", sum(table, { axes: [1], keepDims: true }), [2, 1], [6, 15]],
  ["of columns", sum(table, { axes: [0], keepDims: false }), [3], [5, 7, 9]],
  ["of all", sum(table, { axes: [0, 1], keepDims: false }), [], [21]],
  ["of rows", mean(table, { axes: [1], keepDims: false }), [2], [2, 5]],
  ["of all, kept", mean(table, { axes: [0, 1], keepDims: true }), [1, 1], [3.5]],
  ["of columns", max(constant([1, 9, 8, 2], [2, 2]), { axes: [0], keepDims: false }), [2], [8, 9]],
  ["of negative elements", max(constant([-3, -1, -2]), { axes: [0], keepDims: true }), [1], [-1]],
  ["the first of ties", argMax(constant([1, 3, 3, 5, 2, 5], [2, 3]), { axis: 1 }), [2], [1, 0]],
  ["of columns", argMax(constant([1, 9, 8, 2], [2, 2]), { axis: 0 }), [2], [1, 0]],
  // [[1 - 4 + 9], [4 - 10 + 18]]
  ["a table and a column", matmul(table, constant([1, -2, 3], [3, 1])), [2, 1], [6, 12]],
  ["a column and a row", matmul(column, constant([1, 2], [1, 2])), [2, 2], [10, 20, 20, 40]],
  [
    // [1, 2] x [1, 1] and [3, 4] x [1, 1]
    "a stack and a column",
    matmul(constant([1, 2, 3, 4], [2, 1, 2]), constant([1, 1], [2, 1])),
    [2, 1, 1],
    [3, 7],
  ],
  [
    // 1, 2 in turn times 10, 20, 30: the axes of two and of three stretch.
    "stacks that stretch",
    matmul(constant([1, 2], [2, 1, 1, 1]), constant([10, 20, 30], [3, 1, 1])),
    [2, 3, 1, 1],
    [10, 20, 30, 20, 40, 60],
  ],
  [
    // 2 [[1, 2], [3, 4]]^T [[1], [1]] + 0.5 [10, 10]^T
    "scaled, transposed and added",
    gemm(constant([1, 2, 3, 4], [2, 2]), constant([1, 1], [1, 2]), constant(10), {
      alpha: 2,
      beta: 0.5,
      transposeA: true,
      transposeB: true,
    }),
    [2, 1],
    [13, 17],
  ],
  [
    "nothing added",
    gemm(constant([1, 2], [1, 2]), constant([3, 4], [1, 2]), { ...plainProduct, transposeB: true }),
    [1, 1],
    [11],
  ],
  [
    // (255 - 128)(-128 - 1) + (0 - 128)(127 - 1)
    "of shifted bytes",
    byteProduct(
      constant([255, 0], [1, 2], "uint8"),
      constant([-128, 127], [2, 1], "int8"),
      constant(128, [], "uint8"),
      constant(1, [], "int8"),
    ),
    [1, 1],
    [-32511],
  ],
  ["to three rows", reshape(table, { shape: [3, 2] }), [3, 2], [1, 2, 3, 4, 5, 6]],
  ["of a table", permuteAxes(table, { axes: [1, 0] }), [3, 2], [1, 4, 2, 5, 3, 6]],
  [
    // y[k][i][j] = x[i][j][k]
    "of three axes",
    permuteAxes(constant([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 2]), { axes: [2, 0, 1] }),
    [2, 2, 2],
    [1, 3, 5, 7, 2, 4, 6, 8],
  ],
  ["a column", broadcastTo(column, { shape: [2, 2] }), [2, 2], [10, 10, 20, 20]],
  ["a row twice", gather(table, whole(1, 0, 1)), [3, 3], [4, 5, 6, 1, 2, 3, 4, 5, 6]],
  ["columns", gather(table, whole(2, 0), { axis: 1 }), [2, 2], [3, 1, 6, 4]],
  ["a table of rows", gather(column, constant([1, 0, 0, 1], [2, 2], "int64")), [2, 2, 1], [20, 10, 10, 20]],
  ["cuts fractions off", cast(constant([1.75, -1.75]), { to: "int32" }), [2], [1, -1]],
  ["to bool", cast(constant([0, 0.5, -2]), { to: "bool" }), [3], [0, 1, 1]],
  // e^x = 1, 3 with sum 4.
  ["of a row", softmax(constant([0, Math.log(3)]), { axis: 0 }), [2], [0.25, 0.75]],
  [
    "of columns",
    softmax(constant([0, 5, Math.log(3), 5], [2, 2]), { axis: 0 }),
    [2, 2],
    [0.25, 0.5, 0.75, 0.5],
  ],
  [
    "of a row",
    logSoftmax(constant([0, Math.log(3)], [1, 2]), { axis: 1 }),
    [1, 2],
    [-1.3862943611198906, -0.2876820724517809],
  ],
  ["far apart", logSoftmax(constant([1000, 0, -1000]), { axis: 0 }), [3], [0, -1000, -2000]],
  ...windowRows,
];

describe.each(
  rows.map((entry) => [`${entry[1].operation.name}: ${entry[0]}`, entry] as const),
)("%s", (_, entry) => {
  const [, value, shape, elements] = entry;
  test("has the shape and elements worked out by hand", () => {
    expect(value.shape).toEqual(shape);
    elementsOf(value).forEach((element, at) => {
      expect(element).toBeCloseTo(elements[at]!, 12);
    });
  });
});

test("Every operation has a value worked out by hand", () => {
  const covered = new Set(rows.map(([, value]) => value.operation.name));
  expect([...operations.keys()].filter((name) => !covered.has(name))).toEqual([]);
});

describe("oneHot", () => {
  test("marks the class of each example", () => {
    const rows = oneHot(whole(2, 0), 3);
    expect(rows.shape).toEqual([2, 3]);
    expect(rows.type).toBe("float32");
    expect(elementsOf(rows)).toEqual([0, 0, 1, 1, 0, 0]);
  });
});

describe("the operations", () => {
  const x = input("x", [2, 3]);
  test.each([
    ["add", () => add(x, constant([1, 2])), "add: expected shapes that broadcast, got [2, 3] and [2]"],
    ["matmul", () => matmul(x, x), "matmul: expected [m, k] and [k, n], got [2, 3] and [2, 3]"],
    [
      "matmul of a stack",
      () => matmul(input("a", [2, 2, 3]), x),
      "matmul: expected [..., m, k] and [..., k, n], got [2, 2, 3] and [2, 3]",
    ],
    [
      "matmul of stacks",
      () => matmul(input("a", [2, 2, 3]), input("b", [3, 3, 1])),
      "matmul: expected shapes that broadcast, got [2] and [3]",
    ],
    ["clip", () => clip(x, { min: 1, max: 0 }), "clip: expected a least and a largest number, got 1 and 0"],
    ["power", () => power(x, { exponent: Number.NaN }), "power: expected a finite exponent, got NaN"],
    ["pad", () => pad(x, { pads: [0, 0, 0, 1], value: Number.NaN }), "pad: expected a number, got NaN"],
    [
      "batchNormalize",
      () => batchNormalize(row, { epsilon: 1 }),
      "batchNormalize: expected [n, c, ...], got [3]",
    ],
    [
      "layerNormalize",
      () => layerNormalize(x, { axis: 2, epsilon: 1 }),
      "layerNormalize: expected an axis of [2, 3], got [2]",
    ],
    ["sum", () => sum(x, { axes: [2], keepDims: false }), "sum: expected distinct axes of [2, 3], got [2]"],
    [
      "sum, an axis twice",
      () => sum(x, { axes: [0, 0], keepDims: false }),
      "sum: expected distinct axes of [2, 3], got [0, 0]",
    ],
    ["softmax", () => softmax(x, { axis: 2 }), "softmax: expected an axis of [2, 3], got [2]"],
    [
      "reshape",
      () => reshape(x, { shape: [4] }),
      "reshape: expected a shape of 6 elements for [2, 3], got [4]",
    ],
    [
      "permuteAxes",
      () => permuteAxes(x, { axes: [0, 0] }),
      "permuteAxes: expected an order of the 2 axes of [2, 3], got [0, 0]",
    ],
    [
      "broadcastTo",
      () => broadcastTo(x, { shape: [3] }),
      "broadcastTo: expected a shape that [2, 3] stretches to, got [3]",
    ],
    ["gather", () => gather(x, whole(0), { axis: 2 }), "gather: expected an axis of [2, 3], got [2]"],
    [
      "byteProduct of floats",
      () => byteProduct(x, constant(1, [3, 1])),
      "byteProduct: expected int8 or uint8, got float32, float32",
    ],
    [
      "byteProduct of other sizes",
      () => byteProduct(constant(1, [2, 3], "uint8"), constant(1, [2, 3], "int8")),
      "byteProduct: expected [m, k], [k, n] and scalars, got [2, 3] and [2, 3]",
    ],
    ["gather by floats", () => gather(x, row), "gather: expected int32 or int64 indices, got float32"],
    ["where", () => where(x, x, x), "where: expected a bool condition first, got [2, 3]"],
    ["input", () => input("x", [0, 3]), 'input "x": expected whole positive sizes, got [0, 3]'],
    ["constant", () => constant([1, 2], [3]), "constant: expected 3 elements for shape [3], got 2"],
  ])("refuse what does not fit: %s", (_, build, message) => {
    expect(build).toThrow(message);
  });

  test("refuse an input of the wrong size", () => {
    const graph = { name: "g", inputs: [x], outputs: [{ name: "y", value: negate(x) }] };
    expect(() => evaluate(graph, { x: [1] })).toThrow(
      'evaluate: expected 6 elements for input "x" [2, 3], got 1',
    );
    expect(() => evaluate(graph, {})).toThrow('evaluate: expected 6 elements for input "x" [2, 3], got none');
  });
});
