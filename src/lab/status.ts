/**
 * @file How a lab stands: its experiments, who works for it, and the trials that are not simply done or waiting.
 */

import { sql } from "kysely";
import type { Database } from "../store/database.ts";
import { allExperiments, countStates } from "../store/experiments.ts";
import { type TrialStatus, trialStates } from "../store/tables.ts";

/** How an experiment stands. */
export interface ExperimentStatus {
  readonly id: string;
  readonly title: string;
  readonly priority: number;
  /** Number of its trials by state. */
  readonly states: Readonly<Record<TrialStatus, number>>;
  /** Seconds that its finished trials took. */
  readonly seconds: number;
}

/** How a lab stands. */
export interface LabStatus {
  readonly experiments: readonly ExperimentStatus[];
  /** Workers that have not said goodbye. */
  readonly workers: readonly {
    readonly id: string;
    readonly host: string;
    readonly pid: number;
    readonly device: string;
    /** Places, and those of them that are taken. */
    readonly jobs: number;
    readonly running: number;
    readonly silentSeconds: number;
  }[];
  /** Trials that run, failed lately, or were given up. */
  readonly trials: readonly {
    readonly id: string;
    readonly state: TrialStatus;
    readonly model: string;
    readonly inputs: string;
    readonly corrupt: number;
    readonly seed: number;
    readonly epoch: number;
    readonly epochs_allowed: number;
    readonly attempts: number;
    readonly error: string | null;
  }[];
}

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
