/**
 * @file A trial's history, one row an epoch, and what it says: fitted since when, diverged, the best epoch.
 *
 * Everything is derived from the rows, so a trial that goes on from a checkpoint needs nothing but them.
 */

import { z } from "zod";
import { type Dataset, hasNumbers } from "../data/dataset.ts";
import { type Apart, apartSchema } from "./noise-apart.ts";
import type { Recipe } from "./recipe.ts";

/** Shares of examples whose label is among the first five answers, as accuracies are measured. */
export interface TopFive {
  readonly train: number;
  readonly test: number;
}

const share = z.number().min(0).max(1);
export const topFiveSchema: z.ZodType<TopFive> = z.strictObject({ train: share, test: share });

/** One row of a trial's history. */
export interface EpochRow {
  /** From 1. */
  readonly epoch: number;
  /**
   * Mean over the epoch's batches, each before its update, in nats, by smoothed labels where the recipe smooths them; null once
   * it is not finite. All other losses are those of the labels as they are.
   */
  readonly trainLoss: number | null;
  /** Mean after the epoch, on the labels trained on, in nats; null if not measured, or not finite. */
  readonly fitLoss: number | null;
  /** After the epoch, on the labels trained on, in `[0, 1]`; of numbers R squared, 1 at most; null if this epoch was not measured. */
  readonly trainAccuracy: number | null;
  /** The same on the test examples, with true labels. */
  readonly testAccuracy: number | null;
  /** Shares whose label is among the first five answers; of many classes only, and absent if this epoch was not measured. */
  readonly topFive?: TopFive | undefined;
  /** On held-out training examples with the labels that training would have been told; absent where the recipe holds none out. */
  readonly validationAccuracy?: number | undefined;
  /** Changed labels and the others apart, where some were corrupted; absent if none was, or this epoch was not measured. */
  readonly apart?: Apart | undefined;
}

/** An accuracy, in `[0, 1]`; or R squared, which has no least value. */
export const scoreSchema = z.number().max(1);

/** A row as it comes from a file. */
export const epochRowSchema: z.ZodType<EpochRow> = z.strictObject({
  epoch: z.int().min(1),
  trainLoss: z.number().nullable(),
  fitLoss: z.number().nullable(),
  trainAccuracy: scoreSchema.nullable(),
  testAccuracy: scoreSchema.nullable(),
  topFive: topFiveSchema.optional(),
  validationAccuracy: scoreSchema.optional(),
  apart: apartSchema.optional(),
});

/** What a history says so far. */
export interface Milestones {
  readonly diverged: boolean;
  /** First epoch that met the recipe's criterion of a fit; null before. */
  readonly epochsToFit: number | null;
  /** First epoch with a training accuracy of at least 0.95; null before. */
  readonly epochsTo95: number | null;
  /** The best test accuracy on the way and its first epoch: what early stopping could have had at most. */
  readonly best: { readonly epoch: number; readonly testAccuracy: number } | null;
}

/** A loss this many times the loss of guessing counts as exploded. */
const EXPLOSION = 1000;

/** The loss of guessing: among classes in nats; of numbers, always their mean, the square of their deviation. */
export const guessingLoss = (dataset: Pick<Dataset, "values" | "classNames">): number =>
  hasNumbers(dataset) ? 1 : Math.log(dataset.classNames.length);

/** Whether a loss is no number any more, or far beyond that of guessing. */
export const isExploded = (loss: number | null, guessing: number): boolean =>
  loss === null || !(loss <= EXPLOSION * guessing);

/** Whether a measured epoch meets a recipe's criterion of a fit. */
export const isFitted = (trainAccuracy: number, fitLoss: number | null, { fit }: Recipe): boolean =>
  trainAccuracy >= fit.accuracy || (fitLoss !== null && fitLoss < fit.loss);

/** Read a history. */
export function milestonesOf(history: readonly EpochRow[], recipe: Recipe, guessing: number): Milestones {
  let diverged = false;
  let epochsToFit: number | null = null;
  let epochsTo95: number | null = null;
  let best: Milestones["best"] = null;
  for (const { epoch, trainLoss, fitLoss, trainAccuracy, testAccuracy } of history) {
    diverged ||= isExploded(trainLoss, guessing);
    if (trainAccuracy === null || testAccuracy === null) continue;
    diverged ||= isExploded(fitLoss, guessing);
    if (!diverged) {
      if (isFitted(trainAccuracy, fitLoss, recipe)) epochsToFit ??= epoch;
      if (trainAccuracy >= 0.95) epochsTo95 ??= epoch;
    }
    if (best === null || testAccuracy > best.testAccuracy) best = { epoch, testAccuracy };
  }
  return { diverged, epochsToFit, epochsTo95, best };
}
