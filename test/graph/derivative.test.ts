/**
 * @file Gradients against central differences of the float64 evaluator: every operation, and compositions.
 */

import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { add, exp, multiply, relu, tanh } from "../../src/graph/ops/elementwise.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { operations } from "../../src/graph/ops/index.ts";
import { gemm, matmul } from "../../src/graph/ops/linear.ts";
import { mean } from "../../src/graph/ops/reduce.ts";
import { cast, transpose } from "../../src/graph/ops/shape.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { constant, type Graph, input, isFloating, type Value } from "../../src/graph/value.ts";
import { convolutionLayer } from "../../src/nn/layers.ts";
import { crossEntropy } from "../../src/nn/losses.ts";
import { batchNorm, localResponseNorm } from "../../src/nn/normalizations.ts";
import { createScope } from "../../src/nn/scope.ts";
import { buildCase, cases, draw, nameOf, weightedSum, weightsOf } from "./cases.ts";
import { runGraph } from "./oracle.ts";

/**
 * Half the distance of a central difference. It is off by `h^2 |f'''| / 6` from cutting the series, and by
 * `2^-53 |f| / h` from rounding. The functions here have third derivatives below some 300 (weighted `1/x` at
 * x = 0.5: `6 w / x^4`) and values below 100, so at 1e-4 the two are below 5e-7 and 2e-10.
 */
const H = 1e-4;
const TOLERANCE = 1e-6;

/**
 * Expect the gradients of a scalar to be its central differences, element by element.
 *
 * @param feeds - Elements of every input.
 */
function expectDerivative(
  scalar: Value,
  targets: readonly (Value & { readonly kind: "input" })[],
  inputs: Graph["inputs"],
  feeds: { readonly [name: string]: readonly number[] },
): void {
  const function_: Graph = { name: "function", inputs, outputs: [{ name: "y", value: scalar }] };
  const slopes = gradient(scalar, targets);
  const outputs = targets.map(({ name }, index) => ({ name: `d${name}`, value: slopes[index]! }));
  const gradients = evaluate({ name: "gradient", inputs, outputs }, feeds);
  const valueAt = (name: string, at: number, change: number): number => {
    const moved = feeds[name]!.map((element, index) => (index === at ? element + change : element));
    return evaluate(function_, { ...feeds, [name]: moved }).y!.data[0]!;
  };
  for (const { name, shape } of targets) {
    expect(gradients[`d${name}`]!.shape).toEqual(shape);
    feeds[name]!.forEach((_, at) => {
      const expected = (valueAt(name, at, H) - valueAt(name, at, -H)) / (2 * H);
      const actual = gradients[`d${name}`]!.data[at]!;
      if (!(Math.abs(actual - expected) <= TOLERANCE * Math.max(1, Math.abs(expected)))) {
        expect.fail(`gradient by ${name}[${at}]: expected ${expected}, got ${actual}`);
      }
    });
  }
}

const smooth = cases.filter((given) => !given.kink && given.operands.some(({ type }) => isFloating(type)));

describe("the gradient of an operation", () => {
  test.each(
    smooth.map((given) => [nameOf(given), given] as const),
  )("is the difference quotient: %s", (_, given) => {
    const { y, operands, feeds } = buildCase(given);
    const weights = weightsOf(y);
    const targets = operands.filter(({ type }) => isFloating(type));
    expectDerivative(weightedSum(y, weights), targets, [...operands, weights], feeds);
  });

  test("is checked for every operation", () => {
    const covered = new Set(smooth.map(({ operation }) => operation));
    expect([...operations.keys()].filter((name) => !covered.has(name))).toEqual(["byteProduct"]);
  });
});

describe("a record", () => {
  /** Operands through which nothing flows, by operation: all of them, or those at some positions. */
  const closed: { readonly [operation: string]: readonly number[] } = {
    equal: [0, 1],
    greater: [0, 1],
    where: [0],
    argMax: [0],
    byteProduct: [0, 1],
    gather: [1],
    scatterAdd: [1],
    maxPoolPositions: [0],
    maxPoolGradient: [0],
  };

  test.each([...operations.keys()])("says where no gradient flows: %s", (operation) => {
    const given = cases.find((other) => other.operation === operation)!;
    const { y, operands } = buildCase(given);
    const slopes = y.operation.gradient(input("dy", y.shape), operands, given.attributes, y);
    expect(slopes.length).toBe(operands.length);
    expect(slopes.flatMap((slope, at) => (slope === null ? [at] : []))).toEqual(closed[operation] ?? []);
  });
});

