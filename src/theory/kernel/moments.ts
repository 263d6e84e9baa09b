/**
 * @file How large examples are and how far apart: what a bandwidth is chosen by.
 */

import type { Points } from "./source.ts";

/**
 * The mean of `|x|^2`, and that of `|x - x'|^2` over all pairs, in float64; pixels as in `[0, 1]`.
 *
 * The second is twice the sum of the variances, taken around the mean in a second pass.
 */
export function momentsOf({ kind, data, count, size }: Points): {
  readonly squaredNorm: number;
  readonly squaredDistance: number;
} {
  const unit = kind === "bytes" ? 1 / 255 : 1;
  const means = new Float64Array(size);
  let squares = 0;
  for (let at = 0; at < count * size; at++) {
    const value = unit * data[at]!;
    means[at % size]! += value / count;
    squares += value * value;
  }
  let spread = 0;
  for (let at = 0; at < count * size; at++) spread += (unit * data[at]! - means[at % size]!) ** 2;
  return { squaredNorm: squares / count, squaredDistance: (2 * spread) / count };
}
