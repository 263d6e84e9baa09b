/**
 * @file Convolutions and matrix products of a file.
 */

import { DataError } from "../../base/errors.ts";
import { type Convolution, convolution, transposedConvolution } from "../../graph/ops/convolution.ts";
import { add } from "../../graph/ops/elementwise.ts";
import { gemm, matmul } from "../../graph/ops/linear.ts";
import { reshape } from "../../graph/ops/shape.ts";
import type { Shape, Value } from "../../graph/value.ts";
import type { Operators } from "../call.ts";
import { type Call, floatOf, intOf, intsOf, optionalValue, valueAt } from "../call.ts";
import { fromPlane, planeOf, slidingOf } from "./windows.ts";

/** A number a channel, as it stretches over images `[n, c, h, w]`. */
export const perChannel = (x: Value): Value => reshape(x, { shape: [x.shape[0]!, 1, 1] });

const kernelOf = (call: Call, w: Value): Shape => {
  const kernel = w.shape.slice(2);
  const said = intsOf(call, "kernel_shape") ?? kernel;
  if (String(said) !== String(kernel)) {
    throw new DataError(
      `expected filters of ${said.join("x")} as its setting "kernel_shape" says, got ${kernel.join("x")}`,
    );
  }
  return kernel;
};

const convolve = (call: Call): Value[] => {
  const { builder } = call;
  const given = valueAt(call, 0);
  const w = planeOf(valueAt(call, 1));
  const kernel = kernelOf(call, valueAt(call, 1));
  const x = builder.entering(planeOf(given));
  const sliding = slidingOf(call, x.shape.slice(2), kernel);
  const y = convolution(x, w, { ...sliding, groups: intOf(call, "group", 1) });
  return [fromPlane(builder.convolved(y, optionalValue(call, 2)), given)];
};

const convolveTransposed = (call: Call): Value[] => {
  const given = valueAt(call, 0);
  const w = planeOf(valueAt(call, 1));
  const kernel = kernelOf(call, valueAt(call, 1));
  const x = call.builder.entering(planeOf(given));
  const image = x.shape.slice(2);
  const settings: Convolution = { ...slidingOf(call, image, kernel), groups: intOf(call, "group", 1) };
  const added = intsOf(call, "output_padding") ?? [];
  const isLine = given.shape.length === 3;
  const size = [0, 1].map((axis) => {
    const extra = isLine ? (axis === 0 ? 0 : (added[0] ?? 0)) : (added[axis] ?? 0);
    const reach = settings.dilations[axis]! * (w.shape[axis + 2]! - 1) + 1;
    const covered = settings.strides[axis]! * (image[axis]! - 1) + reach;
    return covered - settings.pads[axis]! - settings.pads[axis + 2]! + extra;
  });
  const bias = optionalValue(call, 2);
  const y = transposedConvolution(x, w, { ...settings, size });
  return [fromPlane(bias ? add(y, perChannel(bias)) : y, given)];
};

const product = (call: Call): Value[] => {
  const [a, b] = [valueAt(call, 0), valueAt(call, 1)];
  // Vectors are matrices of one row or column.
  const left = a.shape.length === 1 ? reshape(a, { shape: [1, ...a.shape] }) : a;
  const right = b.shape.length === 1 ? reshape(b, { shape: [...b.shape, 1] }) : b;
  const y = matmul(call.builder.entering(left), right);
  const shape = y.shape.filter(
    (_, axis) =>
      !(a.shape.length === 1 && axis === y.shape.length - 2) &&
      !(b.shape.length === 1 && axis === y.shape.length - 1),
  );
  return [shape.length === y.shape.length ? y : reshape(y, { shape })];
};

const affine = (call: Call): Value[] => {
  const c = optionalValue(call, 2);
  const settings = {
    alpha: floatOf(call, "alpha", 1),
    beta: floatOf(call, "beta", 1),
    transposeA: intOf(call, "transA", 0) !== 0,
    transposeB: intOf(call, "transB", 0) !== 0,
  };
  const a = call.builder.entering(valueAt(call, 0));
  const b = valueAt(call, 1);
  return [c ? gemm(a, b, c, settings) : gemm(a, b, settings)];
};

export const products: Operators = {
  Conv: convolve,
  ConvTranspose: convolveTransposed,
  Gemm: affine,
  MatMul: product,
};
