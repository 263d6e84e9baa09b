/**
 * @file A model file as it is read: nodes, tensors, and what it says of its inputs and outputs.
 *
 * Nothing is computed here, and weights stay bytes until somebody asks for them.
 */

import { DataError, GraphError } from "../base/errors.ts";
import type { AttributeProto, NodeProto, TensorProto, ValueInfoProto } from "../graph/onnx/onnx_pb.ts";
import { isStandard, parseOnnx, readConstant, readTensor, type Tensor } from "../graph/onnx/parse.ts";
import { type DataType, isFloating, type Shape, showShape, sizeOf, typeNumbered } from "../graph/value.ts";
import { flattenNodes } from "./flatten.ts";

/** The operator sets that are understood; `opsets.ts` has what differs between them. */
export const OPSETS = { oldest: 7, newest: 24 } as const;

/** A size as a file declares it: a number, a name, or nothing. */
export type DeclaredSize = number | string | undefined;

/** An input or an output of a file. */
export interface Declared {
  readonly name: string;
  /** Undefined if the file does not say. */
  readonly sizes: readonly DeclaredSize[] | undefined;
  /** Undefined for what is no tensor, or of a type that Shatter does not compute with. */
  readonly type: DataType | undefined;
}

/** A setting of a node. */
export type Setting =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly tensor: Tensor }
  | { readonly other: string };

export type Settings = { readonly [name: string]: Setting };

/** A node of a file. */
export interface FileNode {
  /** As messages call it: its name, or the first thing it computes. */
  readonly name: string;
  /** With its domain before it, unless that is the standard one. */
  readonly operator: string;
  /** Names of its operands; empty for one that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly settings: Settings;
}

/** A file, read. */
export interface ModelFile {
  readonly producer: string;
  readonly opset: number;
  readonly inputs: readonly Declared[];
  readonly outputs: readonly Declared[];
  /** Each after those it needs; Constant nodes are among the tensors instead. */
  readonly nodes: readonly FileNode[];
  /** Names of nodes that stood for others, which are there instead: calls of functions, choices that the file makes. */
  readonly expanded: readonly string[];
  /** Names of the initializers, and of what Constant nodes hold. */
  readonly tensorNames: ReadonlySet<string>;
  /** Element types of tensors that were not float32, and were made so: `float16`, `bfloat16`, `float64`. */
  readonly converted: ReadonlySet<string>;
  /**
   * An initializer; all with fractions are float32.
   *
   * @throws DataError if there is none of this name, or its bytes are not what it says.
   */
  tensor(name: string): Tensor;
}

/** ONNX's numbers of the element types that are read as float32. */
const FLOAT16 = 10;
const FLOAT64 = 11;
const BFLOAT16 = 16;

/**
 * Read a model file.
 *
 * @throws DataError naming the place, if the bytes are no ONNX file or it contradicts itself.
 */
export function readModelFile(bytes: Uint8Array): ModelFile {
  return telling("model file", () => {
    const { model, graph, opset } = parseOnnx(bytes, OPSETS);
    const flat = flattenNodes(model, graph, opset);
    const converted = new Set<string>();
    const protos = new Map<string, TensorProto>();
    const computed = new Set<string>();
    const nodes: FileNode[] = [];
    for (const tensor of flat.initializers) {
      if (protos.has(tensor.name)) throw new DataError(`expected one initializer "${tensor.name}", got two`);
      protos.set(tensor.name, tensor);
    }
    // Files of old versions list their initializers among the inputs too.
    const inputs = graph.input.filter(({ name }) => !protos.has(name)).map(declaredOf);
    for (const { name } of inputs) {
      if (computed.has(name)) throw new DataError(`expected one input "${name}", got two`);
      computed.add(name);
    }
    for (const name of [...protos.keys(), ...flat.nodes.flatMap((node) => [node.name, ...node.output])]) {
      if (name.includes("\0")) throw new DataError(`expected names without NUL, got ${JSON.stringify(name)}`);
    }
    const constants = new Map<string, NodeProto>();
    flat.nodes.forEach((node, index) => {
      const name = nameOf(node, index);
      for (const output of node.output) {
        if (output === "") continue;
        if (computed.has(output) || protos.has(output)) {
          throw new DataError(
            `node "${name}": expected "${output}" to be computed once, but it is there already`,
          );
        }
        computed.add(output);
      }
      const isConstant = isStandard(node.domain) && node.opType === "Constant";
      if (isConstant && node.output[0]) constants.set(node.output[0], node);
      else nodes.push(nodeOf(node, name));
    });
    const read = (name: string): Tensor => {
      const proto = protos.get(name);
      const node = constants.get(name);
      if (proto) return asFloat32(proto, converted);
      const [setting] = node?.attribute ?? [];
      if (setting?.t) return asFloat32(setting.t, converted);
      if (node) return readConstant(node);
      throw new DataError(`expected a tensor "${name}", got none`);
    };
    const known = new Map<string, Tensor>();
    return {
      producer: [model.producerName, model.producerVersion].filter(Boolean).join(" "),
      opset,
      inputs,
      outputs: graph.output.map(declaredOf),
      nodes,
      expanded: flat.expanded,
      tensorNames: new Set([...protos.keys(), ...constants.keys()]),
      converted,
      tensor(name) {
        const tensor = known.get(name) ?? telling(`tensor "${name}"`, () => read(name));
        known.set(name, tensor);
        return tensor;
      },
    };
  });
}

/** Do something with a part of a file; what is wrong with it is said with the name of the part. */
export function telling<T>(part: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof GraphError || error instanceof DataError) {
      throw new DataError(`${part}: ${error.message.replace(/^readOnnx: /, "")}`);
    }
    throw error;
  }
}

