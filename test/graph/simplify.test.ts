import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { add, multiply, relu, subtract } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { permuteAxes, transpose } from "../../src/graph/ops/shape.ts";
import { broadcastTo, sum } from "../../src/graph/ops/sum.ts";
import { simplifyGraph } from "../../src/graph/simplify.ts";
import { type Application, constant, type Graph, inOrder, input, type Value } from "../../src/graph/value.ts";
import { stepCases, stepOf } from "../train/cases.ts";
import { draw } from "./cases.ts";
import { expectClose } from "./oracle.ts";

/** Both sides in float64; the order of sums may change. */
const REORDERED = 1e-14;

const a = input("a", [4, 2]);
const b = input("b", [2, 5]);
const c = input("c", [4, 5]);
const rate = input("rate", []);
const square = input("square", [3, 3]);
const inputs = [a, b, c, rate, square];

const graphOf = (...values: readonly Value[]): Graph => ({
  name: "g",
  inputs,
  outputs: values.map((value, index) => ({ name: `y${index}`, value })),
});

/** Simplify, and expect the meaning to stay. */
function simplified(...values: readonly Value[]): readonly Value[] {
  const graph = graphOf(...values);
  const result = simplifyGraph(graph);
  const feeds = Object.fromEntries(inputs.map(({ name, shape }) => [name, draw(name, 0, shape)]));
  const actual = evaluate(result, feeds);
  for (const [name, { shape, data }] of Object.entries(evaluate(graph, feeds))) {
    expect(actual[name]!.shape).toEqual(shape);
    expectClose(actual[name]!.data, data, REORDERED, name);
  }
  return result.outputs.map(({ value }) => value);
}

/** The names of the operations some values need, in order. */
const operationsOf = (...values: readonly Value[]): string[] =>
  inOrder(values).flatMap((value) => (value.kind === "application" ? [value.operation.name] : []));

