/**
 * @file Writes what a running attempt learns, as long as it holds its lease: the trial's history, its events, and how
 * far it is.
 */

import { sql } from "kysely";
import { holdLease } from "./attempts.ts";
import type { Tx } from "./database.ts";
import { type EpochRecord, replaceEpoch, writeEpochs } from "./history.ts";
import { storableJson } from "./text.ts";

/** What a running attempt has to tell since last time. */
export interface Progress {
  /** Rows of the history, in the order of their epochs; those there already are replaced. */
  readonly epochs: readonly EpochRecord[];
  readonly events: readonly { readonly type: string; readonly data: unknown }[];
  /** Epochs that it began with; undefined unless it has just begun. Later rows of a lost attempt go away. */
  readonly resumedEpochs?: number | undefined;
  /** The part of the next epoch that is done, in `[0, 1]`. */
  readonly share: number;
}

/**
 * Keep what a running attempt has to tell. False if the lease is lost: nothing was kept then.
 *
 * @param onUnwanted - Called if the trial is wanted no more: cancelled, though its lease is held still.
 */
export async function recordProgress(
  db: Tx,
  token: string,
  progress: Progress,
  onUnwanted: () => void = () => {},
): Promise<boolean> {
  const { epochs, events, resumedEpochs } = progress;
  if (events.length === 0 && resumedEpochs === undefined) {
    return await recordEpochs(db, token, progress, onUnwanted);
  }
  return await db.transaction().execute(async (tx) => {
    const lease = await holdLease(tx, token);
    if (!lease) return false;
    const { trial_id: trial, number } = lease;
    if (resumedEpochs !== undefined) {
      await tx
        .deleteFrom("epochs")
        .where("trial_id", "=", trial)
        .where("epoch", ">", resumedEpochs)
        .execute();
      await tx
        .updateTable("attempts")
        .set({ resumed_epochs: resumedEpochs })
        .where("token", "=", token)
        .execute();
    }
    if (epochs.length > 0) await writeEpochs(tx, trial, epochs);
    if (events.length > 0) {
      await tx
        .insertInto("events")
        .values(
          events.map(({ type, data }) => ({
            trial_id: trial,
            attempt: number,
            type,
            data: storableJson(data),
          })),
        )
        .execute();
    }
    const { state } = await tx
      .updateTable("trials")
      .set(standOf(progress))
      .where("id", "=", trial)
      .returning("state")
      .executeTakeFirstOrThrow();
    if (state !== "running") onUnwanted();
    return true;
  });
}

/** {@link recordProgress} as every second asks for it: epochs and nothing else, in one statement and one round trip. */
async function recordEpochs(
  db: Tx,
  token: string,
  progress: Progress,
  onUnwanted: () => void,
): Promise<boolean> {
  const rows = progress.epochs.map((row) => ({
    epoch: row.epoch,
    train_loss: row.trainLoss,
    fit_loss: row.fitLoss,
    train_accuracy: row.trainAccuracy,
    test_accuracy: row.testAccuracy,
  }));
  const held = await db
    .with("lease", (tx) =>
      tx
        .selectFrom("attempts")
        .select("trial_id")
        .where("token", "=", token)
        .where("state", "=", "running")
        .forUpdate(),
    )
    .with("written", (tx) =>
      tx
        .insertInto("epochs")
        .columns(["trial_id", "epoch", "train_loss", "fit_loss", "train_accuracy", "test_accuracy"])
        .expression(
          sql`select lease.trial_id, row.* from lease, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(
            epoch int, train_loss float8, fit_loss float8, train_accuracy float8, test_accuracy float8)`,
        )
        .onConflict(replaceEpoch),
    )
    .updateTable("trials")
    .from("lease")
    .set(standOf(progress))
    .whereRef("trials.id", "=", "lease.trial_id")
    .returning("trials.state")
    .executeTakeFirst();
  if (held && held.state !== "running") onUnwanted();
  return held !== undefined;
}

/** How far a trial is, as its row says it. */
function standOf({ epochs, resumedEpochs, share }: Progress) {
  const last = epochs.at(-1);
  const measured = epochs.findLast(({ trainAccuracy }) => trainAccuracy !== null);
  return {
    share,
    updated_at: sql<Date>`now()`,
    ...(resumedEpochs === undefined ? {} : { epoch: resumedEpochs }),
    ...(last
      ? {
          epoch: last.epoch,
          train_loss: last.trainLoss,
          farthest: sql<number>`greatest(farthest, ${last.epoch}::int)`,
        }
      : {}),
    ...(measured ? { train_accuracy: measured.trainAccuracy, test_accuracy: measured.testAccuracy } : {}),
  };
}
