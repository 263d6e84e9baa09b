/**
 * @file What runs a trial: the interface that hides whether it runs here, in a child process, or far away.
 */

import { messageOf } from "../base/errors.ts";
import type { LoadOptions } from "../data/node/load.ts";
import type { Checkpoint } from "../train/checkpoint.ts";
import type { Engine } from "../train/engine.ts";
import { cropForRecipe, type OpenFeed } from "../train/prepare.ts";
import { type TrialSpec, trialId } from "../train/spec.ts";
import type { TrainedNetwork } from "../train/trained.ts";
import { runTrial, type Subject, type TrialEvent } from "../train/trial.ts";
import { createPace } from "./pace.ts";

/** Where a trial's examples come from; `run/subject.ts` reads it. */
export interface DataSource extends LoadOptions {
  /** The dataset's name. */
  readonly name: string;
}

/** How a trial ended, if not by itself: its process died, something threw, or it was interrupted. */
export interface TrialFailure {
  readonly status: "failed" | "stopped";
  readonly error: string;
  /** True if its process was killed (SIGKILL), which no program does to itself: by a person, a cluster, or a machine out of memory. */
  readonly isKilled?: boolean;
}

/** Runs trials, some at once. */
export interface TrialRunner extends AsyncDisposable {
  /** Number of trials that run at once. */
  readonly jobs: number;
  /**
   * Run one trial, waiting for a free place.
   *
   * @returns Undefined when the trial came to its own end (its last event is `done`); never throws.
   */
  run(
    spec: TrialSpec,
    source: DataSource,
    onEvent: (event: TrialEvent) => void,
    signal?: AbortSignal,
  ): Promise<TrialFailure | undefined>;
}

const INTERRUPTED: TrialFailure = { status: "stopped", error: "interrupted" };

/** The events from the first step on. */
const TRAINING: readonly TrialEvent["type"][] = ["progress", "epoch", "done"];

/** Keeps the checkpoints of trials. What cannot be kept or read is a warning: it never ends a trial. */
export interface Checkpoints {
  /** Least time from one checkpoint of a trial to the next, in seconds. */
  readonly seconds: number;
  /** The newest checkpoint of a trial that it can go on from. */
  read(trial: string, warn: (text: string) => void): Promise<Checkpoint | undefined>;
  /** Keep a checkpoint, and the one before it. */
  write(checkpoint: Checkpoint, warn: (text: string) => void): Promise<void>;
}

/**
 * A runner that trains in this process, one trial at a time: for scripts, notebooks and browsers.
 *
 * With checkpoints, a trial goes on where it was interrupted, and an interrupted one leaves a checkpoint at
 * the end of the engine's run.
 *
 * @param subjectOf - The model that a spec names, and the examples of a source, uncropped.
 * @param openFeed - Makes the images of examples that are not held, ahead of the engine.
 * @param keepNetwork - Keeps the network of a trial that comes to its end. What it throws is a warning: it never ends a trial.
 */
export function runHere(
  engine: Engine,
  subjectOf: (spec: TrialSpec, source: DataSource) => Promise<Subject>,
  checkpoints?: Checkpoints,
  keepNetwork?: (network: TrainedNetwork, warn: (text: string) => void) => Promise<void>,
  openFeed?: (spec: TrialSpec, source: DataSource) => OpenFeed,
): TrialRunner {
  let last: Promise<unknown> = Promise.resolve();
  const runNow: TrialRunner["run"] = async (spec, source, onEvent, signal) => {
    if (signal?.aborted) return { status: "stopped", error: "interrupted before it began" };
    const warn = (text: string): void => onEvent({ type: "warning", text });
    const isInterrupted = (): boolean => signal?.aborted ?? false;
    try {
      const from = await checkpoints?.read(await trialId(spec), warn);
      const { model, splits } = await subjectOf(spec, source);
      const subject = { model, splits: cropForRecipe(splits, spec.recipe) };
      const pace = createPace(from?.seconds ?? 0);
      const checkpointDue =
        checkpoints && (() => isInterrupted() || pace.sinceCheckpoint() >= checkpoints.seconds);
      const { secondsSpent, stepsPerRun } = pace;
      const wantsNetwork = keepNetwork !== undefined;
      const options = {
        from,
        checkpointDue,
        secondsSpent,
        stepsPerRun,
        wantsNetwork,
        openFeed: openFeed?.(spec, source),
      };
      for await (const event of runTrial(spec, subject, engine, options)) {
        if (event.type === "trained") {
          await keepNetwork?.(event.network, warn).catch((error) =>
            warn(`its network is not kept: ${messageOf(error)}`),
          );
          continue;
        }
        if (event.type === "checkpoint") {
          const { history, step, outcome } = event.checkpoint;
          await checkpoints?.write(event.checkpoint, warn);
          pace.kept();
          onEvent({ type: "checkpoint", epochs: history.length, step });
          if (isInterrupted() && outcome === null) return INTERRUPTED;
          continue;
        }
        if (event.type === "progress") pace.ran();
        // Once it trains, an interrupted trial goes on to its next checkpoint, or to its end.
        const goesOn = checkpoints && TRAINING.includes(event.type);
        if (isInterrupted() && !goesOn) return INTERRUPTED;
        onEvent(event);
      }
      return undefined;
    } catch (error) {
      return { status: "failed", error: messageOf(error) };
    }
  };
  return {
    jobs: 1,
    run(...trial) {
      const turn = last.then(() => runNow(...trial));
      last = turn;
      return turn;
    },
    [Symbol.asyncDispose]: async () => {
      await last;
    },
  };
}
