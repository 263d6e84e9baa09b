/**
 * @file The randomization test: plan the trials, run them, escalate where labels were not fitted, judge.
 */

import type { Provenance, RunProvenance } from "../document/provenance.ts";
import { type EndedTrial, type PlannedTrial, type RunEvent, recordTrial } from "../run/record.ts";
import type { DataSource, TrialRunner } from "../run/runner.ts";
import type { ConformanceLine } from "../run/trial-record.ts";
import type { Subject } from "../train/trial.ts";
import { summarize } from "../verdict/summary.ts";
import { judge } from "../verdict/verdict.ts";
import { stepsOf } from "./budget.ts";
import { type Course, contextOf, courseOf } from "./course.ts";
import type { TestRequest } from "./plan.ts";
import { atSeeds } from "./rounds.ts";
import { planTest, type TestPlan } from "./test-plan.ts";
import type { TestResult } from "./test-result.ts";

/** What a test needs besides its request. */
export interface TestContext extends Subject {
  readonly source: DataSource;
  readonly runner: TrialRunner;
  readonly provenance: RunProvenance;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Ends the test early: what is done so far is judged and reported. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Run a randomization test (Zhang et al., ICLR 2017, section 2) on a runner alone: nothing of it is kept.
 *
 * Trials that fail or are interrupted are part of the result, with their status; they never end the test.
 *
 * @throws UsageError if the request is not possible.
 */
export async function runTest(asked: TestRequest, context: TestContext): Promise<TestResult> {
  return await runPlan(await planTest(asked, context.source, context), context);
}

/** {@link runTest} of a test that was planned. */
export async function runPlan(
  plan: TestPlan,
  { source, runner, provenance, signal, onEvent = () => {} }: Omit<TestContext, keyof Subject>,
): Promise<TestResult> {
  const began = performance.now();
  const here = (trial: PlannedTrial): DataSource => ({ ...trial.source, dataDir: source.dataDir });
  const runOne = async (trial: PlannedTrial): Promise<EndedTrial> => {
    const record = recordTrial(trial);
    const onTrialEvent: Parameters<TrialRunner["run"]>[2] = (event) => {
      record.add(event);
      onEvent({ type: "trial", trial, event });
    };
    const ended = record.end(await runner.run(trial.spec, here(trial), onTrialEvent, signal));
    onEvent({ type: "ended", trial, result: ended.result });
    return ended;
  };
  const known = new Map<string, EndedTrial>();
  for (;;) {
    const isInterrupted = signal?.aborted ?? false;
    const course = await courseOf(plan, known, isInterrupted);
    if (course.todo.length === 0) {
      const seconds = (performance.now() - began) / 1000;
      return testResult(plan, course, { ...provenance, seconds, interrupted: isInterrupted });
    }
    onEvent({ type: "planned", trials: course.todo });
    const round = await Promise.all(course.todo.map(runOne));
    for (const [index, ended] of round.entries()) known.set(course.todo[index]!.id, ended);
  }
}

/** The document of a test that has come so far: what its trials say, and the verdict on them. */
export function testResult(
  plan: TestPlan,
  { ended, lacking, pipeline }: Course,
  provenance: Provenance,
): TestResult {
  const { request, facts } = plan;
  const { classNames, shape, dataset } = facts;
  const trials = ended.map(({ result }) => result);
  const { budget = null } = request;
  return {
    schema: "shatter/test@1",
    dataset: {
      name: facts.dataTitle ?? dataset.name,
      ...(facts.dataTitle !== undefined && { identity: dataset.name }),
      train: dataset.train,
      test: dataset.test,
      classes: classNames.length,
      classNames,
      ...(facts.target && { target: facts.target }),
      ...(facts.groups && { groups: facts.groups }),
      ...(facts.target === undefined && { counts: { train: facts.trainCounts, test: facts.testCounts } }),
      shape,
      hash: dataset.hash,
    },
    model: {
      name: facts.modelName ?? request.model,
      parameters: facts.parameters,
      ...(facts.findings && { file: { identity: request.model, findings: facts.findings } }),
    },
    recipe: request.recipe,
    trials,
    summary: summarize(trials),
    conformance: distinctLines(ended.flatMap(({ conformance }) => conformance)),
    verdict: judge(trials, {
      ...atSeeds(contextOf(plan), request, trials),
      pipeline,
      budget: budget && { ...budget, used: stepsOf(trials), lacking },
    }),
    provenance,
  };
}

/** Each line once, in an order that does not depend on which trial came first. */
function distinctLines(lines: readonly ConformanceLine[]): ConformanceLine[] {
  const byText = new Map(lines.map((line) => [`${line.randomization}\n${line.check}`, line]));
  return [...byText.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
}