describe("the gradient of a composition", () => {
  const x = input("x", [5, 4]);
  const labels = input("labels", [5], "int32");
  const w1 = input("w1", [4, 6]);
  const b1 = input("b1", [6]);
  const w2 = input("w2", [6, 3]);
  const b2 = input("b2", [3]);
  const mask = input("mask", [5, 6]);
  const inputs = [x, labels, w1, b1, w2, b2, mask];
  const feeds = {
    ...Object.fromEntries(inputs.map(({ name, shape }, index) => [name, draw("composition", index, shape)])),
    labels: [0, 2, 1, 2, 2],
    mask: Array.from({ length: 30 }, (_, at) => (at % 3 === 0 ? 0 : 1.5)),
  };
  const plain = { alpha: 1, beta: 1, transposeA: false, transposeB: false };
  const all = (value: Value): Value => mean(value, { axes: [0], keepDims: false });
  const hidden = relu(gemm(x, w1, b1, plain));
  const lossOf = (top: Value): Value => all(crossEntropy(gemm(top, w2, b2, plain), labels));

  test("is the difference quotient: two layers and cross-entropy", () => {
    expectDerivative(lossOf(hidden), [x, w1, b1, w2, b2], inputs, feeds);
  });

  test("is the difference quotient: with smoothed labels", () => {
    const loss = all(crossEntropy(gemm(hidden, w2, b2, plain), labels, 0.25));
    expectDerivative(loss, [w1, b1, w2, b2], inputs, feeds);
  });

  test("is the difference quotient: with a dropout mask", () => {
    expectDerivative(lossOf(multiply(hidden, mask)), [w1, b1, w2, b2], inputs, feeds);
  });

  test("is the difference quotient: with an L2 penalty", () => {
    const penalty = sum(multiply(w1, w1), { axes: [0, 1], keepDims: false });
    expectDerivative(add(lossOf(hidden), multiply(constant(0.05), penalty)), [w1, w2], inputs, feeds);
  });

  test("is the difference quotient: a value used in several ways", () => {
    const square = matmul(transpose(w1), w1);
    const scalar = sum(multiply(tanh(square), exp(multiply(square, constant(0.1)))), {
      axes: [0, 1],
      keepDims: false,
    });
    expectDerivative(scalar, [w1], inputs, feeds);
  });

  test("is the difference quotient: of a gradient", () => {
    const [dw1] = gradient(all(crossEntropy(gemm(tanh(gemm(x, w1, b1, plain)), w2, b2, plain), labels)), [
      w1,
    ]);
    expectDerivative(
      sum(multiply(dw1!, dw1!), { axes: [0, 1], keepDims: false }),
      [w1, b1, w2],
      inputs,
      feeds,
    );
  });
});

describe("the gradient of a layer", () => {
  const x = input("x", [3, 4, 2, 3]);
  const filters = input("conv.weight", [4, 4, 2, 2]);
  const shift = input("norm.bias", [4]);
  const weights = input("weights", x.shape);
  const feeds = Object.fromEntries(
    [x, filters, shift, weights].map(({ name, shape }, index) => [name, draw("layers", index, shape)]),
  );
  // Scopes make inputs of their own; these stand for them.
  const scope = (training: boolean) => {
    const declared = new Map([filters, shift].map((value) => [value.name, value]));
    return { ...createScope({ training, dropout: 0 }), parameter: (name: string) => declared.get(name)! };
  };
  const convolved = (y: Value, to: ReturnType<typeof scope>): Value =>
    convolutionLayer(y, { filters: 4, kernel: 2, stride: 1, bias: false }, to, "conv");

  test("is the difference quotient: batch normalization, by its statistics too", () => {
    const inTraining = scope(true);
    const y = batchNorm(convolved(x, inTraining), inTraining, "norm");
    expectDerivative(weightedSum(y, weights), [x, filters, shift], [x, filters, shift, weights], feeds);
  });

  test("is the difference quotient: batch normalization by running averages", () => {
    const inEvaluation = scope(false);
    const y = batchNorm(x, inEvaluation, "norm");
    const [center, variance] = inEvaluation.averages.map(({ value }) => value);
    const given = { ...feeds, "norm.mean": [0, 1, -1, 0.5], "norm.variance": [1, 2, 0.5, 0.25] };
    const inputs = [x, shift, weights, center!, variance!];
    expectDerivative(weightedSum(y, weights), inputs, inputs, given);
  });

  test("is the difference quotient: local response normalization", () => {
    const y = localResponseNorm(convolved(x, scope(false)), { radius: 1, alpha: 0.5 });
    expectDerivative(weightedSum(y, weights), [x, filters], [x, filters, weights], feeds);
  });

  test("is the difference quotient: of the gradient of a convolution", () => {
    const y = convolved(x, scope(false));
    const [dw, dx] = gradient(weightedSum(multiply(y, y), weights), [filters, x]);
    const scalar = add(
      sum(multiply(dw!, dw!), { axes: [0, 1, 2, 3], keepDims: false }),
      sum(multiply(dx!, dx!), { axes: [0, 1, 2, 3], keepDims: false }),
    );
    // A polynomial of degree 4; small filters keep its third derivative below the bound.
    const small = { ...feeds, "conv.weight": feeds["conv.weight"]!.map((element) => element / 8) };
    expectDerivative(scalar, [x, filters], [x, filters, weights], small);
  });
});

