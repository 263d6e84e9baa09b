/**
 * @file A model from an ONNX file: read anew for every shape of examples and size of batch, and trained again.
 */

import { DataError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import type { Tensor } from "../graph/onnx/parse.ts";
import { batchNormalize, channelMean, channelVariance } from "../graph/ops/batch-norm.ts";
import { add, divide, multiply, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/shape.ts";
import { constant, input, type Shape, sizeOf, type Value } from "../graph/value.ts";
import type { Model } from "../nn/model.ts";
import { createScope, type Scope } from "../nn/scope.ts";
import { type BatchNorm, type Builder, type Item, isValue, tensorOf } from "./call.ts";
import { type Entrance, enter, entranceOf, outputOf } from "./examples.ts";
import type { FileNode, ModelFile } from "./file.ts";
import { logitsBefore } from "./logits.ts";
import { perChannel } from "./operators/products.ts";
import { type Roles, rolesOf, type Trained } from "./roles.ts";
import type { FileSettings } from "./settings.ts";
import { instantiate, nodesFor, refusalOf } from "./trace.ts";

/** What a file turned out to be, for examples of a shape. */
export interface Analysis {
  readonly output: string;
  readonly entrance: Entrance;
  readonly roles: Roles;
  /** Classes that the file tells apart. */
  readonly classes: number;
  /** What comes after the logits in the file, and was taken off, the last first. */
  readonly taken: readonly string[];
  readonly isBinary: boolean;
  /** The node of the last product, before which dropout is put where the file has none. */
  readonly headNode: string | undefined;
  /** Tensors of names that are one parameter: the first name of each. */
  readonly tied: ReadonlyMap<string, string>;
  readonly hasBatchNorm: boolean;
  readonly hasDropout: boolean;
  /** Names of nodes that have the size of a batch written down. */
  readonly batchNodes: readonly string[];
}

/** A file as a model. */
export interface FileModel extends Model {
  readonly file: ModelFile;
  readonly settings: FileSettings;
  /**
   * What the file is, for examples of a shape.
   *
   * @throws UsageError if it does not take such examples, DataError if it cannot be trained.
   */
  analyze(example: Shape): Analysis;
}

/** Whether a model is of a file. */
export const isFileModel = (model: Model): model is FileModel => "analyze" in model;

/** Names that steps and evaluations have for values of their own. */
const RESERVED = new Set([
  "x",
  "images",
  "labels",
  "indices",
  "weights",
  "rate",
  "loss",
  "losses",
  "predicted",
]);
const RESERVED_PREFIX = /^(next|dropout|adam)\./;

/** What a parameter is called: as in the file, unless that name is taken. */
const parameterName = (name: string): string =>
  RESERVED.has(name) || RESERVED_PREFIX.test(name) ? `file.${name}` : name;

/** Batch of an analysis: one that nobody exports with, since that would hide what is written down for it. */
const ANALYZED = 13;

/**
 * A file as a model.
 *
 * @param name - What people call it.
 */
export function createFileModel(file: ModelFile, settings: FileSettings, name: string): FileModel {
  const known = new Map<string, Analysis>();
  const analyzed = (example: Shape): Analysis => {
    const key = String(example);
    const analysis = known.get(key) ?? analyze(file, settings, example);
    known.set(key, analysis);
    return analysis;
  };
  return {
    name,
    title: `a model file of operator set ${file.opset}`,
    source: file.producer === "" ? "an ONNX file" : `an ONNX file by ${file.producer}`,
    file,
    settings,
    analyze: analyzed,
    logits: (x, classes, scope) => rebuild(file, settings, analyzed(x.shape.slice(1)), x, classes, scope),
  };
}

function analyze(file: ModelFile, settings: FileSettings, example: Shape): Analysis {
  const output = outputOf(file, settings.output);
  const nodes = nodesFor(file, output);
  const refused = nodes.find((node) => refusalOf(node) !== undefined);
  if (refused) {
    throw new DataError(`model file: node "${refused.name}" (${refused.operator}): ${refusalOf(refused)}`);
  }
  const entrance = entranceOf(file, example, settings);
  const facts = {
    hasBatchNorm: nodes.some(({ operator }) => operator === "BatchNormalization"),
    hasDropout: nodes.some(({ operator }) => operator === "Dropout"),
  };
  const x = input("x", [ANALYZED, ...example]);
  const scope = createScope();
  const entered = new Map<Value, FileNode>();
  const scales = new Set<Value>();
  const builders = builderFor(
    scope,
    settings,
    { ...facts, headNode: undefined },
    {
      onEnter: (value, node) => entered.set(value, node),
      onScale: (value) => scales.add(value),
    },
  );
  const batchNodes = new Set<string>();
  const value = instantiate(file, {
    x: enter(x, entrance, settings),
    output,
    onBatch: ({ name }) => batchNodes.add(name),
    weight: (name, { data, shape }) => constant(data, shape, "float32", name),
    builderOf: builders,
  });
  const logits = logitsBefore(value, ANALYZED);
  const roles = rolesOf(logits.value, x, scales);
  if (roles.trained.size === 0 || !roles.head) {
    throw new DataError(
      "model file: expected weights to train, got none: no product has a tensor of the file as a factor",
    );
  }
  const operand = roles.head.product.kind === "application" ? roles.head.product.inputs[0] : undefined;
  return {
    output,
    entrance,
    roles,
    classes: logits.value.shape[1]!,
    taken: logits.taken,
    isBinary: logits.isBinary,
    headNode: operand && entered.get(operand)?.name,
    tied: tiesOf(file, roles),
    batchNodes: [...batchNodes],
    ...facts,
  };
}

/**
 * Which tensors are one parameter: the same tensor under two names, and matrices with equal elements, since exporters write
 * a tied matrix down twice. Biases that share a tensor are parameters of their own: exporters merge equal ones.
 */
function tiesOf(file: ModelFile, { trained }: Roles): ReadonlyMap<string, string> {
  const tied = new Map<string, string>();
  const firsts: { readonly name: string; readonly tensor: Tensor }[] = [];
  for (const { name, role } of trained.values()) {
    if (role !== "weight") continue;
    const tensor = tensorNamed(file, name);
    const first = firsts.find((other) => other.tensor === tensor || equalMatrices(other.tensor, tensor));
    if (first) tied.set(name, first.name);
    else firsts.push({ name, tensor });
  }
  return tied;
}

/** The tensor that a name stands for, through nodes that pass it on. */
function tensorNamed(file: ModelFile, name: string): Tensor {
  let source = name;
  while (!file.tensorNames.has(source)) {
    const node = file.nodes.find(({ operator, outputs }) => operator === "Identity" && outputs[0] === source);
    if (!node) throw new DataError(`model file: expected a tensor "${name}", got none`);
    source = node.inputs[0]!;
  }
  return file.tensor(source);
}

/** Whether two tensors are equal matrices, and not by being one number all over. */
const equalMatrices = (a: Tensor, b: Tensor): boolean =>
  a.shape.filter((size) => size > 1).length > 1 &&
  String(a.shape) === String(b.shape) &&
  a.data.every((element, at) => element === b.data[at]) &&
  a.data.some((element) => element !== a.data[0]);

/** Build the network for a batch, with parameters in the places of the file's tensors. */
function rebuild(
  file: ModelFile,
  settings: FileSettings,
  analysis: Analysis,
  x: Value,
  classes: number,
  scope: Scope,
): Value {
  const { roles, tied, entrance, output } = analysis;
  const made = new Map<string, Value>();
  const head = classes === analysis.classes ? undefined : headShapes(analysis, classes, file);
  const weight = (name: string, tensor: Tensor): Value => {
    const trained = roles.trained.get(name);
    if (!trained) return constant(tensor.data, tensor.shape, "float32", name);
    const key = tied.get(name) ?? name;
    const known = made.get(key);
    if (known) return known;
    const wanted = head?.get(name);
    const start = wanted ? undefined : startOf(trained, tensor, settings);
    const { role, fanIn, fanOut } = trained;
    const value = scope.parameter(parameterName(key), wanted ?? tensor.shape, {
      role,
      fanIn,
      fanOut: wanted ? (fanOut * classes) / widthOf(analysis) : fanOut,
      ...(start && { start }),
    });
    made.set(key, value);
    return value;
  };
  const value = instantiate(file, {
    x: enter(x, entrance, settings),
    output,
    weight,
    builderOf: builderFor(scope, settings, analysis),
  });
  const { value: logits } = logitsBefore(value, x.shape[0]!);
  if (logits.shape[1] === classes) return logits;
  throw new DataError(
    `model file: expected ${classes} classes from a fresh last layer, got ${logits.shape[1]}: a size of the output is written down behind it; export the model for ${classes} classes`,
  );
}

/** Scores of the file's last layer. */
const widthOf = ({ classes, isBinary }: Analysis): number => (isBinary ? 1 : classes);

/** Shapes of the tensors of a fresh last layer, for another number of classes. */
function headShapes(analysis: Analysis, classes: number, file: ModelFile): ReadonlyMap<string, Shape> {
  const { weight, bias, product } = analysis.roles.head!;
  const width = widthOf(analysis);
  const shapes = new Map<string, Shape>();
  const replace = (name: string, prefersFirst: boolean): void => {
    const { shape } = tensorNamed(file, name);
    const places = [...shape.keys()].filter((axis) => shape[axis] === width);
    const axis = prefersFirst ? places[0] : places.at(-1);
    if (axis === undefined) {
      throw new DataError(
        `model file: expected tensor "${name}" of the last layer to have ${width} classes along an axis, got [${shape.join(", ")}]; export the model for ${classes} classes`,
      );
    }
    shapes.set(name, shape.with(axis, classes));
  };
  replace(weight, classesFirst(product, weight));
  if (bias) replace(bias, false);
  return shapes;
}

/** Whether the classes are the first axis of the last layer's weights. */
function classesFirst(product: Value, weight: string): boolean {
  if (product.kind !== "application") return false;
  const { operation, inputs, attributes } = product;
  if (operation.name === "convolution") return true;
  const isDirect = inputs.some((operand) => operand.kind === "constant" && operand.name === weight);
  const isTurned = attributes["transposeB"] === true;
  return isDirect ? isTurned : !isTurned;
}

/** Tables of words and positions start as in BERT and ViT: normal, with this deviation. */
const TABLE_DEVIATION = 0.02;

/** What a parameter starts as, where the recipe does not say. */
function startOf(
  { isTable }: Trained,
  { data }: Tensor,
  { start }: FileSettings,
): ((seed: number, index: number) => Float32Array) | undefined {
  if (start === "keep") return () => Float32Array.from(data);
  if (start === "permute") return (seed, index) => shuffled(data, seed, index);
  if (!isTable) return undefined;
  return (seed, index) => {
    const random = randomStream(seed, "initialization", index);
    return Float32Array.from(data, () => random.normal() * TABLE_DEVIATION);
  };
}

/** The elements in another order, each of all orders as likely (Fisher and Yates). */
function shuffled(data: Tensor["data"], seed: number, index: number): Float32Array {
  const random = randomStream(seed, "initialization", index);
  const elements = Float32Array.from(data);
  for (let last = elements.length - 1; last > 0; last--) {
    const other = Math.floor(random.uniform() * (last + 1));
    [elements[last], elements[other]] = [elements[other]!, elements[last]!];
  }
  return elements;
}

/** What decides how nodes are built. */
type BuilderFacts = Pick<Analysis, "hasBatchNorm" | "hasDropout" | "headNode">;

/** Told of values while a network is built. */
interface Watch {
  /** The operand of a product. */
  readonly onEnter?: (x: Value, node: FileNode) => void;
  /** The factor of a normalization. */
  readonly onScale?: (scale: Value) => void;
}

/** What nodes are built with in a scope. */
function builderFor(
  scope: Scope,
  settings: FileSettings,
  { hasBatchNorm, hasDropout, headNode }: BuilderFacts,
  { onEnter, onScale }: Watch = {},
): (node: FileNode) => Builder {
  const names = new Set<string>();
  const inserts = settings.batchNorm === "insert" && !hasBatchNorm;
  return (node) => ({
    batchNorm(x, norm) {
      onScale?.(norm.scale);
      return normalizeBatch(x, norm, scope, settings, node.name, names);
    },
    dropout: (x, probability) => scope.dropout(x, settings.dropout ?? probability),
    entering(x) {
      const isHead = node.name === headNode && !hasDropout && settings.dropout !== undefined;
      const entered = isHead ? scope.dropout(x, settings.dropout) : x;
      onEnter?.(entered, node);
      return entered;
    },
    convolved(y, bias) {
      if (!inserts || !bias || node.name === headNode) return bias ? add(y, perChannel(bias)) : y;
      const channels = y.shape[1]!;
      const name = uniqueName(names, node.name);
      const scale = scope.parameter(parameterName(`${name}.norm.weight`), [channels], {
        role: "scale",
        fanIn: 0,
        fanOut: 1,
      });
      const start: Item = { shape: [channels], type: "float32", data: new Float32Array(channels) };
      const ones: Item = { ...start, data: new Float32Array(channels).fill(1) };
      const norm = { scale, shift: bias, mean: start, variance: ones, epsilon: 1e-5, momentum: 0.9 };
      return normalizeBatch(y, norm, scope, settings, `${name}.norm`, names);
    },
  });
}

/** A name that was not given yet: a layer may be used twice. */
function uniqueName(names: Set<string>, name: string): string {
  let unique = name;
  for (let times = 2; names.has(unique); times++) unique = `${name}.${times}`;
  names.add(unique);
  return unique;
}

/** Images of `[n, c, ...]`, `[n, c, pixels, 1]`. */
const imagesOf = (x: Value): Value =>
  x.shape.length === 4 ? x : reshape(x, { shape: [x.shape[0]!, x.shape[1]!, sizeOf(x.shape.slice(2)), 1] });

/**
 * Batch normalization (Ioffe and Szegedy, ICML 2015) with running averages as PyTorch keeps them: those of the unbiased
 * variance, moved by one less the file's momentum.
 */
function normalizeBatch(
  given: Value,
  norm: BatchNorm,
  scope: Scope,
  { start }: FileSettings,
  name: string,
  names: Set<string>,
): Value {
  const x = imagesOf(given);
  const channels = x.shape[1]!;
  const elements = sizeOf(x.shape) / channels;
  const { scale, shift, epsilon, momentum } = norm;
  const sizes = [scale, shift, norm.mean, norm.variance].map(({ shape }) => sizeOf(shape));
  if (sizes.some((size) => size !== channels)) {
    throw new DataError(
      `expected a factor, a shift, a mean and a variance of each of ${channels} channels, got ${sizes.join(", ")}`,
    );
  }
  const flat = (statistic: Value): Value => reshape(statistic, { shape: [channels] });
  const startAt = (item: Item, usual: number): number | Float32Array =>
    start === "keep" ? Float32Array.from(tensorOf(item).data) : usual;
  const average = (
    what: string,
    item: Item,
    usual: number,
    statistic: () => Value,
    count?: number,
  ): Value => {
    const called =
      isValue(item) && item.kind === "constant" && item.name !== undefined ? item.name : `${name}.${what}`;
    const unique = uniqueName(names, parameterName(called));
    return scope.average(unique, [channels], startAt(item, usual), statistic, count, 1 - momentum);
  };
  const mean = average("running_mean", norm.mean, 0, () => flat(channelMean(x)));
  const variance = average("running_var", norm.variance, 1, () => flat(channelVariance(x)), elements);
  const wide = (numbers: Value): Value => perChannel(flat(numbers));
  const normalized = scope.training
    ? multiply(batchNormalize(x, { epsilon }), wide(scale))
    : multiply(
        subtract(x, perChannel(mean)),
        perChannel(divide(flat(scale), sqrt(add(variance, constant(epsilon))))),
      );
  const y = add(normalized, wide(shift));
  return given.shape.length === 4 ? y : reshape(y, { shape: given.shape });
}
