/**
 * @file Tensors of an ONNX file that lie in other files beside it, brought into it.
 */

import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { GraphError, messageOf } from "../../base/errors.ts";
import { type ModelProto, ModelProtoSchema, type TensorProto } from "./onnx_pb.ts";

/** Where the elements of a tensor are. */
export interface ExternalPlace {
  /** Name of the tensor. */
  readonly tensor: string;
  /** Path of the file, relative to the folder of the model. */
  readonly location: string;
  /** First byte, and number of bytes; all from the first on unless said. */
  readonly offset: number;
  readonly length: number | undefined;
}

/** Number of a tensor's place (TensorProto.DataLocation) that is another file. */
const EXTERNAL = 1;

/**
 * Bring the tensors in other files into a file, so that its bytes are all of the model.
 *
 * @param read - Reads a place; whatever it throws is thrown.
 * @returns The same bytes if there are none.
 * @throws GraphError if the bytes are no ONNX file, or a place makes no sense.
 */
export async function inlineExternal(
  bytes: Uint8Array,
  read: (place: ExternalPlace) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    throw new GraphError(
      `expected the bytes of an ONNX file, got ${bytes.length} that are none: ${messageOf(error)}`,
    );
  }
  const outside = tensorsOf(model).filter(({ dataLocation }) => dataLocation === EXTERNAL);
  if (outside.length === 0) return bytes;
  for (const tensor of outside) {
    tensor.rawData = await read(placeOf(tensor));
    tensor.dataLocation = 0;
    tensor.externalData = [];
  }
  return toBinary(ModelProtoSchema, model);
}

/** Initializers, and what Constant nodes hold. */
const tensorsOf = ({ graph }: ModelProto): TensorProto[] => [
  ...(graph?.initializer ?? []),
  ...(graph?.node ?? []).flatMap(({ attribute }) => attribute.flatMap(({ t }) => t ?? [])),
];

function placeOf({ name, externalData }: TensorProto): ExternalPlace {
  const said = new Map(externalData.map(({ key, value }) => [key, value]));
  const numberOf = (key: string): number | undefined => {
    const text = said.get(key);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (Number.isSafeInteger(number) && number >= 0) return number;
    throw new GraphError(`tensor "${name}": expected a whole number of bytes for "${key}", got "${text}"`);
  };
  const location = said.get("location");
  if (!location)
    throw new GraphError(`tensor "${name}": expected the name of the file with its elements, got none`);
  return { tensor: name, location, offset: numberOf("offset") ?? 0, length: numberOf("length") };
}
