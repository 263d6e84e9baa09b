/**
 * @file Convolutions of images, forth and back.
 *
 * Convolution is linear in the image and in the filters, and so is its transpose; the gradients of either
 * are the other, and a convolution that exchanges the examples with the channels.
 */

import { ShapeError } from "../../base/errors.ts";
import { type Operation, operation } from "../operation.ts";
import {
  type OnnxAttribute,
  type OnnxForm,
  type Shape,
  sameShape,
  showShape,
  sizeOf,
  type Value,
} from "../value.ts";
import { checkSameType } from "./broadcast.ts";
import { slice } from "./pieces.ts";
import { permuteAxes, reshape } from "./shape.ts";
import {
  checkSliding,
  forEachTap,
  intsOr,
  readSliding,
  type Sliding,
  windowCounts,
  writeSliding,
} from "./window.ts";

/** How the filters slide, and into how many groups the channels are split that do not see each other. */
export type Convolution = Sliding & { readonly groups: number };

type Transposed = Convolution & {
  /** `[height, width]` of the result: several images give the same number of windows. */
  readonly size: readonly number[];
};

const groupsOf = (attribute: OnnxAttribute | undefined): number =>
  attribute && "int" in attribute ? attribute.int : 1;

const kernelOf = (w: Value): Shape => w.shape.slice(2);

/** False if a node says that its filters have another size than they have. */
const agrees = (attribute: OnnxAttribute | undefined, kernel: Shape): boolean =>
  sameShape(intsOr(attribute, kernel), kernel);

/**
 * Refuse filters that do not fit `x`.
 *
 * @param channels - Channels of `x` that the filters expect, from the filters' shape.
 */
function checkConvolution(
  name: string,
  x: Value,
  w: Value,
  attributes: Convolution,
  channels: number,
  expected: string,
): void {
  checkSameType(name, x, w);
  const { groups } = attributes;
  const fits = Number.isSafeInteger(groups) && groups > 0 && w.shape.length === 4 && x.shape.length === 4;
  if (!fits || x.shape[1] !== channels || w.shape[0]! % groups !== 0) {
    throw new ShapeError(name, `${expected} for ${groups} groups`, [x.shape, w.shape]);
  }
  checkSliding(name, x, kernelOf(w), attributes);
}

const convolutionForm: OnnxForm<Convolution> = {
  operator: "Conv",
  write: (attributes, _, [, w]) => ({
    attributes: {
      ...writeSliding(attributes),
      group: { int: attributes.groups },
      kernel_shape: { ints: kernelOf(w!) },
    },
  }),
  read: ({ attributes }, [, w]) =>
    agrees(attributes["kernel_shape"], kernelOf(w!))
      ? { ...readSliding(attributes), groups: groupsOf(attributes["group"]) }
      : undefined,
};

/**
 * Slide filters over images: `[n, c, h, w], [o, c / groups, kh, kw] -> [n, o, h', w']`.
 *
 * As everywhere in deep learning the filter is not flipped: a cross-correlation.
 */
export const convolution: Operation<[Value, Value], Convolution> = operation({
  name: "convolution",
  operands: 2,
  onnx: convolutionForm,
  shape([x, w], attributes) {
    const channels = w.shape[1]! * attributes.groups;
    checkConvolution("convolution", x, w, attributes, channels, "[n, c, h, w] and [o, c / groups, kh, kw]");
    const windows = windowCounts(x.shape.slice(2), kernelOf(w), attributes);
    if (!windows.every((count) => count >= 1)) {
      throw new ShapeError("convolution", "filters no larger than the padded image", [x.shape, w.shape]);
    }
    return [x.shape[0]!, w.shape[0]!, ...windows];
  },
  gradient: (dy, [x, w], attributes) => [
    transposedConvolution(dy, w, { ...attributes, size: x.shape.slice(2) }),
    filterGradient(x, dy, { ...attributes, kernel: kernelOf(w) }),
  ],
  multiplyAdds: ([, w], y) => sizeOf(y.shape) * sizeOf(w.shape.slice(1)),
  evaluate(shape, [x, w], attributes) {
    const y = new Float64Array(sizeOf(shape));
    forEachProduct(x.shape, w.shape, attributes, shape.slice(2), (pixel, weight, window) => {
      y[window]! += x.data[pixel]! * w.data[weight]!;
    });
    return y;
  },
});

