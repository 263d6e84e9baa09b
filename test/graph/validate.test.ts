import { describe, expect, test } from "vitest";
import { add, relu } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { validateGraph } from "../../src/graph/validate.ts";
import {
  type Application,
  type Constant,
  constant,
  type Graph,
  input,
  type Value,
} from "../../src/graph/value.ts";

const x = input("x", [2, 3]);
const y = relu(x);

const graphOf = (value: Value, changes: Partial<Graph> = {}): Graph => ({
  name: "g",
  inputs: [x],
  outputs: [{ name: "y", value }],
  ...changes,
});

/** Values nobody could build, as a pass over graphs or a file might leave them. */
const broken = (changes: Partial<Application>): Application => ({ ...y, ...changes });
const brokenConstant = (changes: Partial<Constant>): Constant => ({ ...constant([1, 2]), ...changes });

describe("validateGraph", () => {
  test("returns a graph that keeps the rules", () => {
    const graph = graphOf(y);
    expect(validateGraph(graph)).toBe(graph);
  });

  test.each<readonly [string, Graph, string]>([
    [
      "two inputs of one name",
      graphOf(y, { inputs: [x, input("x", [1])] }),
      `graph "g", value "x": an input's name must be its own, but two inputs have it`,
    ],
    ["no output", graphOf(y, { outputs: [] }), 'graph "g": expected at least one output, got none'],
    [
      "two outputs of one name",
      graphOf(y, {
        outputs: [
          { name: "y", value: y },
          { name: "y", value: x },
        ],
      }),
      `graph "g", value "x": an output's name must be its own, but two outputs are called "y"`,
    ],
    [
      "an output with an input's name",
      graphOf(y, { outputs: [{ name: "x", value: y }] }),
      `graph "g", value "relu_0": an output's name must be its own, but an input is called "x" too`,
    ],
    [
      "an input that is not declared",
      graphOf(y, { inputs: [] }),
      'graph "g", value "input_0": an input must be declared by the graph, but "x" is not, or is declared twice',
    ],
    [
      "an unknown operation",
      graphOf(broken({ operation: { ...y.operation, name: "relux" } })),
      'graph "g", value "relux_0": an operation must be one of the table\'s, but "relux" is not',
    ],
    [
      "a copy of an operation",
      graphOf(broken({ operation: { ...y.operation } })),
      'graph "g", value "relu_0": an operation must be one of the table\'s, but "relu" is not',
    ],
    [
      "a missing operand",
      graphOf(broken({ inputs: [] })),
      'graph "g", value "relu_0": operands must fit: relu: expected 1 operands, got 0',
    ],
    [
      "a shape that is not the operation's",
      graphOf(broken({ shape: [3, 2] })),
      'graph "g", value "relu_0": relu of its operands has shape [2, 3], but it says [3, 2]',
    ],
    [
      "a type that is not the operation's",
      graphOf(broken({ type: "int32" })),
      'graph "g", value "relu_0": relu of its operands is float32, but it says int32',
    ],
    [
      "operands that do not fit",
      graphOf({ ...matmul(x, input("w", [3, 4])), inputs: [x, x] }),
      'graph "g", value "matmul_0": operands must fit: matmul: expected [m, k] and [k, n], got [2, 3] and [2, 3]',
    ],
    [
      "operands of different types",
      graphOf({ ...add(x, x), inputs: [x, constant(1, [], "int32")] }),
      'graph "g", value "add_1": operands must fit: add: expected operands of one type, got float32 and int32',
    ],
    [
      "settings that do not fit",
      graphOf({ ...sum(x, { axes: [0], keepDims: false }), attributes: { axes: [5], keepDims: false } }),
      'graph "g", value "sum_0": operands must fit: sum: expected distinct axes of [2, 3], got [5]',
    ],
    [
      "a size that is none",
      graphOf(brokenConstant({ shape: [2, 0] })),
      'graph "g", value "constant_0": sizes must be whole and positive, got [2, 0]',
    ],
    [
      "a constant of the wrong size",
      graphOf(brokenConstant({ shape: [3] })),
      'graph "g", value "constant_0": a constant of shape [3] must have 3 elements, got 2',
    ],
    [
      "a constant that is no number",
      graphOf(brokenConstant({ data: Float64Array.of(1, Number.NaN) })),
      'graph "g", value "constant_0": a constant must have no NaN',
    ],
    [
      "a fraction among whole numbers",
      graphOf(brokenConstant({ type: "int64", data: Float64Array.of(1, 0.5) })),
      'graph "g", value "constant_0": a constant of int64 must have whole numbers, got 0.5',
    ],
  ])("refuses %s", (_, graph, message) => {
    expect(() => validateGraph(graph)).toThrow(message);
  });
});