describe("gradient", () => {
  const x = input("x", [2]);
  const total = sum(multiply(x, x), { axes: [0], keepDims: false });

  test("is zero by a value that does not matter", () => {
    const other = input("other", [3]);
    expect(gradient(total, [other])).toEqual([constant(0, [3])]);
  });

  test("is zero through whole numbers", () => {
    const scalar = sum(cast(cast(x, { to: "int32" }), { to: "float32" }), { axes: [0], keepDims: false });
    expect(gradient(scalar, [x])).toEqual([constant(0, [2])]);
  });

  test("adds up rows that were taken twice", () => {
    const rows = sum(gather(x, constant([1, 1, 1], [3], "int32")), { axes: [0], keepDims: false });
    const [dx] = gradient(rows, [x]);
    const graph = { name: "rows", inputs: [x], outputs: [{ name: "dx", value: dx! }] };
    expect(Array.from(evaluate(graph, { x: [5, 7] }).dx!.data)).toEqual([0, 3]);
  });

  test.each([
    // Rows 4999, 0, 3 and 4999 of two columns.
    ["rows", [5000, 2], 0, { 0: 3, 1: 4, 6: 5, 7: 6, 9998: 1 + 7, 9999: 2 + 8 }],
    // Columns 4999, 0, 3 and 4999 of two rows.
    ["columns", [2, 5000], 1, { 0: 2, 3: 3, 4999: 1 + 4, 5000: 6, 5003: 7, 9999: 5 + 8 }],
  ] as const)("adds up what was taken twice of a large table: %s", async (_, shape, axis, sums) => {
    const table = input("table", shape);
    const weights = input("weights", [2, 2, 2]);
    const taken = gather(table, constant([4999, 0, 3, 4999], [2, 2], "int64"), { axis });
    const [dx] = gradient(weightedSum(taken, weights), [table]);
    const graph = { name: "table", inputs: [weights], outputs: [{ name: "dx", value: dx! }] };
    const feeds = { weights: [1, 2, 3, 4, 5, 6, 7, 8] };
    const expected = Object.assign(new Array<number>(10_000).fill(0), sums);
    expect(Array.from(evaluate(graph, feeds).dx!.data)).toEqual(expected);
    expect((await runGraph(graph, feeds)).dx).toEqual(expected);
  });

  test("of a matrix that a stack of others meets is one product", () => {
    const [a, b] = [input("a", [3, 2, 4]), input("b", [4, 5])];
    const total = sum(matmul(a, b), { axes: [0, 1, 2], keepDims: false });
    const [, db] = gradient(total, [a, b]);
    expect(db).toMatchObject({
      operation: { name: "matmul" },
      inputs: [{ shape: [4, 6] }, { shape: [6, 5] }],
    });
  });

  test("of a value by itself is one", () => {
    expect(gradient(total, [total])).toEqual([constant(1)]);
  });

  test("is refused where sizes are free, which it may count", () => {
    const free = input("free", ["rows", 3]);
    const total = sum(mean(free, { axes: [0], keepDims: false }), { axes: [0], keepDims: false });
    expect(() => gradient(total, [free])).toThrow('expected fixed sizes, but input "free" has free ones');
  });

  test("refuses a value that is no scalar", () => {
    expect(() => gradient(x, [x])).toThrow("gradient: expected a scalar, got shape [2]");
  });
});