const nameOf = ({ name, output }: NodeProto, index: number): string => name || output[0] || `number ${index}`;

function nodeOf(node: NodeProto, name: string): FileNode {
  return {
    name,
    operator: isStandard(node.domain) ? node.opType : `${node.domain}.${node.opType}`,
    inputs: node.input.slice(0, node.input.findLastIndex((input) => input !== "") + 1),
    outputs: node.output,
    settings: Object.fromEntries(node.attribute.map((attribute) => [attribute.name, settingOf(attribute)])),
  };
}

/** Numbers of the kinds of attribute (AttributeProto.AttributeType). */
const KINDS = ["", "float", "int", "string", "tensor", "graph", "floats", "ints", "strings"] as const;

function settingOf(attribute: AttributeProto): Setting {
  const { t } = attribute;
  switch (KINDS[attribute.type] || guessKind(attribute)) {
    case "float":
      return { float: attribute.f };
    case "int":
      return { int: Number(attribute.i) };
    case "string":
      return { string: new TextDecoder().decode(attribute.s) };
    case "floats":
      return { floats: attribute.floats };
    case "ints":
      return { ints: attribute.ints.map(Number) };
    case "tensor":
      return t ? { tensor: asFloat32(t, new Set()) } : { other: "tensor" };
    default:
      return { other: KINDS[attribute.type] ?? `kind ${attribute.type}` };
  }
}

/** The first versions of the format did not say which kind an attribute is. */
function guessKind({ ints, floats, s, t, f, i }: AttributeProto): (typeof KINDS)[number] {
  if (ints.length > 0) return "ints";
  if (floats.length > 0) return "floats";
  if (t) return "tensor";
  if (s.length > 0) return "string";
  return f !== 0 && i === 0n ? "float" : "int";
}

function declaredOf({ name, type }: ValueInfoProto): Declared {
  if (type?.value.case !== "tensorType") return { name, sizes: undefined, type: undefined };
  const { elemType, shape } = type.value.value;
  const sizes = shape?.dim.map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : value.value,
  );
  return { name, sizes, type: isHalf(elemType) ? "float32" : typeNumbered(elemType) };
}

const isHalf = (type: number): boolean => type === FLOAT16 || type === BFLOAT16 || type === FLOAT64;

/** A tensor; one with fractions as float32, whatever its type. */
function asFloat32(proto: TensorProto, converted: Set<string>): Tensor {
  const shape = proto.dims.map(Number);
  if (shape.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new DataError(`expected sizes of at least 0, got ${showShape(shape)}`);
  }
  if (proto.dataType === FLOAT16 || proto.dataType === BFLOAT16) {
    const isBrain = proto.dataType === BFLOAT16;
    converted.add(isBrain ? "bfloat16" : "float16");
    const data = Float32Array.from(halvesOf(proto, shape), isBrain ? brainFloat : halfFloat);
    return { shape, type: "float32", data: numbers(data) };
  }
  const { type, data } = readTensor(proto, true);
  if (!isFloating(type)) return { shape, type, data };
  if (type === "float32") return { shape, type, data: numbers(data) };
  converted.add("float64");
  const rounded = Float32Array.from(data);
  const large = rounded.findIndex((element, at) => !Number.isFinite(element) && Number.isFinite(data[at]));
  if (large >= 0)
    throw new DataError(`expected numbers that float32 holds, got ${data[large]} as element ${large}`);
  return { shape, type: "float32", data: numbers(rounded) };
}

/** The same elements, none of them NaN. */
function numbers(data: Tensor["data"]): Tensor["data"] {
  const strange = data.findIndex(Number.isNaN);
  if (strange >= 0) throw new DataError(`expected numbers, got NaN as element ${strange}`);
  return data;
}

/** The 16 bits of each element. */
function halvesOf({ rawData, int32Data, dataLocation }: TensorProto, shape: Shape): Uint16Array {
  if (dataLocation !== 0) throw new DataError("its elements are in another file, which was not read");
  const halves =
    rawData.length > 0
      ? new Uint16Array(rawData.slice(0, rawData.length - (rawData.length % 2)).buffer)
      : Uint16Array.from(int32Data);
  if (halves.length !== sizeOf(shape)) {
    throw new DataError(
      `expected ${sizeOf(shape)} elements for shape ${showShape(shape)}, got ${halves.length}`,
    );
  }
  return halves;
}

const bits = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function brainFloat(half: number): number {
  bits.setUint32(0, half << 16);
  return bits.getFloat32(0);
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent (15 added), 10 of fraction. */
function halfFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
