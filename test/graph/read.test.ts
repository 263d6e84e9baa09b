/**
 * @file Reading ONNX: what was written comes back, and what cannot be read is refused by name.
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { GraphError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import { evaluate } from "../../src/graph/evaluate.ts";
import {
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
} from "../../src/graph/onnx/onnx_pb.ts";
import { readOnnx } from "../../src/graph/onnx/read.ts";
import { tensorInit, valueInfo, writeOnnx } from "../../src/graph/onnx/write.ts";
import { add, multiply } from "../../src/graph/ops/elementwise.ts";
import { matmul } from "../../src/graph/ops/linear.ts";
import { constant, type Graph, input } from "../../src/graph/value.ts";
import { stepCases, stepOf } from "../train/cases.ts";
import { buildCase, cases, draw, nameOf } from "./cases.ts";
import { expectClose } from "./oracle.ts";

/** Constants of a file are float32: 2^-24 = 6e-8 off, through a few operations. */
const ROUNDED = 1e-6;

/** Expect a graph to survive being written and read. */
function expectRoundTrip(graph: Graph, feeds: { readonly [name: string]: readonly number[] }): void {
  const bytes = writeOnnx(graph);
  const read = readOnnx(bytes);
  expect(read.name).toBe(graph.name);
  expect(read.inputs).toEqual(graph.inputs);
  expect(read.outputs.map(({ name, value }) => [name, value.shape, value.type])).toEqual(
    graph.outputs.map(({ name, value }) => [name, value.shape, value.type]),
  );
  const actual = evaluate(read, feeds);
  for (const [name, { data }] of Object.entries(evaluate(graph, feeds)))
    expectClose(actual[name]!.data, data, ROUNDED);
  const again = writeOnnx(read);
  expect(writeOnnx(readOnnx(again))).toEqual(again);
}

describe("a graph that was written", () => {
  test.each(cases.map((given) => [nameOf(given), given] as const))("is read back: %s", (_, given) => {
    const { forward, backward, feeds } = buildCase(given);
    expectRoundTrip(forward, feeds);
    if (backward) expectRoundTrip(backward, feeds);
    // Without two equal constants the bytes are the same at once.
    expect(writeOnnx(readOnnx(writeOnnx(forward)))).toEqual(writeOnnx(forward));
  });

  test.each(
    stepCases.map((given) => [given.title, given] as const),
  )("is read back: a step of %s", (_, given) => {
    const { graph } = stepOf(given);
    const feeds = Object.fromEntries(
      // The powers of Adam's betas are below 1.
      graph.inputs.map(({ name, shape }) => [
        name,
        name.endsWith("Power") ? [0.5] : draw(name, 0, shape, "positive"),
      ]),
    );
    expectRoundTrip(graph, { ...feeds, labels: given.labels, indices: given.indices[0]! });
  });
});

type GraphInit = MessageInitShape<typeof GraphProtoSchema>;
type NodeInit = NonNullable<GraphInit["node"]>[number];

/** The bytes of a file with this graph: an input `x [2, 3]` and an output `y` of any kind, unless told otherwise. */
function fileOf(graph: GraphInit, version = 20): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 9n,
      opsetImport: [{ domain: "", version: BigInt(version) }],
      graph: {
        name: "file",
        input: [valueInfo("x", "float32", [2, 3])],
        output: [{ name: "y" }],
        ...graph,
      },
    }),
  );
}

/** What a node may have besides operands. */
interface Settings {
  readonly name?: string;
  readonly domain?: string;
  readonly attribute?: MessageInitShape<typeof AttributeProtoSchema>[];
}

/** A node called `n` with output `y`. */
const nodeOf = (opType: string, inputs: readonly string[], rest: Settings = {}): NodeInit => ({
  opType,
  name: "n",
  input: [...inputs],
  output: ["y"],
  ...rest,
});

const int = (name: string, value: number) => ({ name, type: 2, i: BigInt(value) });
const X = [1, 2, 3, 4, 5, 6];

