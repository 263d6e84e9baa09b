/**
 * @file How a lab stands: its experiments, who works for it, and the trials that are not simply done or waiting.
 */

import { sql } from "kysely";
import type { Database } from "../store/database.ts";
import { allExperiments, countStates } from "../store/experiments.ts";
import { type TrialStatus, trialStates } from "../store/states.ts";
import type { LabStatus } from "./lab.ts";

/** Ask a lab how it stands. */
export async function labStatus({ tables }: Database): Promise<LabStatus> {
  const counts = await countStates(tables);
  const spent = await tables
    .selectFrom("experiment_trials")
    .innerJoin("results", "results.trial_id", "experiment_trials.trial_id")
    .select(["experiment_id", sql<number>`sum(seconds)`.as("seconds")])
    .groupBy("experiment_id")
    .execute();
  const seconds = new Map(spent.map((row) => [row.experiment_id, row.seconds]));
  const experiments = (await allExperiments(tables)).toReversed().map(({ id, title, priority }) => {
    const states = Object.fromEntries(trialStates.map((state) => [state, 0])) as Record<TrialStatus, number>;
    for (const { experiment, state, trials } of counts) if (experiment === id) states[state] = trials;
    return { id, title, priority, states, seconds: seconds.get(id) ?? 0 };
  });
  const workers = await tables
    .selectFrom("workers")
    .leftJoin("attempts", (join) =>
      join.onRef("attempts.worker_id", "=", "workers.id").on("attempts.state", "=", "running"),
    )
    .select([
      ...(["workers.id", "host", "pid", "device", "jobs"] as const),
      sql<number>`count(attempts.token)::int`.as("running"),
      sql<number>`extract(epoch from now() - heartbeat_at)::float8`.as("silentSeconds"),
    ])
    .where("workers.ended_at", "is", null)
    .groupBy("workers.id")
    .orderBy("workers.started_at")
    .execute();
  const trials = await tables
    .selectFrom("trials")
    .select([
      "id",
      "state",
      "model",
      "inputs",
      "corrupt",
      "seed",
      "epoch",
      "epochs_allowed",
      "attempts",
      "error",
    ])
    .where((where) =>
      where.or([
        where("state", "in", ["running", "quarantined", "cancelled"]),
        where("error", "is not", null),
      ]),
    )
    .orderBy("state")
    .orderBy("id")
    .execute();
  return { experiments, workers, trials };
}
