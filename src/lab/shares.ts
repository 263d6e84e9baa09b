/**
 * @file Fair shares: which experiment the next free place goes to.
 *
 * The highest priority goes first; among equals, the experiment with the fewest running trials. So a sweep of
 * thousands and a figure of twenty, planned at the same priority, each have half of the workers until one is done.
 */

import { runningByExperiment } from "../store/attempts.ts";
import type { Database } from "../store/database.ts";
import { allExperiments } from "../store/experiments.ts";
import type { Job, Queue } from "./process-queue.ts";

/** How long what is known of waiting experiments is good for, in milliseconds. */
const FRESH_MS = 1000;

/** Takes jobs by fair shares. */
export interface Shares {
  /** The next job, of one experiment only if one is named; undefined if there is none now. */
  take(only?: string): Promise<Job | undefined>;
}

/** An experiment that waits for a place. */
interface Waiting {
  readonly id: string;
  readonly priority: number;
}

/** What is known of the experiments of a lab, for a while. */
interface Known {
  readonly waiting: readonly Waiting[];
  readonly all: readonly string[];
  readonly until: number;
}

/** Experiments in the order in which they are to be served. */
export function inTurn(waiting: readonly Waiting[], running: ReadonlyMap<string, number>): string[] {
  return waiting
    .toSorted((a, b) => b.priority - a.priority || (running.get(a.id) ?? 0) - (running.get(b.id) ?? 0))
    .map(({ id }) => id);
}

/** Shares of a lab's queue, for one worker. */
export function createShares({ tables }: Database, queue: Queue): Shares {
  let known: Known | undefined;
  const look = async (): Promise<Known> => {
    if (known && performance.now() < known.until) return known;
    const ids = await queue.waiting();
    const priorities = new Map((await allExperiments(tables)).map(({ id, priority }) => [id, priority]));
    known = {
      waiting: ids.map((id) => ({ id, priority: priorities.get(id) ?? 0 })),
      // Those that have nothing waiting now may have it in a moment, when a worker gives something back.
      all: [...new Set([...priorities.keys(), ...ids])],
      until: performance.now() + FRESH_MS,
    };
    return known;
  };
  return {
    async take(only) {
      const { waiting, all } = await look();
      if (only !== undefined) {
        return waiting.some(({ id }) => id === only) ? await queue.take(only, all) : undefined;
      }
      const running = waiting.length > 1 ? await runningByExperiment(tables) : new Map<string, number>();
      for (const id of inTurn(waiting, running)) {
        const job = await queue.take(id, all);
        if (job) return job;
      }
      return undefined;
    },
  };
}
