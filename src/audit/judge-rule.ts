/**
 * @file How well a rule tells the class of the test examples, beside chance.
 */

import { incompleteBeta } from "../base/statistics.ts";

/** How well a column, or two together, tells the class of the test examples. */
export interface Rule {
  readonly column: string;
  /** Share of the test examples it is right for. */
  readonly accuracy: number;
  /** Agreement beyond chance: 1 for all, 0 for none. */
  readonly kappa: number;
  /** Probability of as many by chance, times the number of columns; at most 1. */
  readonly p: number;
}

/** The class of the largest count; the first of several. */
export const commonest = (counts: Int32Array): number =>
  counts.indexOf(counts.reduce((most, count) => Math.max(most, count), 0));

/** Compare answers with labels. */
export function judgeRule(
  column: string,
  answers: Int32Array,
  labels: Int32Array,
  classes: number,
  columns: number,
): Rule {
  const [said, are] = [new Float64Array(classes), new Float64Array(classes)];
  let hits = 0;
  for (const [at, label] of labels.entries()) {
    said[answers[at]!]!++;
    are[label]!++;
    if (answers[at] === label) hits++;
  }
  const count = labels.length;
  const chance = said.reduce((sum, share, label) => sum + share * are[label]!, 0) / count ** 2;
  const accuracy = hits / count;
  // P(at least so many hits) = I_chance(hits, count - hits + 1), DLMF 8.17.5.
  const tail = hits === 0 || chance >= 1 ? 1 : incompleteBeta(chance, hits, count - hits + 1);
  return {
    column,
    accuracy,
    kappa: chance >= 1 ? 0 : (accuracy - chance) / (1 - chance),
    p: Math.min(1, tail * columns),
  };
}
