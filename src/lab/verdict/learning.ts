/**
 * @file Learning: does the recipe know more of the test labels than guessing does?
 */

import { percent } from "../../base/percent.ts";
import { differenceInterval, pooledInterval, type ShareInterval, type Stratum } from "../../base/shares.ts";
import { type Estimate, FEWEST_FOR_INTERVAL, meanOf } from "../../base/statistics.ts";
import { attemptsBySeed, bestAttempt, isMemorised, unrest } from "../escalation.ts";
import type { TrialResult, Verdict } from "../result.ts";
import { ACCURACY_LIMITS, estimateOf } from "../summary.ts";
import { fittedBound, missingSeeds } from "./capacity.ts";
import {
  commonestShare,
  mayDecide,
  occurring,
  plural,
  roundUp,
  sum,
  type VerdictContext,
} from "./context.ts";

/** Probability that a recipe which learns nothing is said to learn, or one that learns is said not to. */
const ALPHA = 0.05;

/** Part of that probability for the first of several looks. */
const FIRST_LOOK = 0.8;

type Learning = Verdict["learning"];

/**
 * What is negligible, as a share of what guessing leaves: with balanced classes five points of accuracy, or half
 * of chance where that is less.
 */
const negligible = (classes: number): number => Math.min(0.05, 0.5 / classes) / (1 - 1 / classes);

/** What guessing gets right of test examples, and up to where more than that is negligible. */
function guessingOf(measure: Measure, counts: readonly number[]): Pick<Found, "guessing" | "margin"> {
  const classes = occurring(counts).length;
  const guessing = measure === "accuracy" ? commonestShare(counts) : 1 / classes;
  return { guessing, margin: guessing + negligible(classes) * (1 - guessing) };
}

/** Two ways to count right answers, which agree where classes are equally common. */
const measures = ["accuracy", "balanced"] as const;
type Measure = (typeof measures)[number];

/**
 * The confidence of one interval. Two measures are looked at, once or several times - while true labels are
 * escalated, and seeds added - and by Bonferroni's inequality all intervals hold together with 95 %: an
 * alpha-spending rule (Lan and DeMets, Biometrika 1983) that gives the first look four fifths.
 */
function confidenceOf(
  { escalations, looks = 1, look = 0 }: VerdictContext,
  judged: readonly TrialResult[],
): number {
  const all = (escalations + 1) * looks;
  const isFirst = look === 0 && judged.every(({ escalation }) => escalation === 0);
  const share = all === 1 ? 1 : isFirst ? FIRST_LOOK : (1 - FIRST_LOOK) / (all - 1);
  return 1 - (share * ALPHA) / measures.length;
}

