import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../src/graph/evaluate.ts";
import { type GraphProto, ModelProtoSchema, type TypeProto_Tensor } from "../../src/graph/onnx/onnx_pb.ts";
import { OPSET, writeOnnx } from "../../src/graph/onnx/write.ts";
import { convolution } from "../../src/graph/ops/convolution.ts";
import { add, exp, multiply, relu } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { concat } from "../../src/graph/ops/pieces.ts";
import { reshape, transpose } from "../../src/graph/ops/shape.ts";
import { broadcastTo, sum } from "../../src/graph/ops/sum.ts";
import { plain } from "../../src/graph/ops/window.ts";
import { constant, type Graph, type Input, input, type Value } from "../../src/graph/value.ts";
import { expectClose, numbersOf, runGraph, tensorOf, withSession } from "./oracle.ts";

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

  test("leaves sizes free that have names, and declares what depends on them", async () => {
    const rows = input("rows", ["rows", 3]);
    const more = input("more", ["more", 3]);
    const y = matmul(rows, transpose(more));
    const z = sum(concat(rows, more, { axis: 0 }), { axes: [1], keepDims: false });
    const graph = graphOf({ y, z }, [rows, more]);
    const declared = messageOf(graph).output.map(({ type }) =>
      (type!.value.value as TypeProto_Tensor).shape!.dim.map(({ value }) => value.value),
    );
    expect(declared).toEqual([["rows", "more"], [undefined]]);
    for (const [few, many] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const fed = [input("rows", [few, 3]), input("more", [many, 3])] as const;
      const feeds = {
        rows: [1, 2, 3, 4, 5, 6].slice(0, 3 * few),
        more: [1, 0, -1, 2, 2, 2].slice(0, 3 * many),
      };
      const fixed = evaluate(graphOf({ y: matmul(fed[0], transpose(fed[1])) }, [...fed]), feeds);
      const results = await withSession(writeOnnx(graph), async (session) =>
        session.run({ rows: tensorOf(fed[0], feeds.rows), more: tensorOf(fed[1], feeds.more) }),
      );
      expect(numbersOf(results["y"]!)).toEqual([...fixed.y!.data]);
    }
  });

  test.each<readonly [string, Input, (free: Input) => Value, string]>([
    [
      "another shape",
      input("free", ["rows", 3]),
      (free) => reshape(free, { shape: [3, free.shape[0]!] }),
      'graph "g": reshape holds a size that is free',
    ],
    [
      "what another value was stretched to",
      input("free", ["rows", 3]),
      (free) => add(free, broadcastTo(constant([1, 2, 3]), { shape: free.shape })),
      'graph "g": add holds a size that is free',
    ],
    [
      "the size of filters",
      input("free", [1, 1, "rows", 1]),
      (free) => convolution(constant(0, [1, 1, 200_000, 1]), free, { ...plain, groups: 1 }),
      'graph "g": convolution holds a size that is free',
    ],
  ])("refuses to write a free size down: %s", (_, free, build, message) => {
    expect(() => writeOnnx(graphOf({ y: build(free) }, [free]))).toThrow(message);
  });

  test("refuses a graph that breaks a rule", () => {
    const wrong = { ...matmul(x, input("w", [3, 4])), inputs: [x, x] };
    expect(() => writeOnnx(graphOf({ y: wrong }))).toThrow('graph "g", value "matmul_0": operands must fit');
  });
});
