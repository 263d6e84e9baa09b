/**
 * @file Reads graphs from ONNX: nodes become values again, through the forms of the operations' records.
 *
 * A file comes from anywhere, so nothing in it is believed: sizes are compared with the bytes that are
 * there, and what cannot be expressed exactly is refused with the name of the node.
 */

import { GraphError } from "../../base/errors.ts";
import { unknownName } from "../../base/suggest.ts";
import { apply, checkOperands, operandCounts } from "../operation.ts";
import { operations } from "../ops/index.ts";
import { validateGraph } from "../validate.ts";
import {
  type Attributes,
  constant,
  type Graph,
  type Input,
  input,
  type OnnxAttribute,
  type OnnxSettings,
  type OperationRecord,
  showShape,
  sizeOf,
  type Value,
} from "../value.ts";
import type { NodeProto, ValueInfoProto } from "./onnx_pb.ts";
import {
  isStandard,
  parseOnnx,
  readAttribute,
  readConstant,
  readTensor,
  readType,
  type Tensor,
  within,
} from "./parse.ts";

/** The operator sets whose operators mean what the operations mean: 18 made the axes of all reductions operands. */
const OPSETS = { oldest: 18, newest: 25 } as const;

/** The operator of a record, with its domain where that is not the standard one; undefined if ONNX has none for it. */
function operatorOf({ onnx }: OperationRecord): string | undefined {
  if (typeof onnx === "string") return onnx;
  if ("expand" in onnx || !onnx.read) return undefined;
  return onnx.domain ? `${onnx.domain}.${onnx.operator}` : onnx.operator;
}

/**
 * Read a graph from the bytes of an ONNX file.
 *
 * Initializers and Constant nodes become constants, and Identity nodes vanish. Names are those of the
 * file's inputs and outputs; other values have none.
 *
 * @throws GraphError if the bytes are no ONNX file, a size is not fixed, an operator is unknown, or the graph breaks a rule.
 */
export function readOnnx(bytes: Uint8Array): Graph {
  const { graph: file } = parseOnnx(bytes, OPSETS);
  const tensors = new Map<string, Tensor>();
  const values = new Map<string, Value>();
  const define = <T>(names: Map<string, T>, name: string, thing: T): void => {
    if (name === "") throw new GraphError("expected a name, got none");
    if (tensors.has(name) || values.has(name))
      throw new GraphError(`expected a name of its own, but "${name}" is there already`);
    names.set(name, thing);
  };

  for (const tensor of file.initializer) {
    within(`initializer "${tensor.name}"`, () => define(tensors, tensor.name, readTensor(tensor)));
  }
  // Files of old versions list their initializers among the inputs too.
  const inputs = file.input
    .filter(({ name }) => !tensors.has(name))
    .map((declared) =>
      within(`input "${declared.name}"`, () => {
        const value = readInput(declared);
        define(values, value.name, value);
        return value;
      }),
    );
  file.node.forEach((node, index) => {
    within(`node ${node.name ? `"${node.name}"` : index} (${node.opType})`, () => {
      if (isStandard(node.domain) && node.opType === "Constant") {
        define(tensors, onlyOutput(node), readConstant(node));
      } else if (isStandard(node.domain) && node.opType === "Identity") {
        define(values, onlyOutput(node), valueNamed(onlyInput(node)));
      } else {
        for (const [name, value] of readNode(node, valueNamed, (name) => tensors.get(name)))
          define(values, name, value);
      }
    });
  });
  const outputs = file.output.map((declared) =>
    within(`output "${declared.name}"`, () => {
      const value = valueNamed(declared.name);
      checkDeclared(declared, value);
      return { name: declared.name, value };
    }),
  );
  return validateGraph({ name: file.name, inputs, outputs });

  function valueNamed(name: string): Value {
    const known = values.get(name);
    if (known) return known;
    const tensor = tensors.get(name);
    if (!tensor) throw new GraphError(`expected "${name}" to be an input, an initializer or computed before`);
    const strange = tensor.data.findIndex(Number.isNaN);
    if (strange >= 0)
      throw new GraphError(`expected the constant "${name}" to be numbers, got NaN as element ${strange}`);
    const value = constant(tensor.data, tensor.shape, tensor.type);
    values.set(name, value);
    return value;
  }
}

function onlyInput({ input: names }: NodeProto): string {
  if (names.length !== 1) throw new GraphError(`expected one operand, got ${names.length}`);
  return names[0]!;
}

function onlyOutput({ output }: NodeProto): string {
  const [name = ""] = output;
  if (name === "" || output.length > 1) throw new GraphError(`expected one output, got ${output.length}`);
  return name;
}

function readInput({ name, type }: ValueInfoProto): Input {
  const fail = (reason: string): never => {
    throw new GraphError(reason);
  };
  const tensor = type?.value.case === "tensorType" ? type.value.value : fail("expected a tensor");
  const dims = tensor.shape?.dim ?? fail("expected a shape, got none");
  const sizes = dims.map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : (value.value ?? "?"),
  );
  if (sizes.some((size) => typeof size === "string")) {
    fail(`expected fixed sizes, got [${sizes.join(", ")}]; export the model with a fixed batch size`);
  }
  const shape = sizes as number[];
  if (shape.some((size) => size < 1) || !Number.isSafeInteger(sizeOf(shape))) {
    fail(`expected whole positive sizes, got ${showShape(shape)}`);
  }
  return input(name, shape, readType(tensor.elemType));
}

