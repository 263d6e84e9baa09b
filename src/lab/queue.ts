/**
 * @file The queue of a lab: pg-boss on the lab's own database, one job a trial.
 *
 * A job is an order to carry a trial on, not the trial: it may be given out again at any time, to a worker that goes
 * on from the last checkpoint. What must happen once - a result - is guarded by the lease of an attempt
 * (`store/attempts.ts`), since pg-boss lets whoever knows a job's id complete it.
 */

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { fromKysely, PgBoss } from "pg-boss";
import { messageOf } from "../base/errors.ts";
import { type Database, QUEUE_SCHEMA, type Tx } from "../store/database.ts";
import type { QueueTiming } from "./lab.ts";

/** A trial that is to be run, for the experiment first to want it. */
export interface Wanted {
  readonly trial: string;
  readonly experiment: string;
  /** Place in the experiment, from 0; earlier ones are run first. */
  readonly position: number;
  /** More is sooner, from -1,000 to 1,000. */
  readonly priority: number;
}

/** An order to carry a trial on. */
export interface Job {
  readonly id: string;
  readonly trial: string;
}

/** For machines on a network: a hiccup of a minute costs nothing, a dead worker is noticed within two. */
const USUAL_TIMING: QueueTiming = { heartbeatSeconds: 60, watchSeconds: 15 };

/** The queue of a lab. */
export interface Queue extends AsyncDisposable {
  readonly timing: QueueTiming;
  /** Put trials into the queue; one that is there already stays as it is, whatever its state. */
  put(wanted: readonly Wanted[], options?: { readonly retake?: boolean }): Promise<void>;
  /**
   * Take the first job of an experiment, or undefined if none of its jobs can be taken now.
   *
   * @param all - All experiments that may have jobs.
   * @param first - Priority of its first job, as {@link waiting} has it: others need not be looked at then.
   */
  take(experiment: string, all: readonly string[], first?: number): Promise<Job | undefined>;
  /** Say that jobs are worked on. */
  touch(jobs: readonly string[]): Promise<void>;
  /** Settle a job for good, in a transaction of the lab if one is given. */
  complete(job: string, tx?: Tx): Promise<void>;
  /** Give a job back: it is taken again soon, by whoever is free, later and later if that happens often. */
  giveBack(jobs: readonly string[], tx?: Tx): Promise<void>;
  /** Jobs that somebody is said to work on. */
  active(): Promise<string[]>;
  /** Experiments that have jobs which wait, each with the priority of the first of them. */
  waiting(): Promise<readonly Waiting[]>;
}

/** An experiment that has jobs which wait. */
export interface Waiting {
  readonly experiment: string;
  /** Priority of its first job, which holds the job's position too. */
  readonly first: number;
}

const QUEUE = "trials";

/** The positions of an experiment lie between two priorities. */
const PLACES = 1_000_000;
const HIGHEST = 1000;

const clamp = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

const DAY = 24 * 3600;

/** pg-boss takes a job for dead after a day at most; a trial that takes longer is given back before, and goes on. */
export const LONGEST_ATTEMPT_SECONDS = 20 * 3600;

/** How often a start is tried while other processes make the same tables, and how long between, in milliseconds. */
const STARTS = 20;
const START_MS = 250;

/** What two processes that make the same thing at once are told: PostgreSQL's "if not exists" does not prevent it. */
const MADE_TWICE = /^(23505|42P06|42P07|42710)$/;

async function startBoss(
  database: Database,
  timing: QueueTiming,
  onWarning: (message: string) => void,
): Promise<PgBoss> {
  for (let start = 1; ; start++) {
    const boss = new PgBoss({
      db: database.queue,
      backend: database.kind,
      schema: QUEUE_SCHEMA,
      schedule: false,
      superviseIntervalSeconds: timing.watchSeconds,
      monitorIntervalSeconds: timing.watchSeconds,
      // A queue of ten thousand trials is what a sweep looks like, not a fault.
      warningQueueSize: 10_000_000,
    });
    boss.on("error", (error) => onWarning(`queue: ${messageOf(error)}`));
    try {
      await boss.start();
      return boss;
    } catch (error) {
      await boss.stop({ graceful: false, close: false }).catch(() => {});
      if (start === STARTS || !MADE_TWICE.test(String(Object(error).code))) throw error;
      await sleep(START_MS);
    }
  }
}

