/**
 * @file The columns that every list of trials has: how long one trained, and what it ended at.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { ListColumn } from "./grid/list-grid.ts";
import type { Wording } from "./wording.ts";

/** How long a trial trained. */
export const lengthColumns: readonly ListColumn<TrialResult>[] = [
  { title: "Epochs", unit: "fraction", read: (trial) => `${trial.epochs}/${trial.epochsAllowed}` },
  { title: "To fit", unit: "count", read: (trial) => trial.epochsToFit },
];

/** What a trial ended at, and its name. */
export const outcomeColumns = ({ name, unit, loss, one }: Wording): readonly ListColumn<TrialResult>[] => [
  { title: `Train loss${loss.suffix}`, unit: "number", read: (trial) => trial.trainLoss },
  { title: `Train ${name}`, unit, read: (trial) => trial.trainAccuracy },
  { title: `Test ${name}`, unit, read: (trial) => trial.testAccuracy },
  { title: "Train, first five", unit, isOptional: true, read: ({ topFive }) => topFive?.train ?? null },
  { title: "Test, first five", unit, isOptional: true, read: ({ topFive }) => topFive?.test ?? null },
  { title: "Best on the way", unit: "fraction", isOptional: true, read: ({ best }) => tellEpoch(best, one) },
  {
    title: "Stopped by held-out",
    unit: "fraction",
    isOptional: true,
    read: ({ stopping }) => tellEpoch(stopping ?? null, one),
  },
  { title: "Seconds", unit: "number", read: (trial) => trial.seconds },
  { title: "Trial", unit: "hash", read: (trial) => trial.id },
];

/** How far the numbers are off that a trial tells, in the target's own unit; nothing for classes. */
export const errorColumns: readonly ListColumn<TrialResult>[] = (
  [
    ["Train RMSE", "trainRmse"],
    ["Test RMSE", "testRmse"],
    ["Test MAE", "testMae"],
  ] as const
).map(([title, field]) => ({
  title,
  unit: "number",
  isOptional: true,
  read: ({ regression }) => regression?.[field] ?? null,
}));

/** A test accuracy on the way and its epoch; null where it is not known. */
const tellEpoch = (at: TrialResult["best"], one: Wording["one"]): string | null =>
  at && `${one(at.testAccuracy)} (epoch ${at.epoch})`;
