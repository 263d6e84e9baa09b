/**
 * @file What changed in a lab since a moment.
 *
 * A row's `updated_at` is when its transaction began, and it is seen only once that has committed, which may be
 * later than a younger one. So each look reaches back some seconds behind the last one, and whoever looks tells by
 * the stamp what is new to him.
 */

import { sql } from "kysely";
import type { Tx } from "../database.ts";

/** How far behind the last look the next one reaches, in seconds: longer than any of our transactions. */
export const OVERLAP_SECONDS = 10;

/** A row that may have changed. */
export interface Change {
  readonly id: string;
  /** Moment of the change, in full precision. */
  readonly stamp: string;
}

/** The moment that is now for the database, to look back to. */
export async function databaseNow(db: Tx): Promise<string> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(db);
  return rows[0]!.now;
}

/**
 * Trials that changed since a moment, or shortly before, the latest first.
 *
 * @param since - What {@link databaseNow} said.
 */
export async function changedTrials(db: Tx, since: string, limit: number): Promise<Change[]> {
  return await db
    .selectFrom("trials")
    .select(["id", sql<string>`updated_at::text`.as("stamp")])
    .where(sql<boolean>`updated_at > ${since}::timestamptz - make_interval(secs => ${OVERLAP_SECONDS})`)
    .orderBy("updated_at", "desc")
    .limit(limit)
    .execute();
}

/** Every experiment, with the moment of its last planning. */
export async function plannedExperiments(db: Tx): Promise<Change[]> {
  return await db
    .selectFrom("experiments")
    .select(["id", sql<string>`planned_at::text || ' ' || priority`.as("stamp")])
    .orderBy("created_at", "desc")
    .limit(1000)
    .execute();
}
