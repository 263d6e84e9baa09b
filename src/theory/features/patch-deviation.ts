/**
 * @file How much the pixels of each patch of an image vary: what answers of filters are divided by at each place.
 */

import { type Dataset, exampleCount } from "../../data/dataset.ts";
import { inverseDeviation, pixelScale } from "./patches.ts";

/**
 * One over the deviation of every patch of every image, `[n, 1, height - size + 1, width - size + 1]`.
 *
 * It does not depend on the filters, so it is computed once for all of them, in float64. Sums run along rows and then
 * down columns; with pixels that are bytes they are whole numbers, and exact.
 *
 * @param images - `[n, channels, height, width]`.
 */
export function inverseDeviations(images: Dataset, size: number): Float32Array {
  const [, channels, height, width] = images.shape as [number, number, number, number];
  const rows = height - size + 1;
  const columns = width - size + 1;
  const scale = pixelScale(images);
  const length = channels * size * size;
  const inverse = new Float32Array(exampleCount(images) * rows * columns);
  // Sums over channels of pixels and squares, at each pixel; then over `size` columns.
  const sums = new Float64Array(height * columns);
  const squares = new Float64Array(height * columns);
  for (let image = 0; image < exampleCount(images); image++) {
    sums.fill(0);
    squares.fill(0);
    for (let channel = 0; channel < channels; channel++)
      for (let y = 0; y < height; y++) {
        const from = ((image * channels + channel) * height + y) * width;
        for (let x = 0; x < columns; x++)
          for (let along = 0; along < size; along++) {
            const pixel = images.inputs[from + x + along]! * scale;
            sums[y * columns + x]! += pixel;
            squares[y * columns + x]! += pixel * pixel;
          }
      }
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        let sum = 0;
        let square = 0;
        for (let down = 0; down < size; down++) {
          sum += sums[(y + down) * columns + x]!;
          square += squares[(y + down) * columns + x]!;
        }
        // Rounding of pixels that are no bytes can make it a little negative.
        const away = Math.max(square - (sum * sum) / length, 0);
        inverse[(image * rows + y) * columns + x] = inverseDeviation(away, length);
      }
  }
  return inverse;
}
