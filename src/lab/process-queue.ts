/**
 * @file The queue of a lab: pg-boss on the lab's own database, one job a trial.
 *
 * A job is an order to carry a trial on, not the trial: it may be given out again at any time, to a worker that goes
 * on from the last checkpoint. What must happen once - a result - is guarded by the lease of an attempt
 * (`store/attempts.ts`), since pg-boss lets whoever knows a job's id complete it.
 */

import { randomUUID } from "node:crypto";
import { fromKysely, PgBoss } from "pg-boss";
import { messageOf } from "../base/errors.ts";
import { type Database, QUEUE_SCHEMA, type Tx } from "../store/database.ts";

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

/** How fast a dead worker is noticed. */
export interface QueueTiming {
  /** A job whose worker was not heard of for so long is given to another, in seconds; 10 at least. */
  readonly heartbeatSeconds: number;
  /** How often silent workers are looked for, in seconds. */
  readonly watchSeconds: number;
}

/** For machines on a network: a hiccup of a minute costs nothing, a dead worker is noticed within two. */
export const USUAL_TIMING: QueueTiming = { heartbeatSeconds: 60, watchSeconds: 15 };

/** The queue of a lab. */
export interface Queue extends AsyncDisposable {
  readonly timing: QueueTiming;
  /** Put trials into the queue; one that is there already stays as it is, whatever its state. */
  put(wanted: readonly Wanted[], options?: { readonly retake?: boolean }): Promise<void>;
  /** Take the first job of an experiment, or undefined if none of its jobs can be taken now. */
  take(experiment: string, all: readonly string[]): Promise<Job | undefined>;
  /** Say that jobs are worked on. */
  touch(jobs: readonly string[]): Promise<void>;
  /** Settle a job for good, in a transaction of the lab if one is given. */
  complete(job: string, tx?: Tx): Promise<void>;
  /** Give a job back: it is taken again soon, by whoever is free, later and later if that happens often. */
  giveBack(jobs: readonly string[], tx?: Tx): Promise<void>;
  /** Jobs that somebody is said to work on. */
  active(): Promise<string[]>;
  /** Experiments that have jobs which wait. */
  waiting(): Promise<string[]>;
}

const QUEUE = "trials";

/** The positions of an experiment lie between two priorities. */
const PLACES = 1_000_000;
const HIGHEST = 1000;

const clamp = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

const DAY = 24 * 3600;

/** pg-boss takes a job for dead after a day at most; a trial that takes longer is given back before, and goes on. */
export const LONGEST_ATTEMPT_SECONDS = 20 * 3600;

/** Open the queue of a lab, and make its tables if need be. */
export async function openQueue(
  database: Database,
  timing: QueueTiming = USUAL_TIMING,
  onWarning: (message: string) => void = () => {},
): Promise<Queue> {
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
  await boss.start();
  await boss.createQueue(QUEUE, {
    policy: "exclusive",
    // The limits by default lose a sweep: jobs that wait for two weeks, or run for a quarter of an hour.
    expireInSeconds: DAY,
    retentionSeconds: 365 * DAY,
    deleteAfterSeconds: DAY,
    heartbeatSeconds: timing.heartbeatSeconds,
    // How often is for the lab to say, which knows why: a lost worker is no fault of the trial.
    retryLimit: 1_000_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
  });
  await boss.updateQueue(QUEUE, { heartbeatSeconds: timing.heartbeatSeconds });
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
      for (const { trial, ...place } of wanted) {
        await boss.update(QUEUE, undefined, { singletonKey: trial, ...placeOf(place) });
      }
    },
    async take(experiment, all) {
      const others = all.filter((id) => id !== experiment);
      const [job] = await boss.fetch<{ trial: string }>(QUEUE, { ignoreGroups: others });
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
      const { rows } = await database.queue.executeSql(
        `select distinct group_id from ${QUEUE_SCHEMA}.job where name = $1 and state < 'active'`,
        [QUEUE],
      );
      return rows.map((row) => (row as { group_id: string }).group_id);
    },
    [Symbol.asyncDispose]: () => boss.stop({ graceful: false, close: false }),
  };
}

/** Most jobs of one insert. */
const BATCH = 5000;

/** Where a job stands: its experiment, which shares are counted by, and its priority, which holds its position too. */
const placeOf = ({ experiment, position, priority }: Omit<Wanted, "trial">) => ({
  group: { id: experiment },
  priority: clamp(priority, HIGHEST) * PLACES - Math.min(position, PLACES - 1),
});
