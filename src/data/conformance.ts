/**
 * @file Conformance: before a network trains on randomized data, the data must show that it is what it claims.
 *
 * Each check is a line with a value and the bound it must keep. Bounds are derived, not tuned: those of counts
 * that must be zero are never passed by correct data, the others about once in a million (conformance/tail-bounds.ts says
 * which, and by which theorem). All sums are in float64.
 */

import { checkInputs } from "./conformance/inputs.ts";
import { checkLabels } from "./conformance/labels.ts";
import type { ConformanceLine } from "./conformance/line.ts";
import type { ExampleSplits } from "./dataset.ts";
import type { Randomization } from "./randomization.ts";
import { type RandomizedExamples, type Randomizer, randomizer } from "./randomize.ts";

export { type ConformanceLine, describeConformance } from "./conformance/line.ts";

/**
 * Check a randomized dataset against the original it was made from.
 *
 * Two kinds of checks: those that look at the data, and those that look at the functions which made them. Drawing the
 * data a second time ties the two together.
 *
 * @param original - As it was given to `randomize`, cropped.
 * @param request - What was asked of `randomize`, with its seed.
 * @param by - What made the data.
 * @returns Lines on the labels, then lines on the inputs; data that conforms has `ok` in all.
 */
export function checkConformance(
  original: ExampleSplits,
  randomized: RandomizedExamples,
  request: Randomization,
  seed: number,
  by: Randomizer = randomizer,
): ConformanceLine[] {
  return [
    ...checkLabels(original, randomized, request, seed, by),
    ...checkInputs(original, randomized, request.inputs, seed, by),
  ];
}
