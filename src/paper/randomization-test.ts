/**
 * @file The randomization test: plan the trials, run them, escalate where labels were not fitted, judge.
 */

import { countCopies } from "../data/copies.ts";
import { classCounts, exampleCount } from "../data/dataset.ts";
import { summarizeModel } from "../nn/profile.ts";
import { type RunEvent, recordTrial, type TrialState } from "../run/record.ts";
import type { DataSource, TrialRunner } from "../run/runner.ts";
import type { ConformanceLine, TrialResult } from "../run/trial-record.ts";
import { networkShape } from "../train/prepare.ts";
import { trialId } from "../train/spec.ts";
import type { Subject } from "../train/trial.ts";
import { summarize } from "../verdict/summary.ts";
import { judge } from "../verdict/verdict.ts";
import { stepsOf } from "./budget.ts";
import { fitToBudget, planTest, type TestRequest } from "./plan.ts";
import { atSeeds, nextRound, type PlannedRun } from "./rounds.ts";
import type { TestResult } from "./test-result.ts";

/** What a test needs besides its request. */
export interface TestContext extends Subject {
  readonly source: DataSource;
  readonly runner: TrialRunner;
  readonly provenance: Omit<TestResult["provenance"], "seconds" | "interrupted">;
  readonly onEvent?: (event: RunEvent) => void;
  /** Ends the test early: what is done so far is judged and reported. */
  readonly signal?: AbortSignal;
}

/**
 * Run a randomization test (Zhang et al., ICLR 2017, section 2).
 *
 * Trials that fail or are interrupted are part of the result, with their status; they never end the test.
 *
 * @throws UsageError if the request is not possible.
 */
export async function runTest(asked: TestRequest, context: TestContext): Promise<TestResult> {
  const { splits, source, signal, onEvent = () => {} } = context;
  const began = performance.now();
  const conformance: ConformanceLine[] = [];
  const results: TrialResult[] = [];

  const runAll = async (round: readonly PlannedRun[]): Promise<void> => {
    const trials = await Promise.all(round.map(async (run) => ({ id: await trialId(run.spec), ...run })));
    onEvent({ type: "planned", trials });
    results.push(...(await Promise.all(trials.map(runOne))));
  };

  const runOne = async (trial: TrialState): Promise<TrialResult> => {
    const record = recordTrial(trial);
    const failure = await context.runner.run(
      trial.spec,
      source,
      (event) => {
        if (event.type === "prepared") conformance.push(...event.conformance);
        record.add(event);
        onEvent({ type: "trial", trial, event });
      },
      signal,
    );
    const result = record.result(failure);
    onEvent({ type: "ended", trial, result });
    return result;
  };

  const request = fitToBudget(asked, exampleCount(splits.train));
  const specs = await planTest(request, splits.train.name, context);
  await runAll(specs.map((spec) => ({ spec, escalation: 0 })));
  const facts = {
    trainCounts: classCounts(splits.train),
    testCounts: classCounts(splits.test),
    escalations: request.escalations,
    copies: countCopies(splits),
    labels: request.labels,
  };
  let lacking = 0;
  while (!signal?.aborted) {
    const round = nextRound(request, specs, results, facts);
    lacking = round.lacking;
    if (round.runs.length === 0) break;
    await runAll(round.runs);
  }
  const { budget = null } = request;
  const verdict = judge(results, {
    ...atSeeds(facts, request, results),
    budget: budget && { ...budget, used: stepsOf(results), lacking },
  });

  const classes = splits.train.classNames.length;
  const shape = networkShape(splits, request.recipe);
  const { count } = summarizeModel(context.model, shape, classes);
  return {
    schema: "shatter/test@1",
    dataset: {
      name: splits.train.name,
      train: exampleCount(splits.train),
      test: exampleCount(splits.test),
      classes,
      classNames: [...splits.train.classNames],
      shape: [...shape],
      hash: specs[0]!.dataset.hash,
    },
    model: { name: context.model.name, parameters: count },
    recipe: request.recipe,
    trials: results,
    summary: summarize(results),
    conformance: distinctLines(conformance),
    verdict,
    provenance: {
      ...context.provenance,
      seconds: (performance.now() - began) / 1000,
      interrupted: signal?.aborted ?? false,
    },
  };
}

/** Each line once, in an order that does not depend on which trial came first. */
function distinctLines(lines: readonly ConformanceLine[]): ConformanceLine[] {
  const byText = new Map(lines.map((line) => [`${line.randomization}\n${line.check}`, line]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}