/** Elements of `y` for `x` = 1 ... 6. */
const resultOf = (bytes: Uint8Array): number[] => Array.from(evaluate(readOnnx(bytes), { x: X }).y!.data);

describe("a file of somebody else", () => {
  test("may say what is true anyway", () => {
    const indices = tensorInit("indices", "int64", [1], [1]);
    const gather = nodeOf("Gather", ["x", "indices"], { domain: "ai.onnx", attribute: [int("axis", 0)] });
    expect(resultOf(fileOf({ initializer: [indices], node: [gather] }))).toEqual([4, 5, 6]);
  });

  test("may count axes from the end, or reduce all of them by saying none", () => {
    const axes = tensorInit("axes", "int64", [1], [-1]);
    const sum = nodeOf("ReduceSum", ["x", "axes"], { attribute: [int("keepdims", 0)] });
    expect(resultOf(fileOf({ initializer: [axes], node: [sum] }))).toEqual([6, 15]);
    expect(resultOf(fileOf({ node: [nodeOf("ReduceSum", ["x"])] }))).toEqual([21]);
    const softmax = readOnnx(fileOf({ node: [nodeOf("Softmax", ["x"], { attribute: [int("axis", -1)] })] }));
    expect(softmax.outputs[0]!.value).toMatchObject({ attributes: { axis: 1 } });
  });

  test("may leave a size of a reshape to be found", () => {
    const shape = tensorInit("shape", "int64", [2], [0, -1]);
    const { outputs } = readOnnx(fileOf({ initializer: [shape], node: [nodeOf("Reshape", ["x", "shape"])] }));
    expect(outputs[0]!.value.shape).toEqual([2, 3]);
  });

  test("may count slices from the end, and leave axes and steps out", () => {
    const bound = (name: string, ...positions: number[]) =>
      tensorInit(name, "int64", [positions.length], positions);
    const rows = fileOf({
      initializer: [bound("from", 1), bound("to", 99)],
      node: [nodeOf("Slice", ["x", "from", "to"])],
    });
    expect(resultOf(rows)).toEqual([4, 5, 6]);
    const initializer = [bound("from", -3), bound("to", -1), bound("axes", -1), bound("steps", 1)];
    const columns = nodeOf("Slice", ["x", "from", "to", "axes", "steps"]);
    expect(resultOf(fileOf({ initializer, node: [columns] }))).toEqual([1, 2, 4, 5]);
  });

  test("may put any number of values together", () => {
    const once = nodeOf("Concat", ["x"], { attribute: [int("axis", -1)] });
    expect(resultOf(fileOf({ node: [once] }))).toEqual(X);
    const thrice = nodeOf("Concat", ["x", "x", "x"], { attribute: [int("axis", 0)] });
    expect(resultOf(fileOf({ node: [thrice] }))).toEqual([...X, ...X, ...X]);
  });

  test("may leave the usual settings of a window out, or say that they are the usual ones", () => {
    const one = tensorInit("w", "float32", [1, 1, 1, 1], [2]);
    const image = { input: [valueInfo("x", "float32", [1, 1, 2, 3])], initializer: [one] };
    const settings = [int("group", 1), { name: "auto_pad", type: 3, s: new TextEncoder().encode("NOTSET") }];
    for (const attribute of [[], settings]) {
      const node = nodeOf("Conv", ["x", "w"], { attribute });
      expect(resultOf(fileOf({ ...image, node: [node] }))).toEqual([2, 4, 6, 8, 10, 12]);
    }
  });

  test.each([
    ["raw bytes", tensorInit("c", "float32", [3], [1, 0.5, -1])],
    ["floats", { name: "c", dims: [3n], dataType: 1, floatData: [1, 0.5, -1] }],
  ])("may hold its weights as %s", (_, initializer) => {
    expect(resultOf(fileOf({ initializer: [initializer], node: [nodeOf("Mul", ["x", "c"])] }))).toEqual([
      1, 1, -3, 4, 2.5, -6,
    ]);
  });

  test.each([
    ["int32", { name: "c", dims: [2n], dataType: 6, int32Data: [1, 0] }],
    ["int64", { name: "c", dims: [2n], dataType: 7, int64Data: [1n, 0n] }],
    ["int32 bytes", tensorInit("c", "int32", [2], [1, 0])],
  ])("may hold indices as %s", (_, initializer) => {
    expect(resultOf(fileOf({ initializer: [initializer], node: [nodeOf("Gather", ["x", "c"])] }))).toEqual([
      4, 5, 6, 1, 2, 3,
    ]);
  });

  test.each([
    ["float64 bytes", tensorInit("c", "float64", [3], [1, 0, -1])],
    ["float64 numbers", { name: "c", dims: [3n], dataType: 11, doubleData: [1, 0, -1] }],
    ["int8 bytes", tensorInit("c", "int8", [3], [1, 0, -1])],
    ["int8 numbers", { name: "c", dims: [3n], dataType: 3, int32Data: [1, 0, -1] }],
  ])("may hold other numbers as %s", (_, initializer) => {
    const narrow: NodeInit = { opType: "Cast", input: ["c"], output: ["f"], attribute: [int("to", 1)] };
    const file = fileOf({ initializer: [initializer], node: [narrow, nodeOf("Mul", ["x", "f"])] });
    expect(resultOf(file)).toEqual([1, 0, -3, 4, 0, -6]);
  });

  test("may list its initializers among the inputs, as old files do", () => {
    const c = tensorInit("c", "float32", [], [2]);
    const declared = [valueInfo("x", "float32", [2, 3]), valueInfo("c", "float32", [])];
    const graph = readOnnx(fileOf({ input: declared, initializer: [c], node: [nodeOf("Mul", ["x", "c"])] }));
    expect(graph.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  test.each([
    ["a tensor", { name: "value", type: 4, t: tensorInit("", "float32", [], [2]) }],
    ["a number", { name: "value_float", type: 1, f: 2 }],
    ["numbers", { name: "value_floats", type: 6, floats: [2, 2, 2] }],
  ])("may state constants as nodes: %s", (_, attribute) => {
    const two: NodeInit = { opType: "Constant", output: ["two"], attribute: [attribute] };
    expect(resultOf(fileOf({ node: [two, nodeOf("Mul", ["x", "two"])] }))).toEqual([2, 4, 6, 8, 10, 12]);
  });

  test("may pass values through Identity", () => {
    const same: NodeInit = { opType: "Identity", input: ["x"], output: ["same"] };
    const graph = readOnnx(fileOf({ node: [same, nodeOf("Add", ["same", "x"])] }));
    expect(graph.outputs[0]!.value).toMatchObject({ inputs: [graph.inputs[0], graph.inputs[0]] });
  });
});

/** Each row: a title, a file, the message. */
const refused: readonly (readonly [string, Uint8Array, string])[] = [
  [
    "no bytes",
    new Uint8Array(),
    "readOnnx: expected the bytes of an ONNX file, got 0 that are none: there is no graph",
  ],
  ["a text", new TextEncoder().encode("# Not a model\n"), "got 14 that are none"],
  [
    "a format of the future",
    toBinary(
      ModelProtoSchema,
      create(ModelProtoSchema, { irVersion: 73n, opsetImport: [{ domain: "", version: 20n }], graph: {} }),
    ),
    "readOnnx: expected version 3 to 13 of the file format, got 73; export the model again",
  ],
  [
    "weights that are sparse",
    // A second part of the graph, as protocol buffers allow: an empty field 15.
    Uint8Array.of(...fileOf({ node: [nodeOf("Relu", ["x"])] }), 0x3a, 2, 0x7a, 0),
    "readOnnx: expected dense initializers, got a sparse one; save the model with dense weights",
  ],
  ["an old operator set", fileOf({}, 12), "readOnnx: expected operator set 18 to 25, got 12"],
  [
    "an unknown operator",
    fileOf({ node: [nodeOf("MatMull", ["x", "x"])] }),
    'readOnnx: node "n" (MatMull): unknown operator "MatMull"; did you mean "MatMul"? (known: Abs, Acos, Add,',
  ],
  [
    "an operator of another domain",
    fileOf({ node: [nodeOf("Add", ["x", "x"], { domain: "com.example" })] }),
    'readOnnx: node "n" (Add): unknown operator "com.example.Add"',
  ],
  [
    "a node without a name",
    fileOf({ node: [nodeOf("Convolve", ["x"], { name: "" })] }),
    'readOnnx: node 0 (Convolve): unknown operator "Convolve"',
  ],
  [
    "too few operands",
    fileOf({ node: [nodeOf("Add", ["x"])] }),
    'readOnnx: node "n" (Add): add: expected 2 operands, got 1',
  ],
  [
    "too many operands",
    fileOf({ initializer: [tensorInit("c", "int64", [1], [0])], node: [nodeOf("Add", ["x", "x", "c"])] }),
    'readOnnx: node "n" (Add): expected 0 constants after its operands, got 1',
  ],
  [
    "operands that do not fit",
    fileOf({ node: [nodeOf("MatMul", ["x", "x"])] }),
    'readOnnx: node "n" (MatMul): matmul: expected [m, k] and [k, n], got [2, 3] and [2, 3]',
  ],
  [
    "operands of different types",
    fileOf({ initializer: [tensorInit("c", "int64", [], [1])], node: [nodeOf("Add", ["x", "c"])] }),
    'readOnnx: node "n" (Add): add: expected operands of one type, got float32 and int64',
  ],
  [
    "a value of nowhere",
    fileOf({ node: [nodeOf("Add", ["x", "z"])] }),
    'readOnnx: node "n" (Add): expected "z" to be an input, an initializer or computed before',
  ],
  [
    "a circle",
    fileOf({ node: [nodeOf("Add", ["x", "y"])] }),
    'readOnnx: node "n" (Add): expected "y" to be an input, an initializer or computed before',
  ],
  [
    "a name given twice",
    fileOf({ node: [nodeOf("Relu", ["x"]), nodeOf("Neg", ["x"])] }),
    'readOnnx: node "n" (Neg): expected a name of its own, but "y" is there already',
  ],
  [
    "an output of nowhere",
    fileOf({}),
    'readOnnx: output "y": expected "y" to be an input, an initializer or computed before',
  ],
  ["no output", fileOf({ output: [] }), 'graph "file": expected at least one output, got none'],
  [
    "a setting the operation has not",
    fileOf({ node: [nodeOf("Softmax", ["x"], { attribute: [int("sharpness", 3)] })] }),
    'readOnnx: node "n" (Softmax): its setting "sharpness" = 3 cannot be expressed',
  ],
  [
    "a misspelled setting, even of 0",
    fileOf({ node: [nodeOf("Softmax", ["x"], { attribute: [int("axs", 0)] })] }),
    'readOnnx: node "n" (Softmax): its setting "axs" = 0 cannot be expressed',
  ],
  [
    "an output that is no tensor",
    fileOf({ output: [{ name: "y", type: {} }], node: [nodeOf("Relu", ["x"])] }),
    'readOnnx: output "y": expected a tensor',
  ],
  [
    "a setting of another kind",
    fileOf({ node: [nodeOf("Softmax", ["x"], { attribute: [{ name: "axis", type: 1, f: 1 }] })] }),
    'readOnnx: node "n" (Softmax): its setting "axis" = 1 cannot be expressed',
  ],
  [
    "a gather along an axis that is not there",
    fileOf({
      initializer: [tensorInit("c", "int64", [1], [0])],
      node: [nodeOf("Gather", ["x", "c"], { attribute: [int("axis", -3)] })],
    }),
    'readOnnx: node "n" (Gather): gather: expected an axis of [2, 3], got [-1]',
  ],
  [
    "operands with a gap",
    fileOf({
      initializer: [tensorInit("c", "int64", [1], [1])],
      node: [nodeOf("Slice", ["x", "c", "c", "", "c"])],
    }),
    'readOnnx: node "n" (Slice): expected "" to be an int64 constant',
  ],
  [
    "nothing to put together",
    fileOf({ node: [nodeOf("Concat", [])] }),
    'node "n" (Concat): concat: expected 1 or more operands, got 0',
  ],
  [
    "pads by another rule",
    fileOf({
      input: [valueInfo("x", "float32", [1, 1, 2, 3])],
      node: [
        nodeOf("MaxPool", ["x"], {
          attribute: [
            { name: "kernel_shape", type: 7, ints: [2n, 2n] },
            { name: "auto_pad", type: 3, s: new TextEncoder().encode("VALID") },
          ],
        }),
      ],
    }),
    'readOnnx: node "n" (MaxPool): its setting "auto_pad" = "VALID" cannot be expressed',
  ],
  [
    "filters of another size than they are said to have",
    fileOf({
      input: [valueInfo("x", "float32", [1, 1, 2, 3])],
      initializer: [tensorInit("w", "float32", [1, 1, 1, 1], [2])],
      node: [nodeOf("Conv", ["x", "w"], { attribute: [{ name: "kernel_shape", type: 7, ints: [2n, 1n] }] })],
    }),
    'readOnnx: node "n" (Conv): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "scattered numbers that replace",
    fileOf({
      input: [valueInfo("x", "float32", [6])],
      initializer: [tensorInit("c", "int64", [1], [1]), tensorInit("u", "float32", [1], [1])],
      node: [nodeOf("ScatterElements", ["x", "c", "u"])],
    }),
    'readOnnx: node "n" (ScatterElements): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "a cast to a type that is none",
    fileOf({ node: [nodeOf("Cast", ["x"], { attribute: [int("to", 10)] })] }),
    'readOnnx: node "n" (Cast): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "axes that are computed",
    fileOf({
      input: [valueInfo("x", "float32", [2, 3]), valueInfo("axes", "int64", [1])],
      node: [nodeOf("ReduceSum", ["x", "axes"])],
    }),
    'readOnnx: node "n" (ReduceSum): expected "axes" to be an int64 constant',
  ],
  [
    "a size with a name",
    fileOf({ input: [valueInfo("x", "float32", ["batch", 3])] }),
    'readOnnx: input "x": expected fixed sizes, got [batch, 3]; export the model with a fixed batch size',
  ],
  [
    "a size of zero",
    fileOf({ input: [valueInfo("x", "float32", [0, 3])] }),
    'readOnnx: input "x": expected whole positive sizes, got [0, 3]',
  ],
  [
    "sizes beyond counting",
    fileOf({ input: [valueInfo("x", "float32", [2 ** 40, 2 ** 40])] }),
    'readOnnx: input "x": expected whole positive sizes, got [1099511627776, 1099511627776]',
  ],
  [
    "an input of strings",
    fileOf({
      input: [{ name: "x", type: { value: { case: "tensorType", value: { elemType: 8, shape: {} } } } }],
    }),
    `readOnnx: input "x": expected element type float32, float64, int8, uint8, int32, int64, bool, got ONNX's number 8`,
  ],
  ["an input of no type", fileOf({ input: [{ name: "x" }] }), 'readOnnx: input "x": expected a tensor'],
  [
    "weights larger than the file",
    fileOf({
      initializer: [{ name: "c", dims: [1n << 40n, 1n << 40n], dataType: 1, rawData: new Uint8Array(8) }],
    }),
    'readOnnx: initializer "c": expected 1.2089258196146292e+24 elements for shape [1099511627776, 1099511627776], got 2',
  ],
  [
    "sizes below zero",
    fileOf({ initializer: [{ name: "c", dims: [-1n, -2n], dataType: 1, rawData: new Uint8Array(8) }] }),
    'readOnnx: initializer "c": expected 2 elements for shape [-1, -2], got 2',
  ],
  [
    "weights in another file",
    fileOf({ initializer: [{ name: "c", dims: [2n], dataType: 1, dataLocation: 1 }] }),
    'readOnnx: initializer "c": its elements are in another file, which is not read; save the model as one file',
  ],
  [
    "a constant that is no number",
    fileOf({
      initializer: [tensorInit("c", "float32", [], [Number.NaN])],
      node: [nodeOf("Add", ["x", "c"])],
    }),
    'readOnnx: node "n" (Add): expected the constant "c" to be numbers, got NaN as element 0',
  ],
  [
    "an operator without a name",
    fileOf({ node: [nodeOf("", ["x", "x"])] }),
    'readOnnx: node "n" (): unknown operator "" (known: Abs, Acos, Add,',
  ],
  [
    "an input without a name",
    fileOf({ input: [valueInfo("", "float32", [2, 3])], node: [nodeOf("Relu", [""])] }),
    'readOnnx: input "": expected a name, got none',
  ],
  [
    "an output of another size than it is said to have",
    fileOf({ output: [valueInfo("y", "float32", ["batch", 4])], node: [nodeOf("Relu", ["x"])] }),
    'readOnnx: output "y": expected [?, 4] as declared, got [2, 3]',
  ],
  [
    "an output of another type than it is said to have",
    fileOf({ output: [valueInfo("y", "int64", [2, 3])], node: [nodeOf("Relu", ["x"])] }),
    'readOnnx: output "y": expected int64 as declared, got float32',
  ],
  [
    "a copy of two values",
    fileOf({ node: [nodeOf("Identity", ["x", "x"])] }),
    'readOnnx: node "n" (Identity): expected one operand, got 2',
  ],
  [
    "a switch that is neither on nor off",
    fileOf({ node: [nodeOf("ReduceSum", ["x"], { attribute: [int("keepdims", 103)] })] }),
    'readOnnx: node "n" (ReduceSum): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "a reshape to an unknown shape",
    fileOf({ node: [nodeOf("Reshape", ["x"])] }),
    'readOnnx: node "n" (Reshape): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "a stretch to an unknown shape",
    fileOf({ node: [nodeOf("Expand", ["x"])] }),
    'readOnnx: node "n" (Expand): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "a slice without an end",
    fileOf({ initializer: [tensorInit("from", "int64", [1], [0])], node: [nodeOf("Slice", ["x", "from"])] }),
    'readOnnx: node "n" (Slice): its settings cannot be expressed (output 0 of 1)',
  ],
  [
    "a shape that is a matrix",
    fileOf({
      initializer: [tensorInit("shape", "int64", [1, 2], [3, 2])],
      node: [nodeOf("Reshape", ["x", "shape"])],
    }),
    'readOnnx: node "n" (Reshape): expected "shape" to be an int64 constant of one dimension',
  ],
  // Tag 0x21 is field 4 (the operator) as a number of 64 bits, where 0x22 is a text.
  [
    "a field of another type than it has",
    fileOf({ node: [nodeOf("Softmax", ["x"])] }).map((byte, at, bytes) =>
      byte === 0x22 && bytes[at + 2] === "S".charCodeAt(0) ? 0x21 : byte,
    ),
    'field "op_type" of NodeProto has wire type 1, not 2',
  ],
];

describe("readOnnx", () => {
  test.each(refused)("refuses %s", (_, bytes, message) => {
    expect(() => readOnnx(bytes)).toThrow(GraphError);
    expect(() => readOnnx(bytes)).toThrow(message);
  });

  const x = input("x", [2, 3]);
  const bytes = writeOnnx({
    name: "whole",
    inputs: [x],
    outputs: [
      { name: "y", value: matmul(add(x, constant([1, 2, 3])), multiply(constant(0.5, [3, 2]), constant(2))) },
    ],
  });

  test("refuses a file that was cut off, wherever", () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readOnnx(bytes.subarray(0, length)), `${length} bytes`).toThrow(GraphError);
    }
  });

  test("reads or refuses a damaged file, but never breaks", () => {
    const random = randomStream(0, "damage");
    for (let trial = 0; trial < 2000; trial++) {
      const damaged = bytes.slice();
      for (let hit = 0; hit <= trial % 4; hit++) damaged[random.below(damaged.length)] = random.below(256);
      try {
        readOnnx(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(GraphError);
      }
    }
  });

  test("does not change or keep the bytes", () => {
    const copy = bytes.slice();
    readOnnx(copy);
    expect(copy).toEqual(bytes);
  });
});
