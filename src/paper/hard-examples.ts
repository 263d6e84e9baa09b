/**
 * @file The examples that all networks of a test find hard with true labels, which is where a wrong label would be.
 */

import type { TrialResult } from "../run/trial-record.ts";

/** An example that every network finds hard. */
export interface HardExample {
  readonly index: number;
  /** Its class, by the data. */
  readonly label: number;
  /** What each network answers in the end. */
  readonly answers: readonly number[];
  /** Of training: since when each network answers its label; null where it never did to the end. */
  readonly epochs: readonly (number | null)[];
}

/** What the networks of a test find hard, the hardest first. */
export interface HardExamples {
  /** How many networks were trained on true inputs and labels, and tell. */
  readonly networks: number;
  /** Test examples that every one misses. */
  readonly missed: readonly HardExample[];
  /** Training examples that every one fits among its last, or misses still. */
  readonly late: readonly HardExample[];
}

/** Examples of a list. */
const SHOWN = 12;

/** Find the hardest examples of a test. */
export function hardestOf(trials: readonly TrialResult[]): HardExamples {
  const hard = trials.flatMap(({ inputs, labels, escalation, hard: found }) =>
    inputs === "true" && labels.nominal === 0 && escalation === 0 && found ? [found] : [],
  );
  const missed = hard.map(({ testSurest }) =>
    testSurest.map(([index, label, answer]) => ({ index, label, answer, epoch: null })),
  );
  const late = hard.map(({ trainLast = [] }) =>
    trainLast.flatMap(([index, label, answer, epoch]) =>
      // What was answered from the first epoch on was never hard.
      epoch === 1 ? [] : [{ index, label, answer, epoch }],
    ),
  );
  return { networks: hard.length, missed: sharedOf(missed), late: sharedOf(late) };
}

/** One network's word on an example. */
interface Said {
  readonly index: number;
  readonly label: number;
  readonly answer: number;
  readonly epoch: number | null;
}

/** What stands in all lists, by the sum of its places. */
function sharedOf(lists: readonly (readonly Said[])[]): HardExample[] {
  const said = Map.groupBy(
    lists.flatMap((list) => list.map((one, place) => ({ ...one, place }))),
    ({ index }) => index,
  );
  return [...said.values()]
    .filter(({ length }) => length === lists.length)
    .map((all) => ({ all, places: all.reduce((sum, { place }) => sum + place, 0) }))
    .sort((a, b) => a.places - b.places || a.all[0]!.index - b.all[0]!.index)
    .slice(0, SHOWN)
    .map(({ all }) => ({
      index: all[0]!.index,
      label: all[0]!.label,
      answers: all.map(({ answer }) => answer),
      epochs: all.map(({ epoch }) => epoch),
    }));
}