/** What ONNX adds to the bottom and right of a transposed convolution to reach the size; negative if it is too small. */
const outputPadding = (windows: Shape, kernel: Shape, { strides, pads, dilations, size }: Transposed) =>
  [0, 1].map((axis) => {
    const reach = dilations[axis]! * (kernel[axis]! - 1) + 1;
    const covered = strides[axis]! * (windows[axis]! - 1) + reach;
    return size[axis]! - (covered - pads[axis]! - pads[axis + 2]!);
  });

const transposedForm: OnnxForm<Transposed> = {
  operator: "ConvTranspose",
  write: (attributes, _, [x, w]) => ({
    attributes: {
      ...writeSliding(attributes),
      group: { int: attributes.groups },
      kernel_shape: { ints: kernelOf(w!) },
      output_padding: { ints: outputPadding(x!.shape.slice(2), kernelOf(w!), attributes) },
    },
  }),
  read({ attributes }, [x, w]) {
    const kernel = kernelOf(w!);
    if (!agrees(attributes["kernel_shape"], kernel)) return undefined;
    const sliding = { ...readSliding(attributes), groups: groupsOf(attributes["group"]) };
    const added = intsOr(attributes["output_padding"], [0, 0]);
    const lacking = outputPadding(x!.shape.slice(2), kernel, { ...sliding, size: [0, 0] });
    return { ...sliding, size: lacking.map((size, axis) => (added[axis] ?? Number.NaN) - size) };
  },
};

/**
 * The transpose of {@link convolution} as a map of images: `[n, o, h', w'], [o, c / groups, kh, kw] -> [n, c, h, w]`.
 *
 * Each pixel of `x` adds its multiple of a filter to the pixels the filter saw.
 */
export const transposedConvolution: Operation<[Value, Value], Transposed> = operation({
  name: "transposedConvolution",
  operands: 2,
  onnx: transposedForm,
  shape([x, w], attributes) {
    const { groups, size } = attributes;
    const name = "transposedConvolution";
    checkConvolution(name, x, w, attributes, w.shape[0]!, "[n, o, h', w'] and [o, c / groups, kh, kw]");
    const windows = x.shape.slice(2);
    const possible = size.length === 2 && size.every((pixels) => Number.isSafeInteger(pixels) && pixels > 0);
    if (!possible || !sameShape(windowCounts(size, kernelOf(w), attributes), windows)) {
      throw new ShapeError(name, `a size with ${showShape(windows)} windows`, [size]);
    }
    return [x.shape[0]!, w.shape[1]! * groups, ...size];
  },
  gradient: (dy, [x, w], { size: _, ...attributes }) => [
    convolution(dy, w, attributes),
    filterGradient(dy, x, { ...attributes, kernel: kernelOf(w) }),
  ],
  multiplyAdds: ([x, w]) => sizeOf(x.shape) * sizeOf(w.shape.slice(1)),
  evaluate(shape, [x, w], attributes) {
    const y = new Float64Array(sizeOf(shape));
    forEachProduct(shape, w.shape, attributes, x.shape.slice(2), (pixel, weight, window) => {
      y[pixel]! += x.data[window]! * w.data[weight]!;
    });
    return y;
  },
});

type FilterGradient = Convolution & {
  /** `[kh, kw]` of the filters. */
  readonly kernel: readonly number[];
};

/**
 * The gradient of {@link convolution} by its filters: `[n, c, h, w], [n, o, h', w'] -> [o, c / groups, kh, kw]`.
 *
 * An element of a filter meets the image at the strides of the windows: so the gradient is itself a convolution,
 * of examples instead of channels, by filters the size of `dy`, strides and dilations exchanged.
 */
