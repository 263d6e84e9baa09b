/**
 * @file Carries one trial: from a job of the queue to its result, or to whatever ends the attempt.
 */

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import type { RunProvenance } from "../document/provenance.ts";
import { type EndedTrial, type PlannedTrial, type RunEvent, recordTrial } from "../run/record.ts";
import type { DataSource, TrialRunner } from "../run/runner.ts";
import type { StoredTrial } from "../run/trial-result.ts";
import { beginAttempt, endAttempt, finishAttempt } from "../store/attempts.ts";
import { type Database, remedyOf } from "../store/database.ts";
import { type Progress, recordProgress } from "../store/progress.ts";
import { trialSpecSchema } from "../train/spec.ts";
import type { TrialEvent } from "../train/trial.ts";
import type { LabContents } from "./contents.ts";
import type { Carried } from "./lab.ts";
import type { Patiently } from "./patience.ts";
import { type Job, LONGEST_ATTEMPT_SECONDS, type Queue } from "./queue.ts";
import { resultRow } from "./result-row.ts";
import type { CheckpointShelf } from "./shelf.ts";
import { openTrialStore } from "./trial-files.ts";

/** A trial that this worker runs now. */
export interface RunningTrial {
  /** Its lease is another's: end it, and write nothing more. */
  lose(): void;
  /** It is wanted no more: end it; its checkpoint stays. */
  cancel(): void;
}

