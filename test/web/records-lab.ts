/**
 * @file A lab filled with the trials of `records/`: real specs, results and histories.
 */

import { randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { importTrial } from "../../src/lab/import.ts";
import type { LocalLab } from "../../src/lab/open.ts";
import { resultRow } from "../../src/lab/result-row.ts";
import { type Definition, dataKey, definitionSchema } from "../../src/paper/definition.ts";
import { modelsInDocument } from "../../src/paper/document.ts";
import type { ExperimentResult } from "../../src/paper/experiment-result.ts";
import { findExperiment } from "../../src/paper/index.ts";
import type { Scale } from "../../src/paper/scales.ts";
import type { TestResult } from "../../src/paper/test-result.ts";
import { parseResult } from "../../src/report/parse-result.ts";
import { machine } from "../../src/run/node/provenance.ts";
import type { PlannedTrial } from "../../src/run/record.ts";
import type { StoredTrial } from "../../src/run/trial-result.ts";
import { beginAttempt, endAttempt, finishAttempt, heartbeat } from "../../src/store/attempts.ts";
import { recordProgress } from "../../src/store/progress.ts";
import { endWorker, registerWorker } from "../../src/store/workers.ts";
import { type TrialSpec, trialId } from "../../src/train/spec.ts";

const RECORDS = join(import.meta.dirname, "..", "..", "records");

/** The result documents of the records. */
async function readRecords(): Promise<(ExperimentResult | TestResult)[]> {
  const names = (await readdir(RECORDS, { recursive: true })).filter((name) => name.endsWith("result.json"));
  const records = await Promise.all(
    names.sort().map(async (name) => parseResult(await readFile(join(RECORDS, name), "utf8"), name)),
  );
  // A theory and an audit have no trials, which are what a lab keeps.
  return records.filter(
    (record) => record.schema === "shatter/experiment@1" || record.schema === "shatter/test@1",
  );
}

/**
 * The trials of a document as a lab keeps them. Documents of tests hold no specs, and are older than some fields of a
 * recipe, so their trials are given the ids that this version gives them.
 */
async function trialsOf(record: ExperimentResult | TestResult): Promise<StoredTrial[]> {
  const { provenance } = record;
  const schema = "shatter/trial-result@1" as const;
  if (record.schema === "shatter/experiment@1") {
    return record.trials.map(({ spec, result }) => ({ schema, spec, result, provenance }));
  }
  const { name, hash, train, test } = record.dataset;
  const found: StoredTrial[] = [];
  for (const result of record.trials) {
    const spec: TrialSpec = {
      schema: "shatter/trial@1",
      dataset: { name, hash, train, test },
      inputs: result.inputs,
      corrupt: result.labels.nominal,
      model: record.model.name,
      recipe: record.recipe,
      seed: result.seed,
    };
    const id = await trialId(spec);
    found.push({ schema, spec, result: { ...result, id }, provenance });
  }
  return found;
}

/** An experiment of the records as its lab would have planned it. */
function definitionOf({ name, scale, trials }: ExperimentResult): Definition {
  const experiment = findExperiment(name);
  const setting = { scale: scale as Scale };
  const models = [...new Set(trials.map(({ spec }) => spec.model))];
  const conditions = modelsInDocument(experiment, models).flatMap((model) =>
    experiment.conditions(setting, model),
  );
  // All conditions at the paper's scale train on the same examples.
  const { dataset } = trials[0]!.spec;
  return definitionSchema.parse({
    schema: "shatter/definition@1",
    what: { paper: name },
    setting,
    models,
    seeds: 1,
    datasets: Object.fromEntries(conditions.map((condition) => [dataKey(condition), dataset])),
  });
}

/** What {@link fillLab} made of the records. */
export interface FilledLab {
  /** Trials that were planned and held back: they wait, and their results are known. */
  readonly held: readonly StoredTrial[];
  readonly trials: number;
}

/**
 * Fill a lab with the records.
 *
 * @param isHeld - Trials of an experiment that are planned, but not done yet.
 */
export async function fillLab(
  lab: LocalLab,
  isHeld: (trial: StoredTrial, experiment: string) => boolean = () => false,
): Promise<FilledLab> {
  const held = new Map<string, StoredTrial>();
  const all = new Map<string, StoredTrial>();
  const records = await readRecords();
  const experiments = records
    .filter((record) => record.schema === "shatter/experiment@1")
    .filter(({ scale }) => scale === "paper");
  for (const record of records) {
    const name = record.schema === "shatter/experiment@1" ? record.name : "";
    for (const trial of await trialsOf(record)) {
      all.set(trial.result.id, trial);
      if (isHeld(trial, name)) held.set(trial.result.id, trial);
    }
  }
  for (const trial of all.values())
    if (!held.has(trial.result.id)) await importTrial(lab.database.tables, trial);
  for (const record of experiments) {
    await lab.plan({
      id: `${record.name}-${record.scale}`,
      experiment: findExperiment(record.name),
      scale: record.scale,
      definition: definitionOf(record),
      trials: record.trials.map(
        ({ spec, result }): PlannedTrial => ({
          id: result.id,
          spec,
          escalation: result.escalation,
          source: { name: spec.dataset.name, n: spec.dataset.train, testN: spec.dataset.test },
        }),
      ),
    });
  }
  return { held: [...held.values()], trials: all.size };
}

/** Someone who tells a lab again what a trial once told, an epoch at a time, as a worker would. */
export interface Teller {
  /** Tell so many epochs more, and that the next one is half done. */
  readonly tell: (epochs: number) => Promise<void>;
  /** Say that the worker is there. */
  readonly beat: () => Promise<void>;
  /** Say that it failed. */
  readonly fail: (error: string) => Promise<void>;
  /** Tell the rest, and the result. */
  readonly finish: () => Promise<void>;
}

/** Begin to tell a trial again. */
export async function tellAgain({ database }: LocalLab, trial: StoredTrial): Promise<Teller> {
  const { tables } = database;
  const { result } = trial;
  const [worker, token] = [randomUUID(), randomUUID()];
  await registerWorker(tables, {
    id: worker,
    host: "this-machine",
    pid: process.pid,
    machine: machine(),
    program: trial.provenance.engine,
    device: trial.provenance.device,
    jobs: 1,
    threads: 1,
  });
  const begun = await beginAttempt(tables, { trial: result.id, worker, job: randomUUID(), token });
  if ("refused" in begun)
    throw new Error(`trial ${result.id}: expected it to wait, but it is ${begun.refused}`);
  let told = 0;
  const tell = async (epochs: number): Promise<void> => {
    const rows = result.history.slice(told, told + epochs);
    told += rows.length;
    const events = told === rows.length ? [{ type: "prepared", data: preparedOf(trial) }] : [];
    await recordProgress(tables, token, {
      epochs: rows,
      events,
      share: told < result.history.length ? 0.5 : 0,
      ...(told === rows.length ? { resumedEpochs: 0 } : {}),
    });
  };
  return {
    tell,
    async beat() {
      await heartbeat(tables, worker, [token]);
    },
    async fail(error) {
      await endAttempt(tables, token, { state: "failed", error }, async () => {});
      await endWorker(tables, worker);
    },
    async finish() {
      await tell(result.history.length);
      await finishAttempt(tables, token, await resultRow(trial), async () => {});
    },
  };
}

const preparedOf = ({ result }: StoredTrial) => ({ touched: result.touched ?? "", conformance: [] });
