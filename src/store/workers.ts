/**
 * @file The processes that work for a lab: one says when it comes and when it goes.
 */

import { sql } from "kysely";
import type { Tx } from "./database.ts";
import type { NewWorker } from "./tables.ts";

/** Say that a worker is there. */
export async function registerWorker(db: Tx, worker: NewWorker): Promise<void> {
  await db.insertInto("workers").values(worker).execute();
}

/** Say that a worker is gone. */
export async function endWorker(db: Tx, worker: string): Promise<void> {
  await db.updateTable("workers").set({ ended_at: sql`now()` }).where("id", "=", worker).execute();
}
