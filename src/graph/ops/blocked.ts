/**
 * @file Operations on the blocked layout, in which ONNX Runtime's processor kernels convolve fastest.
 *
 * A blocked value has the shape `[n, c, h, w]` of what it stands for, but its elements lie as
 * `[n, c / block, h, w, block]`: the channels of a block side by side, as many as a vector register holds. The
 * operators are ONNX Runtime's own (domain `com.microsoft.nchwc`) and not for files: a graph is lowered to them
 * by `graph/lower`, after it was differentiated, on engines that were seen to compute them right.
 */

import { ShapeError } from "../../base/errors.ts";
import { forwardOnly, type Operation, operation } from "../operation.ts";
import { type NDArray, type OnnxForm, type Shape, sizeOf, type Value } from "../value.ts";
import { convolution } from "./convolution.ts";
import { maxPool } from "./pool.ts";
import { type Sliding, writeSliding } from "./window.ts";

/** Channels of a block: float32 numbers in a vector register, 16 of AVX-512 or 8 of AVX2. */
export type Block = 16 | 8;

/** Of what size the blocks are. */
type Blocks = { readonly block: Block };

const DOMAIN = "com.microsoft.nchwc";

function checkBlocks(name: string, shape: Shape, block: Block): Shape {
  if (shape.length !== 4 || shape[1]! % block !== 0) {
    throw new ShapeError(name, `[n, c, h, w] with whole blocks of ${block} channels`, [shape]);
  }
  return shape;
}

/** Where an element of `[n, c, h, w]` lies in the blocked layout. */
function blockedPosition(index: number, [, c, h, w]: Shape, block: Block): number {
  const pixels = h! * w!;
  const pixel = index % pixels;
  const plane = Math.floor(index / pixels);
  const channel = plane % c!;
  const first = (plane - channel) * pixels;
  return first + (Math.floor(channel / block) * pixels + pixel) * block + (channel % block);
}

const toBlocks = (shape: Shape, data: Float64Array, block: Block): Float64Array => {
  const y = new Float64Array(data.length);
  data.forEach((element, index) => {
    y[blockedPosition(index, shape, block)] = element;
  });
  return y;
};

const fromBlocks = (shape: Shape, data: Float64Array, block: Block): Float64Array =>
  data.map((_, index) => data[blockedPosition(index, shape, block)]!);

/** Into the blocked layout, `[n, c, h, w]`. */
export const toBlocked: Operation<[Value], Blocks> = operation<[Value], Blocks>({
  name: "toBlocked",
  operands: 1,
  onnx: { operator: "ReorderInput", domain: DOMAIN, write: () => ({}) },
  shape: ([x], { block }) => checkBlocks("toBlocked", x.shape, block),
  gradient: forwardOnly("toBlocked"),
  evaluate: (shape, [x], { block }) => toBlocks(shape, x.data, block),
});

/** Images with the channels last into the blocked layout, `[n, h, w, c] -> [n, c, h, w]`. */
export const toBlockedFromLast: Operation<[Value], Blocks> = operation<[Value], Blocks>({
  name: "toBlockedFromLast",
  operands: 1,
  onnx: {
    operator: "ReorderInput",
    domain: DOMAIN,
    write: () => ({ attributes: { channels_last: { int: 1 } } }),
  },
  shape([x], { block }) {
    const [n, h, w, c] = x.shape as [number, number, number, number];
    return checkBlocks("toBlockedFromLast", [n, c, h, w], block);
  },
  gradient: forwardOnly("toBlockedFromLast"),
  evaluate(shape, [x], { block }) {
    const [, c, h, w] = shape as [number, number, number, number];
    const channelsFirst = x.data.map((_, index) => {
      const pixel = index % (h * w);
      const plane = Math.floor(index / (h * w));
      return x.data[(Math.floor(plane / c) * h * w + pixel) * c + (plane % c)]!;
    });
    return toBlocks(shape, channelsFirst, block);
  },
});

type FromBlocked = Blocks & { readonly channelsLast: boolean };

