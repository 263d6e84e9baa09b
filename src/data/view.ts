/**
 * @file A view of an image: turned about its center, a window cut out, mirrored.
 */

import type { Dataset } from "./dataset.ts";
import { inputScale } from "./layout.ts";
import { type ResampleMethod, resampler, type Window } from "./resample.ts";

/** What of an image is seen, and how; the window lies in the turned image. */
export interface View extends Window {
  /** Counter-clockwise rotation about the image's center. */
  readonly degrees: number;
  /** Whether left and right of the window are exchanged. */
  readonly mirrored: boolean;
}

/** Writes a view of one image, `[channels, rows, columns]`, into `out`, from `at` on. */
type ViewWriter = (dataset: Dataset, image: number, view: View, out: Dataset["inputs"], at: number) => void;

/** Write a view without its rotation: pixels are moved, nothing else. */
export const cutView: ViewWriter = (dataset, image, { top, left, rows, columns, mirrored }, out, at) => {
  const { inputs } = dataset;
  const [, channels, height, width] = dataset.shape as [number, number, number, number];
  const start = mirrored ? columns - 1 : 0;
  const step = mirrored ? -1 : 1;
  let to = at;
  for (let plane = image * channels; plane < (image + 1) * channels; plane++) {
    for (let row = top; row < top + rows; row++) {
      let from = (plane * height + row) * width + left + start;
      for (let column = 0; column < columns; column++, from += step) out[to++] = inputs[from]!;
    }
  }
};

/**
 * Write a view with its rotation, bilinearly interpolated, in the scale a network sees (uint8 over 255).
 *
 * What lies outside of the image is 0, black, as torchvision and tf.contrib.image fill it in unless told: no pixel
 * of the image is seen twice, and none is made up. The image fades to 0 over the pixel beyond its outermost ones.
 */
export const turnView: ViewWriter = (dataset, image, view, out, at) => {
  const { inputs } = dataset;
  const { top, left, rows, columns, mirrored } = view;
  const [, channels, height, width] = dataset.shape as [number, number, number, number];
  const scale = inputScale(dataset);
  const plane = height * width;
  const area = rows * columns;
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  const [cosine, sine] = directionOf(view.degrees);
  for (let row = 0; row < rows; row++) {
    const dy = top + row - middleY;
    for (let column = 0; column < columns; column++) {
      const dx = left + (mirrored ? columns - 1 - column : column) - middleX;
      // Where the pixel comes from: rows count downwards, so this turns it clockwise, back.
      const x = middleX + cosine * dx - sine * dy;
      const y = middleY + sine * dx + cosine * dy;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      // Neighbors outside have no weight; any pixel may stand in for them.
      const isLeft = x0 >= 0 && x0 < width;
      const isRight = x0 >= -1 && x0 < width - 1;
      const isAbove = y0 >= 0 && y0 < height;
      const isBelow = y0 >= -1 && y0 < height - 1;
      const leftWeight = isLeft ? x0 + 1 - x : 0;
      const rightWeight = isRight ? x - x0 : 0;
      const aboveWeight = isAbove ? scale * (y0 + 1 - y) : 0;
      const belowWeight = isBelow ? scale * (y - y0) : 0;
      const leftColumn = isLeft ? x0 : 0;
      const rightColumn = isRight ? x0 + 1 : 0;
      const above = image * channels * plane + (isAbove ? y0 * width : 0);
      const below = image * channels * plane + (isBelow ? (y0 + 1) * width : 0);
      let to = at + row * columns + column;
      for (let offset = 0; offset < channels * plane; offset += plane, to += area) {
        out[to] =
          aboveWeight *
            (leftWeight * inputs[above + offset + leftColumn]! +
              rightWeight * inputs[above + offset + rightColumn]!) +
          belowWeight *
            (leftWeight * inputs[below + offset + leftColumn]! +
              rightWeight * inputs[below + offset + rightColumn]!);
      }
    }
  }
};

/**
 * Write a window of an image, stretched to `shape`, `[channels, rows, columns]`, in the scale a network sees (uint8 over 255).
 *
 * @param box - The window, and whether left and right of the result are exchanged.
 */
export function stretchView(
  dataset: Dataset,
  image: number,
  box: Window & Pick<View, "mirrored">,
  method: ResampleMethod,
  shape: readonly number[],
  out: Float32Array,
  at: number,
): void {
  const [, channels, height, width] = dataset.shape as [number, number, number, number];
  const [, rows, columns] = shape as [number, number, number];
  const stretch = resampler(method, box, rows, columns);
  for (let channel = 0; channel < channels; channel++) {
    const plane = (image * channels + channel) * height * width;
    stretch(dataset.inputs, plane, width, inputScale(dataset), out, at + channel * rows * columns);
  }
  if (!box.mirrored) return;
  for (let row = 0; row < channels * rows; row++)
    out.subarray(at + row * columns, at + (row + 1) * columns).reverse();
}

/** Cosine and sine of an angle in degrees, exact for multiples of 90. */
function directionOf(degrees: number): readonly [cosine: number, sine: number] {
  const quarters = Math.round(degrees / 90);
  const rest = ((degrees - 90 * quarters) * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(rest), Math.sin(rest)];
  const directions = [
    [cosine, sine],
    [-sine, cosine],
    [-cosine, -sine],
    [sine, -cosine],
  ] as const;
  return directions[((quarters % 4) + 4) % 4]!;
}
