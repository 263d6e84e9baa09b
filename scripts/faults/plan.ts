/**
 * @file Which faults come, and in what order.
 */

import type { RandomStream } from "../../src/base/random.ts";

/** How often each kind comes, in proportion: those that take long are rarer. */
export const FOLDER_WEIGHTS: Readonly<Record<string, number>> = {
  "trial's process killed": 12,
  "owner killed": 12,
  "owner killed, three want its lab": 6,
  "owner told to end": 6,
  "checkpoint damaged": 10,
  "disk full": 4,
};

export const SERVER_WEIGHTS: Readonly<Record<string, number>> = {
  "trial's process killed": 9,
  "worker killed": 9,
  "worker told to end": 5,
  "PostgreSQL killed": 7,
  "connections reset": 6,
  "network cut": 3,
  "worker frozen past its lease": 4,
  "checkpoint in the database damaged": 5,
  "disk of checkpoints full": 2,
};

/** A number of faults, each kind by its weight, in an order drawn by lot. */
export function drawPlan(
  weights: Readonly<Record<string, number>>,
  count: number,
  random: RandomStream,
): string[] {
  const kinds = Object.entries(weights);
  const total = kinds.reduce((sum, [, weight]) => sum + weight, 0);
  if (kinds.length === 0) return [];
  const plan = kinds.flatMap(([kind, weight]) =>
    Array<string>(Math.floor((weight * count) / total)).fill(kind),
  );
  // What rounding left out, from the first kind on.
  for (let index = 0; plan.length < count; index++) plan.push(kinds[index % kinds.length]![0]);
  for (let last = plan.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [plan[last], plan[other]] = [plan[other]!, plan[last]!];
  }
  return plan;
}
