/**
 * @file Lists of trials: filtered, sorted, a page at a time.
 */

import { sql } from "kysely";
import type { Tx } from "../database.ts";
import { type TrialStatus, trialStates } from "../states.ts";
import { matching, type TrialQuery } from "./filter.ts";

/** A trial as lists show it. Accuracies in `[0, 1]`, losses in nats, times as ISO 8601. */
export interface TrialLine {
  readonly id: string;
  readonly state: TrialStatus;
  /** `done` or `diverged`, once there is a result. */
  readonly status: string | null;
  readonly model: string;
  readonly dataset: string;
  readonly inputs: string;
  readonly corrupt: number;
  /** Whether labels changed places instead of being redrawn. */
  readonly permuted: boolean;
  /** Whether numbers are told: accuracies are R squared then, and losses squared deviations. */
  readonly tellsNumbers: boolean;
  readonly seed: number;
  readonly epoch: number;
  readonly epochsAllowed: number;
  /** The part of the next epoch that is done, in `[0, 1]`. */
  readonly share: number;
  readonly trainLoss: number | null;
  readonly trainAccuracy: number | null;
  readonly testAccuracy: number | null;
  /** Once done: the first epoch that met the recipe's criterion of a fit. */
  readonly epochsToFit: number | null;
  readonly seconds: number | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly updatedAt: string;
}

/** What lists can be sorted by, and the columns these are. Nothing else reaches an `order by`. */
const COLUMNS = {
  id: "trials.id",
  state: "trials.state",
  status: "results.status",
  model: "trials.model",
  dataset: "trials.dataset",
  inputs: "trials.inputs",
  corrupt: "trials.corrupt",
  seed: "trials.seed",
  epoch: "trials.epoch",
  epochsAllowed: "trials.epochs_allowed",
  share: "trials.share",
  trainLoss: "trials.train_loss",
  trainAccuracy: "trials.train_accuracy",
  testAccuracy: "trials.test_accuracy",
  epochsToFit: "results.epochs_to_fit",
  seconds: "results.seconds",
  attempts: "trials.attempts",
  error: "trials.error",
  updatedAt: "trials.updated_at",
} as const satisfies Record<Exclude<keyof TrialLine, "permuted" | "tellsNumbers">, string>;

export type SortKey = keyof typeof COLUMNS;
export const sortKeys = Object.keys(COLUMNS) as readonly SortKey[];

/** A part of a list. */
export interface Page {
  readonly sort: SortKey;
  readonly descending: boolean;
  readonly offset: number;
  readonly limit: number;
}

/** Trials of a query, sorted; those without a value come last, and ties are sorted by id. */
export async function listTrials(db: Tx, query: TrialQuery, page: Page): Promise<TrialLine[]> {
  const column = COLUMNS[page.sort];
  // Ids first: the rest is read of those on the page only. Results are joined where they decide the order.
  const ids = await (column.startsWith("results.")
    ? db.selectFrom("trials").leftJoin("results", "results.trial_id", "trials.id")
    : db.selectFrom("trials")
  )
    .select("trials.id")
    .where(matching(query))
    .orderBy(column as "trials.id", (order) => (page.descending ? order.desc() : order.asc()).nullsLast())
    .orderBy("trials.id")
    .offset(page.offset)
    .limit(page.limit)
    .execute();
  return await readLines(
    db,
    ids.map(({ id }) => id),
  );
}

/** Most ids of one statement. */
const IDS = 5000;

