/**
 * @file Lowers a graph for WebGPU: what its provider lacks is made of what it has, and what it computes with one thread
 * for each result of what it computes in tiles. What is computed twice is computed once, since each value is a dispatch.
 */

import { expandGraph } from "../../expand.ts";
import { mergeEqual } from "../../merge.ts";
import { onOperands, rewriteGraph } from "../../operation.ts";
import type { Convolution } from "../../ops/convolution.ts";
import { exp, log, subtract } from "../../ops/elementwise.ts";
import { matmul } from "../../ops/linear.ts";
import { max, mean } from "../../ops/reduce.ts";
import { reshape } from "../../ops/shape.ts";
import { sum } from "../../ops/sum.ts";
import { type Application, constant, type Graph, sizeOf, type Value } from "../../value.ts";
import { type FilterWay, filterGradientBy } from "./filter-gradient.ts";
import { transposedByFlipping } from "./flip.ts";
import { poolGradient } from "./pool-gradient.ts";
import type { Windowed } from "./windows.ts";

/** Operations that are lowered as they are, and not as what they expand to. */
const KEPT = new Set(["filterGradient", "maxPoolGradient"]);

/**
 * Lower a graph; inputs, outputs and their shapes stay as they are.
 *
 * @param way - How the gradients of filters are taken.
 */
export function lowerToGpu(graph: Graph, way: FilterWay): Graph {
  const lowered = rewriteGraph(expandGraph(graph, KEPT), (value, operands) => {
    if (value.kind !== "application") return value;
    const copy = onOperands(value, operands);
    return formOf(copy, way) ?? copy;
  });
  return mergeEqual(expandGraph(lowered));
}

/** What the provider computes better, of values that it has. */
function formOf(value: Application, way: FilterWay): Value | undefined {
  const [x, y] = value.inputs as [Value, Value];
  switch (value.operation.name) {
    case "logSoftmax":
      return logSoftmaxOf(x, value.attributes as { readonly axis: number });
    case "sum":
    case "mean":
      return sumOverImages(value, x);
    case "maxPoolGradient":
      return poolGradient(x, y, value.attributes as Windowed);
    case "filterGradient":
      return filterGradientBy(way, x, y, value.attributes as Windowed & Convolution);
    case "transposedConvolution":
      return transposedByFlipping(
        x,
        y,
        value.attributes as Convolution & { readonly size: readonly number[] },
      );
  }
  return undefined;
}

/** `LogSoftmax` is one of few operators that would leave the device. */
function logSoftmaxOf(x: Value, { axis }: { readonly axis: number }): Value {
  const over = { axes: [axis], keepDims: true };
  const below = subtract(x, max(x, over));
  return subtract(below, log(sum(exp(below), over)));
}

/**
 * Sums and means over examples and pixels, `[n, c, h, w] -> [1, c, 1, 1]` or `[c]`: over pixels, which lie side by side, and
 * then over examples by a product with ones, or what a mean weighs each. The provider would transpose the images first.
 */
function sumOverImages(value: Application, x: Value): Value | undefined {
  if (x.shape.length !== 4 || String(value.attributes["axes"]) !== "0,2,3") return undefined;
  const [n, c] = x.shape as [number, number];
  const pixels = sum(x, { axes: [2, 3], keepDims: false });
  const weight = value.operation === mean.record ? c / sizeOf(x.shape) : 1;
  return reshape(matmul(constant(weight, [1, n], x.type), pixels), { shape: value.shape });
}
