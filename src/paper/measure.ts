/**
 * @file From the trials of a condition to numbers over seeds and to curves, beside the paper's.
 */

import { meanOf } from "../base/statistics.ts";
import { type Expectation, type Measurement, measure } from "../document/measurement.ts";
import { pointOf, type Series } from "../document/plot.ts";
import type { HistoryRow, TrialResult } from "../run/trial-record.ts";
import { plural } from "../verdict/context.ts";

/** A number of trials; those that have none, such as a loss that is not finite, are left out and counted. */
export function measureTrials(
  trials: readonly TrialResult[],
  read: (trial: TrialResult) => number | null,
  expected: Expectation = {},
): Measurement {
  const values = trials.map(read).filter((value) => value !== null);
  const diverged = trials.filter(({ status }) => status === "diverged").length;
  const note = diverged > 0 ? `${diverged} of ${trials.length} diverged` : null;
  return measure(values, { note, ...expected });
}

/**
 * When trials came to something, in whatever `read` counts; no mean unless all of them did, since a mean over
 * those that did would be too early.
 */
export function measureReached(
  trials: readonly TrialResult[],
  read: (trial: TrialResult) => number | null,
  expected: Expectation = {},
): Measurement {
  const values = trials.map(read).filter((value) => value !== null);
  if (values.length === trials.length) return measure(values, expected);
  const epochs = plural(Math.max(...trials.map((trial) => trial.epochs)), "epoch");
  // A trial ends once everything is fitted, by accuracy even where its loss could still fall.
  const time = trials.every(({ fit }) => fit) ? `the ${epochs} to the fit` : epochs;
  const note =
    values.length === 0
      ? `not reached in ${time}`
      : `reached by ${values.length} of ${trials.length} seeds in ${time}`;
  const { paper = null } = expected;
  return { value: null, low: null, high: null, n: trials.length, paper, difference: null, note };
}

/** The first measured epoch of a trial with a row like this; null if there is none. */
export const firstEpoch = (trial: TrialResult, isThere: (row: HistoryRow) => boolean): number | null =>
  trial.history.find(isThere)?.epoch ?? null;

/** Steps of one epoch of a trial. */
export const stepsPerEpoch = ({ steps, epochs }: TrialResult): number => (epochs === 0 ? 0 : steps / epochs);

/**
 * The mean course of trials over their epochs. A trial that ended keeps its last value, if it may, so that the mean
 * does not jump when one ends before another.
 *
 * @param keeps - Whether a trial that ended keeps its last value; all do unless told.
 */
export function courseByEpoch(
  trials: readonly TrialResult[],
  read: (row: HistoryRow) => number | null,
  limits?: readonly [number, number],
  keeps: (trial: TrialResult) => boolean = () => true,
): Series["points"] {
  const measured = trials.map((trial) => {
    const values = new Map(
      trial.history.flatMap((row) => {
        const value = read(row);
        return value === null ? [] : [[row.epoch, value] as const];
      }),
    );
    return { values, last: keeps(trial) ? [...values].at(-1) : undefined };
  });
  const epochs = [...new Set(measured.flatMap(({ values }) => [...values.keys()]))].sort((a, b) => a - b);
  return epochs.map((epoch) => {
    const values = measured.flatMap(({ values: known, last }) => {
      const value = known.get(epoch) ?? (last && last[0] < epoch ? last[1] : undefined);
      return value === undefined ? [] : [value];
    });
    return pointOf(epoch, measure(values, limits ? { limits } : {}));
  });
}

/** The mean course of trials over their steps, each keeping its last value. */
export const course = (
  trials: readonly TrialResult[],
  read: (row: HistoryRow) => number | null,
  limits?: readonly [number, number],
): Series["points"] =>
  courseByEpoch(trials, read, limits).map((point) => ({ ...point, x: point.x * stepsPerEpoch(trials[0]!) }));

/** Mean of what trials have; null if none has any. */
export function meanOver(
  trials: readonly TrialResult[],
  read: (trial: TrialResult) => number | null,
): number | null {
  return measure(trials.map(read).filter((value) => value !== null)).value;
}

/** Mean distance of ours from the paper's, either way, over what both have; null if that is nothing. */
export function distanceFromPaper(measurements: readonly Measurement[]): number | null {
  const distances = measurements.flatMap(({ difference }) =>
    difference === null ? [] : [Math.abs(difference)],
  );
  return distances.length === 0 ? null : meanOf(distances);
}
