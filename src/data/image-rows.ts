/**
 * @file Rows of a table that are images: a column a pixel, as MNIST is often written as CSV.
 */

import { DataError, UsageError } from "../base/errors.ts";
import { arrangeAxes } from "./arrange.ts";
import type { Column } from "./columns.ts";
import type { DataOptions } from "./data-options.ts";
import type { Dataset } from "./dataset.ts";
import { imageShape, requireColumns, withImageAxes } from "./image-axes.ts";

/**
 * Rows as they are, or as the images that they are told to be, with a sentence that says how.
 *
 * Whole numbers from 0 to 255 throughout are pixels, others are used as they are.
 *
 * @throws DataError if columns are no numbers, or not as many as pixels, UsageError if an option is told that changes nothing.
 */
export function asImages(
  rows: Pick<Dataset, "inputs" | "shape">,
  columns: readonly Pick<Column, "name" | "categories">[],
  options: DataOptions,
  where: string,
): Pick<Dataset, "inputs" | "shape"> & { readonly told?: string } {
  const { shape, layout, transpose } = options;
  if (shape === undefined) {
    const alone = layout !== undefined ? "layout" : transpose !== undefined ? "transpose" : undefined;
    if (alone === undefined) return rows;
    throw new UsageError(
      `${where}: \`${alone}\`: expected \`shape\` beside it, got none: rows are no images`,
    );
  }
  const strange = columns.find(({ categories }) => categories !== undefined);
  if (strange) {
    throw new DataError(
      `${where}: column ${JSON.stringify(strange.name)}: expected numbers in every column of images, got categories; leave it out`,
    );
  }
  return imagesOfRows(rows, options, where);
}

function imagesOfRows(
  { inputs, shape }: Pick<Dataset, "inputs" | "shape">,
  options: DataOptions,
  where: string,
): Pick<Dataset, "inputs" | "shape"> & { readonly told: string } {
  const sizes = imageShape(options)!;
  requireColumns(shape[1]!, sizes, where);
  const isPixels = inputs.every((value) => value >= 0 && value <= 255 && Number.isInteger(value));
  const layout = options.layout ?? "channels-first";
  const array = {
    where,
    shape,
    type: isPixels ? "uint8" : "float32",
    values: isPixels ? Uint8Array.from(inputs) : inputs,
  };
  return {
    ...arrangeAxes(withImageAxes(array, options), layout, options.transpose ?? false),
    told:
      `rows are images of ${sizes.join(" x ")} (channels, height, width), ${layout} in the columns (\`shape\`, \`layout\`): ` +
      (isPixels
        ? "whole numbers from 0 to 255, which are taken for pixels"
        : "numbers that are used as they are"),
  };
}
