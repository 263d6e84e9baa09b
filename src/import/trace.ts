/**
 * @file Instantiates a file: its nodes become values for examples of one shape and batches of one size.
 *
 * What follows from sizes alone is folded by the operations' own meaning, so that no arithmetic of shapes is left. Tensors
 * with fractions and axes become values that somebody else gives: constants while a file is analyzed, parameters after.
 */

import { DataError, GraphError, ShapeError } from "../base/errors.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import { cast } from "../graph/ops/shape.ts";
import { constant, inOrder, isFloating, showShape, sizeOf, type Value } from "../graph/value.ts";
import {
  type Builder,
  type Call,
  entryOf,
  type Item,
  isKnown,
  isValue,
  requireFewAxes,
  requireSmall,
  tensorOf,
} from "./call.ts";
import type { Declared, FileNode, ModelFile } from "./file.ts";
import { operators } from "./operators.ts";
import { upgrade } from "./opsets.ts";
import { countOf, replaces, shapeOf, sizeOperators } from "./sizes.ts";

/** What a file is instantiated with. */
export interface Bindings {
  /** The examples, as the file takes them. */
  readonly x: Value;
  /** The output that is wanted. */
  readonly output: string;
  /** The value of a tensor that may be trained: float32, of at least one axis and one element. */
  readonly weight: (name: string, tensor: Tensor) => Value;
  /** Told of nodes that had the size of a batch written down, for which that of `x` was put. */
  readonly onBatch?: ((node: FileNode) => void) | undefined;
  /** What nodes are built with. */
  readonly builderOf: (node: FileNode) => Builder;
}

/** Most elements of a value for each example: hostile files ask for more. */
const LARGEST = 2 ** 27;

/** The nodes that an output needs, in order. */
export function nodesFor(file: ModelFile, output: string): FileNode[] {
  const wanted = new Set([output]);
  const needed: FileNode[] = [];
  for (const node of file.nodes.toReversed()) {
    if (!node.outputs.some((name) => wanted.has(name))) continue;
    needed.push(node);
    for (const name of node.inputs) wanted.add(name);
  }
  return needed.reverse();
}

/** Whether a tensor may be trained, as far as its type and shape say. */
export const mayTrain = ({ type, shape }: Tensor): boolean =>
  isFloating(type) && shape.length > 0 && sizeOf(shape) > 0;

/** Operators whose operands after the first are weights. */
const WEIGHED = new Set([
  "Conv",
  "ConvTranspose",
  "Gemm",
  "MatMul",
  "BatchNormalization",
  "LayerNormalization",
]);

/** The input that examples come in by. */
export function inputOf(file: ModelFile): Declared {
  const [first, ...others] = file.inputs;
  if (!first) throw new DataError("model file: expected an input, got none");
  const weights = others.filter(({ name }) =>
    file.nodes.some(({ operator, inputs }) => WEIGHED.has(operator) && inputs.indexOf(name) > 0),
  );
  if (weights.length > 0) {
    throw new DataError(
      `model file: expected the numbers of ${weights.map(({ name }) => `"${name}"`).join(", ")} in the file, got inputs in the places of weights: the model was exported without its weights (PyTorch: export_params=False); export it with them`,
    );
  }
  if (others.length > 0) {
    throw new DataError(
      `model file: expected one input, got ${file.inputs.map(({ name }) => `"${name}"`).join(", ")}; export the model with its examples alone, and the other inputs as constants`,
    );
  }
  return first;
}

/**
 * Instantiate a file.
 *
 * @returns The value of the output.
 * @throws DataError naming the node, if an operator is not known or a node is not possible.
 */
export function instantiate(file: ModelFile, { x, output, weight, builderOf, onBatch }: Bindings): Value {
  const input = inputOf(file);
  const whole =
    input.type !== undefined && !isFloating(input.type) && input.type !== "bool" ? input.type : undefined;
  const [declared] = input.sizes ?? [];
  const batch = { size: x.shape[0]!, declared: typeof declared === "number" ? declared : undefined };
  const items = new Map<string, Item>([
    [input.name, whole && isFloating(x.type) ? cast(x, { to: whole }) : x],
  ]);
  const itemNamed = (name: string): Item => {
    const known = items.get(name);
    if (known) return known;
    if (!file.tensorNames.has(name)) {
      throw new DataError(`expected "${name}" to be an input, an initializer or computed before`);
    }
    const tensor = file.tensor(name);
    const item = mayTrain(tensor) ? weight(name, tensor) : tensor;
    items.set(name, item);
    return item;
  };
  let computed = 0;
  const require = (item: Item): void => {
    requireFewAxes(item.shape);
    if (!isValue(item)) {
      requireSmall([(computed += sizeOf(item.shape))]);
      if (item.data.some(Number.isNaN)) throw new DataError("expected numbers, got NaN");
    } else if (sizeOf(item.shape) > x.shape[0]! * LARGEST) {
      throw new DataError(
        `expected values of at most ${LARGEST} elements for each example, got ${showShape(item.shape)}`,
      );
    }
  };
  for (const node of nodesFor(file, output)) {
    const results = telling(node, () => {
      const call = {
        node: node.name,
        operator: node.operator,
        items: node.inputs.map((name, at) => {
          if (name === "") return undefined;
          // Statistics are no parameters, whatever else their tensor is.
          return isStatistic(node, at) && file.tensorNames.has(name) ? named(file, name) : itemNamed(name);
        }),
        settings: node.settings,
        opset: file.opset,
        outputs: node.outputs,
        builder: builderOf(node),
        batch: {
          ...batch,
          replaces: () => onBatch?.(node),
          reaches: (value: Value) => inOrder([value]).includes(x),
        },
        literal: (at: number) => node.inputs.slice(at, at + 1).find((name) => file.tensorNames.has(name)),
      };
      const made = node.operator === "Identity" ? [identity(call, node, file, weight)] : read(upgrade(call));
      for (const item of made) require(item);
      return made;
    });
    node.outputs.forEach((name, at) => {
      const item = results[at];
      if (name === "" || !item) return;
      items.set(name, item);
    });
  }
  const result = items.get(output);
  if (!result)
    throw new DataError(`model file: expected output "${output}" to be computed, but no node does`);
  if (!isValue(result))
    throw new DataError(`model file: expected output "${output}" to depend on the examples`);
  return result;
}