/** Judge from the trials on true inputs with true labels; those with random ones are the control. */
export function judgeLearning(
  onTrue: readonly TrialResult[],
  onRandom: readonly TrialResult[],
  context: VerdictContext,
): Learning {
  const { testCounts, copies } = context;
  const seeds = attemptsBySeed(onTrue);
  const judged = seeds.map(bestAttempt);
  const control = attemptsBySeed(onRandom).map((attempts) => attempts[0]!);
  const evidence = {
    testAccuracy: accuracyOf(judged),
    chance: commonestShare(testCounts),
    randomLabelsTestAccuracy: accuracyOf(control),
  };
  const answer = (
    what: Learning["answer"],
    reasons: readonly (string | null)[],
    next: string,
    intervals: Learning["intervals"] = null,
  ): Learning => ({
    ...evidence,
    answer: what,
    intervals,
    reasons: [...reasons, unlearnable(context), missingSeeds(onTrue)].filter((reason) => reason !== null),
    next,
  });
  const undecided = (next: string, ...reasons: (string | null)[]) => answer("inconclusive", reasons, next);

  if (onTrue.length === 0) return undecided("add 0 to `--corrupt`", "nothing was trained on true labels");
  if (judged.length === 0) {
    return undecided("see the trials' errors", "no trial with true labels came to its end");
  }
  const diverged = judged.filter(({ status }) => status === "diverged");
  if (diverged.length > 0) {
    const rate = Math.min(...diverged.map(({ learningRate }) => learningRate)) / 3;
    const next = `\`--lr ${Number(rate.toPrecision(2))}\` is the next rate to try`;
    const some =
      diverged.length < judged.length ? ` (${diverged.length} of ${plural(judged.length, "seed")})` : "";
    return undecided(next, `training on true labels diverged${some}`);
  }
  const classes = occurring(testCounts).length;
  if (classes < 2) {
    return undecided(
      "use a test set of two classes or more (`--test-n`)",
      "the test set is of one class, so guessing it is always right",
    );
  }
  const copied = copies?.test ?? 0;
  if (copied === sum(testCounts)) {
    return undecided(
      "use a test set of other examples",
      "every test example stands in training, so test accuracy is memory",
    );
  }

  const confidence = confidenceOf(context, judged);
  const read = (trials: readonly TrialResult[], measure: Measure, known: readonly number[]): ShareInterval =>
    pooledInterval(strataOf(trials, measure, context, known), confidence);
  const none = testCounts.map(() => 0);
  const known = copies?.testByClass ?? none;
  const left = testCounts.map((count, label) => count - known[label]!);
  if (occurring(left).length < 2) {
    return undecided(
      "use a test set of other examples",
      "the test examples that do not stand in training are of one class, so guessing it is always right",
    );
  }
  const found = measures.map((measure) => {
    // Without the copies another class may be the commonest.
    const { guessing, margin } = guessingOf(measure, left);
    const whole = guessingOf(measure, testCounts);
    const interval = read(judged, measure, known);
    const base = control.length > 0 ? read(control, measure, none) : null;
    // Random labels teach nothing, so the control is noise about guessing - unless it is shown to be more.
    const isControlled =
      base === null || base.low <= whole.guessing || differenceInterval(interval, base).low > 0;
    return {
      measure,
      guessing,
      margin,
      ...interval,
      isBelow: read(judged, measure, none).high < whole.margin,
      isControlled,
    };
  });
  const intervals = {
    confidence: 1 - measures.length * (1 - confidence),
    ...(Object.fromEntries(
      found.map(({ measure, mean, low, high, guessing }) => [measure, { mean, low, high, guessing }]),
    ) as Record<Measure, ShareInterval & { guessing: number }>),
  };
  const count = sum(testCounts) - copied;
  const worth = strataOf(judged, "accuracy", context, copies?.testByClass ?? none)[0]!.count;
  const reached = tellReached(found, judged.length, count, worth, copied);
  const against = evidence.randomLabelsTestAccuracy
    ? `networks trained on random labels get ${percent(evidence.randomLabelsTestAccuracy.mean)}`
    : null;
  const above = found.filter(({ low, mean, guessing, margin }) => low > guessing && mean > margin);
  if (above.some(({ isControlled }) => isControlled)) {
    const next =
      judged.length < FEWEST_FOR_INTERVAL
        ? "`--seeds 3` shows how much it depends on the seed"
        : "compare it with other recipes on the same data";
    return answer("learns", [reached, against], next, intervals);
  }
  if (above.length > 0) {
    return answer(
      "inconclusive",
      [reached, against, "networks that saw no true label know as much: see the label check"],
      "check how the test data were made",
      intervals,
    );
  }
  const bound = fittedBound(context);
  const restless = seeds
    .filter((attempts) => !attempts.some((trial) => isMemorised(trial, bound)))
    .map((attempts) => unrest(attempts))
    .find((why) => why !== undefined);
  // Of two classes, more right answers than the commonest class gives are more of the rare one, which the balanced
  // accuracy shows with fewer examples.
  const telling = found.filter(({ measure }) => classes > 2 || measure === "balanced");
  if (telling.every(({ isBelow }) => isBelow)) {
    if (!restless) {
      return answer(
        "does-not-learn",
        [reached, against, "and training was at rest"],
        "check labels and inputs with `shatter data show`, or try another model",
        intervals,
      );
    }
    return answer("inconclusive", [reached, against, restless.why], mayDecide(context, restless), intervals);
  }
  if (restless) {
    return answer("inconclusive", [reached, against, restless.why], mayDecide(context, restless), intervals);
  }
  if (
    judged.length > 1 &&
    found.some(({ measure, guessing, margin }) => {
      const { mean, low, high } = pooledInterval(
        meanStrata(strataOf(judged, measure, context, none)),
        confidence,
      );
      return (low > guessing && mean > margin) || high < margin;
    })
  ) {
    const differ = [reached, against, "the seeds differ too much to tell it from guessing"];
    return {
      ...answer("inconclusive", differ, `\`--seeds ${2 * judged.length}\` may decide`, intervals),
      needsSeeds: true,
    };
  }
  const needed = countToDecide(found, worth);
  const different = worth < count ? "different test examples" : "test examples";
  return answer(
    "inconclusive",
    [reached, against, `too few ${different} to tell it from guessing`],
    `about ${roundUp(needed)} ${different} would decide if the accuracy stays (\`--test-n\`)`,
    intervals,
  );
}

