/**
 * @file How windows slide over images `[count, channels, height, width]`: the geometry of convolutions and pools.
 */

import { ShapeError } from "../../base/errors.ts";
import type { OnnxAttribute, Shape, Value } from "../value.ts";

/** How a window moves and what is around the image, as in ONNX; height comes before width. */
export type Sliding = {
  /** `[rows, columns]` from one window to the next. */
  readonly strides: readonly number[];
  /** `[top, left, bottom, right]`: rows and columns added around the image. */
  readonly pads: readonly number[];
  /** `[rows, columns]` from one element of a window to the next. */
  readonly dilations: readonly number[];
};

/** A window that moves by one, over the image alone. */
export const plain: Sliding = { strides: [1, 1], pads: [0, 0, 0, 0], dilations: [1, 1] };

/**
 * Rows (or columns) to add before and after an image, so that there are `ceil(size / stride)` windows.
 *
 * The odd one comes after: TensorFlow's `SAME`, ONNX's `SAME_UPPER`.
 */
export function samePads(size: number, kernel: number, stride = 1, dilation = 1): readonly [number, number] {
  const windows = Math.ceil(size / stride);
  const total = Math.max((windows - 1) * stride + dilation * (kernel - 1) + 1 - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

/** Windows over an image, `[height, width]`; sizes below 1 mean that the window does not fit. */
export const windowCounts = (image: Shape, kernel: Shape, { strides, pads, dilations }: Sliding): number[] =>
  [0, 1].map((axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
    return Math.floor((image[axis]! + pads[axis]! + pads[axis + 2]! - reach) / strides[axis]!) + 1;
  });

/**
 * The pads with which windows are counted rounded up, as ONNX and PyTorch do with `ceil_mode`: a last window that does not
 * fit is taken, too, if it begins on the image or on the pads before it.
 */
export function ceilPads(image: Shape, kernel: Shape, sliding: Sliding): readonly number[] {
  const { strides, pads, dilations } = sliding;
  const whole = windowCounts(image, kernel, sliding);
  return pads.map((count, side) => {
    const axis = side % 2;
    const stride = strides[axis]!;
    const size = image[axis]! + pads[axis]!;
    const end = whole[axis]! * stride + dilations[axis]! * (kernel[axis]! - 1) + 1;
    const isTaken = side >= 2 && end - (size + count) < stride && whole[axis]! * stride < size;
    return isTaken ? end - size : count;
  });
}

const areWhole = (numbers: Shape, length: number, least: number): boolean =>
  numbers.length === length && numbers.every((number) => Number.isSafeInteger(number) && number >= least);

/**
 * Refuse settings and images that no window slides over.
 *
 * @throws ShapeError if `x` is no batch of images, or a setting is not two (or four) whole numbers.
 */
export function checkSliding(
  name: string,
  x: Value,
  kernel: Shape,
  { strides, pads, dilations }: Sliding,
): void {
  if (x.shape.length !== 4) throw new ShapeError(name, "images [count, channels, height, width]", [x.shape]);
  if (!areWhole(kernel, 2, 1)) throw new ShapeError(name, "a window [height, width]", [kernel]);
  if (!areWhole(strides, 2, 1)) throw new ShapeError(name, "strides [rows, columns]", [strides]);
  if (!areWhole(dilations, 2, 1)) throw new ShapeError(name, "dilations [rows, columns]", [dilations]);
  if (!areWhole(pads, 4, 0)) throw new ShapeError(name, "pads [top, left, bottom, right]", [pads]);
}

/** Called with a window's number, the number of an element in it, and the pixel there; all row by row. */
type Visit = (window: number, element: number, pixel: number) => void;

/** Visit every pixel of every window, window by window; what lies outside the image is left out. */
export function forEachTap(
  image: Shape,
  kernel: Shape,
  { strides, pads, dilations }: Sliding,
  windows: Shape,
  visit: Visit,
): void {
  const [height, width] = image as [number, number];
  for (let y = 0; y < windows[0]!; y++)
    for (let x = 0; x < windows[1]!; x++)
      for (let i = 0; i < kernel[0]!; i++)
        for (let j = 0; j < kernel[1]!; j++) {
          const row = y * strides[0]! + i * dilations[0]! - pads[0]!;
          const column = x * strides[1]! + j * dilations[1]! - pads[1]!;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          visit(y * windows[1]! + x, i * kernel[1]! + j, row * width + column);
        }
}

/** The settings as ONNX writes them. */
export const writeSliding = ({ strides, pads, dilations }: Sliding) => ({
  strides: { ints: strides },
  pads: { ints: pads },
  dilations: { ints: dilations },
});

/** Whole numbers of an attribute, or those that are meant without it. */
export const intsOr = (attribute: OnnxAttribute | undefined, numbers: Shape): Shape =>
  attribute && "ints" in attribute ? attribute.ints : numbers;

/** The settings of an ONNX node. */
export const readSliding = (attributes: { readonly [name: string]: OnnxAttribute }): Sliding => ({
  strides: intsOr(attributes["strides"], plain.strides),
  pads: intsOr(attributes["pads"], plain.pads),
  dilations: intsOr(attributes["dilations"], plain.dilations),
});
