/**
 * @file What a file turns out to be, for examples of a shape: a first reading, in evaluation, with constants for tensors.
 */

import { DataError } from "../base/errors.ts";
import { constant, input, type Shape, type Value } from "../graph/value.ts";
import { createScope } from "../nn/scope.ts";
import { builderFor } from "./builder.ts";
import { type Entrance, enter, entranceOf, outputOf } from "./examples.ts";
import type { FileNode, ModelFile } from "./file.ts";
import { logitsBefore } from "./logits.ts";
import { type Roles, rolesOf } from "./roles.ts";
import type { FileSettings } from "./settings.ts";
import { tiesOf } from "./ties.ts";
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

/** Batch of an analysis: one that nobody exports with, since that would hide what is written down for it. */
const ANALYZED = 13;

/**
 * Read a file for the first time.
 *
 * @param example - Shape of one example, images channels first.
 * @throws UsageError if it does not take such examples, DataError naming the node, if it cannot be trained.
 */
export function analyze(file: ModelFile, settings: FileSettings, example: Shape): Analysis {
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
