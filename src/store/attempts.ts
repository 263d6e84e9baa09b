/**
 * @file Attempts at trials, and their leases: who may write what a trial learns.
 *
 * An attempt is given a token. Every write names it and is refused once the attempt is not the running one: it ended,
 * was taken for lost and begun anew elsewhere, or its trial is wanted no more. So a worker that was frozen and comes
 * back can neither finish a trial nor overwrite what its successor does.
 */

import { type Kysely, sql } from "kysely";
import type { Tx } from "./database.ts";
import type { TrialStatus } from "./states.ts";
import type { NewResult, Tables } from "./tables.ts";
import { storableJson, storableText } from "./text.ts";

/** Whoever begins an attempt: a worker that follows a job of the queue. */
export interface Claim {
  readonly trial: string;
  readonly worker: string;
  readonly job: string;
  /** A fresh random UUID. */
  readonly token: string;
}

/** An attempt that began: the trial's documents; or why there is nothing to do. */
export type Begun =
  | { readonly number: number; readonly spec: unknown; readonly source: unknown; readonly escalation: number }
  | { readonly refused: Exclude<TrialStatus, "waiting" | "running"> | "absent" };

/**
 * Begin an attempt at a trial. One that is running still is lost with it: the queue gives a job to another worker
 * only when the first one's heartbeat has stopped.
 *
 * @param settle - Done in the same transaction if the trial is refused: a trial that is wanted again in that instant
 *   must not lose the job that it then gets.
 */
export async function beginAttempt(
  db: Tx,
  { trial, worker, job, token }: Claim,
  settle: (tx: Tx) => Promise<unknown> = async () => {},
): Promise<Begun> {
  return await db.transaction().execute(async (tx) => {
    await endRunning(tx, trial, NOT_HEARD);
    let row = await lockTrial(tx, trial);
    if (row?.state === "running") {
      // Another worker has begun it since: it took a job that was lost before, or this one did.
      await endRunning(tx, trial, NOT_HEARD);
      row = await lockTrial(tx, trial);
    }
    if (row?.state !== "waiting") {
      await settle(tx);
      return { refused: (row?.state as Exclude<TrialStatus, "waiting" | "running">) ?? "absent" };
    }
    const { spec, source, escalation, attempts, farthest } = row;
    const number = attempts + 1;
    await tx
      .insertInto("attempts")
      .values({
        trial_id: trial,
        number,
        token,
        worker_id: worker,
        job_id: job,
        farthest_before: farthest,
        error: null,
      })
      .execute();
    await tx
      .updateTable("trials")
      .set({ state: "running", attempts: number, updated_at: sql`now()` })
      .where("id", "=", trial)
      .execute();
    return { number, spec, source, escalation };
  });
}

const NOT_HEARD = "its worker was not heard of any more";

const lockTrial = async (tx: Tx, trial: string) =>
  await tx
    .selectFrom("trials")
    .select(["state", "spec", "source", "escalation", "attempts", "farthest"])
    .where("id", "=", trial)
    .forUpdate()
    .executeTakeFirst();

/** Workers in a row that may be lost with a trial, or fail at it, before it counts as what loses them. */
const MOST_LOSSES = 10;

/** Take whatever attempt at a trial is running for lost: the trial waits again, unless it is wanted no more. */
async function endRunning(tx: Tx, trial: string, error: string): Promise<void> {
  const lost = await tx
    .updateTable("attempts")
    .set({ state: "lost", error, ended_at: sql`now()` })
    .where("trial_id", "=", trial)
    .where("state", "=", "running")
    .returning(["number", "farthest_before"])
    .executeTakeFirst();
  if (!lost) return;
  await note(tx, trial, lost.number, "lost", { error });
  const { state, losses, farthest } = await tx
    .selectFrom("trials")
    .select(["state", "losses", "farthest"])
    .where("id", "=", trial)
    .forUpdate()
    .executeTakeFirstOrThrow();
  const inRow = farthest > lost.farthest_before ? 1 : losses + 1;
  const isPoison = inRow >= MOST_LOSSES;
  const next = isPoison ? ("quarantined" as const) : ("waiting" as const);
  await tx
    .updateTable("trials")
    .set({
      losses: inRow,
      ...(state === "running" ? { state: next } : {}),
      ...(isPoison ? { error: `${inRow} workers in a row were lost with it (out of memory?)` } : {}),
      updated_at: sql`now()`,
    })
    .where("id", "=", trial)
    .execute();
}

