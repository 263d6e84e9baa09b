/**
 * @file How well numbers are told: R squared beside always answering the mean, and beside networks that saw permuted targets.
 */

import { reflectionTest } from "../base/reflection-test.ts";
import { halfWidth, meanOf, varianceOf } from "../base/statistics.ts";
import type { TrialResult } from "../run/trial-record.ts";
import type { Regression } from "../train/regression.ts";
import { plural, type VerdictContext } from "./context.ts";
import { attemptsBySeed } from "./escalation.ts";
import { ALARM_BOUND, type LabelCheck, labelCheckBasis } from "./labels.ts";
import { ALPHA, confidenceOf, type Measured, type Measurement } from "./measures.ts";
import { scoreText } from "./words.ts";

/** Up to where R squared is negligible: what ten points above guessing between two equal classes come to, squared as a correlation. */
const NEGLIGIBLE = 0.01;

/** Networks from which a perfect answer is seen: of so many mirrorings one is rarer than the alarm. */
const FEWEST_NETWORKS = Math.floor(Math.log2(1 / ALARM_BOUND)) + 1;

type Apart = NonNullable<Regression["apart"]>;

const apartOf = (trials: readonly TrialResult[]): Apart[] =>
  trials.flatMap(({ regression }) => regression?.apart ?? []);

/**
 * Measure trials on true targets; undefined where too few test examples do not stand in training.
 *
 * @param control - Trials on permuted targets; may be none.
 * @param pValue - Of the label check: how likely the control is to know so much of true targets by chance.
 */
export function measureNumbers(
  judged: readonly TrialResult[],
  control: readonly TrialResult[],
  pValue: number,
  context: VerdictContext,
): Measurement | undefined {
  const told = apartOf(judged);
  if (told.length < judged.length) return undefined;
  const confidence = confidenceOf(context, judged, 1);
  const interval = intervalOf(told, confidence);
  const alike = intervalOf(told, confidence, true);
  const base = apartOf(control);
  const [guessing, margin] = [0, NEGLIGIBLE];
  const isAbove = ({ low, mean }: Interval): boolean => low > guessing && mean > margin;
  const accuracy: Measured = {
    ...interval,
    guessing,
    margin,
    isAbove: isAbove(interval),
    isBelow: interval.high < margin,
    isControlled:
      base.length === 0 || pValue >= ALPHA || differenceLow(interval, intervalOf(base, confidence)) > 0,
    isDecidedByExamples: isAbove(alike) || alike.high < margin,
  };
  const { count, units } = told[0]!;
  return { confidence, count, worth: units, accuracy };
}

interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Mean R squared over seeds, with an interval over test examples and seeds at once. All seeds answer the same examples, so examples
 * count once: their part is the mean of the networks' variances (that of a mean answer is no larger), and the variance of the
 * seeds' mean is added; Student's t with Satterthwaite's degrees of freedom (1946).
 *
 * @param isAlike - Whether seeds are taken for equal.
 */
function intervalOf(told: readonly Apart[], confidence: number, isAlike = false): Interval {
  const mean = meanOf(told.map(({ r2 }) => r2));
  const within = meanOf(told.map(({ standardError }) => standardError ** 2));
  const seeds = told.length;
  const between = isAlike || seeds === 1 ? 0 : varianceOf(told.map(({ r2 }) => r2)) / seeds;
  const total = within + between;
  const spent = within ** 2 / (told[0]!.units - 1) + (between > 0 ? between ** 2 / (seeds - 1) : 0);
  const half = total > 0 ? halfWidth(confidence, total ** 2 / spent) * Math.sqrt(total) : 0;
  return { mean, low: mean - half, high: Math.min(1, mean + half) };
}

/** Least difference of two means, `a - b`: their margins added up in squares. */
const differenceLow = (a: Interval, b: Interval): number =>
  a.mean - b.mean - Math.hypot(a.mean - a.low, b.high - b.mean);

/** Where R squared on true targets stands among that on permuted ones. */
export interface Permutation {
  /** `(1 + those at least as high) / (1 + all)` of the lowest seed on true targets (Phipson and Smyth, 2010). */
  readonly pValue: number;
  readonly networks: number;
}

/** Compare trials on true targets with those on permuted ones, as y-scrambling does; null without either. */
export function permutationOf(
  judged: readonly TrialResult[],
  control: readonly TrialResult[],
): Permutation | null {
  const [told, scrambled] = [apartOf(judged), apartOf(control)];
  if (told.length === 0 || scrambled.length === 0) return null;
  const lowest = Math.min(...told.map(({ r2 }) => r2));
  const atLeast = scrambled.filter(({ r2 }) => r2 >= lowest).length;
  return { pValue: (1 + atLeast) / (1 + scrambled.length), networks: scrambled.length };
}

/** The label check of numbers, by the trials with permuted targets as the recipe was asked for. */
export function judgeNumberLabels(onRandom: readonly TrialResult[], context: VerdictContext): LabelCheck {
  const base = attemptsBySeed(onRandom)
    .map((attempts) => attempts[0]!)
    .filter(({ escalation }) => escalation === 0);
  const { untested, testAccuracy } = labelCheckBasis(base, context);
  if (base.length === 0) {
    return onRandom.length === 0
      ? untested("add 1 to `--corrupt`", "nothing was trained on permuted targets")
      : untested("see the trials' errors", "no trial with permuted targets came to its end");
  }
  const told = apartOf(base);
  if (told.length === 0) {
    return untested(
      "use more test examples, other than those of training",
      "too few test examples do not stand in training",
    );
  }
  const networks = told.map(({ r2, mirrored }) => ({ as: r2, mirrored }));
  const { mean, expected, pValue } = reflectionTest(networks, 0);
  if (told.length < FEWEST_NETWORKS) {
    return untested(
      `\`--seeds ${FEWEST_NETWORKS}\` can show it`,
      `answers can only be mirrored, so ${plural(told.length, "seed")} ${told.length === 1 ? "is" : "are"} too few to show it`,
      { pValue, expected, needsSeeds: FEWEST_NETWORKS },
    );
  }
  const suspected = pValue < ALARM_BOUND;
  const score = scoreText(context);
  return {
    suspected,
    pValue,
    bound: ALARM_BOUND,
    testAccuracy,
    expected,
    reasons: [
      `with permuted training targets R² on the true test targets is ${score(mean)}, ${score(expected)} is expected of answers that could as well be mirrored (p = ${Number(pValue.toPrecision(3))})`,
    ],
    next: suspected
      ? "check where the targets of training come from, and how the test data were made"
      : "audit the data for the leaks it cannot see",
  };
}
