/**
 * @file An experiment with everything it needs on a machine with Node: data files, child processes, and a lab,
 * which is a folder that knows what was done already.
 */

import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { DataError } from "../base/errors.ts";
import { exampleCount, type Splits, takeExamples } from "../data/dataset.ts";
import { findDataset, loadDataset } from "../data/load.ts";
import { findModel } from "../nn/models.ts";
import type { Device } from "../train/engine.ts";
import { cropForRecipe, splitsHash } from "../train/prepare.ts";
import type { Recipe } from "../train/recipe.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import type { Condition } from "./experiments/condition.ts";
import { documentOf, modelsInDocument } from "./experiments/document.ts";
import { type Experiment, modelsOf } from "./experiments/experiment.ts";
import type { Setting } from "./experiments/scales.ts";
import { checkRecipe, requirePossible } from "./plan.ts";
import { requireFolder } from "./process-folder.ts";
import { openProcessPool } from "./process-pool.ts";
import { provenanceOf } from "./process-provenance.ts";
import { openTrialStore } from "./process-store.ts";
import type { TestEvent } from "./randomization-test.ts";
import { type PlannedTrial, runTrials, type TrialsRun } from "./run-trials.ts";
import type { DataSource } from "./runner.ts";
import type { TrialStore } from "./trial-result.ts";

/** What an experiment is asked. */
export interface ExperimentOptions {
  readonly experiment: Experiment;
  readonly setting: Setting;
  /** Models to train; the experiment's unless told. */
  readonly models?: readonly string[] | undefined;
  /** Number of repetitions; 1 unless told. */
  readonly seeds?: number | undefined;
  /** Whether to train what is missing; true unless told. */
  readonly train?: boolean | undefined;
  /** Folder of what is kept from run to run. */
  readonly lab: string;
  readonly dataDir?: string | undefined;
  /** Trials at once; one a core unless told. */
  readonly jobs?: number | undefined;
  /** Threads of each trial; the cores shared among the jobs unless told. */
  readonly threads?: number | undefined;
  /** `cpu` unless told. */
  readonly device?: Device | undefined;
  /** The command that asked, for the record. */
  readonly command?: string | undefined;
  readonly onEvent?: (event: TestEvent) => void;
  /** Told what went wrong without ending the run, as a sentence. */
  readonly onWarning?: (message: string) => void;
  /** Ends the run early; what is done is kept. */
  readonly signal?: AbortSignal;
}

/** An experiment whose data were found: its trials, and which of them its lab has. */
export interface PlannedExperiment {
  readonly models: readonly string[];
  /** Seeds varying slowest: after each seed there is a whole result. */
  readonly trials: readonly PlannedTrial[];
  readonly todo: readonly PlannedTrial[];
  readonly store: TrialStore;
  readonly datasetOf: (condition: Condition) => TrialSpec["dataset"];
}

/**
 * Find out which trials an experiment has, and which of them its lab has already.
 *
 * @throws UsageError if the request is not possible.
 * @throws DataError if data are missing or not what they should be, or the lab cannot be read.
 */
export async function planExperiment(options: ExperimentOptions): Promise<PlannedExperiment> {
  const { experiment, setting, seeds = 1, dataDir } = options;
  const models = modelsOf(experiment, options.models);
  const conditionsOf = (names: readonly string[]): readonly Condition[] =>
    names.flatMap((model) => experiment.conditions(setting, model));
  const conditions = conditionsOf(models);
  // Whatever can be refused is refused before the data are read.
  for (const { model, data, recipe } of conditions) {
    findModel(model);
    findDataset(data.name);
    checkRecipe(recipe);
  }
  const { datasetOf, sampleOf } = await describeData(
    conditionsOf(modelsInDocument(experiment, models)),
    dataDir,
  );
  for (const condition of conditions) {
    const { model, recipe } = condition;
    requirePossible(model, recipe, sampleOf(condition), datasetOf(condition).train);
  }
  const trials = new Map<string, PlannedTrial>();
  for (let seed = 0; seed < seeds; seed++) {
    for (const condition of conditions) {
      const { data, ...what } = condition;
      const spec: TrialSpec = { schema: "shatter/trial@1", dataset: datasetOf(condition), ...what, seed };
      const id = await trialId(spec);
      trials.set(id, { id, spec, escalation: 0, source: { ...data, dataDir } });
    }
  }
  const store = openTrialStore(join(options.lab, "trials"), options.onWarning);
  const done = new Set((await store.all()).map(({ result }) => result.id));
  const todo = [...trials.values()].filter(({ id }) => !done.has(id));
  return { models, trials: [...trials.values()], todo, store, datasetOf };
}

