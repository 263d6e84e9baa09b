/**
 * @file Runs an experiment in a lab: plans it, works for it until it is done, and reads what it says.
 */

import { availableParallelism } from "node:os";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireFolder } from "../disk/folders.ts";
import type { Provenance, RunProvenance } from "../document/provenance.ts";
import { openProcessPool } from "../run/node/pool.ts";
import { programOn, provenanceOf } from "../run/node/provenance.ts";
import type { EndedTrial, PlannedTrial } from "../run/record.ts";
import { recentlyDone } from "../store/results.ts";
import type { Device } from "../train/devices.ts";
import type {
  Carried,
  ExperimentOptions,
  ExperimentRun,
  RunOptions,
  WorkerRequest,
  WorkRequest,
} from "./lab.ts";
import { isSettled, type LocalLab, openExistingLab, openLab } from "./open.ts";
import { type PlannedExperiment, planExperiment } from "./plan-experiment.ts";
import { readTrials } from "./read.ts";
import { openShelf } from "./shelf.ts";
import { type WhenIdle, work } from "./worker.ts";

/** Seconds from one checkpoint of a trial to the next: what a killed process loses at most. */
export const CHECKPOINT_SECONDS = 30;

/** What an experiment is asked, with a guest in its lab, such as a dashboard. */
export interface GuestOptions extends ExperimentOptions {
  /** Told of the lab when it is open, before anything is trained; what it returns is disposed of before the lab is. */
  readonly onOpen?: ((lab: LocalLab) => Promise<AsyncDisposable | undefined>) | undefined;
}

/**
 * Run those trials of an experiment that its lab does not have yet, in child processes, keep each when it is
 * done, and read all that belong to the experiment. Other workers of the lab may share the work.
 *
 * @throws UsageError if the request is not possible, DataError if the data are missing or not what they should
 *   be, EngineError if the device is not there or cannot train a model: all before any training.
 * @throws DataError if a result could not be kept; it says where it is instead.
 */
export async function runExperiment(options: GuestOptions): Promise<ExperimentRun> {
  const planned = await planExperiment(options);
  if (options.train !== false) await requireFolder("lab", options.lab);
  await using lab = await (options.train === false ? openExistingLab : openLab)(options);
  await using _guest = await options.onOpen?.(lab);
  return await runPlanned(planned, lab, options);
}

/** {@link runExperiment} in a lab that is open, of an experiment that was planned. */
export async function runPlanned(
  planned: PlannedExperiment,
  lab: LocalLab,
  options: RunOptions,
): Promise<ExperimentRun> {
  const { provenance, reused, carried } = await trainPlanned(planned, lab, options);
  const ended = [...carried.values()];
  const document = await lab.read(planned.definition, { ended, provenance });
  return { document, reused, ended };
}

/** What training an experiment left. */
export interface Training {
  /** Every trial of it that has ended, by id, from this run or another. */
  readonly ended: ReadonlyMap<string, EndedTrial>;
  /** Those that were run now, with how they ended at last. */
  readonly carried: ReadonlyMap<string, Carried>;
  /** Number of those that the lab had already. */
  readonly reused: number;
  readonly provenance: Provenance;
}

/** How an experiment is trained. */
interface TrainOptions extends RunOptions {
  /** Folder where trials leave their networks; nowhere unless told. */
  readonly networks?: string | undefined;
}

/**
 * Train what a lab does not have yet of an experiment, round by round, until nothing comes next or it is interrupted. The
 * rounds are planned here; whoever works for the lab may train their trials.
 */
export async function trainPlanned(
  planned: PlannedExperiment,
  lab: LocalLab,
  options: TrainOptions,
): Promise<Training> {
  const { device = "cpu", signal, command = null } = options;
  const began = performance.now();
  const rounds = openRounds(planned, lab);
  const isLacking = await rounds.goOn();
  const { jobs, threads } = sharesOf(options, rounds.lacking().length);
  const provenance = provenanceOf(device, threads, jobs, command);
  if (isLacking && options.train !== false) await trainRounds(planned, lab, options, { rounds, provenance });
  const { ended, carried, reused } = rounds;
  const seconds = (performance.now() - began) / 1000;
  const interrupted = signal?.aborted ?? false;
  return { ended, carried, reused, provenance: { ...provenance, seconds, interrupted } };
}

/** The rounds of an experiment so far: their trials, and what has become of them. */
function openRounds(planned: PlannedExperiment, { database: { tables } }: LocalLab) {
  const trials: PlannedTrial[] = [];
  const ended = new Map<string, EndedTrial>();
  const carried = new Map<string, Carried>();
  let reused = 0;
  let isBegun = false;
  const lacking = (): PlannedTrial[] => trials.filter(({ id }) => !ended.has(id));
  /** Take what the lab has of some trials; how many that are. */
  const look = async (at: readonly PlannedTrial[]): Promise<number> => {
    const found = await readTrials(
      tables,
      at.map(({ id }) => id),
    );
    for (const [id, one] of found) ended.set(id, one);
    return found.size;
  };
  return {
    trials,
    ended,
    carried,
    lacking,
    look,
    /** Number of trials that the lab had when their round came. */
    get reused() {
      return reused;
    },
    finish(one: Carried): void {
      carried.set(one.trial.id, one);
      ended.set(one.trial.id, one);
    },
    /** Go on to the next round that the lab does not have; false at the end. */
    async goOn(): Promise<boolean> {
      while (lacking().length === 0) {
        const more = isBegun ? ((await planned.next?.(ended)) ?? []) : planned.trials;
        if (isBegun && more.length === 0) return false;
        isBegun = true;
        trials.push(...more);
        reused += await look(more);
      }
      return true;
    },
  };
}

