/**
 * @file The results of trials: documents that are written once.
 */

import { sql } from "kysely";
import { inTransaction, type Tx } from "./database.ts";
import { type EpochRecord, writeEpochs } from "./history.ts";
import type { NewResult } from "./tables.ts";

/** Documents of the trials that are done, in the order of their ids. */
export async function allResults(db: Tx): Promise<unknown[]> {
  const rows = await db.selectFrom("results").select("document").orderBy("trial_id").execute();
  return rows.map(({ document }) => document);
}

/** Documents of those of some trials that are done, by id. */
export async function readResults(db: Tx, ids: readonly string[]): Promise<Map<string, unknown>> {
  const found = new Map<string, unknown>();
  for (let start = 0; start < ids.length; start += 10_000) {
    const rows = await db
      .selectFrom("results")
      .select(["trial_id", "document"])
      .where("trial_id", "in", ids.slice(start, start + 10_000))
      .execute();
    for (const { trial_id, document } of rows) found.set(trial_id, document);
  }
  return found;
}

/** Ids of the trials that were done within some seconds before now, by the database's clock. */
export async function recentlyDone(db: Tx, seconds: number): Promise<string[]> {
  const rows = await db
    .selectFrom("trials")
    .select("id")
    .where("state", "=", "done")
    .where("updated_at", ">", sql<Date>`now() - make_interval(secs => ${seconds})`)
    .execute();
  return rows.map(({ id }) => id);
}

/** Ids of the trials that are done. */
export async function doneTrials(db: Tx): Promise<Set<string>> {
  const rows = await db.selectFrom("results").select("trial_id").execute();
  return new Set(rows.map(({ trial_id }) => trial_id));
}

/** Keep a result that comes from elsewhere, with its history; false if there is one. */
export async function importResult(
  db: Tx,
  result: NewResult,
  history: readonly EpochRecord[],
): Promise<boolean> {
  return await inTransaction(db, async (tx) => {
    const added = await tx
      .insertInto("results")
      .values(result)
      .onConflict((conflict) => conflict.column("trial_id").doNothing())
      .returning("trial_id")
      .executeTakeFirst();
    if (!added) return false;
    await writeEpochs(tx, result.trial_id, history);
    await tx
      .updateTable("trials")
      .set({
        state: "done",
        epoch: result.epochs,
        train_loss: result.train_loss,
        train_accuracy: result.train_accuracy,
        test_accuracy: result.test_accuracy,
        updated_at: sql`now()`,
      })
      .where("id", "=", result.trial_id)
      .execute();
    return true;
  });
}
