/**
 * @file What figures 1b and 1c have in common: the same trials, a level of label corruption each.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { Condition } from "./condition.ts";
import type { Findings } from "./experiment.ts";
import { corruptions } from "./paper.ts";
import { conditionAt, type Setting } from "./scales.ts";

/** The paper's models, in its order. */
export const corruptionModels = ["inception", "alexnet", "mlp-1x512"] as const;

/** Levels at the scales that cannot afford all of the paper's. */
const FEWER: { readonly [scale in Setting["scale"]]?: readonly number[] } = {
  small: [0, 0.2, 0.5, 0.8, 1],
  smoke: [0, 0.5, 1],
};

/** The levels of a scale. */
export const levelsAt = ({ scale }: Setting): readonly number[] => FEWER[scale] ?? corruptions;

/** A model's conditions, by corruption. */
export const corruptionConditions = (setting: Setting, model: string): Condition[] =>
  levelsAt(setting).map((corrupt) => conditionAt(setting, model, { corrupt }));

/** A model at a level, with its trials. */
export interface Level {
  readonly model: string;
  readonly corrupt: number;
  readonly trials: readonly TrialResult[];
  /** The trials of the same model on true labels. */
  readonly onTrue: readonly TrialResult[];
}

/** All levels of all models, measured or not. */
export function levelsOf({ setting, models, results }: Findings): Level[] {
  return models.flatMap((model) => {
    const trialsAt = (corrupt: number) => results.of(conditionAt(setting, model, { corrupt }));
    return levelsAt(setting).map((corrupt) => ({
      model,
      corrupt,
      trials: trialsAt(corrupt),
      onTrue: trialsAt(0),
    }));
  });
}

/** The paper's number at a level, where a curve of that model is in the paper. */
export function paperAt(
  curves: Readonly<Record<string, readonly number[]>>,
  model: string,
  corrupt: number,
): number | null {
  return curves[model]?.[corruptions.indexOf(corrupt)] ?? null;
}

/** The paper's curve of a model; empty if it has none. */
export const paperCurve = (
  curves: Readonly<Record<string, readonly number[]>>,
  model: string,
): { x: number; y: number }[] => (curves[model] ?? []).map((y, index) => ({ x: corruptions[index]!, y }));
