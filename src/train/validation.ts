/**
 * @file The training examples that a recipe holds out: nothing is learned from them, and they say when training had better stopped.
 *
 * They are drawn after the randomization, with the labels that training would have been told, as whoever has no other labels would
 * hold them out; the test split has no say.
 */

import { z } from "zod";
import { UsageError } from "../base/errors.ts";
import { randomStream } from "../base/random.ts";
import { batchCount } from "../data/batches.ts";
import { type Examples, exampleCount, isHeld, takeExamples, titleOf } from "../data/dataset.ts";
import { groupCount, groupingOf } from "../data/groups.ts";
import { reorder } from "../data/streamed.ts";
import { type EpochRow, scoreSchema } from "./history.ts";
import type { Recipe } from "./recipe.ts";

/** Number of examples that are held out of so many; of groups, which are held out whole, about so many. */
export const heldOutCount = ({ validation = 0 }: Pick<Recipe, "validation">, examples: number): number =>
  validation === 0 ? 0 : Math.max(1, Math.round(validation * examples));

/** Number of examples that are trained on, of so many. */
export const trainedCount = (recipe: Pick<Recipe, "validation">, examples: number): number =>
  examples - heldOutCount(recipe, examples);

/** Steps of one epoch of a trial with so many training examples. */
export const stepsOfEpoch = (recipe: Recipe, examples: number): number =>
  batchCount(trainedCount(recipe, examples), recipe.batch, recipe.lastBatch);

/** The examples of a split, without their inputs. */
type Rows = Pick<Examples, "labels" | "groups">;

/**
 * Places of the examples that are trained on and of those that are held out, each in its order; the same ones for the same seed.
 * Groups stay whole: in a random order, those are held out that the wanted number has room for, one at least.
 */
function divideRows({ labels, groups }: Rows, recipe: Pick<Recipe, "validation">, seed: number) {
  const count = heldOutCount(recipe, labels.length);
  const stream = randomStream(seed, "validation");
  if (!groups) {
    const order = stream.permutation(labels.length);
    return { kept: order.subarray(count).toSorted(), held: order.subarray(0, count).toSorted() };
  }
  const { members } = groupingOf({ labels, groups });
  const order = Array.from(stream.permutation(members.length), (place) => members[place]!);
  const smallest = order.reduce((least, group) => (group.length < least.length ? group : least));
  const held: number[] = [];
  for (const group of order) if (held.length + group.length <= count) held.push(...group);
  const out = new Set(held.length > 0 ? held : smallest);
  const rows = Uint32Array.from(labels.keys());
  return { kept: rows.filter((row) => !out.has(row)), held: rows.filter((row) => out.has(row)) };
}

/** The labels of the examples that are trained on. */
export const keptLabels = (rows: Rows, recipe: Pick<Recipe, "validation">, seed: number): Int32Array =>
  heldOutCount(recipe, rows.labels.length) === 0
    ? rows.labels
    : Int32Array.from(divideRows(rows, recipe, seed).kept, (row) => rows.labels[row]!);

/** Examples that are trained on, and those that are held out. */
export interface HeldOut {
  readonly kept: Examples;
  /** Absent where the recipe holds none out. */
  readonly validation?: Examples | undefined;
}

/**
 * Divide a training split, both parts in its order; the same places for the same seed, whatever is in them.
 *
 * @throws UsageError if nothing is left to train on.
 */
export function holdOut(train: Examples, recipe: Pick<Recipe, "validation">, seed: number): HeldOut {
  const count = exampleCount(train);
  requireHoldOut(train, recipe, count);
  if (heldOutCount(recipe, count) === 0) return { kept: train };
  const { kept, held } = divideRows(train, recipe, seed);
  const take = (rows: Uint32Array): Examples =>
    isHeld(train) ? takeExamples(train, rows) : reorder(train, rows);
  return { kept: take(kept), validation: take(held) };
}

/**
 * Refuse a part that cannot be held out of so many examples.
 *
 * @throws UsageError saying why.
 */
export function requireHoldOut(train: Examples, recipe: Pick<Recipe, "validation">, count: number): void {
  const held = heldOutCount(recipe, count);
  if (held === 0) return;
  const about = `\`validation\` ${recipe.validation}`;
  if (held >= count) {
    throw new UsageError(
      `${about}: expected some of the ${count} training examples of ${titleOf(train)} to be left to train on`,
    );
  }
  // Of few examples that stand for all, nobody knows the groups.
  if (exampleCount(train) < count || (groupCount(train) ?? 2) > 1) return;
  throw new UsageError(
    `${about}: expected groups of which one can be held out and another trained on, got one group in ${titleOf(train)}; name another column by \`group\`, or leave it out`,
  );
}

/** What early stopping has that sees held-out training examples only: the first epoch that did best on them. */
export interface Stopping {
  readonly epoch: number;
  /** After that epoch, in `[0, 1]`; of numbers R squared. */
  readonly validationAccuracy: number;
  /** Of the network of that epoch; on a glance of the test examples where the recipe evaluates by glances. */
  readonly testAccuracy: number;
}

/** A stopping as it comes from a file. */
export const stoppingSchema: z.ZodType<Stopping> = z.strictObject({
  epoch: z.int().min(1),
  validationAccuracy: scoreSchema,
  testAccuracy: scoreSchema,
});

/** Where a history would have been stopped; undefined where nothing was held out. */
export function stoppingOf(history: readonly EpochRow[]): Stopping | undefined {
  let best: Stopping | undefined;
  for (const { epoch, validationAccuracy, testAccuracy } of history) {
    if (validationAccuracy === undefined || testAccuracy === null) continue;
    if (!best || validationAccuracy > best.validationAccuracy)
      best = { epoch, validationAccuracy, testAccuracy };
  }
  return best;
}
