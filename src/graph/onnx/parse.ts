/**
 * @file Parses the bytes of an ONNX file: messages, element types, tensors, attributes.
 *
 * A file comes from anywhere, so nothing in it is believed: sizes are compared with the bytes that are there.
 */

import { type DescField, type DescMessage, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { GraphError, messageOf } from "../../base/errors.ts";
import {
  type DataType,
  dataTypes,
  type Elements,
  isFloating,
  type OnnxAttribute,
  type Shape,
  showShape,
  sizeOf,
  typeNumbered,
} from "../value.ts";
import {
  type AttributeProto,
  type GraphProto,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
} from "./onnx_pb.ts";

/** Versions of the file format: the first that was released, and that of the newest operator set (ONNX 1.20). */
const FORMATS = { oldest: 3, newest: 13 } as const;

/** Number of the field of a graph (GraphProto.sparse_initializer) that holds what is not read, and may not be passed over. */
const SPARSE_INITIALIZER = 15;

/** Numbers of the kinds of attribute that are understood (AttributeProto.AttributeType). */
const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

/** A tensor of a file: unlike a constant of a graph it may be empty, such as the axes of a scalar. */
export interface Tensor {
  readonly shape: Shape;
  readonly type: DataType;
  readonly data: Elements;
}

export const isStandard = (domain: string): boolean => domain === "" || domain === "ai.onnx";

/** Read a part of a file; what is wrong with it is said with the name of the part. */
export function within<T>(part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof GraphError ? new GraphError(`readOnnx: ${part}: ${error.message}`) : error;
  }
}

/** The operator sets that a reader understands. */
export interface Opsets {
  readonly oldest: number;
  readonly newest: number;
}

/** A file, as far as it is read. */
export interface OnnxFile {
  readonly model: ModelProto;
  readonly graph: GraphProto;
  /** Version of the standard operator set. */
  readonly opset: number;
}

/**
 * Parse a file.
 *
 * @throws GraphError if the bytes are no ONNX file, or of a version that is not read.
 */
export function parseOnnx(given: Uint8Array, opsets: Opsets): OnnxFile {
  // Node's buffers slice without a copy, and elements need addresses of their own.
  const bytes = new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  const fail = (reason: string): never => {
    throw new GraphError(
      `readOnnx: expected the bytes of an ONNX file, got ${bytes.length} that are none: ${reason}`,
    );
  };
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
    checkWireTypes(ModelProtoSchema, bytes);
  } catch (error) {
    return fail(messageOf(error));
  }
  const opset = model.opsetImport.find(({ domain }) => isStandard(domain));
  if (!model.graph) return fail("there is no graph");
  if (!opset) return fail("it does not say which operator set it uses");
  if (!(opset.version >= opsets.oldest && opset.version <= opsets.newest)) {
    throw new GraphError(
      `readOnnx: expected operator set ${opsets.oldest} to ${opsets.newest}, got ${opset.version}; export the model again for operator set 20`,
    );
  }
  if (!(model.irVersion >= FORMATS.oldest && model.irVersion <= FORMATS.newest)) {
    throw new GraphError(
      `readOnnx: expected version ${FORMATS.oldest} to ${FORMATS.newest} of the file format, got ${model.irVersion}; export the model again for operator set 20`,
    );
  }
  if (model.graph.$unknown?.some(({ no }) => no === SPARSE_INITIALIZER)) {
    throw new GraphError(
      "readOnnx: expected dense initializers, got a sparse one; save the model with dense weights",
    );
  }
  return { model, graph: model.graph, opset: Number(opset.version) };
}

/** Refuse fields written as another type than theirs: `fromBinary` would read their bytes as if they were of it. */
function checkWireTypes(message: DescMessage, bytes: Uint8Array): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const field = message.fields.find((known) => known.number === number);
    // Numbers of a list may be packed, too.
    const isPacked = field?.fieldKind === "list" && type === WireType.LengthDelimited;
    if (field && type !== wireTypeOf(field) && !isPacked) {
      throw new GraphError(
        `field "${field.name}" of ${message.name} has wire type ${type}, not ${wireTypeOf(field)}`,
      );
    }
    if (field?.message) checkWireTypes(field.message, reader.bytes());
    else reader.skip(type, number);
  }
}

