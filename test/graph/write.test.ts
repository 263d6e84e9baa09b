import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { type GraphProto, ModelProtoSchema } from "../../src/graph/onnx/onnx_pb.ts";
import { OPSET, writeOnnx } from "../../src/graph/onnx/write.ts";
import { add, exp, multiply, relu } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { sum } from "../../src/graph/ops/sum.ts";
import { constant, type Graph, input, type Value } from "../../src/graph/value.ts";
import { expectClose, runGraph } from "./oracle.ts";

const x = input("x", [2, 3]);
const graphOf = (outputs: { readonly [name: string]: Value }, inputs = [x]): Graph => ({
  name: "g",
  inputs,
  outputs: Object.entries(outputs).map(([name, value]) => ({ name, value })),
});
const messageOf = (graph: Graph): GraphProto => fromBinary(ModelProtoSchema, writeOnnx(graph)).graph!;
const operatorsOf = (graph: Graph): string[] => messageOf(graph).node.map(({ opType }) => opType);

describe("writeOnnx", () => {
  test("writes the version of the file format and the operator set", () => {
    const model = fromBinary(ModelProtoSchema, writeOnnx(graphOf({ y: relu(x) })));
    expect(model.irVersion).toBe(9n);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([["", BigInt(OPSET)]]);
  });

  test("writes the same bytes for the same graph", () => {
    const build = (): Graph => graphOf({ y: add(relu(x), constant([1, 2, 3])) });
    expect(writeOnnx(build())).toEqual(writeOnnx(build()));
  });

  test("writes equal values once", () => {
    const y = multiply(relu(x), exp(relu(x)));
    expect(operatorsOf(graphOf({ y }))).toEqual(["Relu", "Exp", "Mul"]);
  });

  test("writes equal constants once, and different ones of the same elements apart", () => {
    const whole = constant([1, 2], [2], "int64");
    const y = add(add(x, constant(1)), constant(1));
    const sums = sum(y, { axes: [0], keepDims: false });
    const rows = { y: sums, indices: add(whole, constant(1, [], "int64")) };
    const { initializer } = messageOf(graphOf(rows));
    expect(initializer.map(({ dataType, dims }) => [dataType, dims.map(Number)])).toEqual([
      [1, []],
      [7, [1]],
      [7, [2]],
      [7, []],
    ]);
  });

  test.each<readonly [string, { readonly [name: string]: Value }]>([
    ["an input", { y: x }],
    ["a constant", { y: constant([1, 2]) }],
    ["a gradient of zero", { y: constant(0, [2, 2]), z: constant(0, [2, 2]) }],
    ["one value twice", { y: relu(x), z: exp(x), again: exp(x) }],
    ["a value on the way to another", { y: exp(relu(x)), h: relu(x) }],
    ["a value with another output's equal", { y: relu(x), z: add(relu(x), x) }],
    ["whole numbers", { y: constant([2 ** 40, -1], [2], "int64"), z: constant([7], [1], "int32") }],
    ["bytes", { y: constant([255, 0], [2], "uint8"), z: constant(Int8Array.of(-128, 127), [2], "int8") }],
    ["truth", { y: constant([1, 0], [2], "bool") }],
  ])("writes what the engine understands when an output is %s", async (_, outputs) => {
    const graph = graphOf(outputs);
    const feeds = { x: [1, -2, 3, 0.5, 0, -1] };
    const results = await runGraph(graph, feeds);
    const expected = evaluate(graph, feeds);
    expect(Object.keys(results)).toEqual(Object.keys(outputs));
    for (const [name, { data }] of Object.entries(expected)) expectClose(results[name]!, data, 1e-6, name);
  });

  test("writes float64 to the last bit", async () => {
    const third = constant([1 / 3], [1], "float64");
    const results = await runGraph(graphOf({ y: add(third, third), z: third }), { x: [0, 0, 0, 0, 0, 0] });
    expect(results).toEqual({ y: [2 / 3], z: [1 / 3] });
  });

  test("takes a typed array as it is, and another one with the same elements for the same constant", () => {
    const weights = Float32Array.of(1, 2, 3);
    const given = constant(weights);
    expect(given.data).toBe(weights);
    const { initializer } = messageOf(graphOf({ y: add(multiply(x, given), constant([1, 2, 3])) }));
    expect(initializer.map(({ rawData }) => rawData)).toEqual([new Uint8Array(weights.buffer)]);
    const tail = messageOf(graphOf({ y: add(x, constant(weights.subarray(2), [1])) }));
    expect(tail.initializer[0]!.rawData).toEqual(new Uint8Array(Float32Array.of(3).buffer));
  });

  test("keeps names apart: an input that is called like a value", async () => {
    const named = input("relu_0", [2, 3]);
    const graph = graphOf({ y: add(relu(named), named) }, [named]);
    const results = await runGraph(graph, { relu_0: [1, -2, 3, 0.5, 0, -1] });
    expect(results.y).toEqual([2, -2, 6, 1, 0, -1]);
  });

  test("refuses a graph that breaks a rule", () => {
    const wrong = { ...matmul(x, input("w", [3, 4])), inputs: [x, x] };
    expect(() => writeOnnx(graphOf({ y: wrong }))).toThrow('graph "g", value "matmul_0": operands must fit');
  });
});
