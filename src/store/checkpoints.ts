/**
 * @file Checkpoints of trials, in the database or as files beside it: the last two of each trial.
 */

import { sql } from "kysely";
import type { Tx } from "./database.ts";
import type { CheckpointRow } from "./tables.ts";

/** A checkpoint to keep. */
export interface NewCheckpoint {
  readonly epochs: number;
  readonly step: number;
  readonly size: number;
  readonly hash: string;
  /** Name of the file beside the database, or the bytes themselves. */
  readonly path: string | null;
  readonly bytes: Uint8Array | null;
}

/** Checkpoints kept of one trial: the second one serves if the first is damaged. */
const KEPT = 2;

/** Keep a checkpoint of a running attempt, and the one before it. False if the lease is lost. */
export async function writeCheckpoint(db: Tx, token: string, checkpoint: NewCheckpoint): Promise<boolean> {
  const keep = db.transaction().execute(async (tx) => {
    const attempt = await tx
      .selectFrom("attempts")
      .select(["trial_id", "number"])
      .where("token", "=", token)
      .where("state", "=", "running")
      .executeTakeFirst();
    if (!attempt) return false;
    const { trial_id, number } = attempt;
    await tx
      .insertInto("checkpoints")
      .values({ trial_id, attempt: number, ...checkpoint })
      .onConflict((conflict) => conflict.columns(["trial_id", "attempt", "epochs", "step"]).doNothing())
      .execute();
    // Locked only now: a worker that freezes while it sends its bytes must not hold up whoever goes on.
    const lease = await tx
      .selectFrom("attempts")
      .select("number")
      .where("token", "=", token)
      .where("state", "=", "running")
      .forUpdate()
      .executeTakeFirst();
    if (!lease) throw new LeaseLost();
    const older = tx
      .selectFrom("checkpoints")
      .select(sql<string>`ctid`.as("row"))
      .where("trial_id", "=", trial_id)
      .orderBy("epochs", "desc")
      .orderBy("step", "desc")
      .orderBy("attempt", "desc")
      .offset(KEPT);
    await tx.deleteFrom("checkpoints").where(sql<string>`ctid`, "in", older).execute();
    return true;
  });
  return await keep.catch((error) => {
    if (error instanceof LeaseLost) return false;
    throw error;
  });
}

/** Undoes what was written before the lease was found lost. */
class LeaseLost extends Error {}

/** Keep a checkpoint that comes from elsewhere, of no attempt in this lab. */
export async function importCheckpoint(db: Tx, trial: string, checkpoint: NewCheckpoint): Promise<void> {
  await db
    .insertInto("checkpoints")
    .values({ trial_id: trial, attempt: 0, ...checkpoint })
    .onConflict((conflict) => conflict.columns(["trial_id", "attempt", "epochs", "step"]).doNothing())
    .execute();
}

/** A checkpoint without its bytes. */
export type CheckpointFacts = Omit<CheckpointRow, "bytes">;

const facts = ["trial_id", "attempt", "epochs", "step", "size", "hash", "path", "created_at"] as const;

/** The checkpoints of a trial, the farthest first. */
export async function checkpointsOf(db: Tx, trial: string): Promise<CheckpointFacts[]> {
  return await db
    .selectFrom("checkpoints")
    .select(facts)
    .where("trial_id", "=", trial)
    .orderBy("epochs", "desc")
    .orderBy("step", "desc")
    .orderBy("attempt", "desc")
    .execute();
}

/** The bytes of a checkpoint; undefined if they are not in the database. */
export async function readCheckpoint(db: Tx, of: CheckpointFacts): Promise<Uint8Array | undefined> {
  const row = await db
    .selectFrom("checkpoints")
    .select("bytes")
    .where("trial_id", "=", of.trial_id)
    .where("attempt", "=", of.attempt)
    .where("epochs", "=", of.epochs)
    .where("step", "=", of.step)
    .executeTakeFirst();
  return row?.bytes ?? undefined;
}

/** Forget a checkpoint that turned out to be damaged. */
export async function removeCheckpoint(db: Tx, of: CheckpointFacts): Promise<void> {
  await db
    .deleteFrom("checkpoints")
    .where("trial_id", "=", of.trial_id)
    .where("attempt", "=", of.attempt)
    .where("epochs", "=", of.epochs)
    .where("step", "=", of.step)
    .execute();
}
