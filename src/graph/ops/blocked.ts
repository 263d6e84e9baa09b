/**
 * @file Operations on the blocked layout, in which ONNX Runtime's processor kernels convolve fastest.
 *
 * A blocked value has the shape `[n, c, h, w]` of what it stands for, but its elements lie as
 * `[n, c / 16, h, w, 16]`: sixteen channels of a pixel side by side, as many as a vector register holds. The
 * operators are ONNX Runtime's own (domain `com.microsoft.nchwc`) and not for files: a graph is lowered to them
 * by `graph/lower`, after it was differentiated, on engines that were seen to compute them right.
 */

import { ShapeError } from "../../base/errors.ts";
import { forwardOnly, type Operation, operation } from "../operation.ts";
import { type NDArray, type OnnxForm, type Shape, sizeOf, type Value } from "../value.ts";
import { convolution } from "./convolution.ts";
import { maxPool } from "./pool.ts";
import { type Sliding, writeSliding } from "./window.ts";

/** Channels of a block: float32 numbers in a register of AVX-512. */
export const BLOCK = 8;

const DOMAIN = "com.microsoft.nchwc";

function checkBlocks(name: string, shape: Shape): Shape {
  if (shape.length !== 4 || shape[1]! % BLOCK !== 0) {
    throw new ShapeError(name, `[n, c, h, w] with whole blocks of ${BLOCK} channels`, [shape]);
  }
  return shape;
}

/** Where an element of `[n, c, h, w]` lies in the blocked layout. */
function blockedPosition(index: number, [, c, h, w]: Shape): number {
  const pixels = h! * w!;
  const pixel = index % pixels;
  const plane = Math.floor(index / pixels);
  const channel = plane % c!;
  const first = (plane - channel) * pixels;
  return first + (Math.floor(channel / BLOCK) * pixels + pixel) * BLOCK + (channel % BLOCK);
}

const block = (shape: Shape, data: Float64Array): Float64Array => {
  const y = new Float64Array(data.length);
  data.forEach((element, index) => {
    y[blockedPosition(index, shape)] = element;
  });
  return y;
};

const unblock = (shape: Shape, data: Float64Array): Float64Array =>
  data.map((_, index) => data[blockedPosition(index, shape)]!);

/** Into the blocked layout, `[n, c, h, w]`. */
export const toBlocked: Operation<[Value]> = operation({
  name: "toBlocked",
  operands: 1,
  onnx: { operator: "ReorderInput", domain: DOMAIN, write: () => ({}) },
  shape: ([x]) => checkBlocks("toBlocked", x.shape),
  gradient: forwardOnly("toBlocked"),
  evaluate: (shape, [x]) => block(shape, x.data),
});

/** Images with the channels last into the blocked layout, `[n, h, w, c] -> [n, c, h, w]`. */
export const toBlockedFromLast: Operation<[Value]> = operation({
  name: "toBlockedFromLast",
  operands: 1,
  onnx: {
    operator: "ReorderInput",
    domain: DOMAIN,
    write: () => ({ attributes: { channels_last: { int: 1 } } }),
  },
  shape([x]) {
    const [n, h, w, c] = x.shape as [number, number, number, number];
    return checkBlocks("toBlockedFromLast", [n, c, h, w]);
  },
  gradient: forwardOnly("toBlockedFromLast"),
  evaluate(shape, [x]) {
    const [, c, h, w] = shape as [number, number, number, number];
    const channelsFirst = x.data.map((_, index) => {
      const pixel = index % (h * w);
      const plane = Math.floor(index / (h * w));
      return x.data[(Math.floor(plane / c) * h * w + pixel) * c + (plane % c)]!;
    });
    return block(shape, channelsFirst);
  },
});

