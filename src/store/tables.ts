/**
 * @file The tables of a lab, as the queries see them; `migrations/` makes them.
 *
 * All are in the schema `shatter`. Accuracies are in `[0, 1]`, losses in nats, times by the database's clock. JSON
 * columns are given as text, so that both drivers write them alike, and come back parsed.
 */

import type { ColumnType, Generated, Insertable, Selectable } from "kysely";
import type { TrialStatus } from "./states.ts";

/** JSON: written as text, read as what it says. */
type JsonColumn<T = unknown> = ColumnType<T, string, string>;

/** A point in time that the database sets itself. */
type Moment = ColumnType<Date, Date | undefined, Date>;
type MaybeMoment = ColumnType<Date | null, Date | null | undefined, Date | null>;

/** What a lab says about itself, by name. */
interface LabTable {
  readonly name: string;
  readonly value: JsonColumn;
}

/** An experiment that was planned in this lab. */
interface Table {
  /** In addresses and file names: `table-1-paper`. */
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly scale: string;
  /** Where it is in the paper; null for one of a user. */
  readonly source: string | null;
  /** All that is needed to plan and read it again; the lab room says what. */
  readonly definition: JsonColumn;
  /** More is sooner; experiments of equal priority share the workers alike. */
  readonly priority: Generated<number>;
  readonly created_at: Moment;
  readonly planned_at: Moment;
}

/** Which trials an experiment has, in its order; a trial may be of several. */
interface ExperimentTrialTable {
  readonly experiment_id: string;
  readonly trial_id: string;
  readonly position: number;
}

/** A trial that somebody wants, and how far it has come. */
interface TrialTable {
  /** Hash of its spec. */
  readonly id: string;
  readonly spec: JsonColumn;
  /** Where its examples come from, but for the folder, which is each machine's own. */
  readonly source: JsonColumn;
  readonly state: ColumnType<TrialStatus, TrialStatus | undefined, TrialStatus>;
  /** Parts of the spec that lists are filtered by. */
  readonly model: string;
  readonly dataset: string;
  readonly inputs: string;
  readonly corrupt: number;
  readonly seed: number;
  readonly epochs_allowed: number;
  readonly escalation: Generated<number>;
  /** Epochs done, and the part of the next one in `[0, 1]`. */
  readonly epoch: Generated<number>;
  readonly share: Generated<number>;
  readonly train_loss: number | null;
  readonly train_accuracy: number | null;
  readonly test_accuracy: number | null;
  /** Why it last failed, or was put into quarantine. */
  readonly error: string | null;
  /** How often in a row it failed with that error, or its worker was lost, without one more epoch in between. */
  readonly failures: Generated<number>;
  readonly losses: Generated<number>;
  /** The most epochs that any attempt had done. */
  readonly farthest: Generated<number>;
  /** Number of its last attempt; 0 before the first. */
  readonly attempts: Generated<number>;
  readonly created_at: Moment;
  readonly updated_at: Moment;
}

export const attemptStates = ["running", "done", "failed", "lost", "released", "cancelled"] as const;
export type AttemptState = (typeof attemptStates)[number];

/** One worker's try at a trial. Whoever holds the token of the running attempt may write; nobody else. */
interface AttemptTable {
  readonly trial_id: string;
  /** From 1. */
  readonly number: number;
  readonly token: string;
  /** The worker, and the queue's job that it follows. */
  readonly worker_id: string;
  readonly job_id: string;
  readonly state: ColumnType<AttemptState, AttemptState | undefined, AttemptState>;
  readonly started_at: Moment;
  readonly ended_at: MaybeMoment;
  /** {@link TrialTable.farthest} when it began. */
  readonly farthest_before: number;
  /** Epochs that a checkpoint spared it. */
  readonly resumed_epochs: Generated<number>;
  readonly error: string | null;
}

/** What a trial left behind: at most one row a trial, ever. */
interface ResultTable {
  readonly trial_id: string;
  /** Number of the attempt that brought it; 0 if it came from elsewhere. */
  readonly attempt: number;
  readonly status: string;
  readonly epochs: number;
  readonly epochs_to_fit: number | null;
  readonly epochs_to_95: number | null;
  readonly train_loss: number | null;
  readonly train_accuracy: number | null;
  readonly test_accuracy: number | null;
  readonly test_accuracy_corrupted: number | null;
  readonly seconds: number;
  /** SHA-256 of everything in it that the spec decides: equal for every honest run. */
  readonly hash: string;
  /** The whole document `shatter/trial-result@1`. */
  readonly document: JsonColumn;
  readonly created_at: Moment;
}

/** The history of trials, one row an epoch, from 1. */
interface EpochTable {
  readonly trial_id: string;
  readonly epoch: number;
  readonly train_loss: number | null;
  readonly fit_loss: number | null;
  readonly train_accuracy: number | null;
  readonly test_accuracy: number | null;
}

/** What happened in a trial besides its epochs. */
interface EventTable {
  readonly id: Generated<number>;
  readonly trial_id: string;
  readonly attempt: number;
  /** `prepared`, `resumed`, `warning`, `failed`, `lost`, ... */
  readonly type: string;
  readonly data: JsonColumn;
  readonly at: Moment;
}

/** Checkpoints of trials that are under way. */
interface CheckpointTable {
  readonly trial_id: string;
  readonly attempt: number;
  /** Epochs done, and steps done of the next one. */
  readonly epochs: number;
  readonly step: number;
  readonly size: number;
  /** SHA-256 of the file. */
  readonly hash: string;
  /** Name of the file in the lab's own folder; null if the bytes are here. */
  readonly path: string | null;
  readonly bytes: ColumnType<Uint8Array | null, Uint8Array | null, Uint8Array | null>;
  readonly created_at: Moment;
}

/** Models and examples that were given as values. */
interface ContentTable {
  /** `sha256:` and the SHA-256 of the bytes. */
  readonly identity: string;
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly created_at: Moment;
}

/** Processes that take trials from this lab. */
interface WorkerTable {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** Processor, cores and memory, in words. */
  readonly machine: string;
  /** Program, engine and device, in words. */
  readonly program: string;
  readonly device: string;
  readonly jobs: number;
  readonly threads: number;
  readonly started_at: Moment;
  readonly heartbeat_at: Moment;
  readonly ended_at: MaybeMoment;
}

/** Secrets that open the dashboard from other machines, hashed. */
interface TokenTable {
  /** SHA-256 of the token. */
  readonly hash: string;
  readonly created_at: Moment;
}

/** Every table of a lab. */
export interface Tables {
  readonly lab: LabTable;
  readonly experiments: Table;
  readonly experiment_trials: ExperimentTrialTable;
  readonly trials: TrialTable;
  readonly attempts: AttemptTable;
  readonly results: ResultTable;
  readonly epochs: EpochTable;
  readonly events: EventTable;
  readonly checkpoints: CheckpointTable;
  readonly contents: ContentTable;
  readonly workers: WorkerTable;
  readonly tokens: TokenTable;
}

export type NewExperiment = Insertable<Table>;
export type NewTrial = Insertable<TrialTable>;
export type NewWorker = Insertable<WorkerTable>;
export type NewResult = Insertable<ResultTable>;
export type ExperimentRow = Selectable<Table>;
export type TrialRow = Selectable<TrialTable>;

export type CheckpointRow = Selectable<CheckpointTable>;
