/**
 * @file Mutants of model files: what falling bits, cut downloads, broken exporters and people of ill will make of them.
 *
 * All are drawn from a stream, so that a mutant's number is enough to make it again.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { clone, create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { type RandomStream, randomStream } from "../../src/base/random.ts";
import {
  type AttributeProto,
  AttributeProtoSchema,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
} from "../../src/graph/onnx/onnx_pb.ts";
import type { Shape } from "../../src/graph/value.ts";
import { knownOperators } from "../../src/import/trace.ts";
import { goldens, MODELS } from "./golden.ts";

const below = (random: RandomStream, count: number): number => Math.floor(random.uniform() * count);
const oneOf = <T>(random: RandomStream, things: readonly T[]): T => things[below(random, things.length)]!;

/** Sizes and settings that somebody hostile would try. */
const EXTREMES = [
  0n,
  1n,
  -1n,
  2n,
  3n,
  7n,
  -2n,
  255n,
  4096n,
  65_536n,
  2n ** 20n,
  2n ** 24n,
  2n ** 31n - 1n,
  -(2n ** 31n),
  2n ** 32n,
  2n ** 40n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

const FRACTIONS = [
  0,
  -1,
  0.5,
  1,
  2,
  -0.5,
  1e-30,
  3.4e38,
  -3.4e38,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const NAMES = ["", "__proto__", "constructor", "toString", "x", "images", "labels", "next.x", "dropout.0"];
const TEXTS = [...NAMES, "\u0000", "\u202e\ud83d\ude00", "a\n b", "?output=1", "n".repeat(5000)];

/** Changes bytes, whatever they mean. */
type ByteChange = (bytes: Uint8Array<ArrayBuffer>, random: RandomStream) => Uint8Array<ArrayBuffer>;

/** Puts something in place of a stretch of bytes. */
const splice = (
  bytes: Uint8Array,
  at: number,
  removed: number,
  ...parts: Uint8Array[]
): Uint8Array<ArrayBuffer> => {
  const whole = [bytes.subarray(0, at), ...parts, bytes.subarray(at + removed)];
  return new Uint8Array(Buffer.concat(whole));
};

const varint = (value: bigint): Uint8Array => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Uint8Array.of(...bytes, Number(rest));
};

const byteChanges: readonly ByteChange[] = [
  function flipBits(bytes, random) {
    const flipped = bytes.slice();
    for (let times = 1 + below(random, 8); times > 0; times--)
      flipped[below(random, flipped.length)]! ^= 1 << below(random, 8);
    return flipped;
  },
  function cut(bytes, random) {
    return bytes.slice(0, below(random, bytes.length));
  },
  function drop(bytes, random) {
    return splice(bytes, below(random, bytes.length), 1 + below(random, 64));
  },
  function repeat(bytes, random) {
    const at = below(random, bytes.length);
    const part = bytes.subarray(at, at + 1 + below(random, 2000));
    return splice(bytes, at, 0, part);
  },
  function changeVarint(bytes, random) {
    // Most bytes at the start of messages are tags, lengths and small numbers.
    return splice(bytes, below(random, bytes.length), 1, varint(oneOf(random, EXTREMES)));
  },
  function zero(bytes, random) {
    const zeroed = bytes.slice();
    const at = below(random, bytes.length);
    return zeroed.fill(oneOf(random, [0, 255, 127, 128]), at, at + 1 + below(random, 64));
  },
];

/** Changes what a file says, and keeps it a file. */
type ModelChange = (graph: GraphProto, random: RandomStream, model: ModelProto) => void;

const names = ({ node, initializer, input, output }: GraphProto): string[] => [
  ...[...initializer, ...input, ...output].map(({ name }) => name),
  ...node.flatMap((each) => [...each.input, ...each.output]),
];

const nodeOf = ({ node }: GraphProto, random: RandomStream): NodeProto =>
  node.length > 0 ? oneOf(random, node) : create(NodeProtoSchema);

const tensorsOf = ({ node, initializer }: GraphProto): TensorProto[] => [
  ...initializer,
  ...node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? [])),
];

const wholeTensor = (
  name: string,
  numbers: readonly bigint[],
  dims = [BigInt(numbers.length)],
): TensorProto => create(TensorProtoSchema, { name, dims, dataType: 7, int64Data: [...numbers] });

const numberTensor = (name: string, numbers: readonly number[]): TensorProto =>
  create(TensorProtoSchema, { name, dims: [BigInt(numbers.length)], dataType: 1, floatData: [...numbers] });

const ints = (name: string, ...numbers: bigint[]): AttributeProto =>
  create(AttributeProtoSchema, { name, type: 7, ints: numbers });

