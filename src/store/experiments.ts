/**
 * @file Writes what somebody wants: an experiment, its trials, and what becomes of wishes later.
 *
 * Planning is idempotent: an experiment planned twice is there once, and a trial that is there is left as it is.
 */

import { sql } from "kysely";
import { inTransaction, type Tx } from "./database.ts";
import type { Reach } from "./reach.ts";
import type { TrialStatus } from "./states.ts";
import type { ExperimentRow, NewExperiment, NewTrial, TrialRow } from "./tables.ts";

/** Most rows of one insert: a statement takes 65,535 values at most. */
const ROWS = 2000;

/**
 * Keep an experiment and its trials, in their order. One that is there already takes the new definition and
 * priority, and keeps the trials it has.
 *
 * @returns Ids of those of its trials that are there but not done, and not in quarantine or cancelled.
 */
export async function keepExperiment(
  db: Tx,
  experiment: NewExperiment,
  trials: readonly NewTrial[],
): Promise<string[]> {
  return await inTransaction(db, async (tx) => {
    const { id, created_at: _, ...fields } = experiment;
    await tx
      .insertInto("experiments")
      .values({ id, ...fields })
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet({ ...fields, planned_at: sql<Date>`now()` }),
      )
      .execute();
    await addTrials(tx, trials);
    const places = trials.map(({ id }, position) => ({
      experiment_id: experiment.id,
      trial_id: id,
      position,
    }));
    for (let start = 0; start < places.length; start += ROWS) {
      await tx
        .insertInto("experiment_trials")
        .values(places.slice(start, start + ROWS))
        .onConflict((conflict) =>
          conflict
            .columns(["experiment_id", "trial_id"])
            .doUpdateSet((set) => ({ position: set.ref("excluded.position") })),
        )
        .execute();
    }
    // Results may be there before anybody asked for them: imported, or left by an older lab.
    await tx
      .updateTable("trials")
      .set({ state: "done", updated_at: sql`now()` })
      .where("state", "<>", "done")
      .where("id", "in", tx.selectFrom("results").select("trial_id"))
      .execute();
    const open = await tx
      .selectFrom("experiment_trials")
      .innerJoin("trials", "trials.id", "experiment_trials.trial_id")
      .select("trials.id")
      .where("experiment_id", "=", id)
      .where("trials.state", "in", ["waiting", "running"])
      .orderBy("position")
      .execute();
    return open.map((row) => row.id);
  });
}

