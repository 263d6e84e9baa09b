/**
 * @file How well numbers are told: R squared with its standard error, errors in the target's own unit, and what the label check
 * compares.
 */

import { z } from "zod";
import { type Examples, numbersOf } from "../data/dataset.ts";

/** Labels, and the numbers that they stand for. */
type Targets = Pick<Examples, "labels" | "values">;

/** Mean and deviation of the training targets, in their own unit: what a network is taught is a target's distance from the mean in deviations. */
export interface TargetScale {
  readonly mean: number;
  readonly deviation: number;
}

const finite = z.number().nullable();

/** What a trial that tells numbers leaves behind; null where answers are no numbers any more. */
export const regressionSchema = z.strictObject({
  /** Root of the mean squared error, and mean absolute error, in the target's own unit. */
  trainRmse: finite,
  trainMae: finite,
  testRmse: finite,
  testMae: finite,
  /**
   * R squared over the test examples that do not stand in training, and its standard error over them; `units` are the examples that
   * are independent: equal ones, and those of one group, are one. `mirrored` is R squared of the same answers, mirrored about the
   * training mean: what the label check compares. Null where fewer than three are left.
   */
  apart: z
    .strictObject({
      r2: z.number().max(1),
      mirrored: z.number().max(1),
      standardError: z.number().min(0),
      units: z.int().min(0),
      count: z.int().min(0),
    })
    .nullable(),
});

export type Regression = z.infer<typeof regressionSchema>;

/** R squared of answers that are no numbers, and the least that is told. */
export const LEAST_R2 = -1e6;

/** Fewest independent test examples that a standard error is told of. */
const FEWEST_UNITS = 3;

/** Mean and population deviation of a dataset's targets; the deviation is 0 if all are equal. */
export function targetScale(dataset: Targets): TargetScale {
  const numbers = numbersOf(dataset);
  const mean = meanOf(numbers);
  return { mean, deviation: Math.sqrt(meanOf(numbers.map((value) => (value - mean) ** 2))) };
}

/** Targets as distances from a mean in deviations. */
export const scaleTargets = <E extends Examples>(dataset: E, { mean, deviation }: TargetScale): E => ({
  ...dataset,
  values: dataset.values?.map((value) => (value - mean) / deviation),
});

/**
 * The share of the variance of targets that answers explain: `1 - sum (y - f)^2 / sum (y - mean y)^2`, with the mean of these
 * targets. Always answering a mean gets 0 at most. Where all targets are equal, their variance is taken for 1.
 *
 * @param dataset - With targets in training deviations.
 */
export function rSquared(predicted: ArrayLike<number>, dataset: Targets): number {
  const truth = numbersOf(dataset);
  const center = meanOf(truth);
  let [errors, total] = [0, 0];
  truth.forEach((value, i) => {
    errors += (value - predicted[i]!) ** 2;
    total += (value - center) ** 2;
  });
  return leastOf(1 - errors / (total > 0 ? total : truth.length));
}

const leastOf = (r2: number): number => (r2 >= LEAST_R2 ? r2 : LEAST_R2);

/** The answers of a network on a split, and the targets in training deviations. */
export interface Told {
  readonly predicted: ArrayLike<number>;
  readonly dataset: Targets;
}

/**
 * Measure a network that tells numbers.
 *
 * @param clusters - `[test]`: which test examples are one, as they are equal or of one group; below 0 where one stands in training.
 */
export function measureRegression(
  train: Told,
  test: Told,
  { deviation }: TargetScale,
  clusters: Int32Array,
): Regression {
  const inUnit = (value: number): number | null => finiteOrNull(value * deviation);
  const root = ({ predicted, dataset }: Told): number =>
    Math.sqrt(meanOf(numbersOf(dataset).map((value, i) => (value - predicted[i]!) ** 2)));
  const absolute = ({ predicted, dataset }: Told): number =>
    meanOf(numbersOf(dataset).map((value, i) => Math.abs(value - predicted[i]!)));
  const rows = [...clusters.keys()].filter((i) => clusters[i]! >= 0);
  const truth = numbersOf(test.dataset);
  const left = {
    truth: rows.map((i) => truth[i]!),
    answers: rows.map((i) => test.predicted[i]!),
    clusters: rows.map((i) => clusters[i]!),
  };
  return {
    trainRmse: inUnit(root(train)),
    trainMae: inUnit(absolute(train)),
    testRmse: inUnit(root(test)),
    testMae: inUnit(absolute(test)),
    apart: measureApart(left),
  };
}

/**
 * R squared and its standard error, by the delta method: to first order an example moves it by
 * `-((y - f)^2 - (1 - R2) (y - mean y)^2) / sum (y - mean y)^2`. Examples of a cluster move it together (Liang and Zeger,
 * Biometrika 1986).
 */
function measureApart({
  truth,
  answers,
  clusters,
}: {
  readonly truth: readonly number[];
  readonly answers: readonly number[];
  readonly clusters: readonly number[];
}): Regression["apart"] {
  const center = meanOf(truth);
  const total = sum(truth.map((value) => (value - center) ** 2));
  const errors = sum(truth.map((value, i) => (value - answers[i]!) ** 2));
  // Their mean in training is 0.
  const mirrored = sum(truth.map((value, i) => (value + answers[i]!) ** 2));
  const moved = new Map<number, number>();
  truth.forEach((value, i) => {
    const own = (value - answers[i]!) ** 2 - (errors / total) * (value - center) ** 2;
    moved.set(clusters[i]!, (moved.get(clusters[i]!) ?? 0) + own);
  });
  const units = moved.size;
  const variance = (units / (units - 1)) * sum([...moved.values()].map((one) => (one / total) ** 2));
  if (units < FEWEST_UNITS || !(total > 0) || !Number.isFinite(variance)) return null;
  return {
    r2: leastOf(1 - errors / total),
    mirrored: leastOf(1 - mirrored / total),
    standardError: Math.sqrt(variance),
    units,
    count: truth.length,
  };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function meanOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total / values.length;
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);
