/**
 * @file The axes of images whose pixels stand in a row.
 */

import { DataError, UsageError } from "../base/errors.ts";
import { countElements, type FileArray, showSizes } from "./array.ts";
import type { DataOptions } from "./data-options.ts";

/** A shape as it is written, `3x32x32` or `28x28`, as channels, height and width; undefined if none is told. */
export function imageShape({ shape }: DataOptions): readonly [number, number, number] | undefined {
  if (shape === undefined) return undefined;
  const sizes = shape.split("x").map(Number);
  return [1, ...sizes].slice(-3) as [number, number, number];
}

/**
 * The rows of an array as images, where they are told to be such: `[count, columns]` with its axes.
 *
 * @throws DataError if there are not as many columns as pixels, UsageError if it has more axes already.
 */
export function withImageAxes(array: FileArray, options: DataOptions): FileArray {
  const sizes = imageShape(options);
  if (!sizes) return array;
  const { shape, where } = array;
  if (shape.length !== 2) {
    throw new UsageError(`${where}: \`shape\`: expected rows [count, columns], got ${showSizes(shape)}`);
  }
  requireColumns(shape[1]!, sizes, where);
  const [channels, height, width] = sizes;
  const axes = options.layout === "channels-last" ? [height, width, channels] : sizes;
  return { ...array, shape: [shape[0]!, ...axes] };
}

/**
 * Check that there is a column for each value of an image.
 *
 * @throws DataError if there is not.
 */
export function requireColumns(columns: number, sizes: readonly number[], where: string): void {
  if (columns === countElements(sizes)) return;
  throw new DataError(
    `${where}: \`shape\`: expected ${countElements(sizes)} columns beside the target for images of ${sizes.join(" x ")} (channels, height, width), got ${columns}`,
  );
}
