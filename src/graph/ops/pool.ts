/**
 * @file Pools: the largest or the mean element of each window over an image, channel by channel.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import {
  constant,
  type NDArray,
  type OnnxForm,
  type Shape,
  sameShape,
  sizeOf,
  type Value,
} from "../value.ts";
import { transposedConvolution } from "./convolution.ts";
import { divide } from "./elementwise.ts";
import { gather, scatterAdd } from "./gather.ts";
import { pad } from "./pieces.ts";
import { reshape } from "./shape.ts";
import { broadcastTo } from "./sum.ts";
import {
  ceilPads,
  checkSliding,
  forEachTap,
  intsOr,
  plain,
  readSliding,
  type Sliding,
  windowCounts,
  writeSliding,
} from "./window.ts";

/** The windows of a pool. */
type MaxPool = Sliding & {
  /** `[height, width]` of a window. */
  readonly kernel: readonly number[];
};

/** Shape of a pool's result; every window must hold a pixel, since nothing has no maximum and no mean. */
function pooledShape(name: string, x: Value, { kernel, ...sliding }: MaxPool): Shape {
  checkSliding(name, x, kernel, sliding);
  const image = x.shape.slice(2);
  const windows = windowCounts(image, kernel, sliding);
  const { strides, pads, dilations } = sliding;
  const holdsPixels = windows.every((count, axis) =>
    Array.from({ length: Math.max(count, 0) }, (_, window) => window * strides[axis]! - pads[axis]!).every(
      (start) =>
        Array.from({ length: kernel[axis]! }, (_, at) => start + at * dilations[axis]!).some(
          (pixel) => pixel >= 0 && pixel < image[axis]!,
        ),
    ),
  );
  if (!holdsPixels || windows.some((count) => count < 1)) {
    throw new ShapeError(name, "windows that each hold a pixel of the image", [x.shape, kernel]);
  }
  return [...x.shape.slice(0, 2), ...windows];
}

/** Position in `x` of the largest element of each window, the first row by row if there are several. */
function largestOf(shape: Shape, x: NDArray, { kernel, ...sliding }: MaxPool): Float64Array {
  const image = x.shape.slice(2);
  const windows = shape.slice(2);
  const y = new Float64Array(sizeOf(shape)).fill(-1);
  for (let plane = 0; plane < sizeOf(shape.slice(0, 2)); plane++)
    forEachTap(image, kernel, sliding, windows, (window, _, pixel) => {
      const at = plane * sizeOf(windows) + window;
      const position = plane * sizeOf(image) + pixel;
      if (y[at] === -1 || x.data[position]! > x.data[y[at]!]!) y[at] = position;
    });
  return y;
}

/** ONNX's operator has two results: the largest elements, and where they are. */
const maxPoolForm = (output: number): OnnxForm<MaxPool> => ({
  operator: "MaxPool",
  write: ({ kernel, ...sliding }) => ({
    attributes: { kernel_shape: { ints: kernel }, ...writeSliding(sliding) },
    output,
  }),
  read: ({ attributes }) => ({ kernel: intsOr(attributes["kernel_shape"], []), ...readSliding(attributes) }),
});

/**
 * The largest element of each window: `[n, c, h, w] -> [n, c, h', w']`; what is around the image does not count.
 *
 * Among equals the first, row by row, gets the gradient, as in PyTorch.
 */
export const maxPool: Operation<[Value], MaxPool> = operation({
  name: "maxPool",
  operands: 1,
  onnx: maxPoolForm(0),
  shape: ([x], attributes) => pooledShape("maxPool", x, attributes),
  gradient: (dy, [x], attributes) => [maxPoolGradient(x, dy, attributes)],
  evaluate: (shape, [x], attributes) => largestOf(shape, x, attributes).map((position) => x.data[position]!),
});

const flat = (value: Value): Value => reshape(value, { shape: [sizeOf(value.shape)] });

/** The gradient of {@link maxPool}: what arrived at a window goes to its largest pixel, `[n, c, h', w'] -> [n, c, h, w]`. */
export const maxPoolGradient: Operation<[Value, Value], MaxPool> = operation<[Value, Value], MaxPool>({
  name: "maxPoolGradient",
  operands: 2,
  onnx: {
    expand([x, dy], attributes) {
      const zeros = broadcastTo(constant(0, [1], dy.type), { shape: [sizeOf(x.shape)] });
      const sums = scatterAdd(zeros, flat(maxPoolPositions(x, attributes)), flat(dy));
      return reshape(sums, { shape: x.shape });
    },
  },
  shape([x, dy], attributes) {
    const pooled = pooledShape("maxPoolGradient", x, attributes);
    if (!sameShape(pooled, dy.shape))
      throw new ShapeError("maxPoolGradient", `a gradient [${pooled.join(", ")}]`, [dy.shape]);
    return x.shape;
  },
  gradient: (dx, [x, dy], attributes) => [
    null,
    reshape(gather(flat(dx), flat(maxPoolPositions(x, attributes))), { shape: dy.shape }),
  ],
  evaluate(shape, [x, dy], attributes) {
    const dx = new Float64Array(sizeOf(shape));
    largestOf(dy.shape, x, attributes).forEach((position, window) => {
      dx[position]! += dy.data[window]!;
    });
    return dx;
  },
});

