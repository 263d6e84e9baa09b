/**
 * @file What one page has not been told yet. However slowly it reads, this stays small: of a trial only the newest
 * is kept, and of too many only that there were.
 */

import type { ExperimentItem, LiveEvent, TrialItem, WorkerItem } from "./api.ts";

/** Trials kept for a page that does not read; beyond them it has to read its lists anew. */
const KEPT = 1000;

/** The events a listener waits for. */
export interface Inbox extends Disposable {
  put(events: readonly LiveEvent[]): void;
  /**
   * What has come since last time, at once or when something comes.
   *
   * @param ms - Longest time to wait; nothing came then.
   * @returns Undefined once it is closed.
   */
  take(ms: number): Promise<LiveEvent[] | undefined>;
}

/** An empty inbox. */
export function createInbox(onClose: () => void): Inbox {
  let trials = new Map<string, TrialItem>();
  let experiments = new Map<string, { item: ExperimentItem; document: string | undefined }>();
  let workers: readonly WorkerItem[] | undefined;
  let trouble: string | undefined;
  let more = false;
  let isClosed = false;
  let wake: () => void = () => {};

  const keep = (event: LiveEvent): void => {
    switch (event.type) {
      case "trials":
        for (const trial of event.trials) trials.set(trial.id, trial);
        more ||= event.more || trials.size > KEPT;
        if (trials.size > KEPT) trials = new Map(event.trials.map((trial) => [trial.id, trial]));
        break;
      case "experiments":
        for (const item of event.experiments) {
          experiments.set(item.id, { item, document: event.documents[item.id] });
        }
        break;
      case "workers":
        workers = event.workers;
        break;
      case "trouble":
        trouble = event.error;
        break;
      case "alive":
        break;
    }
  };
  const empty = (): LiveEvent[] => {
    const events: LiveEvent[] = [];
    if (trials.size > 0) events.push({ type: "trials", trials: [...trials.values()], more });
    if (experiments.size > 0) {
      const documents = [...experiments].flatMap(([id, { document }]) => (document ? [[id, document]] : []));
      events.push({
        type: "experiments",
        experiments: [...experiments.values()].map(({ item }) => item),
        documents: Object.fromEntries(documents),
      });
    }
    if (workers) events.push({ type: "workers", workers });
    if (trouble !== undefined) events.push({ type: "trouble", error: trouble });
    trials = new Map();
    experiments = new Map();
    [workers, trouble, more] = [undefined, undefined, false];
    return events;
  };
  return {
    put(events) {
      if (isClosed) return;
      events.forEach(keep);
      if (events.length > 0) wake();
    },
    async take(ms) {
      const waiting = trials.size + experiments.size > 0 || workers || trouble !== undefined;
      if (!isClosed && !waiting) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
          timer = setTimeout(resolve, ms);
        });
        clearTimeout(timer);
        wake = () => {};
      }
      return isClosed ? undefined : empty();
    },
    [Symbol.dispose]() {
      if (isClosed) return;
      isClosed = true;
      onClose();
      wake();
    },
  };
}
