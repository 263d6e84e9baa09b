/**
 * @file A trial while it runs, and the result that its events come to.
 */

import type { TrialSpec } from "../train/spec.ts";
import type { TrialEvent, TrialOutcome } from "../train/trial.ts";
import { stepsOfEpoch } from "../train/validation.ts";
import type { DataSource, TrialFailure } from "./runner.ts";
import type { ConformanceLine, HistoryRow, TrialResult } from "./trial-record.ts";

/** A trial as it stands. */
export interface TrialState {
  readonly id: string;
  readonly spec: TrialSpec;
  readonly escalation: number;
  /** What people call it, where its spec does not tell. */
  readonly title?: string | undefined;
}

/** A planned trial, and where its examples come from. */
export interface PlannedTrial extends TrialState {
  readonly source: DataSource;
}

/** What became of a trial. */
export interface EndedTrial {
  readonly spec: TrialSpec;
  readonly result: TrialResult;
  /** What the checks of its randomized data said; none if the data were never made. */
  readonly conformance: readonly ConformanceLine[];
}

/** What a test or an experiment reports while it runs. */
export type RunEvent =
  | { readonly type: "planned"; readonly trials: readonly TrialState[] }
  | { readonly type: "trial"; readonly trial: TrialState; readonly event: TrialEvent }
  | { readonly type: "ended"; readonly trial: TrialState; readonly result: TrialResult };

/** Collects a trial's events into its result, whatever becomes of it. */
export function recordTrial({ id, spec, escalation }: TrialState) {
  // Waiting for a free place is not part of a trial's time.
  let began: number | undefined;
  const stepsPerEpoch = stepsOfEpoch(spec.recipe, spec.dataset.train);
  const history: HistoryRow[] = [];
  let outcome: TrialOutcome | undefined;
  let prepared: Extract<TrialEvent, { type: "prepared" }> | undefined;
  return {
    add(event: TrialEvent): void {
      if (event.type === "started") began = performance.now();
      // The time before an interruption is part of it.
      if (event.type === "resumed" && began !== undefined) began -= event.seconds * 1000;
      if (event.type === "prepared") prepared = event;
      if (event.type === "epoch") history.push(event.row);
      if (event.type === "done") outcome = event.outcome;
    },
    /** What became of it; `failure` if it did not come to its own end. */
    end(failure: TrialFailure | undefined): EndedTrial {
      const last = history.findLast(({ trainAccuracy }) => trainAccuracy !== null);
      const measured = outcome ?? {
        status: failure?.status ?? ("failed" as const),
        epochs: history.length,
        steps: history.length * stepsPerEpoch,
        fit: false,
        epochsToFit: null,
        epochsTo95: null,
        best: null,
        trainLoss: null,
        trainAccuracy: last?.trainAccuracy ?? null,
        testAccuracy: last?.testAccuracy ?? null,
        testAccuracyCorrupted: null,
        confusion: null,
        parametersHash: null,
      };
      const result = {
        id,
        inputs: spec.inputs,
        labels: {
          nominal: spec.corrupt,
          realised: prepared?.realised ?? null,
          ...(spec.labels === "permute" ? { permuted: true as const } : {}),
        },
        seed: spec.seed,
        touched: prepared?.touched ?? null,
        ...measured,
        ...(spec.dataset.told && { told: spec.dataset.told }),
        confusion: measured.confusion?.map((row) => [...row]) ?? null,
        // A process that dies after its last word has said everything.
        ...(failure && !outcome ? { error: failure.error } : {}),
        epochsAllowed: spec.recipe.epochs,
        escalation,
        learningRate: spec.recipe.learningRate,
        seconds: began === undefined ? 0 : (performance.now() - began) / 1000,
        dataHash: prepared?.dataHash ?? null,
        history,
      };
      return { spec, result, conformance: prepared?.conformance ?? [] };
    },
  };
}
