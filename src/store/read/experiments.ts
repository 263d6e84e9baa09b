/**
 * @file Experiments as lists show them: how many of their trials are where, what they cost, when they end.
 */

import { sql } from "kysely";
import type { Tx } from "../database.ts";
import type { TrialStatus } from "../states.ts";
import { countsOf, readLines, type TrialLine } from "./trials.ts";

/** An experiment in a list. */
export interface ExperimentLine {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly scale: string;
  /** Where it is in the paper; null for an experiment of a user. */
  readonly source: string | null;
  readonly priority: number;
  readonly createdAt: string;
  readonly trials: Readonly<Record<TrialStatus, number>>;
  /** Seconds that its finished and running trials have computed. */
  readonly seconds: number;
  /** Seconds until it is done, as far as its trials tell; null if they do not. */
  readonly secondsLeft: number | null;
  /** Changes when its plan changes or one more of its trials has a result. */
  readonly version: string;
}

/** Trials of one experiment of one kind in one state. */
interface Tally {
  readonly experiment: string;
  /** Model and dataset: trials of one kind compute alike. */
  readonly kind: string;
  readonly state: TrialStatus;
  readonly trials: number;
  /** Seconds and epochs of their results. */
  readonly seconds: number;
  readonly epochs: number;
  /** Seconds and epochs of their running attempts. */
  readonly runningSeconds: number;
  readonly runningEpochs: number;
  /** Epochs to go at most. */
  readonly left: number;
  readonly newest: string | null;
}

/** Experiments, the newest first; those of some ids, or all. */
export async function listExperiments(db: Tx, ids?: readonly string[]): Promise<ExperimentLine[]> {
  if (ids?.length === 0) return [];
  const rows = await db
    .selectFrom("experiments")
    .select(["id", "name", "title", "scale", "source", "priority", "created_at", "planned_at"])
    .$if(ids !== undefined, (query) => query.where("id", "in", [...ids!]))
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  const tallies = Map.groupBy(await tally(db, ids), ({ experiment }) => experiment);
  return rows.map(({ created_at, planned_at, ...row }) => {
    const own = tallies.get(row.id) ?? [];
    const done = own.filter(({ state }) => state === "done");
    const newest = done.reduce((latest, { newest }) => (newest && newest > latest ? newest : latest), "");
    const count = done.reduce((total, { trials }) => total + trials, 0);
    return {
      ...row,
      createdAt: created_at.toISOString(),
      trials: countsOf(own),
      seconds: own.reduce((total, { seconds, runningSeconds }) => total + seconds + runningSeconds, 0),
      secondsLeft: timeLeft(own),
      version: `${planned_at.getTime().toString(36)}-${count}-${newest}`,
    };
  });
}

async function tally(db: Tx, ids: readonly string[] | undefined): Promise<Tally[]> {
  return await db
    .selectFrom("experiment_trials")
    .innerJoin("trials", "trials.id", "experiment_trials.trial_id")
    .leftJoin("results", "results.trial_id", "trials.id")
    .leftJoin("attempts", (join) =>
      join
        .onRef("attempts.trial_id", "=", "trials.id")
        .on("attempts.state", "=", "running")
        .on("trials.state", "=", "running"),
    )
    .select([
      "experiment_id as experiment",
      sql<string>`model || ' ' || dataset`.as("kind"),
      "trials.state",
      sql<number>`count(*)::int`.as("trials"),
      sql<number>`coalesce(sum(results.seconds), 0)::float8`.as("seconds"),
      sql<number>`coalesce(sum(results.epochs), 0)::float8`.as("epochs"),
      sql<number>`coalesce(sum(extract(epoch from now() - attempts.started_at)), 0)::float8`.as(
        "runningSeconds",
      ),
      sql<number>`coalesce(sum(case when attempts.token is not null
        then epoch + share - resumed_epochs end), 0)::float8`.as("runningEpochs"),
      sql<number>`coalesce(sum(greatest(epochs_allowed - epoch - share, 0)), 0)::float8`.as("left"),
      sql<string | null>`to_char(max(results.created_at) at time zone 'utc', 'YYYYMMDDHH24MISSUS')`.as(
        "newest",
      ),
    ])
    .$if(ids !== undefined, (query) => query.where("experiment_id", "in", [...ids!]))
    .groupBy(["experiment_id", "model", "dataset", "trials.state"])
    .execute();
}

/**
 * Seconds until all open trials are done: their epochs at the pace of their kind, shared among as many as run now.
 * Trials that stop early make it less.
 *
 * @returns 0 if none is open; null if none is running, or a kind has no pace yet.
 */
function timeLeft(tallies: readonly Tally[]): number | null {
  const open = tallies.filter(({ state }) => state === "waiting" || state === "running");
  if (open.length === 0) return 0;
  const running = open.reduce((total, { state, trials }) => total + (state === "running" ? trials : 0), 0);
  if (running === 0) return null;
  let seconds = 0;
  for (const [kind, parts] of Map.groupBy(open, ({ kind }) => kind)) {
    const same = tallies.filter((other) => other.kind === kind);
    const spent = same.reduce((total, part) => total + part.seconds + part.runningSeconds, 0);
    const epochs = same.reduce((total, part) => total + part.epochs + part.runningEpochs, 0);
    if (!(epochs > 0)) return null;
    seconds += parts.reduce((total, { left }) => total + left, 0) * (spent / epochs);
  }
  return seconds / running;
}

/** Ids of the experiments that want any of some trials. */
export async function experimentsWanting(db: Tx, trials: readonly string[]): Promise<string[]> {
  if (trials.length === 0) return [];
  const rows = await db
    .selectFrom("experiment_trials")
    .select("experiment_id")
    .where("trial_id", "in", [...trials])
    .groupBy("experiment_id")
    .execute();
  return rows.map(({ experiment_id }) => experiment_id);
}

/** Trials of an experiment in some states, those that changed last first. */
export async function latestOf(
  db: Tx,
  experiment: string,
  states: readonly TrialStatus[],
  limit: number,
): Promise<TrialLine[]> {
  const rows = await db
    .selectFrom("trials")
    .innerJoin("experiment_trials", "experiment_trials.trial_id", "trials.id")
    .select("trials.id")
    .where("experiment_id", "=", experiment)
    .where("state", "in", [...states])
    .orderBy("updated_at", "desc")
    .limit(limit)
    .execute();
  return await readLines(
    db,
    rows.map(({ id }) => id),
  );
}