/** Puts nodes between a value and those that take it. */
function insert(
  graph: GraphProto,
  random: RandomStream,
  made: (from: string, to: string) => readonly NodeProto[],
): void {
  const taken = graph.node.flatMap(({ input }) => input).filter(Boolean);
  if (taken.length === 0) return;
  const from = oneOf(random, taken);
  const to = `${from}.inserted`;
  const at = graph.node.findIndex(({ input }) => input.includes(from));
  for (const node of graph.node.slice(at)) node.input = node.input.map((name) => (name === from ? to : name));
  graph.node.splice(at, 0, ...made(from, to));
}

const nodeTo = (
  opType: string,
  input: string[],
  output: string,
  attribute: AttributeProto[] = [],
): NodeProto => create(NodeProtoSchema, { opType, input, output: [output], attribute });

/** Operators that make much of little, with what they are told. */
function growing(random: RandomStream, from: string, to: string): { node: NodeProto; told: TensorProto[] } {
  const [told, more, bounds] = [`${to}.told`, `${to}.more`, `${to}.bounds`];
  const size = (): bigint => oneOf(random, EXTREMES);
  const sizes = Array.from({ length: 1 + below(random, 5) }, size);
  const kind = oneOf(random, [
    "ConstantOfShape",
    "Expand",
    "Tile",
    "Range",
    "Pad",
    "Resize",
    "Slice",
    "Split",
  ]);
  const whole = wholeTensor(told, sizes);
  switch (kind) {
    case "ConstantOfShape":
      return { node: nodeTo(kind, [told], to), told: [whole] };
    case "Range":
      return {
        node: nodeTo(kind, [told, more, bounds], to),
        told: [told, more, bounds].map((name) => wholeTensor(name, [size()], [])),
      };
    case "Resize":
      return random.uniform() < 0.5
        ? { node: nodeTo(kind, [from, "", "", told], to), told: [whole] }
        : {
            node: nodeTo(kind, [from, "", told], to),
            told: [
              numberTensor(
                told,
                sizes.map(() => oneOf(random, FRACTIONS)),
              ),
            ],
          };
    case "Slice":
      return {
        node: nodeTo(kind, [from, told, more, "", bounds], to),
        told: [whole, wholeTensor(more, sizes.map(size)), wholeTensor(bounds, sizes.map(size))],
      };
    case "Split":
      return { node: nodeTo(kind, random.uniform() < 0.5 ? [from, told] : [from], to), told: [whole] };
    default:
      return { node: nodeTo(kind, [from, told], to), told: [whole] };
  }
}