async function note(tx: Tx, trial: string, attempt: number, type: string, data: unknown): Promise<void> {
  await tx
    .insertInto("events")
    .values({ trial_id: trial, attempt, type, data: storableJson(data) })
    .execute();
}

/**
 * Hold the lease of a token for the rest of a transaction.
 *
 * @returns The trial and the attempt's number; undefined if the token is not that of a running attempt.
 */
export async function holdLease(tx: Tx, token: string) {
  return await tx
    .selectFrom("attempts")
    .select(["trial_id", "number"])
    .where("token", "=", token)
    .where("state", "=", "running")
    .forUpdate()
    .executeTakeFirst();
}

/**
 * Whether the holder of a token has itself ended its attempt: a connection may break after the database did what it was
 * told, and before it could say so.
 */
async function hasEnded(tx: Tx, token: string): Promise<boolean> {
  const row = await tx.selectFrom("attempts").select("state").where("token", "=", token).executeTakeFirst();
  return row !== undefined && row.state !== "running" && row.state !== "lost";
}

/** A trial's result, but for what the lease says of it. */
export type FinishedTrial = Omit<NewResult, "trial_id" | "attempt" | "created_at">;

/**
 * Finish a trial: its result is kept, once and for all.
 *
 * @param settle - Done in the same transaction: the queue's job is settled with it.
 * @returns False if the lease is lost: nothing was kept then.
 */
export async function finishAttempt(
  db: Tx,
  token: string,
  result: FinishedTrial,
  settle: (tx: Tx) => Promise<unknown>,
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const lease = await holdLease(tx, token);
    if (!lease) return await hasEnded(tx, token);
    const { trial_id: trial, number } = lease;
    await tx
      .insertInto("results")
      .values({ trial_id: trial, attempt: number, ...result })
      .onConflict((conflict) => conflict.column("trial_id").doNothing())
      .execute();
    await tx
      .updateTable("attempts")
      .set({ state: "done", ended_at: sql`now()` })
      .where("token", "=", token)
      .execute();
    await tx
      .updateTable("trials")
      .set({
        state: "done",
        error: null,
        share: 0,
        epoch: result.epochs,
        train_loss: result.train_loss,
        train_accuracy: result.train_accuracy,
        test_accuracy: result.test_accuracy,
        updated_at: sql`now()`,
      })
      .where("id", "=", trial)
      .execute();
    // Nothing goes back behind the end.
    await tx.deleteFrom("checkpoints").where("trial_id", "=", trial).execute();
    await settle(tx);
    return true;
  });
}

/** How an attempt ended without a result. */
export interface Ending {
  /** `failed`: it went wrong; `released`: given back on purpose; `cancelled`: wanted no more. */
  readonly state: "failed" | "released" | "cancelled";
  readonly error: string | null;
  /** True if its process was killed from outside, which counts like the loss of a worker. */
  readonly isKilled?: boolean | undefined;
}

/** Failures of one kind in a row after which a trial is put into quarantine. */
export const PATIENCE = 3;

/**
 * End an attempt that brought no result. A trial that failed the same way {@link PATIENCE} times in a row, without one
 * more epoch in between, is put into quarantine with its error, and blocks nothing any more; so is one that failed, was
 * killed or lost its worker {@link MOST_LOSSES} times in a row without one, whatever the reasons.
 *
 * @param settle - Done in the same transaction; told whether the trial is to be tried again.
 * @returns False if the lease is lost: nothing was kept then.
 */
