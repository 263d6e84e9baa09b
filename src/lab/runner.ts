/**
 * @file What runs a trial: the interface that hides whether it runs here, in a child process, or far away.
 */

import { messageOf } from "../base/errors.ts";
import type { Splits } from "../data/dataset.ts";
import type { LoadOptions } from "../data/load.ts";
import type { Engine } from "../train/engine.ts";
import { cropForRecipe } from "../train/prepare.ts";
import type { TrialSpec } from "../train/spec.ts";
import { runTrial, type TrialEvent } from "../train/trial.ts";

/** Where a trial's examples come from. */
export interface DataSource extends LoadOptions {
  /** Name of the dataset. */
  readonly name: string;
}

/** How a trial ended, if not by itself: its process died, something threw, or it was interrupted. */
export interface TrialFailure {
  readonly status: "failed" | "stopped";
  readonly error: string;
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

/** A runner that trains in this process, one trial at a time: for scripts, notebooks and browsers. */
export function runHere(engine: Engine, load: (source: DataSource) => Promise<Splits>): TrialRunner {
  let last: Promise<unknown> = Promise.resolve();
  const runNow: TrialRunner["run"] = async (spec, source, onEvent, signal) => {
    if (signal?.aborted) return { status: "stopped", error: "interrupted before it began" };
    try {
      const splits = cropForRecipe(await load(source), spec.recipe);
      for await (const event of runTrial(spec, splits, engine)) {
        if (signal?.aborted) return { status: "stopped", error: "interrupted" };
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