const modelChanges: readonly ModelChange[] = [
  function duplicateNode(graph, random) {
    graph.node.splice(below(random, graph.node.length), 0, clone(NodeProtoSchema, nodeOf(graph, random)));
  },
  function dropNode(graph, random) {
    graph.node.splice(below(random, graph.node.length), 1);
  },
  function moveNode(graph, random) {
    const [moved] = graph.node.splice(below(random, graph.node.length), 1);
    if (moved) graph.node.splice(below(random, graph.node.length), 0, moved);
  },
  function rewire(graph, random) {
    const node = nodeOf(graph, random);
    const side = random.uniform() < 0.7 ? node.input : node.output;
    side[below(random, side.length + 1)] = oneOf(random, names(graph));
  },
  function makeCycle(graph, random) {
    const node = nodeOf(graph, random);
    node.input[below(random, node.input.length)] = oneOf(random, node.output) ?? "";
  },
  function dropOperand(graph, random) {
    const node = nodeOf(graph, random);
    node.input.splice(below(random, node.input.length), 1);
  },
  function rename(graph, random) {
    const [from, to] = [oneOf(random, names(graph)), oneOf(random, TEXTS)];
    const renamed = (name: string): string => (name === from ? to : name);
    for (const node of graph.node) {
      node.input = node.input.map(renamed);
      node.output = node.output.map(renamed);
    }
    for (const each of [...graph.initializer, ...graph.input, ...graph.output])
      each.name = renamed(each.name);
  },
  function renameOne(graph, random) {
    const things = [...graph.initializer, ...graph.input, ...graph.output, ...graph.node];
    oneOf(random, things).name = oneOf(random, [...TEXTS, ...names(graph).slice(0, 20)]);
  },
  function changeOperator(graph, random) {
    nodeOf(graph, random).opType = oneOf(random, [...knownOperators, ...NAMES, "If", "Loop", "Einsum"]);
  },
  function changeDomain(graph, random) {
    nodeOf(graph, random).domain = oneOf(random, ["com.microsoft", "ai.onnx", "ai.onnx.ml", ...NAMES]);
  },
  function changeSetting(graph, random) {
    const settings = graph.node.flatMap(({ attribute }) => attribute);
    const setting = settings.length > 0 ? oneOf(random, settings) : create(AttributeProtoSchema);
    setting.i = oneOf(random, EXTREMES);
    setting.f = oneOf(random, FRACTIONS);
    setting.s = new TextEncoder().encode(oneOf(random, TEXTS));
    if (random.uniform() < 0.5)
      setting.ints = setting.ints.map((int) => (random.uniform() < 0.5 ? oneOf(random, EXTREMES) : int));
    else setting.ints = Array.from({ length: below(random, 6) }, () => oneOf(random, EXTREMES));
    if (random.uniform() < 0.2) setting.type = oneOf(random, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, 99]);
  },
  function dropSetting(graph, random) {
    const { attribute } = nodeOf(graph, random);
    attribute.splice(below(random, attribute.length), 1);
  },
  function moveSetting(graph, random) {
    const from = nodeOf(graph, random).attribute;
    if (from.length > 0)
      nodeOf(graph, random).attribute.push(clone(AttributeProtoSchema, oneOf(random, from)));
  },
  function changeDims(graph, random) {
    const tensors = tensorsOf(graph);
    if (tensors.length === 0) return;
    const { dims } = oneOf(random, tensors);
    if (random.uniform() < 0.3) dims.splice(below(random, dims.length + 1), 0, oneOf(random, EXTREMES));
    else if (dims.length > 1 && random.uniform() < 0.4) dims.reverse();
    else dims[below(random, dims.length)] = oneOf(random, EXTREMES);
  },
  function changeElements(graph, random) {
    const tensors = tensorsOf(graph);
    if (tensors.length === 0) return;
    const tensor = oneOf(random, tensors);
    if (tensor.dataType === 7 || random.uniform() < 0.3) {
      tensor.dataType = 7;
      tensor.rawData = new Uint8Array();
      const count = tensor.dims.reduce((size, each) => size * each, 1n);
      const length = count > 0n && count < 100n ? Number(count) : 1;
      tensor.int64Data = Array.from({ length }, () => oneOf(random, EXTREMES));
      return;
    }
    const filled = tensor.rawData.slice();
    if (filled.length < 4) return;
    new DataView(filled.buffer).setFloat32(
      4 * below(random, Math.floor(filled.length / 4)),
      oneOf(random, FRACTIONS),
      true,
    );
    tensor.rawData = filled;
  },
  function changeType(graph, random) {
    const tensors = tensorsOf(graph);
    if (tensors.length > 0) oneOf(random, tensors).dataType = below(random, 25) - 2;
  },
  function dropTensor(graph, random) {
    graph.initializer.splice(below(random, graph.initializer.length), 1);
  },
  function duplicateTensor(graph, random) {
    if (graph.initializer.length > 0)
      graph.initializer.push(clone(TensorProtoSchema, oneOf(random, graph.initializer)));
  },
  function putElsewhere(graph, random) {
    if (graph.initializer.length === 0) return;
    const tensor = oneOf(random, graph.initializer);
    tensor.dataLocation = oneOf(random, [1, 1, 2, -1]);
    const place = (key: string, value: string) => create(StringStringEntryProtoSchema, { key, value });
    tensor.externalData = [
      place(
        "location",
        oneOf(random, ["../../etc/passwd", "/etc/hosts", "weights.bin", ".", "..", "a/../../b", ...TEXTS]),
      ),
      place("offset", String(oneOf(random, EXTREMES))),
      place("length", String(oneOf(random, EXTREMES))),
    ];
  },
  function changeDeclared(graph, random) {
    const things = [...graph.input, ...graph.output];
    const { type } = oneOf(random, things) ?? {};
    if (type?.value.case !== "tensorType") return;
    const declared = type.value.value;
    if (random.uniform() < 0.2) declared.elemType = below(random, 20);
    const dims = declared.shape?.dim ?? [];
    const dim = create(TensorShapeProto_DimensionSchema, {
      value: { case: "dimValue", value: oneOf(random, EXTREMES) },
    });
    const kind = below(random, 3);
    if (kind === 0) dims.push(dim);
    else if (kind === 1) dims.splice(below(random, dims.length), 1);
    else dims[below(random, Math.max(dims.length, 1))] = dim;
  },
  function changeVersions(_, random, model) {
    const version = oneOf(random, [...EXTREMES, 8n, 9n, 10n, 11n, 12n, 13n, 18n, 21n, 23n]);
    if (random.uniform() < 0.8) for (const each of model.opsetImport) each.version = version;
    else model.irVersion = version;
  },
  function grow(graph, random) {
    insert(graph, random, (from, to) => {
      const { node, told } = growing(random, from, to);
      graph.initializer.push(...told);
      return [node];
    });
  },
  function doubleOften(graph, random) {
    // Each makes the next twice as large.
    const kind = oneOf(random, ["Concat", "Add", "Mul", "Max", "MatMul", "Sum", "Min"]);
    const count = 2 + below(random, 80);
    insert(graph, random, (from, to) =>
      Array.from({ length: count }, (_, at) => {
        const before = at === 0 ? from : `${to}.${at}`;
        const settings =
          kind === "Concat" ? [create(AttributeProtoSchema, { name: "axis", type: 2, i: 0n })] : [];
        return nodeTo(kind, [before, before], at === count - 1 ? to : `${to}.${at + 1}`, settings);
      }),
    );
  },
  function lengthen(graph, random) {
    const kind = oneOf(random, [
      "Identity",
      "Neg",
      "Relu",
      "Floor",
      "Sigmoid",
      "Unsqueeze",
      "Softmax",
      "Dropout",
    ]);
    const count = 100 + below(random, 2000);
    insert(graph, random, (from, to) =>
      Array.from({ length: count }, (_, at) =>
        nodeTo(kind, [at === 0 ? from : `${to}.${at}`], at === count - 1 ? to : `${to}.${at + 1}`, [
          ...(kind === "Unsqueeze" ? [ints("axes", 0n)] : []),
        ]),
      ),
    );
  },
  function nest(graph, random) {
    const node = create(NodeProtoSchema, { opType: "If", output: ["nested"] });
    let inner: GraphProto = bare(graph);
    for (let depth = below(random, 200); depth > 0; depth--) {
      const attribute = create(AttributeProtoSchema, { name: "then_branch", type: 5, g: inner });
      inner = { ...bare(graph), node: [create(NodeProtoSchema, { opType: "If", attribute: [attribute] })] };
    }
    node.attribute = [create(AttributeProtoSchema, { name: "then_branch", type: 5, g: inner })];
    nodeOf(graph, random).attribute.push(...node.attribute);
    graph.node.push(node);
  },
  function changeOutput(graph, random) {
    if (graph.output.length > 0) oneOf(random, graph.output).name = oneOf(random, names(graph));
  },
];