/** Test examples that no training could get right. */
function unlearnable({ trainCounts, testCounts }: VerdictContext): string | null {
  const lacking = occurring(testCounts).filter((label) => trainCounts[label] === 0);
  if (lacking.length === 0) return null;
  const examples = plural(sum(lacking.map((label) => testCounts[label]!)), "test example");
  return `${examples} can only be wrong, as training has none of ${lacking.length === 1 ? "their class" : `their ${lacking.length} classes`}`;
}

const accuracyOf = (trials: readonly TrialResult[]): Estimate | null =>
  estimateOf(
    trials.map((trial) => trial.testAccuracy),
    ACCURACY_LIMITS,
  );

/**
 * The parts of the test set that a measure averages over: all of it, or each class for itself. A part counts as many
 * examples as it is worth, since equal ones are answered alike.
 *
 * @param known - `[classes]`: test examples that a network may know by heart; as many hits do not count.
 */
function strataOf(
  trials: readonly TrialResult[],
  measure: Measure,
  { testCounts, copies }: VerdictContext,
  known: readonly number[],
): Stratum[] {
  const worth = testCounts.map((count, label) => (copies?.testWorthByClass?.[label] ?? count) / count);
  const left = testCounts.map((count, label) => count - known[label]!);
  const classes = occurring(left);
  const hitsOf = ({ confusion }: TrialResult, label: number): number =>
    Math.max(0, (confusion?.[label]?.[label] ?? 0) - known[label]!);
  if (measure === "balanced") {
    return classes.map((label) => ({
      weight: 1 / classes.length,
      count: left[label]! * worth[label]!,
      shares: trials.map((trial) => hitsOf(trial, label) / left[label]!),
    }));
  }
  const all = sum(left);
  const count = all ** 2 / sum(classes.map((label) => left[label]! / worth[label]!));
  const shares = trials.map((trial) => sum(classes.map((label) => hitsOf(trial, label))) / all);
  return [{ weight: 1, count, shares }];
}

/** The same parts as if all seeds' networks were as their mean: what an interval over examples alone makes of them. */
const meanStrata = (strata: readonly Stratum[]): Stratum[] =>
  strata.map((stratum) => ({ ...stratum, shares: [meanOf(stratum.shares)] }));

interface Found extends ShareInterval {
  readonly measure: Measure;
  /** What guessing gets right. */
  readonly guessing: number;
  /** Up to where more than that is negligible. */
  readonly margin: number;
}

/** Classes as unequal as this make accuracy and balanced accuracy two stories. */
const isImbalanced = ([accuracy, balanced]: readonly Found[]): boolean =>
  accuracy!.guessing > 1.5 * balanced!.guessing;

function tellReached(
  found: readonly Found[],
  seeds: number,
  count: number,
  worth: number,
  copied: number,
): string {
  const [accuracy, balanced] = found as [Found, Found];
  const range = ({ mean, low, high }: Found): string =>
    `${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const over = `${seeds > 1 ? `${plural(seeds, "seed")} and ` : ""}${plural(count, "test example")}${worth < count ? `, worth ${Math.round(worth).toLocaleString("en-US")} as some repeat` : ""}`;
  const without = copied > 0 ? `, without the ${plural(copied, "hit")} that memory may have made` : "";
  const whole = `${range(accuracy)} of the test labels are right over ${over}${without}, ${percent(accuracy.guessing)} by always guessing the commonest class`;
  if (!isImbalanced(found)) return whole;
  return `${whole}; balanced over classes ${range(balanced)}, ${percent(balanced.guessing)} by guessing`;
}

/** How many test examples would decide, if what was seen stays as it is: margins shrink by the square root. */
function countToDecide(found: readonly Found[], count: number): number {
  const factor = (margin: number, distance: number): number => (margin / Math.max(distance, 1e-3)) ** 2;
  const up = found.filter(({ mean, margin }) => mean > margin);
  const factors =
    up.length > 0
      ? [Math.min(...up.map(({ mean, low, guessing }) => factor(mean - low, mean - guessing)))]
      : found.map(({ mean, high, margin }) => factor(high - mean, margin - mean));
  return Math.ceil(count * Math.max(1, ...factors) * 1.2);
}
