/**
 * @file What figures 1b and 1c have in common: the same trials, a level of label corruption each.
 */

import type { Condition } from "./condition.ts";
import { conditionAt, type Setting } from "./scales.ts";

/** The paper's levels: the probabilities that a label is redrawn. */
export const corruptions = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1] as const;

/** The levels of a scale: all of the paper's, or every fifth. */
const levelsAt = ({ scale }: Setting): readonly number[] =>
  scale === "smoke" ? corruptions.filter((_, index) => index % 5 === 0) : corruptions;

/** The paper's models, in its order. */
export const corruptionModels = ["inception", "alexnet", "mlp-1x512"] as const;

/** A model's conditions, by corruption. */
export const corruptionConditions = (setting: Setting, model: string): Condition[] =>
  levelsAt(setting).map((corrupt) => conditionAt(setting, model, { corrupt }));
