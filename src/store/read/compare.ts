/**
 * @file Curves of trials over epochs: means over the trials of a group, with 95 % intervals.
 */

import { sql } from "kysely";
import { FEWEST_FOR_INTERVAL, halfWidth } from "../../base/statistics.ts";
import type { Tx } from "../database.ts";
import { matching, type TrialQuery } from "./filter.ts";

/** Columns of the history that can be compared. */
const METRICS = {
  trainLoss: "train_loss",
  fitLoss: "fit_loss",
  trainAccuracy: "train_accuracy",
  testAccuracy: "test_accuracy",
} as const;
export type Metric = keyof typeof METRICS;

/** A kind of trial: those whose specs differ in nothing but the seed. */
export interface Variant {
  /** Hash of what they have in common. */
  readonly hash: string;
  /** The spec of one of them. */
  readonly spec: unknown;
}

/** Trials of a query, each with its seed and the hash of its variant. */
export interface Varying {
  readonly trials: readonly {
    readonly id: string;
    readonly seed: number;
    readonly epoch: number;
    readonly hash: string;
  }[];
  readonly variants: readonly Variant[];
}

/** The trials of a query and the kinds they are of. */
export async function readVariants(db: Tx, query: TrialQuery): Promise<Varying> {
  if (query.ids?.length === 0) return { trials: [], variants: [] };
  const trials = await db
    .selectFrom("trials")
    .select(["id", "seed", "epoch", sql<string>`md5((spec - 'seed')::text)`.as("hash")])
    .where(matching(query))
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  const first = new Map<string, string>();
  for (const { id, hash } of trials) if (!first.has(hash)) first.set(hash, id);
  const variants: Variant[] = [];
  const ids = [...first.values()];
  for (let start = 0; start < ids.length; start += 5000) {
    const rows = await db
      .selectFrom("trials")
      .select(["spec", sql<string>`md5((spec - 'seed')::text)`.as("hash")])
      .where("id", "in", ids.slice(start, start + 5000))
      .execute();
    variants.push(...rows);
  }
  return { trials, variants };
}

/** A point of a curve: the mean over trials, its 95 % interval (Student's t), and how many have that epoch. */
export interface CurvePoint {
  readonly epoch: number;
  readonly mean: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly n: number;
}

/**
 * The curve of each group of trials.
 *
 * @param groups - Ids of trials by group; no trial is in two.
 * @param stride - Epochs from one point to the next; the first and the last are there whatever it is.
 * @param longest - Epochs of the trial that has most.
 */
export async function readCurves(
  db: Tx,
  metric: Metric,
  groups: readonly (readonly string[])[],
  { stride = 1, longest = 0 }: { readonly stride?: number; readonly longest?: number } = {},
): Promise<CurvePoint[][]> {
  const members = groups.flatMap((ids, group) => ids.map((id) => ({ id, group })));
  const curves: CurvePoint[][] = groups.map(() => []);
  if (members.length === 0) return curves;
  const column = sql.ref(`epochs.${METRICS[metric]}`);
  // Text arrays as one parameter each: a statement takes 65,535, and there may be more trials.
  const ids = sql`string_to_array(${members.map(({ id }) => id).join(",")}, ',')`;
  const numbers = sql`string_to_array(${members.map(({ group }) => group).join(",")}, ',')::int[]`;
  // Not in the statement unless it leaves something out: it would cost more than it spares.
  const chosen =
    stride > 1 ? sql`and (epochs.epoch % ${stride}::int = 0 or epochs.epoch in (1, ${longest}::int))` : sql``;
  const { rows } = await sql<{
    group: number;
    epoch: number;
    mean: number;
    deviation: number | null;
    n: number;
  }>`
    with members as materialized (select * from unnest(${ids}, ${numbers}) as m (id, "group"))
    select members."group", epochs.epoch, avg(${column}) as mean, stddev_samp(${column}) as deviation,
      count(${column})::int as n
    from members join ${sql.table("shatter.epochs")} as epochs on epochs.trial_id = members.id
    where ${column} is not null ${chosen}
    group by members."group", epochs.epoch
    order by members."group", epochs.epoch`.execute(db);
  const limits = metric.endsWith("Accuracy") ? [0, 1] : [0, Number.POSITIVE_INFINITY];
  const quantiles = new Map<number, number>();
  for (const { group, epoch, mean, deviation, n } of rows) {
    if (n < FEWEST_FOR_INTERVAL || deviation === null) {
      curves[group]!.push({ epoch, mean, low: null, high: null, n });
      continue;
    }
    const quantile = quantiles.get(n) ?? halfWidth(0.95, n - 1);
    quantiles.set(n, quantile);
    const half = (quantile * deviation) / Math.sqrt(n);
    curves[group]!.push({
      epoch,
      mean,
      n,
      low: Math.max(limits[0]!, mean - half),
      high: Math.min(limits[1]!, mean + half),
    });
  }
  return curves;
}