export async function endAttempt(
  db: Tx,
  token: string,
  { state, error: reason, isKilled = false }: Ending,
  settle: (tx: Tx, again: boolean) => Promise<unknown>,
): Promise<boolean> {
  return await db.transaction().execute(async (tx) => {
    const lease = await holdLease(tx, token);
    if (!lease) return await hasEnded(tx, token);
    const { trial_id: trial, number } = lease;
    // A process that dies may say anything.
    const error = reason === null ? null : storableText(reason);
    const { farthest_before } = await tx
      .updateTable("attempts")
      .set({ state, error, ended_at: sql`now()` })
      .where("token", "=", token)
      .returning("farthest_before")
      .executeTakeFirstOrThrow();
    await note(tx, trial, number, state, { error });
    const row = await tx
      .selectFrom("trials")
      .select(["state", "error", "failures", "losses", "farthest"])
      .where("id", "=", trial)
      .forUpdate()
      .executeTakeFirstOrThrow();
    const hasFailed = state === "failed";
    const isStuck = row.farthest === farthest_before;
    const isItsOwn = hasFailed && !isKilled;
    const failures = isItsOwn ? (isStuck && row.error === error ? row.failures + 1 : 1) : row.failures;
    const losses = hasFailed ? (isStuck ? row.losses + 1 : 1) : row.losses;
    const isWanted = row.state === "running";
    const next = !isWanted
      ? row.state
      : failures >= PATIENCE || losses >= MOST_LOSSES
        ? ("quarantined" as const)
        : ("waiting" as const);
    await tx
      .updateTable("trials")
      .set({
        state: next,
        failures,
        losses,
        ...(hasFailed ? { error } : {}),
        updated_at: sql`now()`,
      })
      .where("id", "=", trial)
      .execute();
    await settle(tx, next === "waiting");
    return true;
  });
}

/** What a heartbeat learns of an attempt that is running still. */
export interface HeldLease {
  readonly token: string;
  readonly job: string;
  /** False once its trial was cancelled. */
  readonly isWanted: boolean;
}

/** Say that a worker is alive; the leases it still holds, of those it thinks it holds. */
export async function heartbeat(db: Tx, worker: string, tokens: readonly string[]): Promise<HeldLease[]> {
  await db.updateTable("workers").set({ heartbeat_at: sql`now()` }).where("id", "=", worker).execute();
  if (tokens.length === 0) return [];
  return await db
    .selectFrom("attempts")
    .innerJoin("trials", "trials.id", "attempts.trial_id")
    .select(["token", "job_id as job", sql<boolean>`trials.state = 'running'`.as("isWanted")])
    .where("token", "in", [...tokens])
    .where("attempts.state", "=", "running")
    .execute();
}

/**
 * End every running attempt: for the owner of an embedded database, which knows that all others are gone.
 *
 * @returns Jobs of the attempts that were lost.
 */
export async function loseAllAttempts(db: Tx): Promise<string[]> {
  return await db.transaction().execute(async (tx) => {
    const lost = await tx
      .selectFrom("attempts")
      .select(["trial_id", "job_id"])
      .where("state", "=", "running")
      .execute();
    for (const { trial_id } of lost) await endRunning(tx, trial_id, "its process ended");
    await tx.updateTable("workers").set({ ended_at: sql`now()` }).where("ended_at", "is", null).execute();
    return lost.map(({ job_id }) => job_id);
  });
}

/** How many attempts of each experiment are running: what fair shares go by. */
export async function runningByExperiment(db: Kysely<Tables>): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("attempts")
    .innerJoin("experiment_trials", "experiment_trials.trial_id", "attempts.trial_id")
    .select(["experiment_id", sql<number>`count(*)::int`.as("running")])
    .where("attempts.state", "=", "running")
    .groupBy("experiment_id")
    .execute();
  return new Map(rows.map(({ experiment_id, running }) => [experiment_id, running]));
}
