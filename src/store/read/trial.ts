/**
 * @file All that a lab knows of one trial.
 */

import type { Tx } from "../database.ts";
import type { AttemptState } from "../tables.ts";

/** An attempt, with its worker in words. */
export interface Try {
  readonly number: number;
  readonly state: AttemptState;
  readonly worker: string;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly resumedEpochs: number;
  readonly error: string | null;
}

/** Attempts at a trial, the first one first. */
export async function triesOf(db: Tx, trial: string): Promise<Try[]> {
  const rows = await db
    .selectFrom("attempts")
    .leftJoin("workers", "workers.id", "attempts.worker_id")
    .select(["number", "state", "host", "pid", "attempts.started_at", "attempts.ended_at"])
    .select(["resumed_epochs", "error"])
    .where("trial_id", "=", trial)
    .orderBy("number")
    .execute();
  return rows.map((row) => ({
    number: row.number,
    state: row.state,
    worker: row.host === null ? "a worker that is not known any more" : `${row.host}, process ${row.pid}`,
    startedAt: row.started_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    resumedEpochs: row.resumed_epochs,
    error: row.error,
  }));
}

/** Something that happened in a trial. */
export interface TrialEventRow {
  readonly at: string;
  readonly attempt: number;
  readonly type: string;
  readonly data: unknown;
}

/** The latest events of a trial, in the order they happened. */
export async function eventsOf(db: Tx, trial: string, limit: number): Promise<TrialEventRow[]> {
  const rows = await db
    .selectFrom("events")
    .select(["at", "attempt", "type", "data"])
    .where("trial_id", "=", trial)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.reverse().map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** The newest event of a type; undefined if there is none. */
export async function lastEvent(db: Tx, trial: string, type: string): Promise<unknown> {
  const row = await db
    .selectFrom("events")
    .select("data")
    .where("trial_id", "=", trial)
    .where("type", "=", type)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.data;
}

/** A row of a trial's history. */
export interface EpochLine {
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly fitLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testAccuracy: number | null;
}

/** The history of a trial. */
export async function epochsOf(db: Tx, trial: string): Promise<EpochLine[]> {
  return await db
    .selectFrom("epochs")
    .select([
      "epoch",
      "train_loss as trainLoss",
      "fit_loss as fitLoss",
      "train_accuracy as trainAccuracy",
      "test_accuracy as testAccuracy",
    ])
    .where("trial_id", "=", trial)
    .orderBy("epoch")
    .execute();
}

/** The document of a trial's result; undefined if it has none. */
export async function resultOf(db: Tx, trial: string): Promise<unknown> {
  const row = await db
    .selectFrom("results")
    .select("document")
    .where("trial_id", "=", trial)
    .executeTakeFirst();
  return row?.document;
}

/** The experiments that want a trial. */
export async function experimentsOf(db: Tx, trial: string): Promise<{ id: string; title: string }[]> {
  return await db
    .selectFrom("experiment_trials")
    .innerJoin("experiments", "experiments.id", "experiment_trials.experiment_id")
    .select(["experiments.id", "experiments.title"])
    .where("trial_id", "=", trial)
    .orderBy("experiments.id")
    .execute();
}
