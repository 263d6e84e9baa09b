/**
 * @file What a test runs next, from what it has: the escalations of labels that were not fitted.
 *
 * Pure, and decided by results alone, so that a test that was interrupted takes the same way again.
 */

import type { TrialSpec } from "../train/spec.ts";
import { attemptsBySeed, isMemorised, nextRung, stretched } from "./escalation.ts";
import type { TrialResult } from "./result.ts";
import { memorisedBound } from "./verdict/capacity.ts";
import type { VerdictContext } from "./verdict/context.ts";
import { judge } from "./verdict/verdict.ts";

/** A trial to run, and its place among the attempts of its seed. */
export interface PlannedRun {
  readonly spec: TrialSpec;
  readonly escalation: number;
}

/**
 * The escalations to run next; none once everything allowed was tried, or is not needed.
 *
 * Random labels are tried again until they are memorised. True labels that were not fitted are, too, unless
 * they are shown to be learned: of a network that had no time to learn it is not said that it does not.
 *
 * @param specs - The trials as they were asked for.
 * @param results - Of all trials so far.
 */
export function nextRound(
  specs: readonly TrialSpec[],
  results: readonly TrialResult[],
  context: VerdictContext,
): PlannedRun[] {
  const bound = memorisedBound(context);
  const wanted = judge(results, context).learning.answer === "learns" ? [1] : [0, 1];
  return wanted.flatMap((nominal) => {
    const trials = results.filter(({ inputs, labels }) => inputs === "true" && labels.nominal === nominal);
    return attemptsBySeed(trials).flatMap((attempts) => {
      if (attempts.some((trial) => isMemorised(trial, bound))) return [];
      const rung = nextRung(attempts, context.escalations);
      const asked = specs.find(({ inputs, corrupt, seed }) => {
        return inputs === "true" && corrupt === nominal && seed === attempts[0]!.seed;
      });
      if (!rung || !asked) return [];
      return [{ spec: { ...asked, recipe: stretched(asked.recipe, rung) }, escalation: rung.escalation }];
    });
  });
}
