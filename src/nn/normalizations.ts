/**
 * @file Layers that scale what passes through them by statistics of it: batch and local response normalization.
 */

import { batchNormalize, channelMean, channelVariance } from "../graph/ops/batch-norm.ts";
import { convolution } from "../graph/ops/convolution.ts";
import { add, divide, maximum, multiply, sqrt, subtract } from "../graph/ops/elementwise.ts";
import { reshape } from "../graph/ops/shape.ts";
import { plain } from "../graph/ops/window.ts";
import { constant, sizeOf, type Value } from "../graph/value.ts";
import { perChannel } from "./layers.ts";
import type { Scope } from "./scope.ts";

/** Keeps a channel without variance from dividing by zero: TensorFlow's default, and the paper's code. */
const EPSILON = 1e-3;

/** How far a step moves running averages to the batch's: a share, or a value that says so; undefined for the scope's usual. */
export type Momentum = number | Value | undefined;

/**
 * A share that is larger while there were few steps, `max(weight, 9 / (10 + steps))`, so that averages forget what they started as and what
 * batches were like then: that of TensorFlow's moving averages which are told the number of updates.
 *
 * @param weight - What it comes down to.
 */
export function momentumOf(scope: Scope, weight: number): Momentum {
  if (!scope.training) return undefined;
  const steps = scope.average("steps", [], 0, (old) => add(old, constant(1)), undefined, 1);
  return maximum(constant(weight), divide(constant(9), add(steps, constant(10))));
}

/**
 * Batch normalization of images, `[batch, c, h, w]` (Ioffe and Szegedy, ICML 2015): every channel to mean 0 and
 * variance 1 over the batch, then plus a trained number; there is no trained factor.
 *
 * The variance is divided by the number of pixels; its running average by one less.
 */
export function batchNorm(x: Value, scope: Scope, name: string, momentum?: Momentum): Value {
  const channels = x.shape[1]!;
  const count = sizeOf(x.shape) / channels;
  const flat = (statistic: Value): Value => reshape(statistic, { shape: [channels] });
  const average = (what: string, start: number, statistic: () => Value, elements?: number): Value =>
    scope.average(`${name}.${what}`, [channels], start, statistic, elements, momentum);
  const center = average("mean", 0, () => flat(channelMean(x)));
  const variance = average("variance", 1, () => flat(channelVariance(x)), count);
  const shift = scope.parameter(`${name}.bias`, [channels], { role: "bias", fanIn: 0, fanOut: 1 });
  const factor = divide(constant(1), sqrt(add(variance, constant(EPSILON))));
  const normalized = scope.training
    ? batchNormalize(x, { epsilon: EPSILON })
    : multiply(subtract(x, perChannel(center)), perChannel(factor));
  return add(normalized, perChannel(shift));
}

/** Settings of a local response normalization. */
export interface ResponseSettings {
  /** Channels on either side that count. */
  readonly radius: number;
  /** Factor of the sum of squares. */
  readonly alpha: number;
}

/**
 * Local response normalization, `x / (1 + alpha sum x^2)^(3/4)` over neighboring channels (Krizhevsky et al.,
 * NeurIPS 2012, section 3.3).
 */
export function localResponseNorm(x: Value, { radius, alpha }: ResponseSettings): Value {
  const channels = x.shape[1]!;
  // The sum over neighbors is a matrix product with a band of ones: a convolution by filters of one pixel.
  const band = Array.from({ length: channels * channels }, (_, at) => {
    const distance = Math.abs(Math.floor(at / channels) - (at % channels));
    return distance <= radius ? alpha : 0;
  });
  const filters = constant(band, [channels, channels, 1, 1]);
  const sums = convolution(multiply(x, x), filters, { ...plain, groups: 1 });
  // Square roots are exact everywhere; the engine's logarithm differs with where its threads divide an array.
  const root = sqrt(add(sums, constant(1)));
  return divide(x, multiply(root, sqrt(root)));
}