/** What carrying a trial needs. */
export interface CarryOptions {
  readonly database: Database;
  readonly queue: Queue;
  readonly runner: TrialRunner;
  readonly shelf: CheckpointShelf;
  readonly contents: LabContents;
  readonly provenance: RunProvenance;
  readonly dataDir?: string | undefined;
  /** Bytes of examples that a trial may hold; see `LoadOptions`. */
  readonly memory?: number | undefined;
  /** The trials that this worker runs now, by the token of their attempt. */
  readonly running: Map<string, RunningTrial>;
  readonly patiently: Patiently;
  /** Stop: what runs leaves a checkpoint and is given back. */
  readonly signal: AbortSignal;
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Told of every trial that was carried to an end, before anybody else is. */
  readonly onCarried?: ((carried: Carried) => void) | undefined;
  /** Keep what a trial left beside the database, once it is in there. */
  readonly keepResult?: ((trial: StoredTrial) => Promise<void>) | undefined;
  /** Told what went wrong without ending the work, as a sentence. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** What an attempt's provenance says besides its worker's. */
type MadeBy = Pick<RunProvenance, "started" | "provider" | "layout">;

/** An attempt that was begun at a trial. */
interface Attempt {
  readonly job: Job;
  readonly token: string;
  readonly trial: PlannedTrial;
}

/**
 * How often what a trial learned is written down, in milliseconds: at first, and in the long run of a lab on a server,
 * where it is most of what a thousand workers ask of it.
 */
const FLUSH_MS = 1000;
const CALM_FLUSH_MS = 5000;

/** How long a trial counts as one that was just begun, in milliseconds. */
const FRESH_MS = 60_000;

/**
 * Carry a trial as far as it goes; undefined if there was nothing to do, or the lease was lost.
 */
export async function carryTrial(
  job: Job,
  worker: string,
  options: CarryOptions,
): Promise<Carried | undefined> {
  const attempt = await beginCarrying(job, worker, options);
  if (!attempt) return undefined;
  const { trial } = attempt;
  const { runner, shelf, patiently, onEvent, onCarried, onWarning = () => {} } = options;
  let madeBy: MadeBy = { started: new Date().toISOString() };
  const record = recordTrial(trial);
  const log = keepLog(attempt, options);
  try {
    await patiently(() => shelf.fetch(trial.id, log.warn));
    const failure = await runner.run(
      trial.spec,
      trial.source,
      (event) => {
        if (event.type === "started") madeBy = { ...madeBy, provider: event.provider, layout: event.layout };
        record.add(event);
        log.add(event);
        onEvent?.({ type: "trial", trial, event });
      },
      log.signal,
    );
    log.stopTimer();
    const ended = record.end(failure);
    const { result } = ended;
    await log.flush();
    const isDone = result.status === "done" || result.status === "diverged";
    const isTriedAgain = isDone
      ? await keepEnded(attempt, ended, madeBy, log, options)
      : await endEarly(attempt, ended, failure?.isKilled, log, options);
    if (log.ending() === "lost") {
      onWarning(`trial ${trial.id}: another worker has it now; what was done here is dropped`);
      return undefined;
    }
    if (isTriedAgain) {
      onWarning(`trial ${trial.id} failed and is tried again: ${result.error}`);
      return undefined;
    }
    onCarried?.({ trial, ...ended });
    onEvent?.({ type: "ended", trial, result });
    return { trial, ...ended };
  } finally {
    log.close();
  }
}

/**
 * Begin an attempt at the trial of a job; undefined if it is another's by now, or cannot be read.
 */
async function beginCarrying(job: Job, worker: string, options: CarryOptions): Promise<Attempt | undefined> {
  const { database, queue, contents, patiently, onWarning } = options;
  const { tables } = database;
  let token = "";
  const begun = await patiently(() => {
    // Anew for every try: the one before may have begun an attempt whose answer was lost on the way.
    token = randomUUID();
    const claim = { trial: job.trial, worker, job: job.id, token };
    return beginAttempt(tables, claim, (tx) => queue.complete(job.id, tx));
  });
  if ("refused" in begun) return undefined;
  const trial = readTrial(job.trial, begun, options);
  if (trial instanceof Error) {
    const error = trial.message;
    await patiently(() =>
      endAttempt(tables, token, { state: "failed", error }, (tx, again) =>
        again ? queue.giveBack([job.id], tx) : queue.complete(job.id, tx),
      ),
    );
    return undefined;
  }
  await patiently(() => contents.fetch(trial.spec, trial.source)).catch((error) =>
    onWarning?.(messageOf(error)),
  );
  return { job, token, trial };
}

/** Why an attempt ends before its trial does. */
type Ending = "lost" | "cancelled" | "overdue";

/** What an attempt writes down, one thing after another, as long as it holds its lease. */
type Log = ReturnType<typeof keepLog>;

function keepLog({ token, trial }: Attempt, options: CarryOptions) {
  const { database, shelf, running, patiently, onWarning = () => {} } = options;
  const complain = (error: unknown): void => onWarning(messageOf(error));
  let ending: Ending | undefined;
  let isSettling = false;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const end = (why: Ending): void => {
    ending ??= why;
    stop.abort();
  };
  running.set(token, {
    // Whoever settles an attempt is told by that whether the lease was held; a heartbeat that comes between the
    // settling and its answer finds it gone, and would be wrong about why.
    lose: () => isSettling || end("lost"),
    cancel: () => end("cancelled"),
  });
  const overdue = setTimeout(() => end("overdue"), LONGEST_ATTEMPT_SECONDS * 1000);

  const notes = createNotes();
  const warn = (text: string): void => notes.add({ type: "warning", text });
  let writing: Promise<void> = Promise.resolve();
  /** Write down what is new; a lease that is lost ends the trial. */
  const write = (action: () => Promise<boolean>): Promise<void> => {
    const written = writing.then(async () => {
      if (ending === "lost") return;
      const isHeld = await patiently(action);
      if (!isHeld) end("lost");
    });
    // What could not be written is for its caller to deal with, and keeps nothing else from being written.
    writing = written.catch(() => {});
    return written;
  };
  const flush = (): Promise<void> =>
    write(async () => {
      const progress = notes.peek();
      if (!progress) return true;
      const isHeld = await recordProgress(database.tables, token, progress, () => end("cancelled"));
      notes.drop(progress);
      return isHeld;
    });
  const begunAt = performance.now();
  let flushedAt = begunAt;
  const timer = setInterval(() => {
    const now = performance.now();
    const isCalm = database.kind === "postgres" && now - begunAt > FRESH_MS;
    if (isCalm && now - flushedAt < CALM_FLUSH_MS) return;
    flushedAt = now;
    flush().catch(complain);
  }, FLUSH_MS);
  const stopTimer = (): void => clearInterval(timer);
  let isKeeping = false;
  return {
    signal,
    warn,
    write,
    flush,
    stopTimer,
    ending: () => ending,
    add(event: TrialEvent): void {
      notes.add(event);
      // A copy that takes longer than the time to the next checkpoint is followed by the newest, not by all.
      if (event.type !== "checkpoint" || isKeeping) return;
      isKeeping = true;
      write(() => shelf.keep(trial.id, token, false, warn))
        .catch(complain)
        .finally(() => {
          isKeeping = false;
        });
    },
    /** Write how the attempt ended: the last thing of it. */
    settle(action: () => Promise<boolean>): Promise<void> {
      isSettling = true;
      return write(action);
    },
    close(): void {
      stopTimer();
      clearTimeout(overdue);
      running.delete(token);
    },
  };
}

/** Keep the result of a trial that came to its own end. Returns whether it is tried again: never. */
async function keepEnded(
  { job, token, trial }: Attempt,
  { result, conformance }: EndedTrial,
  madeBy: MadeBy,
  log: Log,
  { database, queue, shelf, provenance, keepResult }: CarryOptions,
): Promise<boolean> {
  if (log.ending() === "lost") return false;
  const document: StoredTrial = {
    schema: "shatter/trial-result@1",
    spec: trial.spec,
    result,
    conformance: [...conformance],
    provenance: { ...provenance, ...madeBy, seconds: result.seconds, interrupted: false },
  };
  const row = await resultRow(document);
  await log
    .settle(() => finishAttempt(database.tables, token, row, (tx) => queue.complete(job.id, tx)))
    .catch((error) => shelter(document, shelf.folder, error));
  if (log.ending() !== "lost") await keepResult?.(document);
  return false;
}

/** Give back a trial that was stopped, failed or is wanted no more. Returns whether it is tried again. */
async function endEarly(
  { job, token, trial }: Attempt,
  { result }: EndedTrial,
  isKilled: boolean | undefined,
  log: Log,
  { database, queue, shelf, onWarning = () => {} }: CarryOptions,
): Promise<boolean> {
  const ending = log.ending();
  if (ending === "lost") return false;
  // Whoever goes on shall lose as little as possible.
  await log
    .write(() => shelf.keep(trial.id, token, true, log.warn))
    .catch((error) => onWarning(messageOf(error)));
  const state = ending === "cancelled" ? ending : result.status === "stopped" ? "released" : "failed";
  const error = state === "failed" ? (result.error ?? "no reason given") : null;
  let isTriedAgain = false;
  await log.settle(() =>
    endAttempt(database.tables, token, { state, error, isKilled }, async (tx, again) => {
      isTriedAgain = again && state === "failed";
      await (again ? queue.giveBack([job.id], tx) : queue.complete(job.id, tx));
    }),
  );
  return isTriedAgain;
}

/** Put a finished trial that the lab cannot keep where it can be found, and end with an error that says so. */
async function shelter(document: StoredTrial, checkpoints: string, error: unknown): Promise<never> {
  const refuge = openTrialStore(join(tmpdir(), "shatter-trials"));
  const home = join(dirname(checkpoints), "trials");
  const where = await refuge.write(document).then(
    () => `it went to ${refuge.folder} instead; move what is there to ${home}, and the next run takes it in`,
    () => "it could be kept nowhere, and must be run again",
  );
  throw new DataError(
    `trial ${document.result.id} is done, but the database cannot keep it: ${remedyOf(error) ?? messageOf(error)}; ${where}`,
    { cause: error },
  );
}

/** A trial as it stands in the lab; an error if it is not one. */
function readTrial(
  id: string,
  begun: { readonly spec: unknown; readonly source: unknown; readonly escalation: number },
  { dataDir, memory }: Pick<CarryOptions, "dataDir" | "memory">,
): PlannedTrial | Error {
  const spec = trialSpecSchema.safeParse(begun.spec);
  if (!spec.success) {
    const { path, message } = spec.error.issues[0]!;
    return new Error(
      `trial ${id}: expected a spec of this version, but ${path.join(".")} is not right: ${message}`,
    );
  }
  const source = { ...(begun.source as DataSource), dataDir, memory };
  return { id, spec: spec.data, source, escalation: begun.escalation };
}

/** Collects what a trial has to tell until it is written down. */
function createNotes() {
  let epochs: Progress["epochs"][number][] = [];
  let events: Progress["events"][number][] = [];
  let share = 0;
  let isNew = false;
  let hasResumed = false;
  let resumedEpochs: number | undefined;
  return {
    add(event: TrialEvent): void {
      isNew = true;
      if (event.type === "prepared" || event.type === "warning" || event.type === "resumed") {
        const { type, ...data } = event;
        events.push({ type, data });
      }
      const isTraining = event.type === "progress" || event.type === "epoch" || event.type === "done";
      if (event.type === "resumed" || (isTraining && !hasResumed)) {
        resumedEpochs = event.type === "resumed" ? event.epochs : 0;
        hasResumed = true;
      }
      if (event.type === "progress") share = event.share;
      if (event.type === "epoch") {
        epochs.push(event.row);
        share = 0;
      }
    },
    /** What is new; undefined if nothing is. */
    peek(): Progress | undefined {
      return isNew ? { epochs: [...epochs], events: [...events], share, resumedEpochs } : undefined;
    },
    /** Forget what was written down. */
    drop(written: Progress): void {
      epochs = epochs.slice(written.epochs.length);
      events = events.slice(written.events.length);
      if (written.resumedEpochs !== undefined) resumedEpochs = undefined;
      isNew = epochs.length > 0 || events.length > 0;
    },
  };
}
