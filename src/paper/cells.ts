/**
 * @file Cells and columns of an experiment's tables.
 */

import { SHARE } from "../document/measurement.ts";
import { type Cell, type Column, measured, number } from "../document/table.ts";
import { summarizeModel } from "../nn/profile.ts";
import { knownModel } from "../run/subject.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { measureTrials } from "./measure.ts";

/** What the paper's networks see: the 28 x 28 color images left of CIFAR-10's by the center crop. */
const EXAMPLE = [3, 28, 28];

/** Number of parameters on CIFAR-10; null for a model that is not known. */
export function parametersOf(model: string): number | null {
  const found = knownModel(model);
  return found ? summarizeModel(found, EXAMPLE, 10).count : null;
}

export const epochsColumn = measured("epochs", "Epochs", "epochs");

/** Epochs trained, to the fit or to the end of the budget. */
export const epochsCell = (trials: readonly TrialResult[]): Cell =>
  number(measureTrials(trials, ({ epochs }) => epochs));

/** Columns of what early stopping could have had. */
export const stoppingColumns: readonly Column[] = [
  measured("final", "Final test accuracy", "share"),
  measured("best", "Best on the way", "share"),
  measured("bestEpoch", "Its epoch", "epochs"),
  measured("gain", "Gain of early stopping", "share"),
];

/** The best test accuracy on the way beside the final one. */
export function stoppingCells(trials: readonly TrialResult[]): Readonly<Record<string, Cell>> {
  const gain = (trial: TrialResult): number | null =>
    trial.best === null || trial.testAccuracy === null ? null : trial.best.testAccuracy - trial.testAccuracy;
  return {
    final: number(measureTrials(trials, ({ testAccuracy }) => testAccuracy, { limits: SHARE })),
    best: number(measureTrials(trials, ({ best }) => best?.testAccuracy ?? null, { limits: SHARE })),
    bestEpoch: number(measureTrials(trials, ({ best }) => best?.epoch ?? null)),
    gain: number(measureTrials(trials, gain)),
  };
}
