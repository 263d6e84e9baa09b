/**
 * @file What nodes that behave differently in training are built with: normalization over the batch, dropout, and what is
 * put in where asked.
 */

import { DataError } from "../base/errors.ts";
import { batchNormalize, channelMean, channelVariance } from "../graph/ops/batch-norm.ts";
import { add, divide, multiply, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/shape.ts";
import { constant, sizeOf, type Value } from "../graph/value.ts";
import type { Scope } from "../nn/scope.ts";
import { type BatchNorm, type Builder, type Item, isValue, tensorOf } from "./call.ts";
import type { FileNode } from "./file.ts";
import { perChannel } from "./operators/products.ts";
import type { FileSettings } from "./settings.ts";

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
export const parameterName = (name: string): string =>
  RESERVED.has(name) || RESERVED_PREFIX.test(name) ? `file.${name}` : name;

/** What decides how nodes are built. */
interface BuilderFacts {
  readonly hasBatchNorm: boolean;
  readonly hasDropout: boolean;
  /** The node of the last product. */
  readonly headNode: string | undefined;
}

/** Told of values while a network is built. */
interface Watch {
  /** The operand of a product. */
  readonly onEnter?: (x: Value, node: FileNode) => void;
  /** The factor of a normalization. */
  readonly onScale?: (scale: Value) => void;
}

/** What nodes are built with in a scope. */
export function builderFor(
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
