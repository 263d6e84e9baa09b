/**
 * @file Carries one trial: from a job of the queue to its result, or to whatever ends the attempt.
 */

import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DataError, messageOf } from "../base/errors.ts";
import { openLibrary } from "../run/node/library.ts";
import type { PlannedTrial } from "../run/record.ts";
import { recordTrial } from "../run/record.ts";
import type { DataSource } from "../run/runner.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { StoredTrial } from "../run/trial-result.ts";
import { beginAttempt, endAttempt, finishAttempt } from "../store/attempts.ts";
import { remedyOf } from "../store/database.ts";
import { type Progress, recordProgress } from "../store/progress.ts";
import { trialSpecSchema } from "../train/spec.ts";
import { requireDevice } from "../train/step.ts";
import type { TrialEvent } from "../train/trial.ts";
import { type Job, LONGEST_ATTEMPT_SECONDS } from "./queue.ts";
import { resultRow } from "./result-row.ts";
import { openTrialStore } from "./trial-files.ts";
import type { Patiently, WorkerOptions } from "./worker.ts";

/** A trial that this worker runs now. */
export interface RunningTrial {
  /** Its lease is another's: end it, and write nothing more. */
  lose(): void;
  /** It is wanted no more: end it; its checkpoint stays. */
  cancel(): void;
}

/** A trial that was carried to an end here. */
export interface Carried {
  readonly trial: PlannedTrial;
  readonly result: TrialResult;
}

/** What carrying a trial needs besides the worker's own. */
interface CarryOptions extends WorkerOptions {
  readonly running: Map<string, RunningTrial>;
  readonly patiently: Patiently;
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
 *
 * @throws EngineError if this worker's device cannot train it; it was given back then.
 */
export async function carryTrial(
  job: Job,
  worker: string,
  options: CarryOptions,
): Promise<Carried | undefined> {
  const {
    database,
    queue,
    runner,
    shelf,
    contents,
    running,
    patiently,
    signal,
    onWarning = () => {},
  } = options;
  const { tables } = database;
  let token = "";
  const begun = await patiently(() => {
    // Anew for every try: the one before may have begun an attempt whose answer was lost on the way.
    token = randomUUID();
    const claim = { trial: job.trial, worker, job: job.id, token };
    return beginAttempt(tables, claim, (tx) => queue.complete(job.id, tx));
  });
  if ("refused" in begun) return undefined;
  const trial = readTrial(job.trial, begun, options.dataDir);
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
    onWarning(messageOf(error)),
  );
  try {
    // A model that is not known here is for the trial's process to refuse.
    const model = await openLibrary({ contents: contents.files.folder })
      .model(trial.spec.model)
      .catch(() => undefined);
    if (model) requireDevice(options.device, model);
  } catch (error) {
    // Whoever can train it shall have it: it is given back, and so is whatever else this worker has.
    const released = { state: "released", error: messageOf(error) } as const;
    await patiently(() => endAttempt(tables, token, released, (tx) => queue.giveBack([job.id], tx)));
    throw error;
  }

  let ending: "lost" | "cancelled" | "overdue" | undefined;
  const stop = new AbortController();
  const end = (why: typeof ending): void => {
    ending ??= why;
    stop.abort();
  };
  const onStop = (): void => stop.abort();
  signal.addEventListener("abort", onStop);
  if (signal.aborted) onStop();
  const overdue = setTimeout(() => end("overdue"), LONGEST_ATTEMPT_SECONDS * 1000);
  let isSettling = false;
  running.set(token, {
    // Whoever settles an attempt is told by that whether the lease was held; a heartbeat that comes between the
    // settling and its answer finds it gone, and would be wrong about why.
    lose: () => isSettling || end("lost"),
    cancel: () => end("cancelled"),
  });

  const started = new Date().toISOString();
  const record = recordTrial(trial);
  const notes = createNotes();
  const warn = (text: string): void => notes.add({ type: "warning", text });
  let writing: Promise<void> = Promise.resolve();
  /** Write down what is new, one thing after another; a lease that is lost ends the trial. */
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
      const isHeld = await recordProgress(tables, token, progress, () => end("cancelled"));
      notes.drop(progress);
      return isHeld;
    });
  let keeping = false;
  let isTriedAgain = false;
  const begunAt = performance.now();
  let flushedAt = begunAt;
  const timer = setInterval(() => {
    const now = performance.now();
    const isCalm = database.kind === "postgres" && now - begunAt > FRESH_MS;
    if (isCalm && now - flushedAt < CALM_FLUSH_MS) return;
    flushedAt = now;
    flush().catch((error) => onWarning(messageOf(error)));
  }, FLUSH_MS);
  try {
    await patiently(() => shelf.fetch(trial.id, warn));
    const failure = await runner.run(
      trial.spec,
      trial.source,
      (event) => {
        record.add(event);
        notes.add(event);
        options.onEvent?.({ type: "trial", trial, event });
        // A copy that takes longer than the time to the next checkpoint is followed by the newest, not by all.
        if (event.type === "checkpoint" && !keeping) {
          keeping = true;
          write(() => shelf.keep(trial.id, token, false, warn))
            .catch((error) => onWarning(messageOf(error)))
            .finally(() => {
              keeping = false;
            });
        }
      },
      stop.signal,
    );
    clearInterval(timer);
    const result = record.result(failure);
    await flush();
    if (ending !== "lost" && (result.status === "done" || result.status === "diverged")) {
      const provenance = { ...options.provenance, started, seconds: result.seconds, interrupted: false };
      const document = {
        schema: "shatter/trial-result@1" as const,
        spec: trial.spec,
        result,
        provenance,
      };
      const row = await resultRow(document);
      isSettling = true;
      const finish = () => finishAttempt(tables, token, row, (tx) => queue.complete(job.id, tx));
      await write(finish).catch((error) => shelter(document, shelf.folder, error));
      if ((ending as string | undefined) !== "lost") await options.keepResult?.(document);
    } else if (ending !== "lost") {
      // Whoever goes on shall lose as little as possible.
      await write(() => shelf.keep(trial.id, token, true, warn)).catch((error) =>
        onWarning(messageOf(error)),
      );
      const state =
        ending === "cancelled" ? "cancelled" : result.status === "stopped" ? "released" : "failed";
      const error = state === "failed" ? (result.error ?? "no reason given") : null;
      isSettling = true;
      await write(() =>
        endAttempt(tables, token, { state, error, isKilled: failure?.isKilled }, async (tx, again) => {
          isTriedAgain = again && state === "failed";
          await (again ? queue.giveBack([job.id], tx) : queue.complete(job.id, tx));
        }),
      );
    }
    if ((ending as string | undefined) === "lost") {
      onWarning(`trial ${trial.id}: another worker has it now; what was done here is dropped`);
      return undefined;
    }
    if (isTriedAgain) {
      onWarning(`trial ${trial.id} failed and is tried again: ${result.error}`);
      return undefined;
    }
    options.onCarried?.({ trial, result });
    options.onEvent?.({ type: "ended", trial, result });
    return { trial, result };
  } finally {
    clearInterval(timer);
    clearTimeout(overdue);
    running.delete(token);
    signal.removeEventListener("abort", onStop);
  }
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
  dataDir: string | undefined,
): PlannedTrial | Error {
  const spec = trialSpecSchema.safeParse(begun.spec);
  if (!spec.success) {
    const { path, message } = spec.error.issues[0]!;
    return new Error(
      `trial ${id}: expected a spec of this version, but ${path.join(".")} is not right: ${message}`,
    );
  }
  const source = { ...(begun.source as DataSource), dataDir };
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
