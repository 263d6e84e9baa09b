/**
 * @file The randomization test with everything it needs on a machine with Node: data files, child processes.
 */

import { availableParallelism } from "node:os";
import type { Splits } from "../data/dataset.ts";
import type { LoadOptions } from "../data/node/load.ts";
import type { Model } from "../nn/model.ts";
import { type Budget, type Limit, parseLimit, stepsOfEpoch } from "../paper/budget.ts";
import { planTest, type TestRequest, trialsOf } from "../paper/plan.ts";
import { runTest, type TestContext } from "../paper/randomization-test.ts";
import type { TestResult } from "../paper/test-result.ts";
import { type CheckpointOptions, openCheckpoints } from "../run/node/checkpoints.ts";
import { shareContents } from "../run/node/contents.ts";
import { openLibrary } from "../run/node/library.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { programOn, provenanceOf } from "../run/node/provenance.ts";
import { identify } from "../run/subject.ts";
import type { Device } from "../train/devices.ts";
import { checkRecipe } from "../train/possible.ts";
import { networkShape } from "../train/prepare.ts";
import { paperRecipe, type Recipe } from "../train/recipe.ts";
import { trialId } from "../train/spec.ts";
import { requireDevice } from "../train/step.ts";
import { timePace } from "./cost.ts";

/** What a randomization test is asked; everything but the data has a default. */
export interface TestOptions extends LoadOptions, Pick<TestContext, "onEvent" | "signal"> {
  /** Name of the dataset; or its examples. */
  readonly data: string | Splits;
  /** Name of the model, or the model; `mlp-1x512` unless told. */
  readonly model?: string | Model | undefined;
  /** `["true"]` unless told. */
  readonly inputs?: TestRequest["inputs"] | undefined;
  /** True labels and random ones, `[0, 1]`, unless told; `[0]` without true inputs. */
  readonly corrupt?: TestRequest["corrupt"] | undefined;
  /** How labels are corrupted: `"redraw"` unless told. */
  readonly labels?: TestRequest["labels"];
  /** Number of repetitions; 1 unless told, and 3 and more while they can decide with `auto` or a budget. */
  readonly seeds?: number | "auto" | undefined;
  /** What all trials together may take: `30m`, `20000 steps`, `1e6 images`; no limit unless told. */
  readonly budget?: string | undefined;
  /** Told what a budget comes to in steps, before anything is trained. */
  readonly onBudget?: ((budget: Budget) => void) | undefined;
  /** The first repetition's seed; 0 unless told. */
  readonly firstSeed?: number | undefined;
  /** What differs from {@link paperRecipe}. */
  readonly recipe?: Partial<Recipe> | undefined;
  /** Escalations of epochs and learning rate before labels count as not fitted; 3 unless told. */
  readonly escalations?: number | undefined;
  /** Trials at once; one a core unless told. */
  readonly jobs?: number | undefined;
  /** Threads of each trial; the cores shared among the jobs unless told. */
  readonly threads?: number | undefined;
  /** `cpu` unless told. */
  readonly device?: Device | undefined;
  /** Where an interrupted test leaves what is needed to go on from; nowhere unless told. */
  readonly checkpoints?: CheckpointOptions | undefined;
  /** The command that asked, for the record. */
  readonly command?: string | undefined;
  /**
   * What is to become of the result before the checkpoints of its trials are removed. They stay if it throws, or says
   * that not all of the result arrived: the same test run again then trains nothing.
   */
  readonly publish?: ((result: TestResult) => Promise<boolean>) | undefined;
}

/**
 * Run a randomization test (Zhang et al., ICLR 2017, section 2) in child processes.
 *
 * With checkpoints, a test that was interrupted and is run again goes on where it was: trials that are done are
 * not trained again, others go on from their last checkpoint, and the result is the same.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be, EngineError if the device is not there or cannot train the model: all before any training.
 */
export async function runRandomizationTest(options: TestOptions): Promise<TestResult> {
  const { data, model = "mlp-1x512", inputs = ["true"], device = "cpu" } = options;
  const corrupt = options.corrupt ?? (inputs.includes("true") ? [0, 1] : [0]);
  const recipe = checkRecipe({ ...paperRecipe, ...options.recipe });
  const limit = options.budget === undefined ? undefined : parseLimit(options.budget);
  const seeds = options.seeds ?? (limit ? "auto" : 1);
  const trials = trialsOf({ inputs, corrupt, labels: options.labels, seeds });
  const { dataDir, n, testN, seed } = options;
  const given = { model, data, dataDir, n, testN, seed };
  const { subject, source, contents, ...identified } = await identify(openLibrary(), given, recipe);
  const example = networkShape(subject.splits, recipe);
  requireDevice(device, subject.model, { example, classes: subject.splits.train.classNames.length });
  const request: TestRequest = {
    model: identified.model,
    inputs,
    corrupt,
    labels: options.labels,
    seeds,
    firstSeed: options.firstSeed ?? 0,
    recipe,
    escalations: options.escalations ?? 3,
  };
  await using shared = await shareContents(contents);

  const cores = availableParallelism();
  const jobs = options.jobs ?? Math.min(cores, trials);
  const threads = options.threads ?? Math.max(1, Math.floor(cores / jobs));
  const budget = limit && (await budgetOf(limit));
  if (budget) options.onBudget?.(budget);
  const { checkpoints, onEvent, signal, publish } = options;
  const kept = checkpoints && { ...checkpoints, keepDone: true };
  const run = async (): Promise<TestResult> => {
    await using runner = await openProcessPool({
      jobs,
      device,
      threads,
      checkpoints: kept,
      contents: shared.folder,
    });
    return await runTest(
      { ...request, budget },
      {
        ...subject,
        source,
        runner,
        provenance: provenanceOf(device, threads, jobs, options.command ?? null),
        ...(onEvent ? { onEvent } : {}),
        ...(signal ? { signal } : {}),
      },
    );
  };
  const result = await run();
  const isPublished = (await publish?.(result)) ?? true;
  const isDone = result.trials.every(({ status }) => status === "done" || status === "diverged");
  if (checkpoints && isPublished && isDone) {
    const folder = openCheckpoints(checkpoints, programOn(device));
    for (const { id } of result.trials) await folder.remove(id);
  }
  return result;

  /** A limit in steps; of a time, those that the jobs do in it, as a few steps show. */
  async function budgetOf({ amount, unit }: Limit): Promise<Budget> {
    const asked = options.budget!;
    if (unit === "steps") return { asked, steps: Math.floor(amount), secondsPerStep: null };
    if (unit === "images") return { asked, steps: Math.floor(amount / recipe.batch), secondsPerStep: null };
    const [spec] = await planTest(request, subject.splits.train.name, subject);
    const planned = { id: await trialId(spec!), spec: spec!, escalation: 0, source };
    await using timer = await openProcessPool({ jobs: 1, device, threads, contents: shared.folder });
    const library = openLibrary({ contents: shared.folder });
    const pace = await timePace(library, planned, timer, options.signal);
    const { train, test } = spec!.dataset;
    const epoch = train / pace.trained + (train + test) / pace.evaluated / recipe.evaluate.every;
    const secondsPerStep = epoch / stepsOfEpoch(recipe, train);
    return { asked, steps: Math.floor((USED * jobs * amount) / secondsPerStep), secondsPerStep };
  }
}

/** Share of a time that is planned for: jobs slow each other down, and processes take time to start. */
const USED = 0.7;
