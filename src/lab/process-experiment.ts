/**
 * @file Runs the trials of an experiment and keeps them in a lab: a folder that knows what was done already.
 */

import { availableParallelism } from "node:os";
import { join } from "node:path";
import { exampleCount } from "../data/dataset.ts";
import { findDataset, loadDataset } from "../data/load.ts";
import { findModel } from "../nn/models.ts";
import type { Device } from "../train/engine.ts";
import { cropForRecipe, splitsHash } from "../train/prepare.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import { type Condition, conditionKey } from "./experiments/condition.ts";
import { type Experiment, modelsOf } from "./experiments/experiment.ts";
import type { Setting } from "./experiments/scales.ts";
import { checkRecipe } from "./plan.ts";
import { openProcessPool } from "./process-pool.ts";
import { provenanceOf } from "./process-provenance.ts";
import { openTrialStore, type TrialStore } from "./process-store.ts";
import { recordTrial, type TestEvent, type TrialState } from "./randomization-test.ts";
import type { TrialResult } from "./result.ts";
import type { DataSource, TrialRunner } from "./runner.ts";

/** What an experiment is asked. */
export interface ExperimentOptions {
  readonly experiment: Experiment;
  readonly setting: Setting;
  /** Models to train; the paper's unless told. */
  readonly models?: readonly string[] | undefined;
  /** Number of repetitions; 1 unless told. */
  readonly seeds?: number | undefined;
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

/** A trial of an experiment. */
interface PlannedTrial extends TrialState {
  readonly source: DataSource;
  /** Key of its condition. */
  readonly condition: string;
}

/**
 * The trials of some conditions, seeds varying slowest: after each seed there is a whole result.
 *
 * @throws UsageError if a model, a dataset or a recipe is not possible.
 * @throws DataError if data are missing or not what they should be.
 */
async function planTrials(
  conditions: readonly Condition[],
  seeds: number,
  dataDir: string | undefined,
): Promise<PlannedTrial[]> {
  // Whatever can be refused is refused before the data are read.
  for (const { model, data, recipe } of conditions) {
    findModel(model);
    findDataset(data.name);
    checkRecipe(recipe);
  }
  const describe = describeData(dataDir);
  const planned = new Map<string, PlannedTrial>();
  for (let seed = 0; seed < seeds; seed++) {
    for (const condition of conditions) {
      const { model, inputs, corrupt, recipe } = condition;
      const { source, dataset } = await describe(condition);
      const spec: TrialSpec = {
        schema: "shatter/trial@1",
        dataset,
        inputs,
        corrupt,
        model,
        recipe,
        seed,
      };
      const id = await trialId(spec);
      planned.set(id, { id, spec, escalation: 0, source, condition: conditionKey(condition) });
    }
  }
  return [...planned.values()];
}

/** What specs say about data, each part read once. */
function describeData(dataDir: string | undefined) {
  const known = new Map<string, Promise<TrialSpec["dataset"]>>();
  return async ({ data, recipe: { preprocess } }: Condition) => {
    const source: DataSource = { ...data, dataDir };
    const key = JSON.stringify([source, preprocess]);
    const read = async (): Promise<TrialSpec["dataset"]> => {
      const splits = cropForRecipe(await loadDataset(data.name, source), preprocess);
      return {
        name: data.name,
        hash: await splitsHash(splits),
        train: exampleCount(splits.train),
        test: exampleCount(splits.test),
      };
    };
    if (!known.has(key)) known.set(key, read());
    return { source, dataset: await known.get(key)! };
  };
}

/** What a run of an experiment's trials came to. */
export interface ExperimentRun {
  /** Trials that were there already. */
  readonly reused: number;
  /** Trials that were run now, however they ended. */
  readonly ended: readonly TrialResult[];
  readonly interrupted: boolean;
}

/**
 * Run those trials of an experiment that its lab does not have yet, in child processes, and keep each when it
 * is done.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be: both before any training.
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentRun> {
  const { experiment, setting, lab, seeds = 1, device = "cpu", signal } = options;
  const models = modelsOf(experiment, options.models);
  const conditions = models.flatMap((model) => experiment.conditions(setting, model));
  const planned = await planTrials(conditions, seeds, options.dataDir);
  const store = openTrialStore(join(lab, "trials"), options.onWarning);
  const done = new Set((await store.all()).map(({ result }) => result.id));
  const todo = planned.filter(({ id }) => !done.has(id));
  const reused = planned.length - todo.length;
  if (todo.length === 0) return { reused, ended: [], interrupted: false };

  const cores = availableParallelism();
  const jobs = options.jobs ?? Math.min(cores, todo.length);
  const threads = options.threads ?? Math.max(1, Math.floor(cores / jobs));
  // Checkpoints of trials under way belong in the folder `checkpoints` of the lab.
  await using runner = await openProcessPool({ jobs, device, threads });
  const provenance = provenanceOf(device, threads, jobs, options.command ?? null);
  options.onEvent?.({ type: "planned", trials: todo });
  const ended = await runAll(todo, {
    ...{ store, runner, provenance, signal },
    onEvent: options.onEvent ?? (() => {}),
  });
  return { reused, ended, interrupted: signal?.aborted ?? false };
}

/** What trials need to be run and kept. */
interface Bench {
  readonly store: TrialStore;
  readonly runner: TrialRunner;
  readonly provenance: ReturnType<typeof provenanceOf>;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: (event: TestEvent) => void;
}

/** Run trials, as many at once as the runner takes. */
async function runAll(todo: readonly PlannedTrial[], bench: Bench): Promise<TrialResult[]> {
  const ended: TrialResult[] = [];
  const queue = [...todo];
  const work = async (): Promise<void> => {
    for (let trial = queue.shift(); trial; trial = queue.shift()) {
      if (bench.signal?.aborted) return;
      // Another process may have done it in the meantime.
      const known = await bench.store.read(trial.id);
      const result = known?.result ?? (await runOne(trial, bench));
      ended.push(result);
      bench.onEvent({ type: "ended", trial, result });
    }
  };
  await Promise.all(Array.from({ length: bench.runner.jobs }, work));
  return ended;
}

async function runOne(trial: PlannedTrial, { store, runner, provenance, signal, onEvent }: Bench) {
  const started = new Date().toISOString();
  const record = recordTrial(trial);
  const onTrialEvent: Parameters<TrialRunner["run"]>[2] = (event) => {
    record.add(event);
    onEvent({ type: "trial", trial, event });
  };
  const failure = await runner.run(trial.spec, trial.source, onTrialEvent, signal);
  const result = record.result(failure);
  if (result.status === "done" || result.status === "diverged") {
    const { seconds } = result;
    await store.write({
      schema: "shatter/trial-result@1",
      spec: trial.spec,
      result,
      provenance: { ...provenance, started, seconds, interrupted: false },
    });
  }
  return result;
}