export const filterGradient: Operation<[Value, Value], FilterGradient> = operation<
  [Value, Value],
  FilterGradient
>({
  name: "filterGradient",
  operands: 2,
  onnx: { expand: convolveExamples },
  shape([x, dy], { kernel, ...attributes }) {
    const name = "filterGradient";
    checkSameType(name, x, dy);
    checkSliding(name, x, kernel, attributes);
    const windows = windowCounts(x.shape.slice(2), kernel, attributes);
    const [n, o, ...image] = dy.shape;
    const { groups } = attributes;
    if (n !== x.shape[0] || !sameShape(image, windows) || x.shape[1]! % groups !== 0 || o! % groups !== 0) {
      throw new ShapeError(name, `[n, c, h, w] and [n, o, ${windows.join(", ")}]`, [x.shape, dy.shape]);
    }
    return [o!, x.shape[1]! / groups, ...kernel];
  },
  multiplyAdds: ([, dy], y) => sizeOf(dy.shape) * sizeOf(y.shape.slice(1)),
  gradient: (dw, [x, dy], { kernel: _, ...attributes }) => [
    transposedConvolution(dy, dw, { ...attributes, size: x.shape.slice(2) }),
    convolution(x, dw, attributes),
  ],
  evaluate(shape, [x, dy], attributes) {
    const dw = new Float64Array(sizeOf(shape));
    forEachProduct(x.shape, shape, attributes, dy.shape.slice(2), (pixel, weight, window) => {
      dw[weight]! += x.data[pixel]! * dy.data[window]!;
    });
    return dw;
  },
});

function convolveExamples([x, dy]: [Value, Value], attributes: FilterGradient): Value {
  const { strides, pads, dilations, groups, kernel } = attributes;
  const [n, c, h, w] = x.shape as [number, number, number, number];
  const o = dy.shape[1]!;
  // The examples of a group are its channels now: [c / groups, groups n, h, w] and [o, n, h', w'].
  const split = reshape(x, { shape: [n, groups, c / groups, h, w] });
  const images = reshape(permuteAxes(split, { axes: [2, 1, 0, 3, 4] }), {
    shape: [c / groups, groups * n, h, w],
  });
  const filters = permuteAxes(dy, { axes: [1, 0, 2, 3] });
  const all = convolution(images, filters, { strides: dilations, pads, dilations: strides, groups });
  // Rows and columns that no window reached give more offsets than the filter has.
  const kept = sameShape(all.shape.slice(2), kernel)
    ? all
    : slice(all, { starts: [0, 0], ends: kernel, axes: [2, 3], steps: [1, 1] });
  return reshape(permuteAxes(kept, { axes: [1, 0, 2, 3] }), { shape: [o, c / groups, ...kernel] });
}

/** Visit every product of a convolution: the pixel, the weight it is multiplied by, and the window it is added to. */
function forEachProduct(
  images: Shape,
  filters: Shape,
  attributes: Convolution,
  windows: Shape,
  visit: (pixel: number, weight: number, window: number) => void,
): void {
  const [n, c, ...image] = images as [number, number, number, number];
  const [o, perGroup, ...kernel] = filters as [number, number, number, number];
  const filtersPerGroup = o / attributes.groups;
  forEachTap(image, kernel, attributes, windows, (window, element, pixel) => {
    for (let example = 0; example < n; example++)
      for (let filter = 0; filter < o; filter++)
        for (let channel = 0; channel < perGroup; channel++) {
          const source = Math.floor(filter / filtersPerGroup) * perGroup + channel;
          visit(
            (example * c + source) * sizeOf(image) + pixel,
            (filter * perGroup + channel) * sizeOf(kernel) + element,
            (example * o + filter) * sizeOf(windows) + window,
          );
        }
  });
}
