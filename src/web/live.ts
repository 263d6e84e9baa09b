/**
 * @file What happens in a lab, told to every page that listens. All listeners share one look at the database, at most
 * twice a second, and none while nobody listens.
 */

import type { Tx } from "../store/database.ts";
import { type Change, changedTrials, databaseNow, plannedExperiments } from "../store/read/changes.ts";
import { experimentsWanting, listExperiments } from "../store/read/experiments.ts";
import { readLines } from "../store/read/trials.ts";
import { listWorkers } from "../store/read/workers.ts";
import type { LiveEvent } from "./api.ts";
import { createInbox, type Inbox } from "./inbox.ts";
import { experimentItem, LISTED_WORKERS } from "./items.ts";
import { refusalOf } from "./refusal.ts";

/** Least time between two looks, in milliseconds. */
const LOOK_MS = 500;

/** A look takes at most this share of the time, however slow the database is. */
const DUTY = 0.1;

/** Looks between two at the workers, whose heartbeats change no other table. */
const WORKERS_EVERY = 4;

/** Trials seen by one look; beyond them pages are told to read their lists anew. */
const SEEN = 2000;

/** Trials told in one event. */
export const TOLD = 500;

/** Those who listen, and what they have not been told yet. */
export interface Live extends Disposable {
  /** Listen; undefined if too many do already. */
  listen(): Inbox | undefined;
  /** Number of listeners. */
  readonly listeners: number;
}

/** Most listeners at once. */
const LISTENERS = 200;

/** Watch a lab for those who listen. */
export function watchLab(db: Tx): Live {
  const inboxes = new Set<Inbox>();
  let look = createLook(db);
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isOver = false;

  const tell = (events: readonly LiveEvent[]): void => {
    for (const inbox of inboxes) inbox.put(events);
  };
  const next = (ms: number): void => {
    timer = isOver || inboxes.size === 0 ? undefined : setTimeout(run, ms);
  };
  const run = async (): Promise<void> => {
    isLooking = true;
    const began = performance.now();
    try {
      tell(await look());
    } catch (error) {
      const why = refusalOf(error)?.message ?? "the lab cannot be read just now; this page tries again";
      tell([{ type: "trouble", error: why }]);
    }
    isLooking = false;
    next(Math.max(LOOK_MS, (performance.now() - began) / DUTY));
  };
  return {
    get listeners() {
      return inboxes.size;
    },
    listen() {
      if (isOver || inboxes.size >= LISTENERS) return undefined;
      const inbox: Inbox = createInbox(() => inboxes.delete(inbox));
      inboxes.add(inbox);
      if (timer === undefined && !isLooking) {
        // Nobody looked for a while: what changed meanwhile is read by the page itself.
        look = createLook(db);
        next(0);
      }
      return inbox;
    },
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
      for (const inbox of [...inboxes]) inbox[Symbol.dispose]();
    },
  };
}

/** A function that tells what changed since it was last called. */
function createLook(db: Tx): () => Promise<LiveEvent[]> {
  let since: string | undefined;
  let seen = new Map<string, string>();
  let plans: Map<string, string> | undefined;
  let workers = "";
  let looks = 0;
  const isNew = (known: ReadonlyMap<string, string>, { id, stamp }: Change): boolean =>
    known.get(id) !== stamp;
  const asMap = (changes: readonly Change[]): Map<string, string> =>
    new Map(changes.map(({ id, stamp }) => [id, stamp]));

  return async () => {
    const events: LiveEvent[] = [];
    // The next look goes back to before this one.
    const now = await databaseNow(db);
    const changes = await changedTrials(db, since ?? now, SEEN);
    const fresh = changes.filter((change) => isNew(seen, change)).map(({ id }) => id);
    if (fresh.length > 0) {
      const trials = await readLines(db, fresh.slice(0, TOLD));
      events.push({ type: "trials", trials, more: fresh.length > TOLD || changes.length === SEEN });
    }
    const planned = await plannedExperiments(db);
    const changedPlans = planned.filter((change) => plans && isNew(plans, change)).map(({ id }) => id);
    const wanting = await experimentsWanting(db, fresh);
    const lines = await listExperiments(db, [...new Set([...changedPlans, ...wanting])]);
    if (lines.length > 0) {
      events.push({
        type: "experiments",
        experiments: lines.map(experimentItem),
        documents: Object.fromEntries(lines.map(({ id, version }) => [id, version])),
      });
    }
    if (looks++ % WORKERS_EVERY === 0) {
      const found = await listWorkers(db, LISTED_WORKERS);
      const said = JSON.stringify(
        found.map(({ id, heartbeatAt, endedAt, done, running }) => [
          ...[id, heartbeatAt, endedAt, done],
          running.map((trial) => trial.id),
        ]),
      );
      if (said !== workers) events.push({ type: "workers", workers: found });
      workers = said;
    }
    // Only once everything was read: after a failure the next look sees it again.
    since = now;
    seen = asMap(changes);
    plans = asMap(planned);
    return events;
  };
}