/** Keep trials; those that are there stay as they are. */
async function addTrials(tx: Tx, trials: readonly NewTrial[]): Promise<void> {
  for (let start = 0; start < trials.length; start += ROWS) {
    await tx
      .insertInto("trials")
      .values(trials.slice(start, start + ROWS))
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
}

/**
 * Take in an experiment from elsewhere, with its trials that are not done. What is there stays as it is: an experiment gets
 * the trials it lacks, after its own.
 *
 * @param order - Ids of all its trials, in its order.
 * @returns Those of them that are not there, and so are not its trials.
 */
export async function importExperiment(
  tx: Tx,
  experiment: NewExperiment,
  trials: readonly NewTrial[],
  order: readonly string[],
): Promise<string[]> {
  await tx
    .insertInto("experiments")
    .values(experiment)
    .onConflict((conflict) => conflict.column("id").doNothing())
    .execute();
  await addTrials(tx, trials);
  const { last } = await tx
    .selectFrom("experiment_trials")
    .select(sql<number>`coalesce(max(position), -1)::int`.as("last"))
    .where("experiment_id", "=", experiment.id)
    .executeTakeFirstOrThrow();
  const missing: string[] = [];
  for (let start = 0; start < order.length; start += ROWS) {
    const ids = order.slice(start, start + ROWS);
    const rows = await tx.selectFrom("trials").select("id").where("id", "in", ids).execute();
    const known = new Set(rows.map(({ id }) => id));
    const places = ids.map((trial_id, index) => ({
      experiment_id: experiment.id,
      trial_id,
      position: last + 1 + start + index,
    }));
    missing.push(...ids.filter((id) => !known.has(id)));
    if (known.size === 0) continue;
    await tx
      .insertInto("experiment_trials")
      .values(places.filter(({ trial_id }) => known.has(trial_id)))
      .onConflict((conflict) => conflict.columns(["experiment_id", "trial_id"]).doNothing())
      .execute();
  }
  return missing;
}

/** Every experiment, the newest first. */
export async function allExperiments(db: Tx): Promise<ExperimentRow[]> {
  return await db.selectFrom("experiments").selectAll().orderBy("created_at", "desc").execute();
}

/** The priority of every experiment, by id. */
export async function allPriorities(db: Tx): Promise<Map<string, number>> {
  const rows = await db.selectFrom("experiments").select(["id", "priority"]).execute();
  return new Map(rows.map(({ id, priority }) => [id, priority]));
}

export async function readExperiment(db: Tx, id: string): Promise<ExperimentRow | undefined> {
  return await db.selectFrom("experiments").selectAll().where("id", "=", id).executeTakeFirst();
}

/** A trial as a list shows it: everything but its documents. */
export type TrialSummary = Omit<TrialRow, "spec" | "source"> & { readonly position: number };

const summaryColumns = [
  "trials.id",
  "state",
  "model",
  "dataset",
  "inputs",
  "corrupt",
  "seed",
  "epochs_allowed",
  "escalation",
  "epoch",
  "share",
  "train_loss",
  "train_accuracy",
  "test_accuracy",
  "error",
  "failures",
  "losses",
  "farthest",
  "attempts",
  "trials.created_at",
  "updated_at",
] as const;

/** The trials of an experiment, in its order. */
export async function trialsOf(db: Tx, experiment: string): Promise<TrialSummary[]> {
  return await db
    .selectFrom("experiment_trials")
    .innerJoin("trials", "trials.id", "experiment_trials.trial_id")
    .select([...summaryColumns, "position"])
    .where("experiment_id", "=", experiment)
    .orderBy("position")
    .execute();
}

export async function readTrial(db: Tx, id: string): Promise<TrialRow | undefined> {
  return await db.selectFrom("trials").selectAll().where("id", "=", id).executeTakeFirst();
}

/** How many trials of each experiment are in each state. */
export async function countStates(
  db: Tx,
): Promise<{ experiment: string; state: TrialStatus; trials: number }[]> {
  return await db
    .selectFrom("experiment_trials")
    .innerJoin("trials", "trials.id", "experiment_trials.trial_id")
    .select(["experiment_id as experiment", "state", sql<number>`count(*)::int`.as("trials")])
    .groupBy(["experiment_id", "state"])
    .execute();
}

/** Whether any trial, of one experiment or of all, waits or is running. */
export async function hasOpenTrials(db: Tx, experiment?: string): Promise<boolean> {
  const open = db.selectFrom("trials").select("id").where("state", "in", ["waiting", "running"]).limit(1);
  const row = await (experiment === undefined
    ? open
    : open.where((is) =>
        is.exists(
          is
            .selectFrom("experiment_trials")
            .select("trial_id")
            .whereRef("trial_id", "=", "trials.id")
            .where("experiment_id", "=", experiment),
        ),
      )
  ).executeTakeFirst();
  return row !== undefined;
}

const idsOf = (db: Tx, reach: Reach) =>
  "experiment" in reach
    ? db.selectFrom("experiment_trials").select("trial_id").where("experiment_id", "=", reach.experiment)
    : [...reach.trials];

/**
 * Want trials no more. Whoever runs one learns of it by its next heartbeat; what was learned stays.
 *
 * @returns Ids of the trials that were waiting or running.
 */
export async function cancelTrials(db: Tx, reach: Reach): Promise<string[]> {
  const rows = await db
    .updateTable("trials")
    .set({ state: "cancelled", updated_at: sql`now()` })
    .where("id", "in", idsOf(db, reach))
    .where("state", "in", ["waiting", "running"])
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Want trials again that were cancelled or put into quarantine; they go on from their last checkpoints.
 *
 * @returns Ids of those trials.
 */
export async function retryTrials(db: Tx, reach: Reach): Promise<string[]> {
  const rows = await db
    .updateTable("trials")
    .set({ state: "waiting", failures: 0, losses: 0, error: null, updated_at: sql`now()` })
    .where("id", "in", idsOf(db, reach))
    .where("state", "in", ["cancelled", "quarantined"])
    .returning("id")
    .execute();
  return rows.map(({ id }) => id);
}

/** Ids of the trials that are not done and not given up, with the experiment first to want each. */
export async function openTrials(
  db: Tx,
): Promise<{ trial: string; experiment: string; position: number; priority: number }[]> {
  return await db
    .selectFrom("trials")
    .innerJoin("experiment_trials", "experiment_trials.trial_id", "trials.id")
    .innerJoin("experiments", "experiments.id", "experiment_trials.experiment_id")
    .distinctOn("trials.id")
    .select([
      "trials.id as trial",
      "experiments.id as experiment",
      "experiment_trials.position",
      "experiments.priority",
    ])
    .where("trials.state", "in", ["waiting", "running"])
    .orderBy("trials.id")
    .orderBy("experiments.priority", "desc")
    .orderBy("experiments.created_at")
    .execute();
}
