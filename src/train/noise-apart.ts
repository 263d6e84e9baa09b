/**
 * @file Partly corrupted labels followed apart: what a network says of the examples whose labels were changed, and of the
 * others; and when it begins to memorize.
 */

import { z } from "zod";
import { countBound } from "../data/conformance/tail-bounds.ts";

const share = z.number().min(0).max(1);

/** Accuracies after an epoch; null where there are no such examples. */
export const apartSchema = z.strictObject({
  /** On the examples whose labels were changed, against the labels given to them: what was memorized. */
  changedGiven: share.nullable(),
  /** On the same examples, against their true labels: what it would have said. */
  changedTrue: share.nullable(),
  /** On the examples whose labels are the true ones. */
  unchanged: share.nullable(),
});

export type Apart = z.infer<typeof apartSchema>;

/** What following them apart came to. */
export const memorizingSchema = z.strictObject({
  /** Share of the changed examples that answers which know nothing of their given labels come to at most, on average. */
  guessing: share,
  /** The share above which it is no accident: passed about once in a million trials, all measured epochs together. */
  bound: z.number(),
  /** First measured epoch above the bound: memorizing has begun; null if it has not, or nobody could tell. */
  begins: z.int().min(1).nullable(),
  /** When most of the changed examples were answered truly: the first such epoch, and their share. */
  bestTrue: z.strictObject({ epoch: z.int().min(1), accuracy: share }).nullable(),
});

export type Memorizing = z.infer<typeof memorizingSchema>;

/** The training labels before and after. */
export interface LabelPair {
  readonly truth: Int32Array;
  readonly given: Int32Array;
}

/** Answers to the changed and to the other examples. */
export function measureApart(predicted: Int32Array, { truth, given }: LabelPair): Apart {
  let changed = 0;
  const hits = { given: 0, true: 0, unchanged: 0 };
  predicted.forEach((answer, i) => {
    const isGiven = Number(answer === given[i]);
    if (truth[i] === given[i]) {
      hits.unchanged += isGiven;
      return;
    }
    changed++;
    hits.given += isGiven;
    hits.true += Number(answer === truth[i]);
  });
  const of = (count: number, total: number): number | null => (total === 0 ? null : count / total);
  return {
    changedGiven: of(hits.given, changed),
    changedTrue: of(hits.true, changed),
    unchanged: of(hits.unchanged, truth.length - changed),
  };
}

/**
 * When memorizing begins.
 *
 * A network that has memorized none of the changed labels answers without regard to them. A given label is one of the
 * other classes that occur, so such an answer is it with the chance of the likeliest of them at most: `1 / (k - 1)` where
 * labels are redrawn, the share of the commonest other class among all others where they are permuted. Such answers are
 * hits independently, as the labels are, and Bernstein's inequality says how many there may be by accident. Of two
 * classes a changed label is always the other one, so nobody can tell memorizing from mistakes.
 *
 * @param permuted - Whether labels changed places instead of being redrawn.
 * @returns Null if no label was changed.
 */
export function memorizingOf(
  history: readonly { readonly epoch: number; readonly apart?: Apart | undefined }[],
  { truth, given }: LabelPair,
  permuted: boolean,
): Memorizing | null {
  const counts = Map.groupBy(truth, (label) => label);
  const weights = [...counts].map(([label, { length }]) => [label, permuted ? length : 1] as const);
  const likeliest = new Map(
    weights.map(([label]) => {
      const others = weights.filter(([other]) => other !== label).map(([, weight]) => weight);
      return [label, Math.max(...others) / others.reduce((sum, weight) => sum + weight, 0)];
    }),
  );
  let changed = 0;
  let expected = 0;
  let variance = 0;
  truth.forEach((label, i) => {
    if (label === given[i]) return;
    const chance = likeliest.get(label)!;
    changed++;
    expected += chance;
    variance += chance * (1 - chance);
  });
  if (changed === 0) return null;
  const measured = history.flatMap(({ epoch, apart }) => (apart ? [{ epoch, ...apart }] : []));
  const bound = (expected + countBound(variance, Math.max(1, measured.length))) / changed;
  const first = measured.find(({ changedGiven }) => changedGiven !== null && changedGiven > bound);
  let bestTrue: Memorizing["bestTrue"] = null;
  for (const { epoch, changedTrue } of measured) {
    if (changedTrue !== null && (bestTrue === null || changedTrue > bestTrue.accuracy)) {
      bestTrue = { epoch, accuracy: changedTrue };
    }
  }
  return { guessing: expected / changed, bound, begins: first?.epoch ?? null, bestTrue };
}
