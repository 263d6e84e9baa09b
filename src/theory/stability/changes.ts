/**
 * @file What is asked of stability, and what was measured: what the computation and its document say to each other.
 */

import type { Estimate } from "../../base/statistics.ts";
import type { Model } from "../../nn/model.ts";
import type { Recipe } from "../../train/recipe.ts";
import type { Labeling } from "../examples.ts";

/** What is asked. */
export interface StabilitySettings {
  readonly model: Model;
  /** Training examples, at least 2. */
  readonly n: number;
  /** Examples replaced, one at a time, at least 2: fewer have no interval. */
  readonly replacements: number;
  readonly labels: readonly Labeling[];
  /** Without dropout and augmentation. */
  readonly recipe: Recipe;
  /** Of random labels, first weights, order, and which examples are replaced. */
  readonly seed: number;
}

/** What replacing one example changed, after an epoch; losses in nats, estimates over the examples replaced. */
export interface Change {
  readonly epoch: number;
  /** Mean over held-out examples of the absolute change of their loss. */
  readonly mean: Estimate;
  /** Largest such change. */
  readonly max: Estimate;
  /** Largest over held-out examples and replacements: a lower bound of what uniform stability bounds. */
  readonly largest: number;
  /** Share of held-out examples whose predicted class changed. */
  readonly flipped: Estimate;
  /** Loss of the replaced example without it, minus its loss with it: on average the generalization gap. */
  readonly replaced: Estimate;
  /** Mean loss of held-out minus that of training examples, with nothing replaced. */
  readonly gap: number;
  /** With nothing replaced. */
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
}

/** The changes with one kind of labels, an epoch each. */
export interface Curve {
  readonly labels: Labeling;
  readonly changes: readonly Change[];
}

/** What theory would need. */
export interface Needs {
  /** Loss of guessing, in nats: a bound of as much says nothing. */
  readonly guessing: number;
  /** Change at which a bound by uniform stability would be as large as the loss of guessing. */
  readonly allowed: number;
  /** See {@link hardtFactor}, after the last epoch. */
  readonly hardt: number;
}
