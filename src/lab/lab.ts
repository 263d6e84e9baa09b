/**
 * @file A lab: where trials are wanted, run and remembered. Commands and the dashboard ask it; it hides whether the
 * database is in this process or on a server, and who trains.
 */

import type { ExperimentResult } from "../paper/experiment-result.ts";
import type { Scale } from "../paper/scales.ts";
import type { Database } from "../store/database.ts";
import type { Reach } from "../store/experiments.ts";

/** An experiment of the paper, as somebody asks for it. */
export interface StartOptions {
  readonly name: string;
  readonly scale: Scale;
  /** The experiment's models unless told. */
  readonly models?: readonly string[] | undefined;
  /** Number of repetitions; 1 unless told. */
  readonly seeds?: number | undefined;
  /** More is sooner; 0 unless told. */
  readonly priority?: number | undefined;
}

/** An experiment that was planned. */
export interface Started {
  /** Its id in the lab: `table-1-paper`. */
  readonly id: string;
  /** Number of its trials, and of those the lab had already. */
  readonly trials: number;
  readonly done: number;
}

/** A lab that is open. */
export interface Lab extends AsyncDisposable {
  readonly database: Database;
  /**
   * Plan an experiment and put its trials into the queue; whoever works takes them.
   *
   * @throws UsageError if the request is not possible, DataError if the data are missing.
   */
  start(options: StartOptions): Promise<Started>;
  /** Want trials no more; returns how many were waiting or running. */
  cancel(reach: Reach): Promise<number>;
  /** Want trials again that were cancelled or put into quarantine; returns how many. */
  retry(reach: Reach): Promise<number>;
  /**
   * The document of an experiment, made of the trials that are done by now.
   *
   * @throws UsageError if the lab has no experiment of that id.
   */
  document(experiment: string): Promise<ExperimentResult>;
}