/** Out of the blocked layout: `[n, c, h, w]`, or `[n, h, w, c]` with the channels last. */
export const fromBlocked: Operation<[Value], { readonly channelsLast: boolean }> = operation({
  name: "fromBlocked",
  operands: 1,
  onnx: {
    operator: "ReorderOutput",
    domain: DOMAIN,
    write: ({ channelsLast }, _, [x]) => ({
      attributes: { channels: { int: x!.shape[1]! }, channels_last: { int: Number(channelsLast) } },
    }),
  },
  shape([x], { channelsLast }) {
    const [n, c, h, w] = checkBlocks("fromBlocked", x.shape) as [number, number, number, number];
    return channelsLast ? [n, h, w, c] : [n, c, h, w];
  },
  gradient: forwardOnly("fromBlocked"),
  evaluate(_, [x], { channelsLast }) {
    const y = unblock(x.shape, x.data);
    if (!channelsLast) return y;
    const [, c, h, w] = x.shape as [number, number, number, number];
    return y.map((__, index) => {
      const channel = index % c;
      const pixel = Math.floor(index / c) % (h * w);
      return y[(Math.floor(index / (c * h * w)) * c + channel) * h * w + pixel]!;
    });
  },
});

/** What becomes of results before they are written. */
export type Activation = {
  /** Whether negative results become zero. */
  readonly relu: boolean;
  /** The least and the largest number that a result may be, if there are such; then `relu` is false. */
  readonly bounds?: readonly [min: number, max: number];
};

export type BlockedSettings = Sliding & Activation & { readonly groups: number };

/**
 * Filters in the order the blocked kernels read them, as `[o, c, kh, kw]` again: `[o/16, c/16, kh, kw, 16 c, 16 o]`,
 * or `[o/16, c, kh, kw, 16 o]` if the image has fewer channels than a block, or each channel its own filter.
 */
const filterPosition = (index: number, [, c, kh, kw]: Shape): number => {
  const taps = kh! * kw!;
  const tap = index % taps;
  const channel = Math.floor(index / taps) % c!;
  const filter = Math.floor(index / (taps * c!));
  const within = Math.min(c!, BLOCK);
  const inBlocks =
    ((Math.floor(filter / BLOCK) * (c! / within) + Math.floor(channel / within)) * taps + tap) * within +
    (channel % within);
  const inRow = (Math.floor(filter / BLOCK) * c! + channel) * taps + tap;
  return (c! < BLOCK ? inRow : inBlocks) * BLOCK + (filter % BLOCK);
};

const convolutionForm: OnnxForm<BlockedSettings> = {
  operator: "Conv",
  domain: DOMAIN,
  write: ({ groups, relu, bounds, ...sliding }, _, [, w]) => ({
    attributes: {
      ...writeSliding(sliding),
      group: { int: groups },
      kernel_shape: { ints: w!.shape.slice(2) },
      ...(relu ? { activation: { string: "Relu" } } : {}),
      ...(bounds ? { activation: { string: "Clip" }, activation_params: { floats: bounds } } : {}),
    },
  }),
};

/**
 * Convolution into the blocked layout: image, filters, and maybe a bias `[o]` and a blocked addend.
 *
 * The image is blocked, or plain if it has fewer channels than a block. The filters lie as their kernel reads
 * them (`graph/lower/filters.ts`). With as many groups as channels each channel has its own filter.
 */
