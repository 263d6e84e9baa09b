/**
 * @file Runs an experiment in a lab: plans it, works for it until it is done, and reads what it says.
 */

import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireFolder } from "../disk/files.ts";
import type { ExperimentResult } from "../paper/experiment-result.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { programOn, provenanceOf } from "../run/node/provenance.ts";
import { trialResultSchema } from "../run/trial-result.ts";
import { readResults, recentlyDone } from "../store/results.ts";
import type { Carried } from "./carry.ts";
import { isSettled, type LocalLab, openLab } from "./open.ts";
import { type ExperimentOptions, planExperiment, sharesOf } from "./plan-experiment.ts";
import { openShelf } from "./shelf.ts";
import { work } from "./worker.ts";

/** Seconds from one checkpoint of a trial to the next: what a killed process loses at most. */
export const CHECKPOINT_SECONDS = 30;

/** What a run of an experiment left. */
export interface ExperimentRun {
  readonly document: ExperimentResult;
  /** Trials that the lab had already. */
  readonly reused: number;
  /** Trials that were run now, with how they ended at last. */
  readonly ended: readonly Carried[];
}

/**
 * Run those trials of an experiment that its lab does not have yet, in child processes, keep each when it is
 * done, and read all that belong to the experiment. Other workers of the lab may share the work.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be, EngineError if the device is not there or cannot train a model: all before any training.
 * @throws DataError if a result could not be kept; it says where it is instead.
 */
export async function runExperiment(options: ExperimentOptions): Promise<ExperimentRun> {
  // To read what a lab has takes no device.
  const planned = await planExperiment(options.train === false ? { ...options, device: "cpu" } : options);
  await requireFolder("lab", options.lab);
  await using lab = await openLab(options);
  await using _guest = await options.onOpen?.(lab);
  return await runPlanned(planned, lab, options);
}

/** {@link runExperiment} in a lab that is open, of an experiment that was planned. */
export async function runPlanned(
  planned: Awaited<ReturnType<typeof planExperiment>>,
  lab: LocalLab,
  options: ExperimentOptions,
): Promise<ExperimentRun> {
  const { device = "cpu", signal = new AbortController().signal, onEvent, onWarning } = options;
  const began = performance.now();
  const { trials, definition } = planned;
  const had = await readResults(
    lab.database.tables,
    trials.map(({ id }) => id),
  );
  const todo = trials.filter(({ id }) => !had.has(id));
  const { jobs, threads } = sharesOf(options, todo.length);
  const provenance = provenanceOf(device, threads, jobs, options.command ?? null);
  const ended = new Map<string, Carried>();
  if (todo.length > 0 && options.train !== false) {
    const { id } = await lab.plan(planned, options);
    // Whoever asks for an experiment by name wants its trials, whatever became of them before.
    await lab.retry({ experiment: id });
    const checkpoints = { folder: lab.checkpoints, seconds: CHECKPOINT_SECONDS };
    const contents = lab.contents.files.folder;
    await using runner = await openProcessPool({ jobs, device, threads, checkpoints, contents });
    onEvent?.({ type: "planned", trials: todo });
    const known = new Map(todo.map((trial) => [trial.id, trial]));
    const finish = (one: Carried): void => {
      ended.set(one.trial.id, one);
    };
    const over = new AbortController();
    const watching = watchOthers(lab, known, ended, over.signal, finish, onEvent);
    try {
      const carried = await work({
        ...{ runner, provenance, device, threads, signal, onWarning, onEvent, only: id },
        ...{ database: lab.database, queue: lab.queue, contents: lab.contents },
        ...{ dataDir: options.dataDir, keepResult: lab.keepResult },
        shelf: openShelf(lab.database, { folder: lab.checkpoints, program: programOn(device) }),
        isOver: async () => await isSettled(lab.database, id),
        onCarried: finish,
      });
      for (const one of carried) finish(one);
    } finally {
      over.abort();
      await watching;
    }
  }
  const failed = [...ended.values()]
    .filter(({ result }) => result.status === "failed")
    .map(({ trial: { spec }, result }) => ({ spec, result }));
  const document = await lab.read(definition, {
    failed,
    provenance: {
      ...provenance,
      seconds: (performance.now() - began) / 1000,
      interrupted: signal.aborted,
    },
  });
  return { document, reused: had.size, ended: [...ended.values()] };
}

