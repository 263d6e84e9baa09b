/**
 * @file Writes graphs as ONNX: values become nodes, constants become initializers.
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expandGraph } from "../expand.ts";
import { createConstants } from "../merge.ts";
import { nameValues } from "../print.ts";
import { validateGraph } from "../validate.ts";
import {
  type Application,
  type Constant,
  type DataType,
  dataTypes,
  type Graph,
  inOrder,
  type OnnxAttribute,
  type OnnxSettings,
  type Shape,
  type Value,
} from "../value.ts";
import { declaredSizes, formOf, type Size } from "./form.ts";
import {
  type AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "./onnx_pb.ts";

/** Version of the standard operator set that the operations are written for. */
export const OPSET = 20;
/** Version of the file format. */
const IR_VERSION = 9;

/** Numbers of the kinds of attribute (AttributeProto.AttributeType). */
const FLOAT = 1;
const FLOATS = 6;
const INT = 2;
const STRING = 3;
const GRAPH = 5;
const INTS = 7;

export type NodeInit = MessageInitShape<typeof NodeProtoSchema>;
export type TensorInit = MessageInitShape<typeof TensorProtoSchema>;
type ValueInfoInit = MessageInitShape<typeof ValueInfoProtoSchema>;

/** A graph of the file format, before it becomes a message. */
export interface GraphInit {
  readonly name: string;
  readonly node: NodeInit[];
  readonly initializer?: TensorInit[];
  readonly input: ValueInfoInit[];
  readonly output: ValueInfoInit[];
}

/** Declare a value of a graph; a size may be a name, for one that is only known when the graph runs, or not said. */
export function valueInfo(name: string, type: DataType, sizes: readonly Size[]): ValueInfoInit {
  const dim = sizes.map((size) => {
    if (size === undefined) return {};
    return typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } };
  });
  return {
    name,
    type: { value: { case: "tensorType", value: { elemType: dataTypes[type].number, shape: { dim } } } },
  };
}

/** A tensor of a file from plain numbers; not copied if they are of its type. */
export function tensorInit(name: string, type: DataType, shape: Shape, data: ArrayLike<number>): TensorInit {
  const { number, array } = dataTypes[type];
  const { buffer, byteOffset, byteLength } =
    array === undefined
      ? BigInt64Array.from(Array.from(data, BigInt))
      : data instanceof array
        ? data
        : array.from(data);
  return {
    name,
    dims: shape.map(BigInt),
    dataType: number,
    rawData: new Uint8Array(buffer, byteOffset, byteLength),
  };
}

export function attributeInit(
  name: string,
  attribute: Exclude<OnnxAttribute, { readonly graph: Graph }>,
): MessageInitShape<typeof AttributeProtoSchema> {
  if ("float" in attribute) return { name, type: FLOAT, f: attribute.float };
  if ("floats" in attribute) return { name, type: FLOATS, floats: [...attribute.floats] };
  if ("int" in attribute) return { name, type: INT, i: BigInt(attribute.int) };
  if ("string" in attribute) return { name, type: STRING, s: new TextEncoder().encode(attribute.string) };
  return { name, type: INTS, ints: attribute.ints.map(BigInt) };
}

/** An attribute that holds a graph: the body of a loop. */
export const graphAttribute = (
  name: string,
  g: GraphInit,
): MessageInitShape<typeof AttributeProtoSchema> => ({
  name,
  type: GRAPH,
  g,
});

/** A constant of a graph, or an operand that a record writes: it may be empty, such as the shape of a scalar. */
type Tensor = Omit<Constant, "kind">;

/** The operands that a record writes after its inputs; `type` is that of the first input. */
const operandsOf = (
  { constants = [], scalars = [] }: OnnxSettings,
  type: DataType = "float32",
): readonly Tensor[] => [
  ...constants.map(
    (data): Tensor => ({ type: "int64", shape: [data.length], data: Float64Array.from(data) }),
  ),
  ...scalars.map((number): Tensor => ({ type, shape: [], data: Float64Array.of(number) })),
];

/** What tells an operand from others, infinite ones included. */
const keyOf = ({ type, data }: Tensor): string => `${type} ${data.join()}`;

/**
 * The graph as a message of the file format, inputs and outputs declared.
 *
 * Equal nodes (same operator, settings and operands) are written once: the results of one operator with
 * several outputs, and what two gradients both compute, share a node.
 *
 * @param rename - Gives every name of the graph another one, for a graph inside another.
 */