export const blockedConvolution: Operation<readonly Value[], BlockedSettings> = operation({
  name: "blockedConvolution",
  operands: [2, 4],
  onnx: convolutionForm,
  shape([x, w, bias, addend], { relu: _, bounds: __, ...attributes }) {
    const shape = checkBlocks("blockedConvolution", convolution.record.shape([x!, w!], attributes));
    if (bias && String(bias.shape) !== String([shape[1]]))
      throw new ShapeError("blockedConvolution", `a bias [${shape[1]}]`, [bias.shape]);
    if (addend && String(addend.shape) !== String(shape))
      throw new ShapeError("blockedConvolution", `an addend [${shape.join(", ")}]`, [addend.shape]);
    return shape;
  },
  gradient: forwardOnly("blockedConvolution"),
  evaluate(shape, [x, w, bias, addend], { relu, bounds, ...attributes }) {
    const [least, most] = bounds ?? [relu ? 0 : Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const image: NDArray = {
      shape: x!.shape,
      data: x!.shape[1]! < BLOCK ? x!.data : unblock(x!.shape, x!.data),
    };
    const filters: NDArray = {
      shape: w!.shape,
      data: w!.data.map((_, index) => w!.data[filterPosition(index, w!.shape)]!),
    };
    const sums = block(shape, convolution.record.evaluate(shape, [image, filters], attributes));
    const size = sizeOf(shape.slice(2)) * BLOCK;
    return sums.map((sum, index) => {
      const channel = (Math.floor(index / size) % (shape[1]! / BLOCK)) * BLOCK + (index % BLOCK);
      const y = sum + (bias?.data[channel] ?? 0) + (addend?.data[index] ?? 0);
      return Math.min(Math.max(y, least), most);
    });
  },
});

type BlockedPool = Sliding & { readonly kernel: readonly number[] };

/** {@link maxPool} of blocked images. */
export const blockedMaxPool: Operation<[Value], BlockedPool> = operation<[Value], BlockedPool>({
  name: "blockedMaxPool",
  operands: 1,
  onnx: {
    operator: "MaxPool",
    domain: DOMAIN,
    write: ({ kernel, ...sliding }) => ({
      attributes: { kernel_shape: { ints: kernel }, ...writeSliding(sliding) },
    }),
  },
  shape: ([x], attributes) => checkBlocks("blockedMaxPool", maxPool.record.shape([x], attributes)),
  gradient: forwardOnly("blockedMaxPool"),
  evaluate(shape, [x], attributes) {
    const image = { shape: x.shape, data: unblock(x.shape, x.data) };
    return block(shape, maxPool.record.evaluate(shape, [image], attributes));
  },
});

/** 1 where an element is above zero, else 0; in one pass of a vectorized operator. */
export const isPositive: Operation<[Value]> = operation({
  name: "isPositive",
  operands: 1,
  onnx: {
    operator: "HardSigmoid",
    // The steepest ramp float32 has: all but the denormal numbers next to zero are on its plateau.
    write: () => ({ attributes: { alpha: { float: 3e38 }, beta: { float: 0 } } }),
  },
  shape: ([x]) => x.shape,
  gradient: forwardOnly("isPositive"),
  evaluate: (_, [x]) => x.data.map((element) => Number(element > 0)),
});

/** 1 where an element is not below zero, else 0; as {@link isPositive}, but for NaN, which stays. */
export const isNotNegative: Operation<[Value]> = operation({
  name: "isNotNegative",
  operands: 1,
  onnx: {
    operator: "HardSigmoid",
    write: () => ({ attributes: { alpha: { float: 3e38 }, beta: { float: 1 } } }),
  },
  shape: ([x]) => x.shape,
  gradient: forwardOnly("isNotNegative"),
  evaluate: (_, [x]) => x.data.map((element) => Number(element >= 0)),
});

/** The slope of a ramp that is between 0 and 1 for nothing but a bound's next neighbors, and whose products are exact. */
const STEEP = 2 ** 100;

/** Bounds that a {@link STEEP} ramp may begin at: its height there is a float32. */
export const isRampBound = (bound: number): boolean =>
  Math.fround(bound) === bound && Math.abs(bound) < 2 ** 27;

/** 1 where an element is above a bound (see {@link isRampBound}), or below it, else 0; as {@link isPositive}. */
export const isBeyond: Operation<[Value], { readonly bound: number; readonly above: boolean }> = operation<
  [Value],
  { readonly bound: number; readonly above: boolean }
>({
  name: "isBeyond",
  operands: 1,
  onnx: {
    operator: "HardSigmoid",
    write: ({ bound, above }) => {
      const slope = above ? STEEP : -STEEP;
      return { attributes: { alpha: { float: slope }, beta: { float: -slope * bound } } };
    },
  },
  shape: ([x]) => x.shape,
  gradient: forwardOnly("isBeyond"),
  evaluate: (_, [x], { bound, above }) =>
    x.data.map((element) => Number(above ? element > bound : element < bound)),
});