/** How a field is written (https://protobuf.dev/programming-guides/encoding), of the types that ONNX has. */
function wireTypeOf({ scalar }: DescField): WireType {
  if (scalar === ScalarType.FLOAT) return WireType.Bit32;
  if (scalar === ScalarType.DOUBLE) return WireType.Bit64;
  const isWhole = scalar === ScalarType.INT32 || scalar === ScalarType.INT64;
  return isWhole ? WireType.Varint : WireType.LengthDelimited;
}

export function readType(number: number): DataType {
  const type = typeNumbered(number);
  if (!type) {
    const known = Object.keys(dataTypes).join(", ");
    throw new GraphError(`expected element type ${known}, got ONNX's number ${number}`);
  }
  return type;
}

/**
 * Read a tensor.
 *
 * @param saturates - Whether whole numbers beyond 2^53 become the largest below: ends of slices say "to the end" by such.
 * @throws GraphError if its bytes are not what it says.
 */
export function readTensor(tensor: TensorProto, saturates = false): Tensor {
  if (tensor.dataLocation !== 0) {
    throw new GraphError("its elements are in another file, which is not read; save the model as one file");
  }
  const type = readType(tensor.dataType);
  const shape = tensor.dims.map(Number);
  const count = sizeOf(shape);
  const read = readElements(tensor, type);
  const [least, most] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const data =
    saturates && type === "int64" ? read.map((each) => Math.min(Math.max(each, least), most)) : read;
  if (shape.some((size) => size < 0) || data.length !== count) {
    throw new GraphError(`expected ${count} elements for shape ${showShape(shape)}, got ${data.length}`);
  }
  const strange = isFloating(type) ? undefined : data.find((element) => !Number.isSafeInteger(element));
  if (strange !== undefined) throw new GraphError(`expected whole numbers below 2^53, got ${strange}`);
  return { shape, type, data };
}

/** All elements that the bytes of a tensor hold, whatever its shape says. */
function readElements(tensor: TensorProto, type: DataType): Elements {
  const { rawData } = tensor;
  const { array } = dataTypes[type];
  if (rawData.length === 0) {
    if (array === undefined) return Float64Array.from(tensor.int64Data, Number);
    const { floatData, doubleData, int32Data } = tensor;
    return array.from(type === "float32" ? floatData : type === "float64" ? doubleData : int32Data);
  }
  // A copy, since the bytes of a file lie at any address.
  const { buffer } = rawData.slice(0, rawData.length - (rawData.length % (array?.BYTES_PER_ELEMENT ?? 8)));
  if (array === undefined) return Float64Array.from(new BigInt64Array(buffer), Number);
  const elements = new array(buffer);
  return type === "bool" ? elements.map((byte) => Number(byte !== 0)) : elements;
}

/** The tensor of a Constant node, in any of the ways it can be written. */
export function readConstant({ attribute }: NodeProto): Tensor {
  const [given] = attribute;
  if (given?.t) return readTensor(given.t);
  switch (given?.name) {
    case "value_float":
      return { shape: [], type: "float32", data: Float32Array.of(given.f) };
    case "value_floats":
      return { shape: [given.floats.length], type: "float32", data: Float32Array.from(given.floats) };
    case "value_int":
      return { shape: [], type: "int64", data: Float64Array.of(Number(given.i)) };
    case "value_ints":
      return { shape: [given.ints.length], type: "int64", data: Float64Array.from(given.ints, Number) };
    default:
      throw new GraphError(`expected a tensor or numbers, got ${given?.name ?? "nothing"}`);
  }
}

export function readAttribute(attribute: AttributeProto): OnnxAttribute | undefined {
  if (attribute.type === FLOAT) return { float: attribute.f };
  if (attribute.type === STRING) return { string: new TextDecoder().decode(attribute.s) };
  if (attribute.type === INT) return { int: Number(attribute.i) };
  return attribute.type === INTS ? { ints: attribute.ints.map(Number) } : undefined;
}