/** A tensor as a constant of its name. */
function named(file: ModelFile, name: string): Value {
  const { data, shape, type } = file.tensor(name);
  return constant(data, shape, type, name);
}

/** Whether an operand is a running average. */
const isStatistic = ({ operator }: FileNode, at: number): boolean =>
  operator === "BatchNormalization" && at >= 3;

/** The same again; of a tensor that may be trained, under a name of its own. */
function identity(
  { items: [item] }: Call,
  { inputs, outputs }: FileNode,
  file: ModelFile,
  weight: Bindings["weight"],
): Item {
  if (!item) throw new DataError("expected operand 0, got none");
  const name = inputs[0]!;
  if (!file.tensorNames.has(name)) return item;
  const tensor = file.tensor(name);
  return mayTrain(tensor) ? weight(outputs[0]!, tensor) : item;
}

/** What is wrong with a node is said with its name. */
function telling<T>({ name, operator }: FileNode, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (
      error instanceof GraphError ||
      error instanceof DataError ||
      error instanceof ShapeError ||
      error instanceof RangeError
    ) {
      throw new DataError(`model file: node "${name}" (${operator}): ${error.message}`);
    }
    throw error;
  }
}

/** The outputs of a node. */
function read(call: Call): readonly Item[] {
  const { operator, items } = call;
  if (operator === "Shape") return [shapeOf(call)];
  if (operator === "Size") return [countOf(call)];
  const onSizes = entryOf(sizeOperators, operator);
  const operate = entryOf(operators, operator);
  const known = items.every((item) => item === undefined || !isValue(item));
  const isComputable = known || (!operate && items.every((item) => !item || !isValue(item) || isKnown(item)));
  if (onSizes && isComputable) {
    if (!replaces(call)) throw new DataError('expected setting "reduction" none');
    return [onSizes(call)];
  }
  if (!operate) {
    if (onSizes)
      throw new DataError("expected operands that follow from sizes, got some that depend on the examples");
    throw new DataError(unsupported(operator));
  }
  const folded = known ? foldMovement(call) : undefined;
  if (folded) return [folded];
  const results = operate(call);
  return known ? results.map(tensorOf) : results;
}

/** Movements of known numbers that may leave none, which no value of a graph may be. */
function foldMovement({ operator, items }: Call): Tensor | undefined {
  const tensors = items.flatMap((item) => (item && !isValue(item) ? [item] : []));
  const isEmpty = tensors.some(({ shape }) => sizeOf(shape) === 0);
  if (!isEmpty) return undefined;
  const [first] = tensors as [Tensor];
  // Nothing stays nothing; a scalar's shape is empty, too.
  if (operator === "Reshape" && sizeOf(first.shape) === 1) return { ...first, shape: [] };
  if (operator === "Cast" || operator === "Identity") return first;
  if (operator === "Concat") {
    const full = tensors.filter(({ shape }) => sizeOf(shape) > 0);
    return full.length === 0 ? first : full.length === 1 ? full[0] : undefined;
  }
  return operator === "Expand" && sizeOf(first.shape) === 1 ? { ...first, shape: [] } : undefined;
}

/** Why an operator cannot be read, and what would do. */
function unsupported(operator: string): string {
  if (/quant|QLinear|Integer$/i.test(operator)) {
    return "quantized operators are not trained: export the model before it is quantized";
  }
  if (["If", "Loop", "Scan"].includes(operator)) {
    return "control flow is not trained: export the model for one case of it (tracing does, scripting does not)";
  }
  if (operator.includes(".")) {
    return `the operator ${operator} is a vendor's, of files optimized for inference: export the model without that optimization`;
  }
  return `${operator} is none of the ${knownOperators.length} operators that are read: express it by others, or export the model with other settings`;
}

/** Names of all operators that are read. */
export const knownOperators: readonly string[] = [
  ...new Set([
    ...Object.keys(operators),
    ...Object.keys(sizeOperators),
    "Shape",
    "Size",
    "Identity",
    "Constant",
    "Upsample",
  ]),
].sort();

/** Whether a node can be read, as far as its operator says: undefined, or why not. */
export const refusalOf = ({ operator }: FileNode): string | undefined =>
  knownOperators.includes(operator) ? undefined : unsupported(operator);

/** A shape as messages say it. */
export const showSizes = (sizes: Declared["sizes"]): string =>
  sizes ? showShape(sizes.map((size) => size ?? "?") as number[]) : "any";
