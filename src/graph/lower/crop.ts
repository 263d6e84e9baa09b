/**
 * @file Cuts off the taps of filters that see nothing but pads: images of a pixel or two meet but some of a filter.
 */

import { onOperands, rewriteGraph } from "../operation.ts";
import { type Convolution, convolution, filterGradient, transposedConvolution } from "../ops/convolution.ts";
import { windowCounts } from "../ops/window.ts";
import { type Application, type Graph, type Shape, sameShape, type Value } from "../value.ts";
import { arrangeTaps } from "./convolutions.ts";

/** The taps that are left, `[height, width]`, and how they slide. */
interface Crop {
  readonly first: Shape;
  readonly kernel: Shape;
  readonly settings: Convolution;
}

/**
 * What is left of filters that slide over images; undefined if it is all.
 *
 * A tap is left out if it lies before the image in the last window, or behind it in the first one.
 */
function cropOf(image: Shape, kernel: Shape, windows: Shape, settings: Convolution): Crop | undefined {
  const { strides, pads, dilations } = settings;
  const sides = [0, 1].map((axis) => {
    const [size, taps, dilation, before] = [image[axis]!, kernel[axis]!, dilations[axis]!, pads[axis]!];
    const lastStart = (windows[axis]! - 1) * strides[axis]! - before;
    const first = Math.min(Math.max(Math.ceil(-lastStart / dilation), 0), Math.floor(before / dilation));
    const end = Math.min(taps, Math.ceil((size + before) / dilation));
    const reach = dilation * (end - first - 1) + 1;
    const start = before - first * dilation;
    const after = (windows[axis]! - 1) * strides[axis]! + reach - size - start;
    return { first, count: end - first, before: start, after: Math.max(after, 0) };
  }) as [Side, Side];
  const [rows, columns] = sides;
  const left = sides.map(({ count }) => count);
  const cropped = { ...settings, pads: [rows.before, columns.before, rows.after, columns.after] };
  const isCrop = left.every((count) => count > 0) && !sameShape(left, kernel);
  if (!isCrop || !sameShape(windowCounts(image, left, cropped), windows)) return undefined;
  return { first: sides.map(({ first }) => first), kernel: left, settings: cropped };
}

interface Side {
  readonly first: number;
  readonly count: number;
  readonly before: number;
  readonly after: number;
}

const croppedFilters = (w: Value, { first, kernel }: Crop): Value =>
  arrangeTaps(w, kernel, (row, column) => [first[0]! + row, first[1]! + column]);

/** Taps among zeros, where the others were. */
function amongZeros(taps: Value, kernel: Shape, { first, kernel: left }: Crop): Value {
  return arrangeTaps(taps, kernel, (row, column) => {
    const tap = [row - first[0]!, column - first[1]!] as const;
    return tap.every((at, axis) => at >= 0 && at < left[axis]!) ? tap : undefined;
  });
}

/** Rewrite a graph, so that every tap of its filters meets a pixel somewhere. */
export const cropFilters = (graph: Graph): Graph =>
  rewriteGraph(graph, (value, operands) => {
    if (value.kind !== "application") return value;
    return cropped(value.operation.name, operands, value) ?? onOperands(value, operands);
  });

/** A convolution, or a gradient of one, by what is left of its filters; undefined if that is all, or it is neither. */
function cropped(name: string, [a, b]: readonly Value[], value: Application): Value | undefined {
  const settings = value.attributes as Convolution & { readonly size: Shape; readonly kernel: Shape };
  const pixels = (x: Value): Shape => x.shape.slice(2);
  switch (name) {
    case "convolution": {
      const crop = cropOf(pixels(a!), pixels(b!), pixels(value), settings);
      return crop && convolution(a!, croppedFilters(b!, crop), crop.settings);
    }
    case "transposedConvolution": {
      const { size, ...sliding } = settings;
      const crop = cropOf(size, pixels(b!), pixels(a!), sliding);
      return crop && transposedConvolution(a!, croppedFilters(b!, crop), { ...crop.settings, size });
    }
    case "filterGradient": {
      const { kernel, ...sliding } = settings;
      const crop = cropOf(pixels(a!), kernel, pixels(b!), sliding);
      if (!crop) return undefined;
      const taps = filterGradient(a!, b!, { ...crop.settings, kernel: crop.kernel });
      return amongZeros(taps, kernel, crop);
    }
    default:
      return undefined;
  }
}