describe("simplifyGraph", () => {
  test("makes a momentum update one product with beta", () => {
    const at = input("at", [2, 4]);
    const graph = {
      ...graphOf(add(multiply(c, constant(0.9)), matmul(transpose(at), b))),
      inputs: [at, b, c],
    };
    const value = simplifyGraph(graph).outputs[0]!.value as Application;
    expect(value.operation.name).toBe("gemm");
    expect(value.inputs).toEqual([at, b, c]);
    expect(value.attributes).toEqual({ alpha: 1, beta: 0.9, transposeA: true, transposeB: false });
  });

  test.each([
    ["what is added on the left", add(c, matmul(a, b))],
    ["what is added on the right", add(matmul(a, b), c)],
    ["a scaled addend", add(multiply(constant(-2), c), matmul(a, b))],
    ["a scalar", add(matmul(a, b), rate)],
  ] as const)("adds inside the product: %s", (_, value) => {
    expect(operationsOf(...simplified(value))).toEqual(["gemm"]);
  });

  test("scales the smaller operand of a product", () => {
    const [left] = simplified(multiply(rate, matmul(a, b)));
    expect(left).toMatchObject({ inputs: [{ inputs: [a, rate] }, b] });
    const [right] = simplified(multiply(matmul(permuteAxes(c, { axes: [1, 0] }), a), rate));
    expect(operationsOf(right!)).toEqual(["permuteAxes", "multiply", "matmul"]);
  });

  test("leaves a product that is needed by others alone", () => {
    const product = matmul(a, b);
    expect(operationsOf(...simplified(add(product, c), relu(product)))).toEqual(["matmul", "add", "relu"]);
    expect(operationsOf(...simplified(multiply(rate, product), product))).toEqual(["matmul", "multiply"]);
    expect(operationsOf(...simplified(add(product, product)))).toEqual(["matmul", "add"]);
  });

  test("keeps a scaled addend that is needed by others", () => {
    const scaled = multiply(c, constant(0.9));
    expect(operationsOf(...simplified(add(scaled, matmul(a, b)), scaled))).toEqual(["multiply", "gemm"]);
  });

  test("takes only transpositions for transpositions", () => {
    const same = permuteAxes(square, { axes: [0, 1] });
    expect(operationsOf(...simplified(add(matmul(same, square), square)))).toEqual(["permuteAxes", "gemm"]);
    expect(operationsOf(...simplified(add(matmul(transpose(square), square), square)))).toEqual(["gemm"]);
  });

  test("sums the rows of a matrix by a product with ones", () => {
    expect(operationsOf(...simplified(sum(c, { axes: [0], keepDims: true })))).toEqual(["matmul"]);
    expect(operationsOf(...simplified(sum(c, { axes: [0], keepDims: false })))).toEqual([
      "matmul",
      "reshape",
    ]);
    expect(operationsOf(...simplified(sum(c, { axes: [1], keepDims: true })))).toEqual(["sum"]);
    expect(operationsOf(...simplified(sum(c, { axes: [0, 1], keepDims: true })))).toEqual(["sum"]);
  });

  test("adds nothing inside the products of stacks, which are none of two matrices", () => {
    const stack = matmul(input("a", [4, 2]), input("b", [3, 2, 5]));
    const added = add(stack, constant(1, [3, 4, 5]));
    expect(operationsOf(simplifyGraph(graphOf(added)).outputs[0]!.value)).toEqual(["matmul", "add"]);
  });

  test("scales the smaller operand of products of stacks", () => {
    const [left, right] = [input("left", [3, 4, 2]), input("right", [3, 2, 5])];
    const scores = multiply(matmul(left, right), constant(0.5));
    const [value] = simplifyGraph({ ...graphOf(scores), inputs: [left, right] }).outputs;
    expect(value).toMatchObject({ value: { shape: [3, 4, 5], inputs: [{ inputs: [left, {}] }, right] } });
  });

  test("does not add inside a product what stretches the product", () => {
    const one = matmul(input("a", [4, 2]), input("b", [2, 5]));
    const wide = add(one, constant(1, [3, 4, 5]));
    expect(operationsOf(simplifyGraph({ ...graphOf(wide) }).outputs[0]!.value)).toEqual(["matmul", "add"]);
  });

  test.each([
    ["on the left", (x: Value) => add(x, c), ["add"]],
    ["on the right", (x: Value) => subtract(c, x), ["subtract"]],
    ["of both, since one must", (x: Value) => multiply(x, x), ["broadcastTo", "multiply"]],
    ["nothing that arithmetic does not", (x: Value) => relu(x), ["broadcastTo", "relu"]],
  ] as const)("lets arithmetic stretch its operands: %s", (_, build, operations) => {
    const row = sum(square, { axes: [0, 1], keepDims: true });
    const [value] = simplified(build(broadcastTo(row, { shape: [4, 5] })));
    expect(operationsOf(value!)).toEqual(["sum", ...operations]);
  });

  test("keeps a scaled addend that is stretched", () => {
    const scaled = multiply(rate, constant(0.9));
    const stretched = broadcastTo(scaled, { shape: [4, 5] });
    expect(operationsOf(...simplified(add(stretched, matmul(a, b)), scaled))).toEqual(["multiply", "gemm"]);
  });

  test("gives a number the axes of filters of single pixels", () => {
    const filters = input("filters", [4, 2, 1, 1]);
    const graph = graphOf(
      multiply(filters, rate),
      subtract(constant(2), filters),
      multiply(filters, input("row", [4, 1, 1, 1])),
      multiply(input("images", [4, 2, 3, 3]), rate),
    );
    const values = simplifyGraph({ ...graph, inputs: [] }).outputs.map(({ value }) => value as Application);
    expect(values.map(({ inputs }) => inputs.map(({ shape }) => shape.length))).toEqual([
      [4, 4],
      [4, 4],
      [4, 4],
      [4, 0],
    ]);
    expect(values.map(({ shape }) => shape)).toEqual(graph.outputs.map(({ value }) => value.shape));
  });

  test("leaves what has nothing to simplify as it is", () => {
    const value = subtract(c, relu(c));
    expect(simplified(value)).toEqual([value]);
  });

  test.each(
    stepCases.map((given) => [given.title, given] as const),
  )("needs no second pass: %s", (_, given) => {
    const graph = simplifyGraph(stepOf(given).graph);
    expect(operationsOf(...simplifyGraph(graph).outputs.map(({ value }) => value))).toEqual(
      operationsOf(...graph.outputs.map(({ value }) => value)),
    );
  });
});
