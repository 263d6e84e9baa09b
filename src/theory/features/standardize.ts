/**
 * @file Brings every feature to mean 0 and deviation 1 over the training examples, and rounds it.
 */

import { DataError } from "../../base/errors.ts";
import { FEATURE_UNIT, MOST_UNITS } from "./gram-state.ts";

/** Deviations below this part of the mean's size are rounding: such a feature is constant, and becomes 0. */
const CONSTANT = 1e-6;

/** Features of some examples, as they are and as they become. */
export interface Side {
  /** `[count, features]` */
  readonly rows: Float32Array;
  /** `[count, features]`: multiples of {@link FEATURE_UNIT} of a deviation, those beyond {@link MOST_UNITS} cut off. */
  readonly rounded: Int8Array;
}

/**
 * Standardize into `rounded`, tests by the moments of the training examples; moments are float64.
 *
 * @throws DataError if a feature is not finite.
 */
export function standardize(train: Side, tests: Side, features: number): void {
  const { means, factors } = momentsOf(train.rows, features);
  for (const [{ rows, rounded }, whose] of [
    [train, "training"],
    [tests, "test"],
  ] as const) {
    for (let row = 0; row < rows.length; row += features) {
      // Not a number at the end if one feature is not finite.
      let nothing = 0;
      for (let column = 0; column < features; column++) {
        const feature = rows[row + column]!;
        nothing += 0 * feature;
        const units = (feature - means[column]!) * factors[column]!;
        rounded[row + column] = Math.round(Math.max(-MOST_UNITS, Math.min(MOST_UNITS, units)));
      }
      if (nothing !== 0) {
        throw new DataError(
          `random features: expected finite numbers, got others for ${whose} example ${row / features}`,
        );
      }
    }
  }
}

/** Means, and what brings a difference from the mean to units. */
function momentsOf(
  train: Float32Array,
  features: number,
): { readonly means: Float64Array; readonly factors: Float64Array } {
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
    const isConstant = deviation <= CONSTANT * Math.abs(means[column]!);
    factors[column] = isConstant ? 0 : 1 / (FEATURE_UNIT * deviation);
  }
  return { means, factors };
}