/** The examples of a source, as a recipe's trials are given them. */
export const readExamples = async (source: DataSource, recipe: Recipe): Promise<Splits> =>
  cropForRecipe(await loadDataset(source.name, source), recipe);

/** What specs say about the data of conditions, each part read once. */
async function describeData(conditions: readonly Condition[], dataDir: string | undefined) {
  const keyOf = ({ data, recipe: { preprocess, augment } }: Condition): string =>
    JSON.stringify([data, preprocess, augment.crop]);
  const known = new Map<string, { dataset: TrialSpec["dataset"]; sample: Splits }>();
  for (const condition of conditions) {
    if (known.has(keyOf(condition))) continue;
    const { data, recipe } = condition;
    const splits = await readExamples({ ...data, dataDir }, recipe);
    const dataset = {
      name: data.name,
      hash: await splitsHash(splits),
      train: exampleCount(splits.train),
      test: exampleCount(splits.test),
    };
    const first = Int32Array.of(0);
    const sample = { train: takeExamples(splits.train, first), test: takeExamples(splits.test, first) };
    known.set(keyOf(condition), { dataset, sample });
  }
  return {
    datasetOf: (condition: Condition): TrialSpec["dataset"] => known.get(keyOf(condition))!.dataset,
    /** One example of each split, cropped for the recipe. */
    sampleOf: (condition: Condition): Splits => known.get(keyOf(condition))!.sample,
  };
}

/** How many trials run at once, and the threads of each: as asked, or one trial a core. */
export function sharesOf({ jobs, threads }: Pick<ExperimentOptions, "jobs" | "threads">, trials: number) {
  const cores = availableParallelism();
  const atOnce = jobs ?? Math.max(1, Math.min(cores, trials));
  return { jobs: atOnce, threads: threads ?? Math.max(1, Math.floor(cores / atOnce)) };
}

/** Seconds from one checkpoint of a trial to the next: what a killed process loses at most. */
const CHECKPOINT_SECONDS = 30;

/** What a run of an experiment left. */
export interface ExperimentRun {
  readonly document: ExperimentResult;
  /** Trials that the lab had already. */
  readonly reused: number;
  /** Trials that were run now, however they ended. */
  readonly ended: TrialsRun["ended"];
}

/**
 * Run those trials of an experiment that its lab does not have yet, in child processes, keep each when it is
 * done, and read all that belong to the experiment.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be: both before any training.
 * @throws DataError if a result could not be kept; it says where it is instead.
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentRun> {
  const { experiment, setting, lab, device = "cpu", signal, onEvent } = options;
  const began = performance.now();
  const { models, trials, todo, store, datasetOf } = await planExperiment(options);
  await requireFolder("lab", lab);

  const { jobs, threads } = sharesOf(options, todo.length);
  const provenance = provenanceOf(device, threads, jobs, options.command ?? null);
  let run: TrialsRun = { ended: [], unkept: [] };
  if (todo.length > 0 && options.train !== false) {
    const checkpoints = { folder: join(lab, "checkpoints"), seconds: CHECKPOINT_SECONDS };
    await using runner = await openProcessPool({ jobs, device, threads, checkpoints });
    onEvent?.({ type: "planned", trials: todo });
    run = await runTrials(todo, { store, runner, provenance, signal, onEvent });
  }
  if (run.unkept.length > 0) throw await rescue(run.unkept, store.folder);

  const failed = run.ended
    .filter(({ result }) => result.status === "failed")
    .map(({ trial: { spec }, result }) => ({ spec, result }));
  const document = documentOf({
    ...{ experiment, setting, models, datasetOf },
    trials: [...(await store.all()), ...failed],
    provenance: {
      ...provenance,
      seconds: (performance.now() - began) / 1000,
      interrupted: signal?.aborted ?? false,
    },
  });
  return { document, reused: trials.length - todo.length, ended: run.ended };
}

/** Put what the lab could not keep where it can be found; the error that says so. */
async function rescue(unkept: TrialsRun["unkept"], folder: string): Promise<DataError> {
  const shelter = openTrialStore(join(tmpdir(), "shatter-trials"));
  const writes = await Promise.allSettled(unkept.map(({ trial }) => shelter.write(trial)));
  const lost = writes.filter(({ status }) => status === "rejected").length;
  const kept = unkept.length - lost;
  const trials = (count: number): string => `${count} finished trial${count === 1 ? "" : "s"}`;
  const how = [
    ...(kept > 0
      ? [`${trials(kept)} went to ${shelter.folder} instead; move what is there to ${folder}`]
      : []),
    ...(lost > 0 ? [`${trials(lost)} could be kept nowhere and must be run again`] : []),
  ];
  return new DataError([unkept[0]!.error, ...how].join("; "));
}
