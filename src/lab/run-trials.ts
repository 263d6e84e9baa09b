/**
 * @file Runs the trials of an experiment, as many at once as its runner takes, and keeps each when it is done.
 */

import { messageOf } from "../base/errors.ts";
import type { ExperimentResult } from "./experiment-result.ts";
import { recordTrial, type TestEvent, type TrialState } from "./randomization-test.ts";
import type { TrialResult } from "./result.ts";
import type { DataSource, TrialRunner } from "./runner.ts";
import type { StoredTrial, TrialStore } from "./trial-result.ts";

/** A trial of an experiment, and where its examples come from. */
export interface PlannedTrial extends TrialState {
  readonly source: DataSource;
}

/** What trials need to be run and kept. */
export interface Bench {
  readonly store: Pick<TrialStore, "read" | "write">;
  readonly runner: TrialRunner;
  readonly provenance: Omit<ExperimentResult["provenance"], "seconds" | "interrupted">;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: TestEvent) => void) | undefined;
}

/** What became of trials. */
export interface TrialsRun {
  /** Each with its result, however it ended, in the order of their ends. */
  readonly ended: readonly { readonly trial: PlannedTrial; readonly result: TrialResult }[];
  /** What could not be kept, and why; nothing new was begun after the first. */
  readonly unkept: readonly { readonly trial: StoredTrial; readonly error: string }[];
}

/**
 * Run trials in their order; an interruption ends those that run and begins no other.
 *
 * A trial that another process kept in the meantime is taken from the store.
 */
export async function runTrials(trials: readonly PlannedTrial[], bench: Bench): Promise<TrialsRun> {
  const { store, runner, signal, onEvent = () => {} } = bench;
  const ended: { trial: PlannedTrial; result: TrialResult }[] = [];
  const unkept: { trial: StoredTrial; error: string }[] = [];

  const runOne = async (trial: PlannedTrial): Promise<TrialResult> => {
    const started = new Date().toISOString();
    const record = recordTrial(trial);
    const failure = await runner.run(
      trial.spec,
      trial.source,
      (event) => {
        record.add(event);
        onEvent({ type: "trial", trial, event });
      },
      signal,
    );
    const result = record.result(failure);
    if (result.status === "done" || result.status === "diverged") {
      const provenance = { ...bench.provenance, started, seconds: result.seconds, interrupted: false };
      const stored = { schema: "shatter/trial-result@1" as const, spec: trial.spec, result, provenance };
      await store.write(stored).catch((error) => unkept.push({ trial: stored, error: messageOf(error) }));
    }
    return result;
  };

  const queue = [...trials];
  const work = async (): Promise<void> => {
    while (queue.length > 0 && !signal?.aborted && unkept.length === 0) {
      const trial = queue.shift()!;
      const known = await store.read(trial.id);
      const result = known?.result ?? (await runOne(trial));
      ended.push({ trial, result });
      onEvent({ type: "ended", trial, result });
    }
  };
  await Promise.all(Array.from({ length: runner.jobs }, work));
  return { ended, unkept };
}
