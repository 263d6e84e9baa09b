/**
 * @file Brings every feature to mean 0 and deviation 1 over the training examples.
 */

/** Deviations below this part of the mean's size are rounding: such a feature is constant, and becomes 0. */
const CONSTANT = 1e-6;

/**
 * Standardize in place, tests by the moments of the training examples; moments are float64.
 *
 * @param train - `[n, features]`.
 * @param tests - `[m, features]`.
 */
export function standardize(train: Float32Array, tests: Float32Array, features: number): void {
  const count = train.length / features;
  const means = new Float64Array(features);
  for (let row = 0; row < train.length; row += features)
    for (let column = 0; column < features; column++) means[column]! += train[row + column]!;
  for (let column = 0; column < features; column++) means[column]! /= count;
  // Deviations from the mean, not squares: the difference of two large sums would lose digits.
  const factors = new Float64Array(features);
  for (let row = 0; row < train.length; row += features)
    for (let column = 0; column < features; column++) {
      const away = train[row + column]! - means[column]!;
      factors[column]! += away * away;
    }
  for (let column = 0; column < features; column++) {
    const deviation = Math.sqrt(factors[column]! / count);
    factors[column] = deviation > CONSTANT * Math.abs(means[column]!) ? 1 / deviation : 0;
  }
  for (const rows of [train, tests])
    for (let row = 0; row < rows.length; row += features)
      for (let column = 0; column < features; column++)
        rows[row + column] = (rows[row + column]! - means[column]!) * factors[column]!;
}