/** Where the result of {@link maxPool} comes from: positions in all of `x`, row by row; int64. */
export const maxPoolPositions: Operation<[Value], MaxPool> = operation({
  name: "maxPoolPositions",
  operands: 1,
  onnx: maxPoolForm(1),
  shape: ([x], attributes) => pooledShape("maxPoolPositions", x, attributes),
  type: () => "int64",
  gradient: () => [null],
  evaluate: (shape, [x], attributes) => largestOf(shape, x, attributes),
});

/** {@link maxPool} with as many windows as `ceil_mode` gives. */
export const ceilMaxPool = (x: Value, attributes: MaxPool): Value =>
  maxPool(x, { ...attributes, pads: ceilPads(x.shape.slice(2), attributes.kernel, attributes) });

type AveragePool = Omit<Sliding, "dilations"> & {
  /** `[height, width]` of a window. */
  readonly kernel: readonly number[];
  /** Whether what is around the image counts, as zeros. */
  readonly countPads: boolean;
};

/** A mean's window has no holes. */
const withoutHoles = ({ kernel, strides, pads }: AveragePool): MaxPool => ({
  kernel,
  strides,
  pads,
  dilations: plain.dilations,
});

/** Number of elements that each window's mean is taken over, `[h', w']`. */
function countsOf(image: Shape, windows: Shape, attributes: AveragePool): Float64Array {
  const { kernel, ...sliding } = withoutHoles(attributes);
  if (attributes.countPads) return new Float64Array(sizeOf(windows)).fill(sizeOf(kernel));
  const counts = new Float64Array(sizeOf(windows));
  forEachTap(image, kernel, sliding, windows, (window) => {
    counts[window]!++;
  });
  return counts;
}

/** The mean of each window: `[n, c, h, w] -> [n, c, h', w']`. */
export const averagePool: Operation<[Value], AveragePool> = operation({
  name: "averagePool",
  operands: 1,
  onnx: {
    operator: "AveragePool",
    write: ({ kernel, strides, pads, countPads }) => ({
      attributes: {
        kernel_shape: { ints: kernel },
        strides: { ints: strides },
        pads: { ints: pads },
        count_include_pad: { int: Number(countPads) },
      },
    }),
    read({ attributes }) {
      const { strides, pads } = readSliding(attributes);
      const count = attributes["count_include_pad"];
      const kernel = intsOr(attributes["kernel_shape"], []);
      return { kernel, strides, pads, countPads: count !== undefined && "int" in count && count.int !== 0 };
    },
  },
  shape: ([x], attributes) => pooledShape("averagePool", x, withoutHoles(attributes)),
  gradient(dy, [x], attributes) {
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const { kernel, ...sliding } = withoutHoles(attributes);
    const windows = dy.shape.slice(2);
    const counts = constant(countsOf([h, w], windows, attributes), [1, 1, ...windows], dy.type);
    // Each channel is an image of its own, and each window gives its share to all of its pixels.
    const shares = reshape(divide(dy, counts), { shape: [n * c, 1, ...windows] });
    const ones = constant(1, [1, 1, ...kernel], dy.type);
    return [
      reshape(transposedConvolution(shares, ones, { ...sliding, groups: 1, size: [h, w] }), {
        shape: x.shape,
      }),
    ];
  },
  evaluate(shape, [x], attributes) {
    const image = x.shape.slice(2);
    const windows = shape.slice(2);
    const { kernel, ...sliding } = withoutHoles(attributes);
    const counts = countsOf(image, windows, attributes);
    const y = new Float64Array(sizeOf(shape));
    for (let plane = 0; plane < sizeOf(shape.slice(0, 2)); plane++)
      forEachTap(image, kernel, sliding, windows, (window, _, pixel) => {
        y[plane * sizeOf(windows) + window]! += x.data[plane * sizeOf(image) + pixel]! / counts[window]!;
      });
    return y;
  },
});

/**
 * {@link averagePool} with as many windows as `ceil_mode` gives: pads count if they are told to, what lies beyond them
 * never does.
 */
export function ceilAveragePool(x: Value, attributes: AveragePool): Value {
  const { kernel, strides, pads, countPads } = attributes;
  const all = ceilPads(x.shape.slice(2), kernel, withoutHoles(attributes));
  const beyond = all.map((count, side) => count - pads[side]!);
  if (!countPads || beyond.every((count) => count === 0)) return averagePool(x, { ...attributes, pads: all });
  // Zeros that count are part of the image then.
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const image = pad(x, { pads: [0, 0, top, left, 0, 0, bottom, right] });
  return averagePool(image, { kernel, strides, pads: beyond, countPads: false });
}