/** A graph of the same kind with nothing in it. */
const bare = (graph: GraphProto): GraphProto => ({
  ...graph,
  node: [],
  initializer: [],
  input: [],
  output: [],
});

/** A mutant, and how it was made. */
interface Mutant {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Names of the changes, one after another. */
  readonly changes: readonly string[];
}

/** A mutant of a file: a fifth of bytes, others of what it says. */
function mutate(given: Uint8Array, random: RandomStream): Mutant {
  const bytes = new Uint8Array(given);
  if (random.uniform() < 1 / 5) {
    const change = oneOf(random, byteChanges);
    return { bytes: change(bytes, random), changes: [change.name] };
  }
  const model = fromBinary(ModelProtoSchema, bytes);
  const chosen = Array.from({ length: 1 + below(random, 2) }, () => oneOf(random, modelChanges));
  for (const change of chosen) change(model.graph!, random, model);
  return {
    bytes: new Uint8Array(toBinary(ModelProtoSchema, model)),
    changes: chosen.map(({ name }) => name),
  };
}

const bytesAt = (...path: string[]): Uint8Array => readFileSync(join(MODELS, ...path));

/** What mutants are made of: all model files of the tests, with the shape of an example. */
function seedsOf(): { readonly file: string; readonly bytes: Uint8Array; readonly example: Shape }[] {
  const faults: { file: string; input?: number[] }[] = JSON.parse(
    readFileSync(join(MODELS, "faults", "faults.json"), "utf8"),
  );
  return [
    ...goldens.map(([, { file, input }]) => ({ file, bytes: bytesAt(file), example: input.shape })),
    ...faults.map(({ file, input = [8] }) => ({
      file,
      bytes: bytesAt("faults", file),
      example: input,
    })),
  ];
}

const seeds = seedsOf();

/** A mutant by its number, and what it was; the shape of an example, unless it is to be what the mutant says. */
export function mutantOf(
  seed: number,
  index: number,
): Mutant & { readonly file: string; readonly example: Shape | undefined } {
  const random = randomStream(seed, "model-mutants", index);
  const { file, bytes, example } = oneOf(random, seeds);
  const isDeclared = random.uniform() < 0.2;
  return { file, example: isDeclared ? undefined : example, ...mutate(bytes, random) };
}
