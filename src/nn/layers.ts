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

/** How windows lie on an image: TensorFlow's `SAME`, `ceil(size / stride)` of them, or `VALID`, on the image alone. */
export type Pads = "same" | "valid";

/** Windows of `[height, width]`, with as many pixels around the image as they need. */
function windowsOf(x: Value, [height, width]: readonly [number, number], stride: number, pads: Pads) {
  const none = [0, 0] as const;
  const [top, bottom] = pads === "same" ? samePads(x.shape[2]!, height, stride) : none;
  const [left, right] = pads === "same" ? samePads(x.shape[3]!, width, stride) : none;
  return { strides: [stride, stride], pads: [top, left, bottom, right], dilations: [1, 1] };
}

/** Settings of a convolutional layer. */
export interface ConvolutionSettings {
  readonly filters: number;
  /** Height and width of a filter, or both. */
  readonly kernel: number | readonly [number, number];
  readonly stride: number;
  /** `same` unless told. */
  readonly pads?: Pads;
  /** Whether each filter adds a number of its own; a batch normalization behind would take it away again. */
  readonly bias: boolean;
}

/** A convolutional layer, `[batch, c, h, w] -> [batch, filters, h / stride, w / stride]` with SAME pads. */
export function convolutionLayer(x: Value, settings: ConvolutionSettings, scope: Scope, name: string): Value {
  const { filters, kernel: asked, stride, bias, pads = "same" } = settings;
  const kernel = typeof asked === "number" ? ([asked, asked] as const) : asked;
  const channels = x.shape[1]!;
  const area = kernel[0] * kernel[1];
  const fans = { fanIn: channels * area, fanOut: filters * area };
  const shape = [filters, channels, ...kernel];
  const weight = scope.parameter(`${name}.weight`, shape, { role: "weight", ...fans });
  const y = convolution(x, weight, { ...windowsOf(x, kernel, stride, pads), groups: 1 });
  return bias ? add(y, perChannel(scope.parameter(`${name}.bias`, [filters], { role: "bias", ...fans }))) : y;
}

/** One number a channel, as it stretches over images: `[c] -> [c, 1, 1]`. */
export const perChannel = (x: Value): Value => reshape(x, { shape: [x.shape[0]!, 1, 1] });

/** The largest pixel of square windows, `[batch, c, h, w] -> [batch, c, h / stride, w / stride]` with SAME pads, as unless told. */
export const maxPoolLayer = (x: Value, kernel: number, stride: number, pads: Pads = "same"): Value =>
  maxPool(x, { ...windowsOf(x, [kernel, kernel], stride, pads), kernel: [kernel, kernel] });

/** The mean of each channel, `[batch, c, h, w] -> [batch, c]`. */
export const globalMean = (x: Value): Value => mean(x, { axes: [2, 3], keepDims: false });
