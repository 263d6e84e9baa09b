/**
 * @file The course of a randomization test: its trials round by round, as far as their results are known.
 */

import type { EndedTrial, PlannedTrial, TrialState } from "../run/record.ts";
import { trialId } from "../train/spec.ts";
import type { PipelineTrials, VerdictContext } from "../verdict/context.ts";
import { pipelineEnded, pipelineTrials } from "./pipeline.ts";
import { specsOf } from "./plan.ts";
import { nextRound, type PlannedRun } from "./rounds.ts";
import type { TestPlan } from "./test-plan.ts";

/** How far a test has come. */
export interface Course {
  /** Its trials that have ended, round by round, each in its place among the attempts of its seed. */
  readonly ended: readonly EndedTrial[];
  /** The trials of the round under way that have not; none at the end of the test. */
  readonly todo: readonly PlannedTrial[];
  /** Steps that do not fit into the budget; 0 if nothing was left out for it. */
  readonly lacking: number;
  /** What has become of the trials of the pipeline check; absent without a preparation. */
  readonly pipeline?: PipelineTrials | undefined;
}

/** What the verdict on a test needs to know besides its trials. */
export const contextOf = ({ request, facts }: TestPlan): VerdictContext => ({
  trainCounts: facts.trainCounts,
  testCounts: facts.testCounts,
  escalations: request.escalations,
  copies: facts.copies,
  near: facts.near,
  labels: request.labels,
  tellsNumbers: facts.target !== undefined,
  groups: facts.groups,
});

/**
 * Follow a test as far as the results of its trials go. What comes next is decided by results alone ({@link nextRound}), so
 * every way of running a test takes the same course, and so does one that was interrupted.
 *
 * @param known - What became of trials, by id.
 * @param isInterrupted - Whether no round is to follow the last one that anything is known of.
 */
export async function courseOf(
  plan: TestPlan,
  known: ReadonlyMap<string, EndedTrial>,
  isInterrupted = false,
): Promise<Course> {
  const specs = specsOf(plan.request, plan.facts.dataset);
  const context = contextOf(plan);
  const ended: EndedTrial[] = [];
  // They need nobody's results, so they are trained with the first round.
  const checks = plan.pipeline ? await pipelineTrials(plan.pipeline, plan.request) : [];
  const pipeline = plan.pipeline && pipelineEnded(plan.pipeline, checks, known);
  const first = await named(specs.map((spec) => ({ spec, escalation: 0 })));
  let round = first;
  let lacking = 0;
  while (round.length > 0) {
    for (const { id, escalation } of round) {
      const one = known.get(id);
      if (one) ended.push({ ...one, result: { ...one.result, escalation } });
    }
    const asked = round.map((trial): PlannedTrial => ({ ...trial, source: plan.source }));
    const beside = checks.filter(({ id }) => round === first && !round.some((trial) => trial.id === id));
    const todo = [...asked, ...beside].filter(({ id }) => !known.has(id));
    if (todo.length > 0) return { ended, todo, lacking, pipeline };
    const results = ended.map(({ result }) => result);
    const next = nextRound(plan.request, specs, results, context);
    round = await named(next.runs);
    if (isInterrupted && !round.some(({ id }) => known.has(id))) break;
    lacking = next.lacking;
  }
  return { ended, todo: [], lacking, pipeline };
}

/** Runs with the ids of their trials. */
const named = (runs: readonly PlannedRun[]): Promise<TrialState[]> =>
  Promise.all(runs.map(async (run) => ({ id: await trialId(run.spec), ...run })));