type Rounds = ReturnType<typeof openRounds>;

/** Train the trials of the rounds that are open, and of those that follow. */
async function trainRounds(
  planned: PlannedExperiment,
  lab: LocalLab,
  options: TrainOptions,
  { rounds, provenance }: { readonly rounds: Rounds; readonly provenance: RunProvenance },
): Promise<void> {
  const { device = "cpu", signal = new AbortController().signal, onEvent, onWarning } = options;
  const { jobs, threads } = provenance;
  const { id } = planned;
  const { folder } = lab.contents.files;
  const known = new Map<string, PlannedTrial>();
  const plan = async (): Promise<void> =>
    void (await lab.plan({ ...planned, trials: rounds.trials }, options));
  const announce = (): void => {
    const todo = rounds.lacking();
    for (const trial of todo) known.set(trial.id, trial);
    onEvent?.({ type: "planned", trials: todo });
  };
  const whenIdle = async (): Promise<WhenIdle> => {
    if (!(await isSettled(lab.database, id))) return "wait";
    await rounds.look(rounds.lacking());
    // What was cancelled, or given up elsewhere, comes to no end.
    if (rounds.lacking().length > 0 || !(await rounds.goOn())) return "over";
    await plan();
    announce();
    return "again";
  };
  await plan();
  // Whoever asks for an experiment by name wants its trials, whatever became of them before.
  await lab.retry({ experiment: id });
  const checkpoints = { folder: lab.checkpoints, seconds: options.checkpointSeconds ?? CHECKPOINT_SECONDS };
  const { networks } = options;
  await using runner = await openProcessPool({
    jobs,
    device,
    threads,
    checkpoints,
    contents: folder,
    networks,
    kept: lab.networks.folder,
  });
  announce();
  const over = new AbortController();
  const watching = watchOthers(lab, known, rounds, over.signal, onEvent);
  try {
    const all = await work({
      ...partsOf(lab, lab.checkpoints, device),
      runner,
      provenance,
      device,
      threads,
      signal,
      onWarning,
      onEvent,
      only: id,
      dataDir: options.dataDir,
      memory: options.memory,
      whenIdle: oneAtATime(whenIdle),
      onCarried: rounds.finish,
    });
    for (const one of all) rounds.finish(one);
  } finally {
    over.abort();
    await watching;
  }
}

/** What a worker uses of its lab. */
const partsOf = (lab: LocalLab, folder: string, device: Device) => ({
  database: lab.database,
  queue: lab.queue,
  contents: lab.contents,
  keepResult: lab.keepResult,
  shelf: openShelf(lab.database, { folder, program: programOn(device) }),
});

/** Something that is under way already for whoever asks meanwhile. */
function oneAtATime<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

/** How many trials run at once, and the threads of each: as asked, or one trial a core. */
export function sharesOf({ jobs, threads }: Pick<RunOptions, "jobs" | "threads">, trials: number) {
  const cores = availableParallelism();
  const atOnce = jobs ?? Math.max(1, Math.min(cores, trials));
  return { jobs: atOnce, threads: threads ?? Math.max(1, Math.floor(cores / atOnce)) };
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
  await using runner = await openProcessPool({
    jobs,
    device,
    threads,
    checkpoints: kept,
    contents,
    kept: lab.networks.folder,
  });
  const { dataDir, memory, experiment, untilIdle, command, onEvent } = request;
  return await work({
    ...partsOf(lab, checkpoints, device),
    runner,
    device,
    threads,
    dataDir,
    memory,
    signal,
    onWarning,
    onEvent,
    only: experiment,
    provenance: provenanceOf(device, threads, jobs, command ?? null),
    whenIdle: async () => (untilIdle && (await isSettled(lab.database, experiment)) ? "over" : "wait"),
  });
}

/** How often the results of other workers are looked for, in milliseconds. */
const WATCH_MS = 2000;

/** A transaction may end long after the time that it writes down. */
const OVERLAP_SECONDS = 60;

/** Report what other workers of a lab on a server finish. */
async function watchOthers(
  lab: LocalLab,
  known: ReadonlyMap<string, PlannedTrial>,
  { ended, finish }: Rounds,
  signal: AbortSignal,
  onEvent: ExperimentOptions["onEvent"],
): Promise<void> {
  if (lab.database.kind !== "postgres") return;
  const { tables } = lab.database;
  let asked = performance.now();
  const look = async (): Promise<ReadonlyMap<string, EndedTrial>> => {
    const now = performance.now();
    // Of thousands of trials, those that may be new: whoever asks for all of them keeps the database busy.
    const recent = await recentlyDone(tables, (now - asked) / 1000 + OVERLAP_SECONDS);
    const found = await readTrials(
      tables,
      recent.filter((id) => known.has(id) && !ended.has(id)),
    );
    asked = now;
    return found;
  };
  while (!signal.aborted) {
    await sleep(WATCH_MS, undefined, { signal }).catch(() => {});
    for (const [id, one] of await look().catch(() => new Map<string, EndedTrial>())) {
      if (ended.has(id)) continue;
      const trial = known.get(id)!;
      finish({ trial, ...one });
      onEvent?.({ type: "ended", trial, result: one.result });
    }
  }
}