/** Open the queue of a lab, and make its tables if need be. Its timing is the lab's unless another is asked for. */
export async function openQueue(
  database: Database,
  asked?: QueueTiming,
  onWarning: (message: string) => void = () => {},
): Promise<Queue> {
  const timing = await agreeOnTiming(database, asked);
  const boss = await startBoss(database, timing, onWarning);
  await boss.createQueue(QUEUE, {
    policy: "exclusive",
    // The limits by default lose a sweep: jobs that wait for two weeks, or run for a quarter of an hour.
    expireInSeconds: DAY,
    retentionSeconds: 365 * DAY,
    deleteAfterSeconds: DAY,
    heartbeatSeconds: timing.heartbeatSeconds,
    // How often is for the lab to say, which knows why: a lost worker is no fault of the trial.
    retryLimit: 1_000_000,
    // Longer each time, up to a minute: what harms a trial again and again shall find others to harm in between.
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
  });
  await boss.updateQueue(QUEUE, { heartbeatSeconds: timing.heartbeatSeconds });
  await database.queue.executeSql(INDEX);
  // What pg-boss knows of a queue is read once; read inside a transaction of an embedded database, it would wait for
  // that transaction's own end.
  await boss.touch(QUEUE, randomUUID());

  const within = (tx: Tx | undefined) => (tx ? { db: fromKysely(tx) } : {});
  return {
    timing,
    async put(wanted, { retake = false } = {}) {
      for (let start = 0; start < wanted.length; start += BATCH) {
        const jobs = wanted.slice(start, start + BATCH).map(({ trial, ...place }) => ({
          data: { trial },
          singletonKey: trial,
          heartbeatSeconds: timing.heartbeatSeconds,
          ...placeOf(place),
        }));
        await boss.insert(QUEUE, jobs);
      }
      if (!retake) return;
      // pg-boss moves one job at a time, and looks through all of them for each.
      const places = wanted.map(({ trial, ...place }) => {
        const { group, priority } = placeOf(place);
        return { trial, experiment: group.id, priority };
      });
      await database.queue.executeSql(
        `update ${QUEUE_SCHEMA}.job set group_id = place.experiment, priority = place.priority
         from jsonb_to_recordset($2::jsonb) as place(trial text, experiment text, priority int)
         where name = $1 and singleton_key = place.trial and state < 'active'`,
        [QUEUE, JSON.stringify(places)],
      );
    },
    async take(experiment, all, first) {
      const [job] = await boss.fetch<{ trial: string }>(QUEUE, {
        ignoreGroups: all.filter((id) => id !== experiment),
        // With thousands of others' jobs before it, the database would look at each of them.
        ...(first === undefined ? {} : { maxPriority: first }),
      });
      return job && { id: job.id, trial: job.data.trial };
    },
    async touch(jobs) {
      if (jobs.length > 0) await boss.touch(QUEUE, [...jobs]);
    },
    async complete(job, tx) {
      await boss.complete(QUEUE, job, null, within(tx));
    },
    async giveBack(jobs, tx) {
      if (jobs.length > 0) await boss.fail(QUEUE, [...jobs], null, within(tx));
    },
    async active() {
      const { rows } = await database.queue.executeSql(
        `select id from ${QUEUE_SCHEMA}.job where name = $1 and state = 'active'`,
        [QUEUE],
      );
      return rows.map((row) => (row as { id: string }).id);
    },
    async waiting() {
      const { rows } = await database.queue.executeSql(WAITING, [QUEUE]);
      return rows as Waiting[];
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: false, close: false }),
  };
}

/**
 * An index of our own on pg-boss's table, which has none of waiting jobs by experiment. Workers that start at once make
 * it one after another: only the first does, and nobody locks the table to find it there.
 */
const INDEX = `
  do $$ begin
    perform pg_advisory_xact_lock(hashtext('${QUEUE_SCHEMA}.waiting_jobs'));
    if to_regclass('${QUEUE_SCHEMA}.waiting_jobs') is null then
      create index waiting_jobs on ${QUEUE_SCHEMA}.job_common (name, group_id, priority desc) where state < 'active';
    end if;
  end $$`;

/** Each experiment by one look into that index, from one to the next: all its jobs would be thousands of rows. */
const WAITING = `
  with recursive found as (
    (select group_id, priority from ${QUEUE_SCHEMA}.job_common
     where name = $1 and state < 'active' and group_id is not null
     order by group_id, priority desc limit 1)
    union all
    select after.group_id, after.priority from found, lateral (
      select group_id, priority from ${QUEUE_SCHEMA}.job_common
      where name = $1 and state < 'active' and group_id > found.group_id
      order by group_id, priority desc limit 1
    ) after
  )
  select group_id as experiment, priority as first from found`;

/**
 * The timing of a lab: what is asked for, from now on for all who open it, or what was asked for last. A worker that
 * went by a longer lease than the others would lose its trials to them.
 */
async function agreeOnTiming({ tables }: Database, asked: QueueTiming | undefined): Promise<QueueTiming> {
  if (asked) {
    const value = JSON.stringify(asked);
    await tables
      .insertInto("lab")
      .values({ name: "timing", value })
      .onConflict((conflict) => conflict.column("name").doUpdateSet({ value }))
      .execute();
    return asked;
  }
  const row = await tables.selectFrom("lab").select("value").where("name", "=", "timing").executeTakeFirst();
  return (row?.value as QueueTiming | undefined) ?? USUAL_TIMING;
}

/** Most jobs of one insert. */
const BATCH = 5000;

/** Where a job stands: its experiment, which shares are counted by, and its priority, which holds its position too. */
const placeOf = ({ experiment, position, priority }: Omit<Wanted, "trial">) => ({
  group: { id: experiment },
  priority: clamp(priority, HIGHEST) * PLACES - Math.min(position, PLACES - 1),
});