/** Refuse an output that is not what it is declared as, where it is declared; sizes with names may be any. */
function checkDeclared({ type }: ValueInfoProto, value: Value): void {
  if (!type) return;
  if (type.value.case !== "tensorType") throw new GraphError("expected a tensor");
  const { elemType, shape } = type.value.value;
  if (readType(elemType) !== value.type)
    throw new GraphError(`expected ${readType(elemType)} as declared, got ${value.type}`);
  const sizes = shape?.dim.map(({ value: size }) => (size.case === "dimValue" ? Number(size.value) : "?"));
  if (
    sizes &&
    (sizes.length !== value.shape.length ||
      sizes.some((size, axis) => size !== "?" && size !== value.shape[axis]))
  )
    throw new GraphError(`expected [${sizes.join(", ")}] as declared, got ${showShape(value.shape)}`);
}

/** The values a node computes, by the names of its outputs. */
function readNode(
  node: NodeProto,
  valueNamed: (name: string) => Value,
  tensorNamed: (name: string) => Tensor | undefined,
): [string, Value][] {
  const operator = isStandard(node.domain) ? node.opType : `${node.domain}.${node.opType}`;
  const records = [...operations.values()].filter((record) => operatorOf(record) === operator);
  if (records.length === 0) {
    const known = new Set([...operations.values()].flatMap((record) => operatorOf(record) ?? []));
    throw new GraphError(unknownName("operator", operator, [...known].sort()));
  }
  // Operators with several outputs have a record for each of them.
  return node.output.flatMap((name, at): [string, Value][] => {
    if (name === "") return [];
    for (const record of records) {
      const read = applyRecord(record, node, valueNamed, tensorNamed);
      if (read?.output === at) return [[name, read.value]];
    }
    throw new GraphError(`its settings cannot be expressed (output ${at} of ${node.output.length})`);
  });
}

/** A node as an application of a record, and the output of the node that it is; undefined if it cannot be. */
function applyRecord(
  record: OperationRecord,
  node: NodeProto,
  valueNamed: (name: string) => Value,
  tensorNamed: (name: string) => Tensor | undefined,
): { readonly value: Value; readonly output: number } | undefined {
  const names = node.input.slice(0, node.input.findLastIndex((name) => name !== "") + 1);
  const [, most] = operandCounts(record);
  const count = Math.min(names.length, most);
  const operands = names.slice(0, count).map(valueNamed);
  checkOperands(record, count);
  const { onnx } = record;
  const form = typeof onnx === "string" || "expand" in onnx ? undefined : onnx;
  const constants: number[][] = [];
  const scalars: number[] = [];
  for (const name of names.slice(count)) {
    const tensor = tensorNamed(name);
    const isScalar = tensor?.shape.length === 0 && tensor.type === operands[0]?.type;
    if (isScalar && scalars.length < (form?.scalars ?? 0)) scalars.push(tensor.data[0]!);
    else if (tensor?.type === "int64" && tensor.shape.length === 1 && scalars.length === 0)
      constants.push(Array.from(tensor.data));
    else throw new GraphError(`expected "${name}" to be an int64 constant of one dimension`);
  }
  const given: { [name: string]: OnnxAttribute } = {};
  for (const attribute of node.attribute) {
    const setting = readAttribute(attribute);
    if (!setting) throw new GraphError(`expected a number or whole numbers for setting "${attribute.name}"`);
    given[attribute.name] = setting;
  }
  const attributes: Attributes | undefined = form
    ? form.read!({ attributes: given, constants, scalars }, operands)
    : {};
  if (!attributes) return undefined;
  const value = apply(record, operands, attributes);
  const written: OnnxSettings = form?.write(attributes, value.shape, operands) ?? {};
  refuseUnread(node.opType, given, constants, written);
  return { value, output: written.output ?? 0 };
}

/** Settings that operations do not have, by operator: at 0 or `NOTSET` they say what is so anyway. */
const NEUTRAL: { readonly [operator: string]: readonly string[] | undefined } = {
  ArgMax: ["select_last_index"],
  AveragePool: ["auto_pad", "ceil_mode"],
  Conv: ["auto_pad"],
  ConvTranspose: ["auto_pad"],
  Gather: ["axis"],
  MaxPool: ["auto_pad", "ceil_mode", "storage_order"],
  ReduceMax: ["noop_with_empty_axes"],
  ReduceMean: ["noop_with_empty_axes"],
  ReduceSum: ["noop_with_empty_axes"],
  Reshape: ["allowzero"],
};

/** Refuse settings that the operation does not have, unless they are neutral. */
function refuseUnread(
  operator: string,
  given: { readonly [name: string]: OnnxAttribute },
  constants: readonly (readonly number[])[],
  written: OnnxSettings,
): void {
  for (const [name, setting] of Object.entries(given)) {
    const known = written.attributes?.[name];
    const isRead = known
      ? Object.keys(known)[0] === Object.keys(setting)[0]
      : NEUTRAL[operator]?.includes(name) && [0, "NOTSET"].includes(Object.values(setting)[0]);
    if (!isRead)
      throw new GraphError(
        `its setting "${name}" = ${JSON.stringify(Object.values(setting)[0])} cannot be expressed`,
      );
  }
  const most = written.constants?.length ?? 0;
  if (constants.length > most)
    throw new GraphError(`expected ${most} constants after its operands, got ${constants.length}`);
}
