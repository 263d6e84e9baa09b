/**
 * @file `shatter/lab`: where trials are wanted, run and remembered, in a folder or on a PostgreSQL server.
 *
 * It promises: a result is in the database before it is told; any process may die at any time; what is kept is read by later
 * versions. Which database and which queue that is, its types do not say.
 */

import type {
  Carried,
  ExperimentOptions,
  ExperimentRun,
  Lab,
  LabPlace,
  LabStatus,
  WorkerRequest,
  WorkRequest,
} from "./lab/lab.ts";
import { openLab as openLocal } from "./lab/open.ts";
import { runExperiment as runIn, runWorker as workFor, workIn } from "./lab/run.ts";
import { labStatus } from "./lab/status.ts";
import { BUILT_PAGE } from "./web/built-page.ts";
import type { DashboardServer, ServeOptions } from "./web/serve-options.ts";
import { startServer } from "./web/server.ts";

export { DataError, EngineError, UsageError } from "./base/errors.ts";
export { type ExportOptions, exportModel } from "./lab/export-model.ts";
export type {
  Carried,
  ExperimentOptions,
  ExperimentRun,
  Lab,
  LabPlace,
  LabStatus,
  Started,
  StartOptions,
  WorkerRequest,
  WorkRequest,
} from "./lab/lab.ts";
export type { MissingModel, SavedModel, SavedModels } from "./lab/saved-models.ts";
export type { Condition } from "./paper/condition.ts";
export type { Experiment } from "./paper/experiment.ts";
export { type ExperimentResult, experimentResultSchema } from "./paper/experiment-result.ts";
export { experimentFromFile } from "./paper/file-experiment.ts";
export { experiments, findExperiment } from "./paper/index.ts";
export type { DashboardServer, ServeOptions } from "./web/serve-options.ts";

/** A lab that is open in this process: ask it, work for it, show it. */
export interface OpenLab extends Lab {
  /** How it stands: its experiments, its workers, and the trials that are not simply done or waiting. */
  status(): Promise<LabStatus>;
  /**
   * Train what waits in its queue, in child processes.
   *
   * @param request - One trial a core, all experiments, until nothing is left to do, unless told.
   * @returns The trials that were carried to an end.
   * @throws EngineError if the device is not there.
   */
  work(request?: Partial<WorkRequest>): Promise<readonly Carried[]>;
  /**
   * Show its dashboard at an address, until that is disposed of; before the lab is.
   *
   * @throws UsageError if others could reach it and it has no token, or the address is taken or not this machine's.
   */
  serve(options?: ServeOptions): Promise<DashboardServer>;
}

/**
 * Open a lab. One in a folder is this process's alone until it is disposed of.
 *
 * @example
 * ```ts
 * import { openLab } from "shatter/lab";
 *
 * await using lab = await openLab({ lab: "shatter-lab" });
 * const { id } = await lab.start({ name: "figure-1c", scale: "smoke", models: ["mlp-1x512"] });
 * await lab.work({ experiment: id });
 * console.log((await lab.document(id)).claims);
 * ```
 * @throws DataError if it cannot be opened: another process has it, the server does not answer, and so on.
 */
export async function openLab(place: LabPlace): Promise<OpenLab> {
  const lab = await openLocal(place);
  const { checkpoints } = lab;
  return {
    start: (options) => lab.start(options),
    cancel: (reach) => lab.cancel(reach),
    retry: (reach) => lab.retry(reach),
    document: (experiment) => lab.document(experiment),
    status: () => labStatus(lab.database),
    work: (request = {}) =>
      workIn(lab, { checkpoints, untilIdle: true, signal: new AbortController().signal, ...request }),
    serve: (options = {}) => startServer({ page: BUILT_PAGE, checkpoints, ...options, lab }),
    [Symbol.asyncDispose]: () => lab[Symbol.asyncDispose](),
  };
}

/**
 * Run those trials of an experiment that its lab does not have yet, and read all that belong to it.
 *
 * @example
 * ```ts
 * import { findExperiment, runExperiment } from "shatter/lab";
 *
 * const { document } = await runExperiment({
 *   experiment: findExperiment("table-1"),
 *   what: { paper: "table-1" },
 *   setting: { scale: "small" },
 *   lab: "shatter-lab",
 * });
 * console.log(document.tables[0]);
 * ```
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be, EngineError if the device is not there or cannot train a model: all before any training.
 */
export const runExperiment = (options: ExperimentOptions): Promise<ExperimentRun> => runIn(options);

/**
 * Work for a lab on a server until told to stop, or until nothing is left to do.
 *
 * @throws DataError if the server does not answer at the start; later on it is waited for.
 * @throws EngineError if the device is not there.
 */
export const runWorker = (request: WorkerRequest): Promise<readonly Carried[]> => workFor(request);