/** What a worker is told, whichever lab it works for. */
export interface WorkRequest
  extends Pick<
    ExperimentOptions,
    "jobs" | "threads" | "device" | "dataDir" | "command" | "onEvent" | "onWarning"
  > {
  /** Folder of checkpoints on this machine. */
  readonly checkpoints: string;
  /** Take the trials of this experiment only. */
  readonly experiment?: string | undefined;
  /** End when nothing is left to do. */
  readonly untilIdle: boolean;
  readonly signal: AbortSignal;
}

/** What a worker of a lab on a server is told. */
export interface WorkerRequest extends WorkRequest {
  readonly databaseUrl: string;
  /** Seconds without a heartbeat after which a worker is taken for dead, for all workers of the lab; the lab's unless told. */
  readonly lease?: number | undefined;
}

/**
 * Work for a lab on a server until told to stop, or until nothing is left to do.
 *
 * @throws DataError if the server does not answer at the start; later on it is waited for.
 * @throws EngineError if the device is not there.
 */
export async function runWorker(request: WorkerRequest): Promise<readonly Carried[]> {
  const { databaseUrl, checkpoints, lease, onWarning } = request;
  const watchSeconds = Math.max(1, Math.min(15, (lease ?? 0) / 4));
  const timing = lease === undefined ? undefined : { heartbeatSeconds: lease, watchSeconds };
  await using lab = await openLab({ lab: dirname(checkpoints), databaseUrl, timing, onWarning });
  return await workIn(lab, request);
}

/** {@link runWorker} for a lab that is open. */
export async function workIn(lab: LocalLab, request: WorkRequest): Promise<readonly Carried[]> {
  const { checkpoints, device = "cpu", signal, onWarning } = request;
  const { jobs, threads } = sharesOf(request, Number.POSITIVE_INFINITY);
  const kept = {
    folder: checkpoints,
    seconds: Math.min(CHECKPOINT_SECONDS, lab.queue.timing.heartbeatSeconds),
  };
  const contents = lab.contents.files.folder;
  await using runner = await openProcessPool({ jobs, device, threads, checkpoints: kept, contents });
  const { dataDir, experiment, untilIdle, command, onEvent } = request;
  return await work({
    ...{ runner, device, threads, dataDir, signal, onWarning, onEvent, only: experiment },
    ...{ database: lab.database, queue: lab.queue, contents: lab.contents, keepResult: lab.keepResult },
    provenance: provenanceOf(device, threads, jobs, command ?? null),
    shelf: openShelf(lab.database, { folder: checkpoints, program: programOn(device) }),
    isOver: async () => untilIdle && (await isSettled(lab.database, experiment)),
  });
}

/** How often the results of other workers are looked for, in milliseconds. */
const WATCH_MS = 2000;

/** A transaction may end long after the time that it writes down. */
const OVERLAP_SECONDS = 60;

/** Report what other workers of a lab on a server finish. */
async function watchOthers(
  lab: LocalLab,
  known: ReadonlyMap<string, Carried["trial"]>,
  ended: ReadonlyMap<string, Carried>,
  signal: AbortSignal,
  finish: (one: Carried) => void,
  onEvent: ExperimentOptions["onEvent"],
): Promise<void> {
  if (lab.database.kind !== "postgres") return;
  const { tables } = lab.database;
  let asked = performance.now();
  const look = async (): Promise<ReadonlyMap<string, unknown>> => {
    const now = performance.now();
    // Of thousands of trials, those that may be new: whoever asks for all of them keeps the database busy.
    const recent = await recentlyDone(tables, (now - asked) / 1000 + OVERLAP_SECONDS);
    const found = await readResults(
      tables,
      recent.filter((id) => known.has(id) && !ended.has(id)),
    );
    asked = now;
    return found;
  };
  while (!signal.aborted) {
    await sleep(WATCH_MS, undefined, { signal }).catch(() => {});
    for (const [id, document] of await look().catch(() => new Map<string, unknown>())) {
      if (ended.has(id)) continue;
      const { result } = trialResultSchema.parse(document);
      const trial = known.get(id)!;
      finish({ trial, result });
      onEvent?.({ type: "ended", trial, result });
    }
  }
}
