/**
 * @file What a test runs next, from what it has: escalations of labels that were not fitted, and more seeds.
 *
 * Pure, and decided by results alone, so that a test that was interrupted takes the same way again, and the same
 * budget in steps gives the same trials everywhere.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { TrialSpec } from "../train/spec.ts";
import { fittedBound, memorizedBound } from "../verdict/capacity.ts";
import type { VerdictContext } from "../verdict/context.ts";
import {
  attemptsBySeed,
  hasEnded,
  isFittedByTraining,
  isMemorized,
  nextRung,
  stretched,
} from "../verdict/escalation.ts";
import type { Verdict } from "../verdict/schema.ts";
import { judge } from "../verdict/verdict.ts";
import { mostSteps, stepsOf } from "./budget.ts";
import { FIRST_SEEDS, type TestRequest } from "./plan.ts";

/** A trial to run, and its place among the attempts of its seed. */
export interface PlannedRun {
  readonly spec: TrialSpec;
  readonly escalation: number;
}

/** What comes next. */
export interface Round {
  /** None at the end. */
  readonly runs: readonly PlannedRun[];
  /** Steps of what would come next and does not fit into the budget; 0 if nothing is left out for it. */
  readonly lacking: number;
}

/** Seeds that `auto` stops at. */
const MOST_SEEDS = 24;

/** Looks at the verdict while seeds are doubled: at 3, 6, 12 and 24. */
const LOOKS = 1 + Math.log2(MOST_SEEDS / FIRST_SEEDS);

/** The context of a verdict on so many seeds: how many looks there may be, and which this is. */
export const atSeeds = (
  context: VerdictContext,
  { seeds }: Pick<TestRequest, "seeds">,
  results: readonly TrialResult[],
): VerdictContext => {
  if (seeds !== "auto") return context;
  const look = Math.ceil(Math.log2(Math.max(1, seedsOf(results).size / FIRST_SEEDS)));
  return { ...context, looks: LOOKS, look };
};

const seedsOf = (results: readonly TrialResult[]): Set<number> => new Set(results.map(({ seed }) => seed));

/**
 * The trials to run next; none once everything allowed was tried, or nothing more is needed.
 *
 * Random labels are tried again until they are memorized. True labels that were not fitted are, too, unless
 * they are shown to be learned: of a network that had no time to learn it is not said that it does not. With
 * `auto` seeds are doubled where the answer differs with them: the number of looks is fixed beforehand, and the
 * verdict's intervals are as wide as so many looks make them (see `verdict/learning.ts`).
 *
 * @param specs - The trials as they were asked for.
 * @param results - Of all trials so far.
 */
export function nextRound(
  request: Pick<TestRequest, "seeds" | "budget">,
  specs: readonly TrialSpec[],
  results: readonly TrialResult[],
  context: VerdictContext,
): Round {
  const left = (request.budget?.steps ?? Number.POSITIVE_INFINITY) - stepsOf(results);
  const verdict = judge(results, atSeeds(context, request, results));
  const escalated = escalations(specs, results, context, verdict);
  const steps = mostSteps(escalated.map(({ spec }) => spec));
  if (escalated.length > 0 && steps <= left) return { runs: escalated, lacking: 0 };
  const added = request.seeds === "auto" ? moreSeeds(specs, results, verdict) : [];
  // As many whole seeds as there is room for.
  const perSeed = Map.groupBy(added, ({ spec }) => spec.seed);
  const affordable: PlannedRun[] = [];
  // Once only, so that there are no more looks than were planned.
  const doublings = Math.log2(seedsOf(results).size / FIRST_SEEDS);
  for (const runs of Number.isInteger(doublings) ? perSeed.values() : []) {
    if (mostSteps([...affordable, ...runs].map(({ spec }) => spec)) > left) break;
    affordable.push(...runs);
  }
  const isLacking = affordable.length === 0 && escalated.length + added.length > 0;
  return { runs: affordable, lacking: isLacking ? steps || mostSteps(added.map(({ spec }) => spec)) : 0 };
}

/** The next attempts at labels that were not fitted. */
function escalations(
  specs: readonly TrialSpec[],
  results: readonly TrialResult[],
  context: VerdictContext,
  { learning }: Verdict,
): PlannedRun[] {
  const wanted = learning.answer === "learns" ? [1] : [0, 1];
  return wanted.flatMap((nominal) => {
    const bound = nominal === 0 ? fittedBound(context) : memorizedBound(context);
    const asked = specs.find(({ inputs, corrupt }) => inputs === "true" && corrupt === nominal);
    const trials = results.filter(({ inputs, labels }) => inputs === "true" && labels.nominal === nominal);
    // What failed once, as for want of memory, would fail for ever.
    const failed = new Set(trials.filter((trial) => !hasEnded(trial)).map(({ seed }) => seed));
    return attemptsBySeed(trials).flatMap((attempts) => {
      const isFitted = nominal === 0 ? isFittedByTraining : isMemorized;
      const isOver = failed.has(attempts[0]!.seed) || attempts.some((trial) => isFitted(trial, bound));
      if (!asked || isOver) return [];
      const rung = nextRung(attempts, context.escalations);
      if (!rung) return [];
      const spec = { ...asked, seed: attempts[0]!.seed, recipe: stretched(asked.recipe, rung) };
      return [{ spec, escalation: rung.escalation }];
    });
  });
}

/** As many seeds again, of true and random labels, where seeds can decide something; none beyond the most. */
function moreSeeds(
  specs: readonly TrialSpec[],
  results: readonly TrialResult[],
  { learning, leak }: Verdict,
): PlannedRun[] {
  const seeds = seedsOf(results);
  const canDecide = learning.needsSeeds === true || (leak.needsSeeds ?? 0) > seeds.size;
  if (!canDecide || (leak.needsSeeds ?? 0) > MOST_SEEDS || seeds.size >= MOST_SEEDS) return [];
  const first = Math.max(...seeds) + 1;
  const kinds = specs.filter(
    ({ inputs, corrupt, seed }) =>
      inputs === "true" && (corrupt === 0 || corrupt === 1) && seed === specs[0]!.seed,
  );
  return Array.from({ length: seeds.size }, (_, index) =>
    kinds.map((spec) => ({ spec: { ...spec, seed: first + index }, escalation: 0 })),
  ).flat();
}
