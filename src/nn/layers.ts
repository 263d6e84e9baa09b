/**
 * @file Layers: functions from values to values that declare their parameters in a scope.
 */

import { gemm } from "../graph/ops/linear.ts";
import { reshape } from "../graph/ops/shape.ts";
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
