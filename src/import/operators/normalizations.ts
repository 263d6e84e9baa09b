/**
 * @file Normalizations and dropout of a file.
 */

import { DataError } from "../../base/errors.ts";
import { layerNormalize } from "../../graph/ops/batch-norm.ts";
import { convolution } from "../../graph/ops/convolution.ts";
import { add, divide, exp, log, multiply, sqrt } from "../../graph/ops/elementwise.ts";
import { logSoftmax, softmax } from "../../graph/ops/normalize.ts";
import { mean } from "../../graph/ops/reduce.ts";
import { reshape } from "../../graph/ops/shape.ts";
import { broadcastTo, sum } from "../../graph/ops/sum.ts";
import { plain } from "../../graph/ops/window.ts";
import { constant, numberLike, sizeOf, type Value } from "../../graph/value.ts";
import type { Operator, Operators } from "../call.ts";
import {
  axisOf,
  type Call,
  floatOf,
  intOf,
  itemAt,
  optionalNumbers,
  optionalValue,
  requireSmall,
  valueAt,
} from "../call.ts";

/** What is added to variances before their roots are taken. */
function epsilonOf(call: Call): number {
  const epsilon = floatOf(call, "epsilon", 1e-5);
  if (!(epsilon >= 0 && epsilon < 1))
    throw new DataError(`expected setting "epsilon" in [0, 1), got ${epsilon}`);
  return epsilon;
}

const batchNormalization = (call: Call): Value[] => {
  if (intOf(call, "spatial", 1) !== 1) {
    throw new DataError("expected statistics of each channel, got `spatial` 0, a statistic for each pixel");
  }
  const momentum = floatOf(call, "momentum", 0.9);
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new DataError(`expected setting "momentum" in [0, 1], got ${momentum}`);
  }
  const norm = {
    scale: valueAt(call, 1),
    shift: valueAt(call, 2),
    mean: itemAt(call, 3),
    variance: itemAt(call, 4),
    epsilon: epsilonOf(call),
    momentum,
  };
  return [call.builder.batchNorm(valueAt(call, 0), norm)];
};

const scaled = (x: Value, scale: Value | undefined, shift: Value | undefined): Value => {
  const wide = scale ? multiply(x, scale) : x;
  return shift ? add(wide, shift) : wide;
};

const layerNormalization = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", -1), x.shape.length);
  const normalized = layerNormalize(x, { axis, epsilon: epsilonOf(call) });
  return [scaled(normalized, optionalValue(call, 1), optionalValue(call, 2))];
};

/** `x / sqrt(mean x^2 + epsilon)` (Zhang and Sennrich, NeurIPS 2019, equation 4). */
const rootMeanSquare = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const axis = axisOf(intOf(call, "axis", -1), x.shape.length);
  const axes = x.shape.map((_, at) => at).slice(axis);
  const squares = mean(multiply(x, x), { axes, keepDims: true });
  const root = sqrt(add(squares, numberLike(x, epsilonOf(call))));
  return [scaled(divide(x, root), optionalValue(call, 1), undefined)];
};

/** A number for each channel `[c]`, as it stretches over `[n, c, ...]`. */
const overChannels = (numbers: Value, x: Value): Value =>
  reshape(numbers, { shape: [sizeOf(numbers.shape), ...x.shape.slice(2).map(() => 1)] });

/** Each of some groups of channels of each example with mean 0 and variance 1 (Wu and He, ECCV 2018, equation 7). */
function normalizeGroups(call: Call, groups: number): Value[] {
  const x = valueAt(call, 0);
  const [n, c] = x.shape as [number, number];
  if (!(groups >= 1 && c % groups === 0))
    throw new DataError(`expected groups of the ${c} channels, got ${groups}`);
  const rows = reshape(x, { shape: [n, groups, sizeOf(x.shape) / (n * groups)] });
  const normalized = layerNormalize(rows, { axis: 2, epsilon: epsilonOf(call) });
  const spread = (numbers: Value): Value => {
    if (intOf(call, "a_group", 0) !== 1) return overChannels(numbers, x);
    const each = reshape(numbers, { shape: [groups, 1] });
    return overChannels(broadcastTo(each, { shape: [groups, c / groups] }), x);
  };
  return [
    scaled(reshape(normalized, { shape: x.shape }), spread(valueAt(call, 1)), spread(valueAt(call, 2))),
  ];
}

/** `x / (bias + alpha / size sum x^2)^beta` over neighboring channels (Krizhevsky et al., NeurIPS 2012, section 3.3). */
const localResponse = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  const channels = x.shape[1]!;
  const size = intOf(call, "size", 1);
  const before = Math.floor((size - 1) / 2);
  const share = floatOf(call, "alpha", 1e-4) / size;
  requireSmall([channels, channels]);
  const band = Array.from({ length: channels ** 2 }, (_, at) => {
    const distance = (at % channels) - Math.floor(at / channels);
    return distance >= -before && distance < size - before ? share : 0;
  });
  const sums = convolution(multiply(x, x), constant(band, [channels, channels, 1, 1]), {
    ...plain,
    groups: 1,
  });
  const base = add(sums, constant(floatOf(call, "bias", 1)));
  return [divide(x, exp(multiply(log(base), constant(floatOf(call, "beta", 0.75)))))];
};

/** Over one axis; or, as before operator set 13, over all from it on as one row. */
const softmaxBy =
  (compute: typeof softmax): Operator =>
  (call) => {
    const x = valueAt(call, 0);
    const axis = axisOf(intOf(call, "axis", -1), x.shape.length);
    if (intOf(call, "flattens", 0) === 0 || axis === x.shape.length - 1) return [compute(x, { axis })];
    const rows = reshape(x, { shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))] });
    return [reshape(compute(rows, { axis: 1 }), { shape: x.shape })];
  };

/** Rows over the sums of the `p`-th powers of their elements, to the power of `1 / p`. */
const normalizeLength = (call: Call): Value[] => {
  const x = valueAt(call, 0);
  if (intOf(call, "p", 2) !== 2) throw new DataError("expected `p` 2, a Euclidean length");
  const axes = [axisOf(intOf(call, "axis", -1), x.shape.length)];
  return [divide(x, sqrt(sum(multiply(x, x), { axes, keepDims: true })))];
};

const dropOut = (call: Call): Value[] => {
  const rate = optionalNumbers(call, 1)?.[0] ?? 0.5;
  if (!(rate >= 0 && rate < 1)) throw new DataError(`expected a rate of dropout in [0, 1), got ${rate}`);
  return [call.builder.dropout(valueAt(call, 0), rate)];
};

export const normalizations: Operators = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  RMSNormalization: rootMeanSquare,
  InstanceNormalization: (call) => normalizeGroups(call, valueAt(call, 0).shape[1]!),
  GroupNormalization: (call) => normalizeGroups(call, intOf(call, "num_groups", 1)),
  LRN: localResponse,
  LpNormalization: normalizeLength,
  Softmax: softmaxBy(softmax),
  LogSoftmax: softmaxBy(logSoftmax),
  Dropout: dropOut,
};
