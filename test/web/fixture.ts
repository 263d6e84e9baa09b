/**
 * @file A lab on a real database, filled with the results of our records, and its dashboard on a real socket.
 */

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../src/base/errors.ts";
import { sha256 } from "../../src/base/json.ts";
import { openLabContents } from "../../src/lab/contents.ts";
import type { StartOptions } from "../../src/lab/lab.ts";
import { openNetworks } from "../../src/lab/networks.ts";
import type { DatabaseLab } from "../../src/lab/open.ts";
import { documentOf } from "../../src/paper/document.ts";
import { type ExperimentResult, experimentResultSchema } from "../../src/paper/experiment-result.ts";
import { findExperiment } from "../../src/paper/index.ts";
import { beginAttempt, finishAttempt } from "../../src/store/attempts.ts";
import type { Database, Tx } from "../../src/store/database.ts";
import { cancelTrials, keepExperiment, readExperiment, retryTrials } from "../../src/store/experiments.ts";
import { openEmbedded } from "../../src/store/node/open.ts";
import { recordProgress } from "../../src/store/progress.ts";
import { allResults } from "../../src/store/results.ts";
import type { NewTrial } from "../../src/store/tables.ts";
import { registerWorker } from "../../src/store/workers.ts";
import type { DashboardServer } from "../../src/web/serve-options.ts";
import { type ServerOptions, startServer } from "../../src/web/server.ts";
import { emptyLab } from "../store/databases.ts";

/** A recorded experiment, with its trials' specs and results. */
export const recordOf = (folder: string): ExperimentResult =>
  experimentResultSchema.parse(
    JSON.parse(readFileSync(join(import.meta.dirname, "../../records", folder, "result.json"), "utf8")),
  );

type Recorded = ExperimentResult["trials"][number];

/** The row of a recorded trial. */
export const rowOf = ({ spec, result }: Recorded): NewTrial => ({
  id: result.id,
  spec: JSON.stringify(spec),
  source: JSON.stringify({ name: spec.dataset.name }),
  model: spec.model,
  dataset: spec.dataset.name,
  inputs: spec.inputs,
  corrupt: spec.corrupt,
  seed: spec.seed,
  epochs_allowed: spec.recipe.epochs,
  train_loss: null,
  train_accuracy: null,
  test_accuracy: null,
  error: null,
});

/** The id of a recorded experiment in a lab. */
export const idOf = ({ name, scale }: ExperimentResult): string => `${name}-${scale}`;

/** Plan a recorded experiment, none of its trials begun. */
export async function planRecord(db: Tx, record: ExperimentResult, id = idOf(record)): Promise<void> {
  const { name, title, scale, source } = record;
  const experiment = { id, name, title, scale, source, definition: "{}" };
  await keepExperiment(db, experiment, record.trials.map(rowOf));
}

/** A worker that is there. */
export async function addWorker(db: Tx, host = "laptop"): Promise<string> {
  const id = randomUUID();
  await registerWorker(db, {
    id,
    host,
    pid: 4711,
    machine: "a processor, 2 cores",
    program: "shatter 0.1.0",
    device: "cpu",
    jobs: 2,
    threads: 1,
  });
  return id;
}

/** Begin an attempt at a trial; the token of its lease. */
export async function begin(db: Tx, worker: string, trial: string): Promise<string> {
  const token = randomUUID();
  const begun = await beginAttempt(db, { trial, worker, token, job: randomUUID() });
  if ("refused" in begun) throw new Error(`trial ${trial} is ${begun.refused}`);
  return token;
}

/** Do a recorded trial as a worker would: prepare, report every epoch, finish. */
export async function replay(db: Tx, worker: string, recorded: Recorded, record: ExperimentResult) {
  const { spec, result } = recorded;
  const token = await begin(db, worker, result.id);
  const prepared = {
    realised: result.labels.realised,
    touched: result.touched ?? "Inputs are true.",
    conformance: [{ randomization: "labels", check: "realised share", ok: true, value: 0.5, bound: 1 }],
    dataHash: result.dataHash,
  };
  const events = [{ type: "prepared", data: prepared }];
  await recordProgress(db, token, { epochs: result.history, events, resumedEpochs: 0, share: 0 });
  const { trainLoss, trainAccuracy, testAccuracy, testAccuracyCorrupted, epochsToFit, epochsTo95 } = result;
  const document = { schema: "shatter/trial-result@1", spec, result, provenance: record.provenance };
  await finishAttempt(
    db,
    token,
    {
      status: result.status,
      epochs: result.epochs,
      epochs_to_fit: epochsToFit,
      epochs_to_95: epochsTo95,
      train_loss: trainLoss,
      train_accuracy: trainAccuracy,
      test_accuracy: testAccuracy,
      test_accuracy_corrupted: testAccuracyCorrupted,
      seconds: result.seconds,
      hash: await sha256(JSON.stringify(result)),
      document: JSON.stringify(document),
    },
    async () => {},
  );
}

/** A lab whose trials nobody runs: what is started waits. */
export function labOf(
  database: Database,
  records: readonly ExperimentResult[],
  folder = tmpdir(),
): DatabaseLab {
  const db = database.tables;
  return {
    database,
    contents: openLabContents(database, join(folder, "contents")),
    networks: openNetworks(folder),
    async start({ name, scale }: StartOptions) {
      const record = records.find((one) => one.name === name && one.scale === scale);
      if (!record) throw new UsageError(`\`scale\` ${scale}: nothing was recorded of ${name}`);
      await planRecord(db, record);
      return { id: idOf(record), trials: record.trials.length, done: 0 };
    },
    cancel: async (reach) => (await cancelTrials(db, reach)).length,
    retry: async (reach) => (await retryTrials(db, reach)).length,
    async document(id) {
      const row = await readExperiment(db, id);
      if (!row) throw new UsageError(`this lab has no experiment ${id}`);
      const trials = (await allResults(db)) as Recorded[];
      const { dataset } = records[0]!.trials[0]!.spec;
      const experiment = findExperiment(row.name);
      return documentOf({
        id,
        experiment,
        trials,
        models: experiment.models,
        datasetOf: () => dataset,
        setting: { scale: "paper" },
        provenance: records[0]!.provenance,
      });
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

/** A lab and its dashboard. */
export interface Dashboard extends AsyncDisposable {
  readonly lab: DatabaseLab;
  readonly db: Tx;
  readonly server: DashboardServer;
  /** Errors that nobody who asked was to blame for. */
  readonly errors: readonly string[];
  /** Ask a route. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** The JSON answer of a route, which must be 200. */
  // biome-ignore lint/suspicious/noExplicitAny: whoever asks checks it.
  json(path: string, init?: RequestInit): Promise<any>;
}

/** Open a lab in a fresh folder, and serve it. */
export async function openDashboard(
  records: readonly ExperimentResult[],
  options: Partial<ServerOptions> = {},
): Promise<Dashboard> {
  const folder = await mkdtemp(join(tmpdir(), "shatter-web-"));
  const lab = labOf(await openEmbedded(await emptyLab(folder)), records, folder);
  const errors: string[] = [];
  const server = await startServer({ lab, onError: (error) => errors.push(error), ...options });
  const ask = (path: string, init?: RequestInit) => fetch(new URL(path, server.address), init);
  return {
    lab,
    server,
    errors,
    ask,
    db: lab.database.tables,
    async json(path, init) {
      const answer = await ask(path, init);
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return await answer.json();
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
