/**
 * @file How much of the test labels is known, by accuracy and by balanced accuracy, each beside guessing.
 */

import { differenceInterval, pooledInterval, type ShareInterval, type Stratum } from "../base/shares.ts";
import { meanOf } from "../base/statistics.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { commonestShare, occurring, sum, type VerdictContext } from "./context.ts";

/** Probability that a recipe which learns nothing is said to learn, or one that learns is said not to. */
export const ALPHA = 0.05;

/** Part of that probability for the first of several looks. */
const FIRST_LOOK = 0.8;

/** Two ways to count right answers, which agree where classes are equally common. */
const measures = ["accuracy", "balanced"] as const;
type Measure = (typeof measures)[number];

/** One measure: its mean and interval without credit for copies, and what follows. */
export interface Measured extends ShareInterval {
  /** What guessing gets right. */
  readonly guessing: number;
  /** Up to where more than that is negligible. */
  readonly margin: number;
  /** More than guessing, and more than what is negligible. */
  readonly isAbove: boolean;
  /** Less than what is negligible, copies credited. */
  readonly isBelow: boolean;
  /** No less than networks that were trained on random labels, where those are shown to know true ones. */
  readonly isControlled: boolean;
  /** Whether it would be above or below if seeds did not differ. */
  readonly isDecidedByExamples: boolean;
}

/** Both measures of some trials; of numbers, R squared alone. */
export interface Measurement {
  readonly accuracy: Measured;
  readonly balanced?: Measured;
  /** With which all intervals hold together. */
  readonly confidence: number;
  /** Test examples that do not stand in training, and how many independent ones they are worth. */
  readonly count: number;
  readonly worth: number;
}

/** `[classes]`: test examples that do not stand in training. */
export const apart = ({ testCounts, copies }: VerdictContext): number[] =>
  testCounts.map((count, label) => count - (copies?.testByClass[label] ?? 0));

/**
 * Measure trials on true labels.
 *
 * @param judged - One a seed; at least one, all with a confusion matrix, or hits by class.
 * @param control - Trials on random labels; may be none.
 * @param pValue - Of the label check: how likely the control is to know so many true labels by chance.
 */
export function measureTrials(
  judged: readonly TrialResult[],
  control: readonly TrialResult[],
  pValue: number,
  context: VerdictContext,
): Measurement {
  const confidence = confidenceOf(context, judged);
  const left = apart(context);
  const measured = (measure: Measure): Measured => {
    const strata = strataOf(judged, measure, context, left);
    const interval = pooledInterval(strata, confidence);
    // Without the copies another class may be the commonest.
    const { guessing, margin } = guessingOf(measure, left);
    const whole = guessingOf(measure, context.testCounts);
    const credited = strataOf(judged, measure, context, context.testCounts);
    const base =
      control.length > 0
        ? pooledInterval(strataOf(control, measure, context, context.testCounts), confidence)
        : undefined;
    const isAbove = ({ low, mean }: ShareInterval): boolean => low > guessing && mean > margin;
    const alike = pooledInterval(strata.map(asOneSeed), confidence);
    return {
      ...interval,
      guessing,
      margin,
      isAbove: isAbove(interval),
      isBelow: pooledInterval(credited, confidence).high < whole.margin,
      // Random labels teach nothing, so the control is noise about guessing, and wide noise where examples of a class
      // are alike: two clusters are named right or wrong as a whole. What shows more is the renaming test.
      isControlled: base === undefined || pValue >= ALPHA || differenceInterval(interval, base).low > 0,
      isDecidedByExamples: isAbove(alike) || alike.high < margin,
    };
  };
  return {
    confidence: 1 - measures.length * (1 - confidence),
    count: sum(left),
    worth: strataOf(judged, "accuracy", context, left)[0]!.count,
    accuracy: measured("accuracy"),
    balanced: measured("balanced"),
  };
}

/**
 * The confidence of one interval of some `together`. Two measures are looked at, once or several times - while true labels are
 * escalated, and seeds added - and by Bonferroni's inequality all intervals hold together with 95 %: an
 * alpha-spending rule (Lan and DeMets, Biometrika 1983) that gives the first look four fifths.
 */
export function confidenceOf(
  { escalations, looks = 1, look = 0 }: VerdictContext,
  judged: readonly TrialResult[],
  together: number = measures.length,
): number {
  const all = (escalations + 1) * looks;
  const isFirst = look === 0 && judged.every(({ escalation }) => escalation === 0);
  const share = all === 1 ? 1 : isFirst ? FIRST_LOOK : (1 - FIRST_LOOK) / (all - 1);
  return 1 - (share * ALPHA) / together;
}

/**
 * What guessing gets right of test examples, and up to where more than that is negligible: a share of what guessing
 * leaves, with balanced classes five points of accuracy, or half of chance where that is less.
 */
function guessingOf(measure: Measure, counts: readonly number[]): Pick<Measured, "guessing" | "margin"> {
  const classes = occurring(counts).length;
  const negligible = Math.min(0.05, 0.5 / classes) / (1 - 1 / classes);
  const guessing = measure === "accuracy" ? commonestShare(counts) : 1 / classes;
  return { guessing, margin: guessing + negligible * (1 - guessing) };
}

/**
 * The parts of the test set that a measure averages over: all of it, or each class for itself. A part counts as many
 * examples as it is worth, since equal ones are answered alike.
 *
 * @param left - `[classes]`: test examples that count; as many hits as are left out do not.
 */
function strataOf(
  trials: readonly TrialResult[],
  measure: Measure,
  { testCounts, copies, groups }: VerdictContext,
  left: readonly number[],
): Stratum[] {
  const worth = testCounts.map((count, label) => (copies?.testWorthByClass?.[label] ?? count) / count);
  const classes = occurring(left);
  const hitsOf = ({ confusion, hits }: TrialResult, label: number): number =>
    Math.max(0, (hits?.[label] ?? confusion?.[label]?.[label] ?? 0) - (testCounts[label]! - left[label]!));
  if (measure === "balanced") {
    return classes.map((label) => ({
      weight: 1 / classes.length,
      count: left[label]! * worth[label]!,
      shares: trials.map((trial) => hitsOf(trial, label) / left[label]!),
    }));
  }
  const all = sum(left);
  // A group may be answered alike whatever its classes are.
  const most = groups?.testWorth ?? Number.POSITIVE_INFINITY;
  const count = Math.min(most, all ** 2 / sum(classes.map((label) => left[label]! / worth[label]!)));
  const shares = trials.map((trial) => sum(classes.map((label) => hitsOf(trial, label))) / all);
  return [{ weight: 1, count, shares }];
}

/** A part as if all seeds' networks were as their mean. */
const asOneSeed = (stratum: Stratum): Stratum => ({ ...stratum, shares: [meanOf(stratum.shares)] });