/** Out of the blocked layout: `[n, c, h, w]`, or `[n, h, w, c]` with the channels last. */
export const fromBlocked: Operation<[Value], FromBlocked> = operation<[Value], FromBlocked>({
  name: "fromBlocked",
  operands: 1,
  onnx: {
    operator: "ReorderOutput",
    domain: DOMAIN,
    write: ({ channelsLast }, _, [x]) => ({
      attributes: { channels: { int: x!.shape[1]! }, channels_last: { int: Number(channelsLast) } },
    }),
  },
  shape([x], { channelsLast, block }) {
    const [n, c, h, w] = checkBlocks("fromBlocked", x.shape, block) as [number, number, number, number];
    return channelsLast ? [n, h, w, c] : [n, c, h, w];
  },
  gradient: forwardOnly("fromBlocked"),
  evaluate(_, [x], { channelsLast, block }) {
    const y = fromBlocks(x.shape, x.data, block);
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

export type BlockedSettings = Sliding & Activation & Blocks & { readonly groups: number };

/**
 * Filters in the order the blocked kernels read them, as `[o, c, kh, kw]` again: of blocks of 16
 * `[o/16, c/16, kh, kw, 16 c, 16 o]`, or `[o/16, c, kh, kw, 16 o]` if the image has fewer channels than a block, or each channel its own filter.
 */
const filterPosition = (index: number, [, c, kh, kw]: Shape, block: Block): number => {
  const taps = kh! * kw!;
  const tap = index % taps;
  const channel = Math.floor(index / taps) % c!;
  const filter = Math.floor(index / (taps * c!));
  const within = Math.min(c!, block);
  const inBlocks =
    ((Math.floor(filter / block) * (c! / within) + Math.floor(channel / within)) * taps + tap) * within +
    (channel % within);
  const inRow = (Math.floor(filter / block) * c! + channel) * taps + tap;
  return (c! < block ? inRow : inBlocks) * block + (filter % block);
};

const convolutionForm: OnnxForm<BlockedSettings> = {
  operator: "Conv",
  domain: DOMAIN,
  write: ({ groups, relu, bounds, block: _, ...sliding }, __, [, w]) => ({
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
  shape([x, w, bias, addend], { relu: _, bounds: __, block, ...attributes }) {
    const shape = checkBlocks("blockedConvolution", convolution.record.shape([x!, w!], attributes), block);
    if (bias && String(bias.shape) !== String([shape[1]]))
      throw new ShapeError("blockedConvolution", `a bias [${shape[1]}]`, [bias.shape]);
    if (addend && String(addend.shape) !== String(shape))
      throw new ShapeError("blockedConvolution", `an addend [${shape.join(", ")}]`, [addend.shape]);
    return shape;
  },
  gradient: forwardOnly("blockedConvolution"),
  evaluate(shape, [x, w, bias, addend], { relu, bounds, block, ...attributes }) {
    const [least, most] = bounds ?? [relu ? 0 : Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    const image: NDArray = {
      shape: x!.shape,
      data: x!.shape[1]! < block ? x!.data : fromBlocks(x!.shape, x!.data, block),
    };
    const filters: NDArray = {
      shape: w!.shape,
      data: w!.data.map((_, index) => w!.data[filterPosition(index, w!.shape, block)]!),
    };
    const sums = toBlocks(shape, convolution.record.evaluate(shape, [image, filters], attributes), block);
    const size = sizeOf(shape.slice(2)) * block;
    return sums.map((sum, index) => {
      const channel = (Math.floor(index / size) % (shape[1]! / block)) * block + (index % block);
      const y = sum + (bias?.data[channel] ?? 0) + (addend?.data[index] ?? 0);
      return Math.min(Math.max(y, least), most);
    });
  },
});

type BlockedPool = Sliding & Blocks & { readonly kernel: readonly number[] };

/** {@link maxPool} of blocked images. */
export const blockedMaxPool: Operation<[Value], BlockedPool> = operation<[Value], BlockedPool>({
  name: "blockedMaxPool",
  operands: 1,
  onnx: {
    operator: "MaxPool",
    domain: DOMAIN,
    write: ({ kernel, block: _, ...sliding }) => ({
      attributes: { kernel_shape: { ints: kernel }, ...writeSliding(sliding) },
    }),
  },
  shape: ([x], { block, ...attributes }) =>
    checkBlocks("blockedMaxPool", maxPool.record.shape([x], attributes), block),
  gradient: forwardOnly("blockedMaxPool"),
  evaluate(shape, [x], { block, ...attributes }) {
    const image = { shape: x.shape, data: fromBlocks(x.shape, x.data, block) };
    return toBlocks(shape, maxPool.record.evaluate(shape, [image], attributes), block);
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
