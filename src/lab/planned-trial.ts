/**
 * @file A trial that is planned, and what a result says of how it came about.
 */

import type { ExperimentResult } from "./experiment-result.ts";
import type { TrialState } from "./randomization-test.ts";
import type { DataSource } from "./runner.ts";

/** A trial of an experiment, and where its examples come from. */
export interface PlannedTrial extends TrialState {
  readonly source: DataSource;
}

/** Code, engine and machine, before the time of a trial is known. */
export type RunProvenance = Omit<ExperimentResult["provenance"], "seconds" | "interrupted">;
