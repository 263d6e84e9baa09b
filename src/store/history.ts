/**
 * @file The history of a trial: a row an epoch, written again where an attempt went back behind it.
 */

import type { OnConflictBuilder } from "kysely";
import type { Tx } from "./database.ts";
import type { Tables } from "./tables.ts";

/** What an epoch taught: losses in nats, accuracies in `[0, 1]`. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly trainLoss: number | null;
  readonly fitLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testAccuracy: number | null;
}

/** Most rows of one insert: a statement takes 65,535 values at most. */
const ROWS = 5000;

/** What becomes of a row of the history that is there already. */
export const replaceEpoch = (conflict: OnConflictBuilder<Tables, "epochs">) =>
  conflict.columns(["trial_id", "epoch"]).doUpdateSet((set) => ({
    train_loss: set.ref("excluded.train_loss"),
    fit_loss: set.ref("excluded.fit_loss"),
    train_accuracy: set.ref("excluded.train_accuracy"),
    test_accuracy: set.ref("excluded.test_accuracy"),
  }));

/** Write rows of a trial's history. */
export async function writeEpochs(tx: Tx, trial: string, epochs: readonly EpochRecord[]): Promise<void> {
  for (let start = 0; start < epochs.length; start += ROWS) {
    await tx
      .insertInto("epochs")
      .values(
        epochs.slice(start, start + ROWS).map((row) => ({
          trial_id: trial,
          epoch: row.epoch,
          train_loss: row.trainLoss,
          fit_loss: row.fitLoss,
          train_accuracy: row.trainAccuracy,
          test_accuracy: row.testAccuracy,
        })),
      )
      .onConflict(replaceEpoch)
      .execute();
  }
}
