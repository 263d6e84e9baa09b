import { describe, expect, test } from "vitest";
import { add, multiply, relu } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { printGraph } from "../../src/graph/print.ts";
import { constant, input } from "../../src/graph/value.ts";

describe("printGraph", () => {
  test("prints a value a line, each before its use", () => {
    const x = input("x", [2, 3]);
    const labels = input("labels", [2], "int32");
    const h = relu(matmul(x, constant(0.5, [3, 4])));
    const total = sum(multiply(h, h), { axes: [0, 1], keepDims: false });
    const graph = {
      name: "square",
      inputs: [x, labels],
      outputs: [
        { name: "total", value: total },
        { name: "h", value: h },
      ],
    };
    expect(printGraph(graph)).toBe(
      [
        "graph square(x: float32[2, 3], labels: int32[2])",
        "  constant_0: float32[3, 4] = [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, ...]",
        "  matmul_1: float32[2, 4] = matmul(x, constant_0)",
        "  relu_2: float32[2, 4] = relu(matmul_1)",
        "  multiply_3: float32[2, 4] = multiply(relu_2, relu_2)",
        "  sum_4: float32[] = sum(multiply_3) {axes: [0,1], keepDims: false}",
        "  return total = sum_4, h = relu_2",
      ].join("\n"),
    );
  });

  test("gives no value the name of an input or an output", () => {
    const taken = input("add_0", [2]);
    const y = add(taken, taken);
    const z = add(y, taken);
    const graph = { name: "names", inputs: [taken], outputs: [{ name: "add_1", value: z }] };
    expect(printGraph(graph)).toBe(
      [
        "graph names(add_0: float32[2])",
        "  add_2: float32[2] = add(add_0, add_0)",
        "  add_3: float32[2] = add(add_2, add_0)",
        "  return add_1 = add_3",
      ].join("\n"),
    );
  });
});
