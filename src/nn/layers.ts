/**
 * @file Layers: functions from values to values that declare their parameters in a scope.
 */

import { convolution } from "../graph/ops/convolution.ts";
import { add } from "../graph/ops/elementwise.ts";
import { gemm } from "../graph/ops/linear.ts";
import { maxPool } from "../graph/ops/pool.ts";
import { mean } from "../graph/ops/reduce.ts";
import { reshape } from "../graph/ops/shape.ts";
import { samePads } from "../graph/ops/window.ts";
import { sizeOf, type Value } from "../graph/value.ts";
import type { Scope } from "./scope.ts";

/** Examples as rows, `[batch, ...] -> [batch, values]`. */
export function flatten(x: Value): Value {
  const [batch, ...rest] = x.shape;
  return rest.length === 1 ? x : reshape(x, { shape: [batch!, sizeOf(rest)] });
}

/**
 * A fully connected layer, `[batch, in] -> [batch, units]`: `x W^T + b` with `W` of shape `[units, in]`.
 *
 * The layout is PyTorch's; on two threads the engine multiplies it twice as fast as its transpose
 * (docs/performance.md).
 */
export function dense(x: Value, units: number, scope: Scope, name: string): Value {
  const inputs = x.shape[1]!;
  const fans = { fanIn: inputs, fanOut: units };
  const weight = scope.parameter(`${name}.weight`, [units, inputs], { role: "weight", ...fans });
  const bias = scope.parameter(`${name}.bias`, [units], { role: "bias", ...fans });
  return gemm(x, weight, bias, { alpha: 1, beta: 1, transposeA: false, transposeB: true });
}

/** Square windows with as many pixels around the image as TensorFlow's `SAME`: `ceil(size / stride)` windows. */
function sameWindows(x: Value, kernel: number, stride: number) {
  const [top, bottom] = samePads(x.shape[2]!, kernel, stride);
  const [left, right] = samePads(x.shape[3]!, kernel, stride);
  return { strides: [stride, stride], pads: [top, left, bottom, right], dilations: [1, 1] };
}

/** Settings of a convolutional layer. */
export interface ConvolutionSettings {
  readonly filters: number;
  /** Height and width of a filter. */
  readonly kernel: number;
  readonly stride: number;
  /** Whether each filter adds a number of its own; a batch normalization behind would take it away again. */
  readonly bias: boolean;
}

/** A convolutional layer with SAME pads, `[batch, c, h, w] -> [batch, filters, h / stride, w / stride]`. */
export function convolutionLayer(x: Value, settings: ConvolutionSettings, scope: Scope, name: string): Value {
  const { filters, kernel, stride, bias } = settings;
  const channels = x.shape[1]!;
  const area = kernel * kernel;
  const fans = { fanIn: channels * area, fanOut: filters * area };
  const shape = [filters, channels, kernel, kernel];
  const weight = scope.parameter(`${name}.weight`, shape, { role: "weight", ...fans });
  const y = convolution(x, weight, { ...sameWindows(x, kernel, stride), groups: 1 });
  return bias ? add(y, perChannel(scope.parameter(`${name}.bias`, [filters], { role: "bias", ...fans }))) : y;
}

/** One number a channel, as it stretches over images: `[c] -> [c, 1, 1]`. */
export const perChannel = (x: Value): Value => reshape(x, { shape: [x.shape[0]!, 1, 1] });

/** The largest pixel of square windows with SAME pads, `[batch, c, h, w] -> [batch, c, h / stride, w / stride]`. */
export const maxPoolLayer = (x: Value, kernel: number, stride: number): Value =>
  maxPool(x, { ...sameWindows(x, kernel, stride), kernel: [kernel, kernel] });

/** The mean of each channel, `[batch, c, h, w] -> [batch, c]`. */
export const globalMean = (x: Value): Value => mean(x, { axes: [2, 3], keepDims: false });
