/**
 * @file How far apart examples are: what a bandwidth is chosen by.
 */

/** In the exponent of the Gaussian kernel, for a pair of examples at the mean squared distance. */
const EXPONENT = 2;

/**
 * The bandwidth of a Gaussian kernel `exp(-bandwidth |x - x'|^2)` by rule: `2 / mean |x - x'|^2`.
 *
 * The bandwidth of the paper's kernel on the pixels of MNIST, 0.02, is 2.1 over the mean squared distance there.
 */
export const bandwidthByRule = (meanSquaredDistance: number): number => EXPONENT / meanSquaredDistance;

/**
 * The mean of `|x - x'|^2` over all pairs of rows, in float64 and in one pass: `2 (mean |x|^2 - |mean x|^2)`.
 *
 * @param features - `[n, dimension]`.
 */
export function meanSquaredDistance(features: Float32Array, dimension: number): number {
  const count = features.length / dimension;
  const means = new Float64Array(dimension);
  for (let row = 0; row < features.length; row += dimension)
    for (let column = 0; column < dimension; column++) means[column]! += features[row + column]! / count;
  let squares = 0;
  for (let row = 0; row < features.length; row += dimension)
    for (let column = 0; column < dimension; column++)
      squares += (features[row + column]! - means[column]!) ** 2;
  return (2 * squares) / count;
}