/** The lines of some trials, in the order asked for; those that are not there are left out. */
export async function readLines(db: Tx, ids: readonly string[]): Promise<TrialLine[]> {
  const found = new Map<string, TrialLine>();
  for (let start = 0; start < ids.length; start += IDS) {
    const rows = await db
      .selectFrom("trials")
      .leftJoin("results", "results.trial_id", "trials.id")
      .select([
        "trials.id",
        "trials.state",
        "results.status",
        "model",
        "dataset",
        "inputs",
        "corrupt",
        "seed",
        "epoch",
        "epochs_allowed as epochsAllowed",
        "share",
        "trials.train_loss as trainLoss",
        "trials.train_accuracy as trainAccuracy",
        "trials.test_accuracy as testAccuracy",
        "results.epochs_to_fit as epochsToFit",
        "trials.attempts",
        "trials.error",
        "trials.updated_at as updatedAt",
      ])
      .select(sql<boolean>`coalesce(trials.spec->>'labels' = 'permute', false)`.as("permuted"))
      .select(sql<boolean>`coalesce(trials.spec->'dataset'->>'told' = 'numbers', false)`.as("tellsNumbers"))
      .select((eb) =>
        eb.fn
          .coalesce(
            "results.seconds",
            eb
              .selectFrom("attempts")
              .select(
                sql<number>`sum(extract(epoch from coalesce(ended_at, now()) - started_at))::float8`.as(
                  "spent",
                ),
              )
              .whereRef("attempts.trial_id", "=", "trials.id"),
          )
          .as("seconds"),
      )
      .where("trials.id", "in", ids.slice(start, start + IDS))
      .execute();
    for (const row of rows) found.set(row.id, { ...row, updatedAt: row.updatedAt.toISOString() });
  }
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** Number of trials of a query. */
export async function countTrials(db: Tx, query: TrialQuery): Promise<number> {
  const { trials } = await db
    .selectFrom("trials")
    .select(sql<number>`count(*)::int`.as("trials"))
    .where(matching(query))
    .executeTakeFirstOrThrow();
  return trials;
}

/** Number of trials of the lab by state. */
export async function countByState(db: Tx): Promise<Record<TrialStatus, number>> {
  const rows = await db
    .selectFrom("trials")
    .select(["state", sql<number>`count(*)::int`.as("trials")])
    .groupBy("state")
    .execute();
  return countsOf(rows);
}

/** Counts with a number for every state. */
export function countsOf(rows: readonly { state: TrialStatus; trials: number }[]) {
  const counts = Object.fromEntries(trialStates.map((state) => [state, 0])) as Record<TrialStatus, number>;
  for (const { state, trials } of rows) counts[state] += trials;
  return counts;
}

/** What trials differ in. */
export interface TrialValues {
  readonly model: readonly string[];
  readonly dataset: readonly string[];
  readonly inputs: readonly string[];
  readonly corrupt: readonly number[];
  readonly seed: readonly number[];
}

/** Which of the grouping sets a row is of. */
const GROUPINGS = sql.raw(
  ["model", "dataset", "inputs", "corrupt", "seed"]
    .map((field) => `when grouping(${field}) = 0 then '${field}'`)
    .join(" "),
);

/** Distinct values of what trials are filtered by, sorted; of an experiment, or of the whole lab. */
export async function distinctValues(db: Tx, experiment: string | undefined): Promise<TrialValues> {
  // Hashed once: the rows of every combination would take longer to send than to find.
  const rows = await db
    .with("kinds", (tx) =>
      tx
        .selectFrom("trials")
        .select(["model", "dataset", "inputs", "corrupt", "seed"])
        .where(matching({ experiment }))
        .groupBy(["model", "dataset", "inputs", "corrupt", "seed"]),
    )
    .selectFrom("kinds")
    .select((eb) => [
      sql<string>`case ${GROUPINGS} end`.as("field"),
      eb.fn
        .coalesce("model", "dataset", "inputs", sql<string>`corrupt::text`, sql<string>`seed::text`)
        .as("value"),
    ])
    .groupBy(sql`grouping sets ((model), (dataset), (inputs), (corrupt), (seed))`)
    .execute();
  const distinct = (wanted: string): string[] =>
    rows.flatMap(({ field, value }) => (field === wanted ? [value] : []));
  return {
    model: distinct("model").sort(),
    dataset: distinct("dataset").sort(),
    inputs: distinct("inputs").sort(),
    corrupt: distinct("corrupt")
      .map(Number)
      .sort((a, b) => a - b),
    seed: distinct("seed")
      .map(Number)
      .sort((a, b) => a - b),
  };
}
