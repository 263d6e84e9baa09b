/**
 * @file When a trial has overfitted its training labels: the paper does not say, so there are several answers.
 */

import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { firstEpoch } from "./measure.ts";

/** A definition of "overfitted", of the state after an epoch. */
export interface Criterion {
  /** For file names and keys. */
  readonly name: string;
  /** Completes "epochs until ...". */
  readonly title: string;
  /** Whether it has a figure of its own; the others are in a table. */
  readonly drawn: boolean;
  readonly isMet: (row: HistoryRow) => boolean;
}

const accuracyOf = (bound: number, title: string, drawn = false): Criterion => ({
  name: `accuracy-${100 * bound}`,
  title,
  drawn,
  isMet: ({ trainAccuracy }) => trainAccuracy !== null && trainAccuracy >= bound,
});

const lossOf = (bound: number, drawn = false): Criterion => ({
  name: `loss-${bound}`,
  title: `a training loss of at most ${bound} nats`,
  drawn,
  isMet: ({ fitLoss }) => fitLoss !== null && fitLoss <= bound,
});

/**
 * By training accuracy and by training loss. The two that are drawn are met by every model of the paper on
 * random labels within its epochs; mlp-1x512, the slowest, comes to neither 99 % nor 0.1 nats in them. The paper's
 * own bound seems to be a loss of about 0.05.
 */
export const criteria: readonly Criterion[] = [
  accuracyOf(0.95, "95 % training accuracy", true),
  accuracyOf(0.99, "99 % training accuracy"),
  accuracyOf(1, "every training label right"),
  lossOf(0.3, true),
  lossOf(0.1),
  lossOf(0.05),
];

/** Epochs until a trial met a criterion, to the next evaluation; null if it never did. */
export const epochsUntil = (trial: TrialResult, { isMet }: Criterion): number | null =>
  firstEpoch(trial, isMet);

/** A trial's epochs over those of the same seed on true labels; null if either never met the criterion. */
export function slowdown(
  trial: TrialResult,
  onTrue: readonly TrialResult[],
  criterion: Criterion,
): number | null {
  const base = onTrue.find(({ seed }) => seed === trial.seed);
  const [epochs, baseEpochs] = [epochsUntil(trial, criterion), base ? epochsUntil(base, criterion) : null];
  return epochs === null || baseEpochs === null ? null : epochs / baseEpochs;
}
