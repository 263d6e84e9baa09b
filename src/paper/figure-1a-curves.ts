/**
 * @file The curves of figure 1a, and when one is low.
 */

import type { InputsName } from "../data/randomization.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { firstEpoch, stepsPerEpoch } from "./measure.ts";
import { figure1aCurves } from "./paper.ts";

/** One curve of the figure. */
export interface Curve {
  /** Also the name of the paper's curve. */
  readonly title: string;
  readonly inputs: InputsName;
  readonly corrupt: number;
}

/** The five curves, in the paper's order. */
export const curves: readonly Curve[] = [
  { title: "true labels", inputs: "true", corrupt: 0 },
  { title: "random labels", inputs: "true", corrupt: 1 },
  { title: "shuffled pixels", inputs: "shuffled", corrupt: 0 },
  { title: "random pixels", inputs: "random", corrupt: 0 },
  { title: "gaussian", inputs: "gaussian", corrupt: 0 },
];

/** Training loss, in nats, that times are compared at. */
export const LOW_LOSS = 0.1;

/** The model of the paper's figure. */
export const PAPER_MODEL = "inception";

/** Epochs until a trial's training loss was low, to the next evaluation; null if it never was. */
export const epochsToLowLoss = (trial: TrialResult): number | null =>
  firstEpoch(trial, ({ fitLoss }) => fitLoss !== null && fitLoss <= LOW_LOSS);

/** The same in steps. */
export function stepsToLowLoss(trial: TrialResult): number | null {
  const epoch = epochsToLowLoss(trial);
  return epoch === null ? null : epoch * stepsPerEpoch(trial);
}

/** The same on the paper's curve, between its points. */
export function paperStepsToLowLoss({ title }: Curve): number | null {
  const points = figure1aCurves[title]!;
  const after = points.findIndex(({ y }) => y <= LOW_LOSS);
  if (after < 1) return null;
  const [left, right] = [points[after - 1]!, points[after]!];
  return Math.round(left.x + ((left.y - LOW_LOSS) / (left.y - right.y)) * (right.x - left.x));
}
