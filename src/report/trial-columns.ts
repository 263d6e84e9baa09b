/**
 * @file The columns that every list of trials has: how long one trained, and what it ended at.
 */

import type { TrialResult } from "../run/trial-record.ts";
import { formatPercent } from "./format.ts";
import type { ListColumn } from "./grid/list-grid.ts";

/** How long a trial trained. */
export const lengthColumns: readonly ListColumn<TrialResult>[] = [
  { title: "Epochs", unit: "fraction", read: (trial) => `${trial.epochs}/${trial.epochsAllowed}` },
  { title: "To fit", unit: "count", read: (trial) => trial.epochsToFit },
];

/** What a trial ended at, and its name. */
export const outcomeColumns: readonly ListColumn<TrialResult>[] = [
  { title: "Train loss, nats", unit: "number", read: (trial) => trial.trainLoss },
  { title: "Train accuracy", unit: "share", read: (trial) => trial.trainAccuracy },
  { title: "Test accuracy", unit: "share", read: (trial) => trial.testAccuracy },
  { title: "Best on the way", unit: "fraction", isOptional: true, read: tellBest },
  { title: "Seconds", unit: "number", read: (trial) => trial.seconds },
  { title: "Trial", unit: "hash", read: (trial) => trial.id },
];

/** The best test accuracy of a trial and its epoch; null where it is not known. */
function tellBest({ best }: TrialResult): string | null {
  return best && `${formatPercent(best.testAccuracy)} (epoch ${best.epoch})`;
}
