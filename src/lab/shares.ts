/**
 * @file Fair shares: which experiment the next free place goes to.
 *
 * The highest priority goes first; among equals, the experiment with the fewest running trials. So a sweep of
 * thousands and a figure of twenty, planned at the same priority, each have half of the workers until one is done.
 */

import { runningByExperiment } from "../store/attempts.ts";
import type { Database } from "../store/database.ts";
import { allPriorities } from "../store/experiments.ts";
import type { Job, Queue, Waiting } from "./queue.ts";

/** How long what is known of waiting experiments is good for, in milliseconds. */
const FRESH_MS = 1000;

/** Takes jobs by fair shares. */
export interface Shares {
  /** The next job, of one experiment only if one is named; undefined if there is none now. */
  take(only?: string): Promise<Job | undefined>;
  /** What is known may be old: something was put into the queue. */
  forget(): void;
}

/** An experiment that waits for a place. */
interface Contender {
  readonly experiment: string;
  readonly priority: number;
}

/** What is known of the experiments of a lab, for a while. */
interface Known {
  readonly waiting: readonly (Waiting & Contender)[];
  readonly all: readonly string[];
}

/** Experiments in the order in which they are to be served; equals stay as they stand. */
export function inTurn<T extends Contender>(
  waiting: readonly T[],
  running: ReadonlyMap<string, number>,
): T[] {
  const runningOf = ({ experiment }: Contender): number => running.get(experiment) ?? 0;
  return waiting.toSorted((a, b) => b.priority - a.priority || runningOf(a) - runningOf(b));
}

/** Shares of a lab's queue, for one worker. */
export function createShares({ tables }: Database, queue: Queue): Shares {
  let known: { readonly answer: Promise<Known>; readonly until: number } | undefined;
  const ask = async (): Promise<Known> => {
    const waiting = await queue.waiting();
    if (waiting.length === 0) return { waiting: [], all: [] };
    const priorities = await allPriorities(tables);
    return {
      waiting: waiting.map((one) => ({ ...one, priority: priorities.get(one.experiment) ?? 0 })),
      // Those that have nothing waiting now may have it in a moment, when a worker gives something back.
      all: [...new Set([...priorities.keys(), ...waiting.map(({ experiment }) => experiment)])],
    };
  };
  /** What waits, as of a moment ago; those who ask at once ask once. */
  const look = (): Promise<Known> => {
    if (known && performance.now() < known.until) return known.answer;
    const asked = { answer: ask(), until: performance.now() + FRESH_MS };
    known = asked;
    asked.answer.catch(() => {
      if (known === asked) known = undefined;
    });
    return asked.answer;
  };
  return {
    async take(only) {
      const { waiting, all } = await look();
      if (only !== undefined) {
        const one = waiting.find(({ experiment }) => experiment === only);
        return one && (await queue.take(only, all, one.first));
      }
      const running = waiting.length > 1 ? await runningByExperiment(tables) : new Map<string, number>();
      for (const one of inTurn(shuffled(waiting), running)) {
        const job = await queue.take(one.experiment, all, one.first);
        if (job) return job;
      }
      return undefined;
    },
    forget() {
      known = undefined;
    },
  };
}

/** In any order: of workers that start at once and see the same, half shall take the one, and half the other. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
