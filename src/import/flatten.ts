/**
 * @file Nodes that stand for others: calls of functions that a file defines itself, and choices whose condition it knows.
 */

import { DataError } from "../base/errors.ts";
import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
} from "../graph/onnx/onnx_pb.ts";
import { isStandard, readConstant, readTensor } from "../graph/onnx/parse.ts";

/** A graph without them. */
export interface FlatNodes {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  /** Names of the nodes that stood for others. */
  readonly expanded: readonly string[];
}

/** Most nodes that others may become, and how deep they may be in one another: hostile files ask for more. */
const MOST_NODES = 2 ** 16;
const DEEPEST = 32;

/** Where nodes stand: what names mean there, and the settings of the call that they are part of. */
interface Place {
  readonly depth: number;
  readonly nameOf: (name: string) => string;
  readonly settings: ReadonlyMap<string, AttributeProto>;
}

/**
 * Put what they stand for in the place of nodes.
 *
 * @throws DataError if there would be too many, or a function is of another operator set.
 */
export function flattenNodes({ functions }: ModelProto, graph: GraphProto, opset: number): FlatNodes {
  const nodes: NodeProto[] = [];
  const initializers = [...graph.initializer];
  const expanded: string[] = [];
  const conditions = new Map<string, NodeProto | TensorProto>(
    graph.initializer.map((each) => [each.name, each]),
  );
  const known = new Map(functions.map((one) => [`${one.domain} ${one.name}`, one]));
  let made = 0;
  const place = (given: NodeProto, { depth, nameOf, settings }: Place): void => {
    const node = depth === 0 ? given : { ...given, ...inPlace(given, nameOf, settings) };
    if (depth > 0 && ++made > MOST_NODES)
      throw new DataError(`expected at most ${MOST_NODES} nodes of functions`);
    const called = isStandard(node.domain) ? undefined : known.get(`${node.domain} ${node.opType}`);
    const branch = called ? undefined : branchOf(node, conditions);
    if (!called && !branch) {
      if (node.opType === "Constant" && node.output[0]) conditions.set(node.output[0], node);
      nodes.push(node);
      return;
    }
    const name = node.name || (node.output[0] ?? node.opType);
    if (depth >= DEEPEST) throw new DataError(`node "${name}": expected functions at most ${DEEPEST} deep`);
    if (depth === 0) expanded.push(name);
    if (called) call(called, node, depth + 1);
    else if (branch) choose(branch, node, { depth: depth + 1, nameOf, settings });
  };
  const call = (called: FunctionProto, node: NodeProto, depth: number): void => {
    const own = called.opsetImport.find(({ domain }) => isStandard(domain));
    if (own && Number(own.version) !== opset) {
      throw new DataError(
        `function "${called.name}": expected operator set ${opset}, that of the file, got ${own.version}`,
      );
    }
    const names = new Map(called.input.map((name, at) => [name, node.input[at] ?? ""]));
    called.output.forEach((name, at) => {
      const to = node.output[at] ?? "";
      if (names.has(name)) nodes.push(pass(node, names.get(name)!, to));
      else if (to !== "") names.set(name, to);
    });
    const prefix = `${node.output[0] ?? ""}/`;
    const nameOf = (name: string): string => names.get(name) ?? (name === "" ? "" : prefix + name);
    const settings = new Map([...called.attributeProto, ...node.attribute].map((each) => [each.name, each]));
    for (const inner of called.node) place(inner, { depth, nameOf, settings });
  };
  const choose = (branch: GraphProto, node: NodeProto, { depth, nameOf, settings }: Place): void => {
    const own = new Set([
      ...branch.initializer.map(({ name }) => name),
      ...branch.node.flatMap(({ output }) => output),
    ]);
    const prefix = `${node.output[0] ?? ""}/`;
    const within = (name: string): string => (name !== "" && own.has(name) ? prefix + name : nameOf(name));
    for (const tensor of branch.initializer) {
      const renamed = { ...tensor, name: within(tensor.name) };
      initializers.push(renamed);
      conditions.set(renamed.name, renamed);
    }
    for (const inner of branch.node) place(inner, { depth, nameOf: within, settings });
    branch.output.forEach(({ name }, at) => {
      nodes.push(pass(node, within(name), node.output[at] ?? ""));
    });
  };
  for (const node of graph.node) place(node, { depth: 0, nameOf: (name) => name, settings: new Map() });
  return { nodes, initializers, expanded };
}

/** A node with the names and the settings of where it stands. */
function inPlace(
  { name, input, output, attribute }: NodeProto,
  nameOf: Place["nameOf"],
  settings: Place["settings"],
): Pick<NodeProto, "name" | "input" | "output" | "attribute"> {
  return {
    name: name === "" ? "" : nameOf(name),
    input: input.map(nameOf),
    output: output.map(nameOf),
    attribute: attribute.flatMap((own) => {
      if (own.refAttrName === "") return [own];
      const given = settings.get(own.refAttrName);
      return given ? [{ ...given, name: own.name }] : [];
    }),
  };
}

/** A node that passes a value on. */
const pass = (node: NodeProto, from: string, to: string): NodeProto => ({
  ...node,
  name: "",
  opType: "Identity",
  domain: "",
  input: [from],
  output: [to],
  attribute: [],
});

/** The branch that a choice takes; undefined if it is none, or depends on what the file does not know. */
function branchOf(
  { opType, domain, input, attribute }: NodeProto,
  conditions: ReadonlyMap<string, NodeProto | TensorProto>,
): GraphProto | undefined {
  if (opType !== "If" || !isStandard(domain)) return undefined;
  const condition = conditions.get(input[0] ?? "");
  if (!condition) return undefined;
  const { data } = "opType" in condition ? readConstant(condition) : readTensor(condition);
  const name = data[0] ? "then_branch" : "else_branch";
  return attribute.find((each) => each.name === name)?.g;
}
