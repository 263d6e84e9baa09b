/**
 * @file The changes of a lab's schema, in order. A change that was released is never edited: another one follows it.
 */

import { type Kysely, sql } from "kysely";
import type { Migration, MigrationProvider } from "kysely/migration";

/** The first schema. */
const first: Migration = {
  // biome-ignore lint/complexity/noExcessiveLinesPerFunction: tables, one after another; released, so never edited.
  async up(db: Kysely<unknown>): Promise<void> {
    const moment = sql`timestamptz`;
    const now = sql`now()`;
    const schema = db.schema.withSchema("shatter");

    await schema
      .createTable("lab")
      .addColumn("name", "text", (column) => column.primaryKey())
      .addColumn("value", "jsonb", (column) => column.notNull())
      .execute();

    await schema
      .createTable("experiments")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .addColumn("title", "text", (column) => column.notNull())
      .addColumn("scale", "text", (column) => column.notNull())
      .addColumn("source", "text")
      .addColumn("definition", "jsonb", (column) => column.notNull())
      .addColumn("priority", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("created_at", moment, (column) => column.notNull().defaultTo(now))
      .addColumn("planned_at", moment, (column) => column.notNull().defaultTo(now))
      .execute();

    await schema
      .createTable("trials")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("spec", "jsonb", (column) => column.notNull())
      .addColumn("source", "jsonb", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull().defaultTo("waiting"))
      .addColumn("model", "text", (column) => column.notNull())
      .addColumn("dataset", "text", (column) => column.notNull())
      .addColumn("inputs", "text", (column) => column.notNull())
      .addColumn("corrupt", "double precision", (column) => column.notNull())
      .addColumn("seed", "integer", (column) => column.notNull())
      .addColumn("epochs_allowed", "integer", (column) => column.notNull())
      .addColumn("escalation", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("epoch", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("share", "double precision", (column) => column.notNull().defaultTo(0))
      .addColumn("train_loss", "double precision")
      .addColumn("train_accuracy", "double precision")
      .addColumn("test_accuracy", "double precision")
      .addColumn("error", "text")
      .addColumn("failures", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("losses", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("farthest", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("created_at", moment, (column) => column.notNull().defaultTo(now))
      .addColumn("updated_at", moment, (column) => column.notNull().defaultTo(now))
      .addCheckConstraint(
        "trials_state",
        sql`state in ('waiting', 'running', 'done', 'quarantined', 'cancelled')`,
      )
      .execute();
    await schema.createIndex("trials_state_index").on("trials").columns(["state", "updated_at"]).execute();
    await schema.createIndex("trials_updated").on("trials").column("updated_at").execute();

    await schema
      .createTable("experiment_trials")
      .addColumn("experiment_id", "text", (column) =>
        column.notNull().references("shatter.experiments.id").onDelete("cascade"),
      )
      .addColumn("trial_id", "text", (column) =>
        column.notNull().references("shatter.trials.id").onDelete("cascade"),
      )
      .addColumn("position", "integer", (column) => column.notNull())
      .addPrimaryKeyConstraint("experiment_trials_key", ["experiment_id", "trial_id"])
      .execute();
    await schema.createIndex("experiment_trials_trial").on("experiment_trials").column("trial_id").execute();

    await schema
      .createTable("workers")
      .addColumn("id", "uuid", (column) => column.primaryKey())
      .addColumn("host", "text", (column) => column.notNull())
      .addColumn("pid", "integer", (column) => column.notNull())
      .addColumn("machine", "text", (column) => column.notNull())
      .addColumn("program", "text", (column) => column.notNull())
      .addColumn("device", "text", (column) => column.notNull())
      .addColumn("jobs", "integer", (column) => column.notNull())
      .addColumn("threads", "integer", (column) => column.notNull())
      .addColumn("started_at", moment, (column) => column.notNull().defaultTo(now))
      .addColumn("heartbeat_at", moment, (column) => column.notNull().defaultTo(now))
      .addColumn("ended_at", moment)
      .execute();

    await schema
      .createTable("attempts")
      .addColumn("trial_id", "text", (column) =>
        column.notNull().references("shatter.trials.id").onDelete("cascade"),
      )
      .addColumn("number", "integer", (column) => column.notNull())
      .addColumn("token", "uuid", (column) => column.notNull().unique())
      .addColumn("worker_id", "uuid", (column) => column.notNull())
      .addColumn("job_id", "uuid", (column) => column.notNull())
      .addColumn("state", "text", (column) => column.notNull().defaultTo("running"))
      .addColumn("started_at", moment, (column) => column.notNull().defaultTo(now))
      .addColumn("ended_at", moment)
      .addColumn("farthest_before", "integer", (column) => column.notNull())
      .addColumn("resumed_epochs", "integer", (column) => column.notNull().defaultTo(0))
      .addColumn("error", "text")
      .addPrimaryKeyConstraint("attempts_key", ["trial_id", "number"])
      .addCheckConstraint(
        "attempts_state",
        sql`state in ('running', 'done', 'failed', 'lost', 'released', 'cancelled')`,
      )
      .execute();
    // The heart of the lease: two attempts at one trial can never both be running.
    await schema
      .createIndex("attempts_running")
      .unique()
      .on("attempts")
      .column("trial_id")
      .where(sql.ref("state"), "=", sql.lit("running"))
      .execute();
    await schema.createIndex("attempts_worker").on("attempts").columns(["worker_id", "state"]).execute();

    await schema
      .createTable("results")
      .addColumn("trial_id", "text", (column) => column.primaryKey())
      .addColumn("attempt", "integer", (column) => column.notNull())
      .addColumn("status", "text", (column) => column.notNull())
      .addColumn("epochs", "integer", (column) => column.notNull())
      .addColumn("epochs_to_fit", "integer")
      .addColumn("epochs_to_95", "integer")
      .addColumn("train_loss", "double precision")
      .addColumn("train_accuracy", "double precision")
      .addColumn("test_accuracy", "double precision")
      .addColumn("test_accuracy_corrupted", "double precision")
      .addColumn("seconds", "double precision", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("document", "jsonb", (column) => column.notNull())
      .addColumn("created_at", moment, (column) => column.notNull().defaultTo(now))
      .execute();

    await schema
      .createTable("epochs")
      .addColumn("trial_id", "text", (column) => column.notNull())
      .addColumn("epoch", "integer", (column) => column.notNull())
      .addColumn("train_loss", "double precision")
      .addColumn("fit_loss", "double precision")
      .addColumn("train_accuracy", "double precision")
      .addColumn("test_accuracy", "double precision")
      .addPrimaryKeyConstraint("epochs_key", ["trial_id", "epoch"])
      .execute();

    await schema
      .createTable("events")
      .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn("trial_id", "text", (column) => column.notNull())
      .addColumn("attempt", "integer", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("data", "jsonb", (column) => column.notNull())
      .addColumn("at", moment, (column) => column.notNull().defaultTo(now))
      .execute();
    await schema.createIndex("events_trial").on("events").columns(["trial_id", "id"]).execute();

    await schema
      .createTable("checkpoints")
      .addColumn("trial_id", "text", (column) => column.notNull())
      .addColumn("attempt", "integer", (column) => column.notNull())
      .addColumn("epochs", "integer", (column) => column.notNull())
      .addColumn("step", "integer", (column) => column.notNull())
      .addColumn("size", "integer", (column) => column.notNull())
      .addColumn("hash", "text", (column) => column.notNull())
      .addColumn("path", "text")
      .addColumn("bytes", "bytea")
      .addColumn("created_at", moment, (column) => column.notNull().defaultTo(now))
      .addPrimaryKeyConstraint("checkpoints_key", ["trial_id", "attempt", "epochs", "step"])
      .execute();

    await schema
      .createTable("tokens")
      .addColumn("hash", "text", (column) => column.primaryKey())
      .addColumn("created_at", moment, (column) => column.notNull().defaultTo(now))
      .execute();
  },
};

/** Models and examples that were given as values. */
const contents: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .withSchema("shatter")
      .createTable("contents")
      .addColumn("identity", "text", (column) => column.primaryKey())
      .addColumn("size", "integer", (column) => column.notNull())
      .addColumn("bytes", "bytea", (column) => column.notNull())
      .addColumn("created_at", sql`timestamptz`, (column) => column.notNull().defaultTo(sql`now()`))
      .execute();
  },
};

/** Every change, by a name that sorts in their order. */
export const migrations: Readonly<Record<string, Migration>> = {
  "0001-first": first,
  "0002-contents": contents,
};

/** The changes, as the migration library wants them. */
export const provider: MigrationProvider = { getMigrations: async () => ({ ...migrations }) };
