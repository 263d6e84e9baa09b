/**
 * @file Whether permuted numbers are told by the true ones: their ranks, so that one far number does not decide.
 */

import { countBound } from "./tail-bounds.ts";

/** Parts of the true numbers, by their size. */
const QUARTERS = 4;

/**
 * How far the mean rank of the numbers given to each quarter of the true ones strays from that of all, as a share of its bound.
 *
 * Numbers given to any set of `m` examples are drawn from all without replacement. Their ranks, in `[0, 1]`, then stray no
 * farther than as many drawn with replacement (Hoeffding, JASA 1963, theorem 4), and Bernstein's inequality says how far,
 * whatever numbers are equal.
 *
 * @param truth - `[count]`: a larger label stands for a larger number.
 * @param given - The same labels, permuted.
 */
export function ranksInQuarters(truth: Int32Array, given: Int32Array): number {
  const ranks = ranksOf(truth);
  const mean = ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
  const variance = ranks.reduce((sum, rank) => sum + (rank - mean) ** 2, 0) / ranks.length;
  const rankOf = new Map(Array.from(truth, (label, i) => [label, ranks[i]!]));
  const order = [...truth.keys()].sort((a, b) => truth[a]! - truth[b]! || a - b);
  let farthest = 0;
  for (let quarter = 0; quarter < QUARTERS; quarter++) {
    const at = (part: number): number => Math.floor((part * order.length) / QUARTERS);
    const members = order.slice(at(quarter), at(quarter + 1));
    // A label that nobody has is as wrong as can be.
    const sum = members.reduce((total, i) => total + (rankOf.get(given[i]!) ?? Number.POSITIVE_INFINITY), 0);
    const away = Math.abs(sum - members.length * mean);
    farthest = Math.max(farthest, away / countBound(members.length * variance, QUARTERS));
  }
  return farthest;
}

/** Ranks in `[0, 1]`; equal ones share the middle of theirs. */
function ranksOf(labels: Int32Array): Float64Array {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const middles = new Map<number, number>();
  let below = 0;
  for (const label of [...counts.keys()].sort((a, b) => a - b)) {
    const count = counts.get(label)!;
    middles.set(label, (below + count / 2) / labels.length);
    below += count;
  }
  return Float64Array.from(labels, (label) => middles.get(label)!);
}
