/**
 * @file Operations on blocked images whose results are no images: sums, means, and the gradients of filters.
 */

import { type Block, blockedConvolution } from "../ops/blocked.ts";
import type { Convolution } from "../ops/convolution.ts";
import { multiply } from "../ops/elementwise.ts";
import { mean } from "../ops/reduce.ts";
import { reshape } from "../ops/shape.ts";
import { sum } from "../ops/sum.ts";
import { plain } from "../ops/window.ts";
import { type Application, constant, type Shape, sameShape, sizeOf, type Value } from "../value.ts";
import { scaledImage } from "./affine.ts";
import { canFilter, depthwiseFilterGradient, filterGradient } from "./filter-gradient.ts";
import { imageOf } from "./images.ts";
import type { LoweredValues } from "./lowered-values.ts";
import { filterTiny, isTiny } from "./tiny.ts";

/** Lower such an operation, if it has a form for blocked images; the result is plain. */
export function lowerSums(value: Application, values: LoweredValues): Value | undefined {
  const { name } = value.operation;
  if (name === "sum" || name === "mean") return lowerReduction(value, values);
  return name === "filterGradient" ? lowerFilterGradient(value, values) : undefined;
}

/** Sums and means over pixels, or over images and pixels. */
function lowerReduction(value: Application, values: LoweredValues): Value | undefined {
  const [x] = value.inputs as [Value];
  const axes = String(value.attributes["axes"]);
  if (!values.isBlocked(x) || !(axes === "0,2,3" || axes === "2,3")) return undefined;
  const c = x.shape[1]!;
  const { block } = values;
  const product = values.isUsedOnce(x) ? imageProduct(x) : undefined;
  // Numbers a channel are taken out of sums, so that no image is scaled for them.
  const factors = (product ?? [x]).map((image) => {
    const scaled = scaledImage(values.chainOf(image));
    return scaled ?? { image: values.blockedOf(image), scale: undefined };
  });
  const [first, second] = factors.map(({ image }) => image) as [Value, Value?];
  const sumOf = (): Value => (second ? sumOfProducts(first, second, block) : sumOfPixels(first, block));
  const ofAll = (): Value =>
    second || sizeOf(x.shape.slice(2)) > FEW_PIXELS
      ? sum(sumOf(), { axes: [0], keepDims: true })
      : sumOfExamples(first, block);
  const unscaled = axes === "2,3" ? sumOf() : ofAll();
  const total = factors.reduce(
    (sums, { scale }) => (scale ? multiply(sums, reshape(scale, { shape: [1, c / block, 1, block] })) : sums),
    unscaled,
  );
  const count = sizeOf(x.shape) / sizeOf(value.shape);
  return reshape(value.operation === mean.record ? multiply(total, constant(1 / count)) : total, {
    shape: value.shape,
  });
}

/** Sums over the pixels of each channel of each image, `[n, c / block, 1, block]`. */
function sumOfPixels(x: Value, block: Block): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const pixels = reshape(x, { shape: [n, c / block, h * w, block] });
  return h * w === 1 ? pixels : sum(pixels, { axes: [2], keepDims: true });
}

/** Pixels up to which all examples are added up first: the engine adds few numbers in the middle slowly. */
const FEW_PIXELS = 16;

/** Sums over the pixels of each channel of all images, `[1, c / block, 1, block]`. */
function sumOfExamples(x: Value, block: Block): Value {
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const total = sum(reshape(x, { shape: [n, c * h * w] }), { axes: [0], keepDims: true });
  return sumOfPixels(reshape(total, { shape: [1, c, h, w] }), block);
}

/** The two images whose product a value is. */
function imageProduct(x: Value): readonly [Value, Value] | undefined {
  if (x.kind !== "application" || x.operation !== multiply.record) return undefined;
  const [a, b] = x.inputs as [Value, Value];
  return sameShape(a.shape, b.shape) ? [a, b] : undefined;
}

/**
 * Sums of products over the pixels of each channel of each image, `[n, c / block, 1, block]`.
 *
 * One image is taken for the filters of a convolution of each channel, so the product is never written.
 */
function sumOfProducts(a: Value, b: Value, block: Block): Value {
  const [n, c, h, w] = a.shape as [number, number, number, number];
  const image = reshape(a, { shape: [1, n * c, h, w] });
  const filters = reshape(b, { shape: [n * c, 1, h, w] });
  const sums = blockedConvolution(image, filters, { ...plain, groups: n * c, relu: false, block });
  return reshape(sums, { shape: [n, c / block, 1, block] });
}

function lowerFilterGradient(value: Application, values: LoweredValues): Value | undefined {
  const [x, dy] = value.inputs as [Value, Value];
  const { kernel, ...settings } = value.attributes as Convolution & { readonly kernel: Shape };
  const geometry = { image: x.shape.slice(2), kernel, windows: dy.shape.slice(2), settings };
  const { block } = values;
  if (isTiny([dy.shape[1]!, x.shape[1]!], geometry, block))
    return filterTiny(values.blockedOf(x), values.blockedOf(dy), geometry, block);
  if (!canFilter(x.shape, dy.shape, kernel, settings, block)) return undefined;
  const gradient = settings.groups === 1 ? filterGradient : depthwiseFilterGradient;
  return gradient(imageOf(x, values), values.blockedOf(dy), kernel, settings, block);
}
