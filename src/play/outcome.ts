/**
 * @file What a race came to, in a line and a few sentences: what was run, and nothing beyond.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { Verdict } from "../verdict/schema.ts";
import { nameRight } from "./recipe.ts";
import type { PlayState } from "./state.ts";

/** What was expected of the right network before it was seen. */
export interface Prediction {
  readonly fits: boolean;
  /** Test accuracy, in percent. */
  readonly test: number;
}

/** What is said when both networks have ended. */
export interface Outcome {
  readonly headline: string;
  readonly sentences: readonly string[];
}

export const percentOf = (share: number | null | undefined, digits = 1): string =>
  typeof share !== "number" ? "–" : `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : digits)} %`;

const epochs = (count: number): string => `${count} ${count === 1 ? "epoch" : "epochs"}`;

/** How many times as long the right one took; undefined unless both fitted. */
export const slowdown = (left: TrialResult, right: TrialResult): number | undefined =>
  left.epochsToFit !== null && right.epochsToFit !== null ? right.epochsToFit / left.epochsToFit : undefined;

/** How many times as long is worth a word. */
const SLOWER = 1.5;

/** What both networks came to. */
export function tellOutcome(
  state: PlayState,
  left: TrialResult,
  right: TrialResult,
  verdict?: Verdict,
): Outcome {
  const pace = slowdown(left, right);
  return {
    headline: headlineOf(state, left, right, verdict),
    sentences: [
      ...(pace === undefined || pace < SLOWER
        ? []
        : [`It took ${pace.toFixed(0)} times as many epochs as true labels.`]),
      "One seed, one small data set: a demonstration; the command below repeats it, over seeds if you like.",
    ],
  };
}

function headlineOf(state: PlayState, left: TrialResult, right: TrialResult, verdict?: Verdict): string {
  if (left.epochsToFit === null && right.epochsToFit === null)
    return "Not even true labels were fitted by this recipe, so it says nothing about what the network can memorize.";
  if (state.inputs === "true" && state.p === 0)
    return "The same data, seed and recipe: the same network twice.";
  // Where all labels were random, the verdict of `shatter test` applies.
  if (verdict && state.inputs === "true" && state.p === 100) {
    const learns = verdict.learning.answer === "learns";
    if (verdict.capacity.answer === "memorises")
      return learns
        ? "This network can memorize labels that are pure chance, and yet it learns from true ones."
        : "This network can memorize labels that are pure chance.";
    if (verdict.capacity.answer === "does-not-fit")
      return "This network did not fit random labels with this recipe.";
  }
  const subject = nameRight(state);
  return right.epochsToFit !== null
    ? `${subject}: fitted, with a test accuracy of ${percentOf(right.testAccuracy)} beside ${percentOf(left.testAccuracy)}.`
    : `${subject}: not fitted within ${epochs(right.epochs)}.`;
}

/** What became of a prediction. */
export function tellPrediction({ fits, test }: Prediction, right: TrialResult): string {
  const did = right.epochsToFit !== null;
  const real = 100 * (right.testAccuracy ?? 0);
  const off = Math.abs(real - test);
  return `You said it would ${fits ? "" : "not "}fit: ${fits === did ? "right" : did ? "it did" : "it did not"}. You expected ${test} % in the test; it came to ${real.toFixed(1)} %, ${off < 5 ? "well guessed" : `${Math.round(off)} points off`}.`;
}
