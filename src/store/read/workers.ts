/**
 * @file Processes that take trials, and what each is doing.
 */

import { sql } from "kysely";
import type { Tx } from "../database.ts";
import { readLines, type TrialLine } from "./trials.ts";

/** Seconds of silence after which a worker does not count as there. */
export const SILENCE_SECONDS = 60;

/** A worker in a list. */
export interface WorkerLine {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly machine: string;
  readonly program: string;
  readonly device: string;
  readonly jobs: number;
  readonly threads: number;
  readonly startedAt: string;
  readonly heartbeatAt: string;
  readonly endedAt: string | null;
  /** Seconds since it was heard of, by the database's clock. */
  readonly silentSeconds: number;
  readonly running: readonly TrialLine[];
  /** Trials that it finished. */
  readonly done: number;
}

/** Workers, those that are there first, then those that ended last. */
export async function listWorkers(db: Tx, limit: number): Promise<WorkerLine[]> {
  const rows = await db
    .selectFrom("workers")
    .select(["id", "host", "pid", "machine", "program", "device", "jobs", "threads"])
    .select(["started_at", "heartbeat_at", "ended_at"])
    .select(sql<number>`greatest(extract(epoch from now() - heartbeat_at), 0)::float8`.as("silentSeconds"))
    .select((eb) =>
      eb
        .selectFrom("attempts")
        .select(sql<number>`count(*)::int`.as("done"))
        .whereRef("worker_id", "=", "workers.id")
        .where("state", "=", "done")
        .as("done"),
    )
    .orderBy("ended_at", (order) => order.desc().nullsFirst())
    .orderBy("started_at", "desc")
    .limit(limit)
    .execute();
  const held = await db
    .selectFrom("attempts")
    .select(["worker_id", "trial_id"])
    .where("state", "=", "running")
    .orderBy("started_at")
    .execute();
  const lines = new Map(
    (
      await readLines(
        db,
        held.map((row) => row.trial_id),
      )
    ).map((line) => [line.id, line]),
  );
  const byWorker = Map.groupBy(held, ({ worker_id }) => worker_id);
  return rows.map(({ started_at, heartbeat_at, ended_at, done, ...row }) => ({
    ...row,
    startedAt: started_at.toISOString(),
    heartbeatAt: heartbeat_at.toISOString(),
    endedAt: ended_at?.toISOString() ?? null,
    running: (byWorker.get(row.id) ?? []).flatMap(({ trial_id }) => lines.get(trial_id) ?? []),
    done: done ?? 0,
  }));
}

/** Number of workers that are there. */
export async function countWorkers(db: Tx): Promise<number> {
  const { workers } = await db
    .selectFrom("workers")
    .select(sql<number>`count(*)::int`.as("workers"))
    .where("ended_at", "is", null)
    .where(sql<boolean>`heartbeat_at > now() - make_interval(secs => ${SILENCE_SECONDS})`)
    .executeTakeFirstOrThrow();
  return workers;
}