export function graphInit(given: Graph, rename = (name: string): string => name): GraphInit {
  const graph = expandGraph(validateGraph(given));
  const sizes = declaredSizes(graph);
  const names = nameValues(graph);
  for (const { name, value } of [...graph.outputs].reverse()) {
    if (value.kind === "application") names.set(value, name);
  }
  for (const [value, name] of names) names.set(value, rename(name));
  const node: (NodeInit & { output: string[] })[] = [];
  const initializer: TensorInit[] = [];
  const written = new Map<string, (typeof node)[number]>();
  const outputOf = new Map<Value, string>();
  const nameOf = new Map<Tensor, string>();

  const firstOf = createConstants<Tensor>();
  const writeConstant = (tensor: Tensor, name: string): string => {
    const first = firstOf(tensor);
    if (first === tensor) {
      nameOf.set(tensor, name);
      initializer.push(tensorInit(name, tensor.type, tensor.shape, tensor.data));
    }
    return nameOf.get(first)!;
  };

  const writeApplication = (value: Application, name: string): string => {
    const { operator, domain, attributes = {}, output = 0, ...settings } = formOf(value);
    const tensors = operandsOf(settings, value.inputs[0]?.type);
    const operands = value.inputs.map((operand) => outputOf.get(operand)!);
    const seen = Math.max(0, ...Object.values(attributes).map((one) => ("graph" in one ? one.seen : 0)));
    const given = operands.slice(0, operands.length - seen);
    const key = JSON.stringify([domain, operator, attributes, tensors.map(keyOf), operands]);
    const known = written.get(key);
    const target = known ?? {
      input: [...given, ...tensors.map((tensor, at) => writeConstant(tensor, `${name}_operand_${at}`))],
      output: [] as string[],
      name,
      opType: operator,
      domain,
      attribute: Object.entries(attributes).map(([key, attribute]) =>
        "graph" in attribute
          ? graphAttribute(key, bodyInit(attribute.graph, name, operands.slice(given.length)))
          : attributeInit(key, attribute),
      ),
    };
    if (!known) {
      written.set(key, target);
      node.push(target);
    }
    const outputs = target.output;
    while (outputs.length <= output) outputs.push("");
    outputs[output] ||= name;
    return outputs[output]!;
  };

  for (const value of inOrder(graph.outputs.map((output) => output.value))) {
    const name = names.get(value)!;
    if (value.kind === "input") outputOf.set(value, name);
    else
      outputOf.set(
        value,
        value.kind === "constant" ? writeConstant(value, name) : writeApplication(value, name),
      );
  }
  // An operator's first output needs a name even where nobody reads it.
  for (const { name, output } of node) output[0] ||= `${name}_unused`;
  // A value that is several outputs, an input, a constant or an equal of another value needs a name of its own.
  for (const { name, value } of graph.outputs) {
    const given = outputOf.get(value)!;
    const wanted = rename(name);
    if (given !== wanted)
      node.push({ opType: "Identity", name: `output_${wanted}`, input: [given], output: [wanted] });
  }
  return {
    name: graph.name,
    node,
    initializer,
    input: graph.inputs.map((value) => valueInfo(rename(value.name), value.type, sizes(value))),
    output: graph.outputs.map(({ name, value }) => valueInfo(rename(name), value.type, sizes(value))),
  };
}

/**
 * The graph within a node.
 *
 * @param seen - Names around it of its last inputs, which are not given to it.
 */
function bodyInit(body: Graph, node: string, seen: readonly string[]): GraphInit {
  const first = body.inputs.length - seen.length;
  const around = new Map(body.inputs.slice(first).map(({ name }, at) => [name, seen[at]!]));
  const init = graphInit(body, (name) => around.get(name) ?? `${node}.${name}`);
  return { ...init, input: init.input.slice(0, first) };
}

/** The domains of a graph's operators, and of the graphs within it; the standard one first. */
function domainsOf(graph: GraphInit): string[] {
  const within = graph.node.flatMap(({ domain, attribute }) => [
    domain ?? "",
    ...(attribute ?? []).flatMap(({ g }) => (g ? domainsOf(g as GraphInit) : [])),
  ]);
  return [...new Set(["", ...within])];
}

/**
 * The bytes of an ONNX file with this graph.
 *
 * @param metadata - What the file says of itself, by name; nothing unless told.
 */
export function modelBytes(graph: GraphInit, metadata: { readonly [name: string]: string } = {}): Uint8Array {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: BigInt(IR_VERSION),
      producerName: "shatter",
      opsetImport: domainsOf(graph).map((domain) => ({
        domain,
        version: BigInt(domain === "" ? OPSET : 1),
      })),
      graph,
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    }),
  );
}

/**
 * Write a graph as an ONNX file.
 *
 * @throws GraphError if the graph breaks a rule.
 */
export const writeOnnx = (graph: Graph): Uint8Array => modelBytes(graphInit(graph));
