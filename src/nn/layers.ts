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

/** A fully connected layer, `[batch, in] -> [batch, units]`: `x W + b` with `W` of shape `[in, units]`. */
export function dense(x: Value, units: number, scope: Scope, name: string): Value {
  const inputs = x.shape[1]!;
  const fans = { fanIn: inputs, fanOut: units };
  const weight = scope.parameter(`${name}.weight`, [inputs, units], { role: "weight", ...fans });
  const bias = scope.parameter(`${name}.bias`, [units], { role: "bias", ...fans });
  return gemm(x, weight, bias, { alpha: 1, beta: 1, transposeA: false, transposeB: false });
}
