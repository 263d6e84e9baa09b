/**
 * @file Learning: does the recipe know more of the test labels than guessing does?
 */

import { percent } from "../base/percent.ts";
import { type Estimate, FEWEST_FOR_INTERVAL } from "../base/statistics.ts";
import type { TrialResult } from "../run/trial-record.ts";
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
import { attemptsBySeed, bestAttempt, hasHardlyTrained, isFittedByTraining, unrest } from "./escalation.ts";
import { type Judgment, undecided } from "./judgment.ts";
import { apart, type Measured, type Measurement, measureTrials } from "./measures.ts";
import type { Verdict } from "./schema.ts";
import { ACCURACY_LIMITS, estimateOf } from "./summary.ts";

type Learning = Verdict["learning"];

type Said = Judgment<Learning["answer"]> & Pick<Learning, "needsSeeds">;

/**
 * Judge from the trials on true inputs with true labels; those with random ones are the control.
 *
 * @param labels - What the label check says of the control.
 * @param pipeline - What the pipeline check says of the data, if there was one.
 */
export function judgeLearning(
  onTrue: readonly TrialResult[],
  onRandom: readonly TrialResult[],
  labels: Verdict["leak"],
  context: VerdictContext,
  pipeline?: Verdict["pipeline"],
): Learning {
  const seeds = attemptsBySeed(onTrue);
  const judged = seeds.map(bestAttempt);
  const control = attemptsBySeed(onRandom)
    .map((attempts) => attempts[0]!)
    .filter(({ confusion }) => confusion !== null);
  const controlAccuracy = accuracyOf(control);
  const obstacle =
    onTrue.length === 0
      ? NOT_TRAINED
      : (obstacleOf(judged) ?? obstacleInData(context) ?? obstacleInPipeline(pipeline));
  const measured = obstacle ? undefined : measureTrials(judged, control, labels.pValue ?? 1, context);
  const { reasons: why, ...said } = obstacle ?? decide(measured!, seeds, context);
  const reasons = [
    measured ? tellReached(measured, judged.length, context.copies?.test ?? 0) : null,
    measured && controlAccuracy && `networks trained on random labels get ${percent(controlAccuracy.mean)}`,
    ...why,
    unlearnable(context),
    missingSeeds(onTrue),
  ];
  return {
    ...said,
    testAccuracy: accuracyOf(judged),
    chance: commonestShare(context.testCounts),
    randomLabelsTestAccuracy: controlAccuracy,
    intervals: measured ? intervalsOf(measured) : null,
    reasons: reasons.filter((reason) => typeof reason === "string"),
  };
}

const NOT_TRAINED = undecided("add 0 to `--corrupt`", "nothing was trained on true labels");

/** What keeps trials from being judged. */
function obstacleOf(judged: readonly TrialResult[]): Said | undefined {
  if (judged.length === 0) {
    return undecided("see the trials' errors", "no trial with true labels came to its end");
  }
  const diverged = judged.filter(({ status }) => status === "diverged");
  if (diverged.length === 0) return undefined;
  const rate = Math.min(...diverged.map(({ learningRate }) => learningRate)) / 3;
  const some =
    diverged.length < judged.length ? ` (${diverged.length} of ${plural(judged.length, "seed")})` : "";
  const next = `\`--lr ${Number(rate.toPrecision(2))}\` is the next rate to try`;
  return undecided(next, `training on true labels diverged${some}`);
}

/** What keeps a test set from telling anything. */
function obstacleInData(context: VerdictContext): Said | undefined {
  if (occurring(context.testCounts).length < 2) {
    return undecided(
      "use a test set of two classes or more (`--test-n`)",
      "the test set is of one class, so guessing it is always right",
    );
  }
  const left = occurring(apart(context)).length;
  if (left >= 2) return undefined;
  return undecided(
    "use a test set of other examples",
    left === 0
      ? "every test example stands in training, so test accuracy is memory"
      : "the test examples that do not stand in training are of one class, so guessing it is always right",
  );
}

/** What keeps data from telling anything that give labels away as they were prepared, measured on labels that are random. */
function obstacleInPipeline(pipeline: Verdict["pipeline"]): Said | undefined {
  if (!pipeline || pipeline.pValue === null || pipeline.pValue >= pipeline.bound) return undefined;
  return undecided(
    `mend ${pipeline.module.name} first`,
    `${pipeline.module.name} gives test labels away: prepared with random ones, ${percent(pipeline.testAccuracy!.mean)} of them are right as well`,
  );
}

/** What the measures say, of a network at rest. */
function decide(
  measured: Measurement,
  seeds: readonly (readonly TrialResult[])[],
  context: VerdictContext,
): Said {
  const { accuracy, balanced, count, worth } = measured;
  const both = [accuracy, balanced];
  const bound = fittedBound(context);
  const unfitted = seeds.filter((attempts) => !attempts.some((trial) => isFittedByTraining(trial, bound)));
  const restless = unfitted.map((attempts) => unrest(attempts)).find((why) => why !== undefined);
  const above = both.filter(({ isAbove }) => isAbove);
  // Every second network names two clusters right as it is initialized, and every eighth triple of them does.
  const isByLuck = unfitted.some((attempts) => hasHardlyTrained(bestAttempt(attempts)));
  if (above.length > 0 && isByLuck && restless) {
    return undecided(
      mayDecide(context, restless),
      `the training loss hardly fell, so what it knows may be luck of its initialization; ${restless.why}`,
    );
  }
  if (above.some(({ isControlled }) => isControlled)) {
    const next =
      seeds.length < FEWEST_FOR_INTERVAL
        ? "`--seeds 3` shows how much it depends on the seed"
        : "compare it with other recipes on the same data";
    return { answer: "learns", reasons: [], next };
  }
  if (above.length > 0) {
    return undecided(
      "check how the test data were made",
      "networks that saw no true label know as much: see the label check",
    );
  }
  if (restless) return undecided(mayDecide(context, restless), restless.why);
  // Of two classes, more right answers than the commonest class gives are more of the rare one, which the balanced
  // accuracy shows with fewer examples.
  const telling = occurring(context.testCounts).length > 2 ? both : [balanced];
  if (telling.every(({ isBelow }) => isBelow)) {
    return {
      answer: "does-not-learn",
      reasons: ["and training was at rest"],
      next: "check labels and inputs with `shatter data show`, or try another model",
    };
  }
  if (seeds.length > 1 && both.some(({ isDecidedByExamples }) => isDecidedByExamples)) {
    const next = `\`--seeds ${2 * seeds.length}\` may decide`;
    return { ...undecided(next, "the seeds differ too much to tell it from guessing"), needsSeeds: true };
  }
  const different = worth < count ? "different test examples" : "test examples";
  return undecided(
    `about ${roundUp(countToDecide(both, worth))} ${different} would decide if the accuracy stays (\`--test-n\`)`,
    `too few ${different} to tell it from guessing`,
  );
}

function intervalsOf({ confidence, accuracy, balanced }: Measurement): Learning["intervals"] {
  const of = ({ mean, low, high, guessing }: Measured) => ({ mean, low, high, guessing });
  return { confidence, accuracy: of(accuracy), balanced: of(balanced) };
}

const accuracyOf = (trials: readonly TrialResult[]): Estimate | null =>
  estimateOf(
    trials.map((trial) => trial.testAccuracy),
    ACCURACY_LIMITS,
  );

/** Test examples that no training could get right. */
function unlearnable({ trainCounts, testCounts }: VerdictContext): string | null {
  const lacking = occurring(testCounts).filter((label) => trainCounts[label] === 0);
  if (lacking.length === 0) return null;
  const examples = plural(sum(lacking.map((label) => testCounts[label]!)), "test example");
  return `${examples} can only be wrong, as training has none of ${lacking.length === 1 ? "their class" : `their ${lacking.length} classes`}`;
}

/** What was reached, over what, and what guessing gets; balanced too where classes are so unequal that it is another story. */
function tellReached(
  { accuracy, balanced, count, worth }: Measurement,
  seeds: number,
  copied: number,
): string {
  const range = ({ mean, low, high }: Measured): string =>
    `${percent(mean)} (${percent(low)} to ${percent(high)})`;
  const some = worth < count ? `, worth ${Math.round(worth).toLocaleString("en-US")} as some repeat` : "";
  const over = `${seeds > 1 ? `${plural(seeds, "seed")} and ` : ""}${plural(count, "test example")}${some}`;
  const without = copied > 0 ? `, without the ${plural(copied, "hit")} that memory may have made` : "";
  const whole = `${range(accuracy)} of the test labels are right over ${over}${without}, ${percent(accuracy.guessing)} by always guessing the commonest class`;
  if (accuracy.guessing <= 1.5 * balanced.guessing) return whole;
  return `${whole}; balanced over classes ${range(balanced)}, ${percent(balanced.guessing)} by guessing`;
}

/** How many test examples would decide, if what was seen stays as it is: margins shrink by the square root. */
function countToDecide(measured: readonly Measured[], count: number): number {
  const factor = (margin: number, distance: number): number => (margin / Math.max(distance, 1e-3)) ** 2;
  const up = measured.filter(({ mean, margin }) => mean > margin);
  const factors =
    up.length > 0
      ? [Math.min(...up.map(({ mean, low, guessing }) => factor(mean - low, mean - guessing)))]
      : measured.map(({ mean, high, margin }) => factor(high - mean, margin - mean));
  // A fifth more, as the interval moves with its mean.
  return Math.ceil(count * Math.max(1, ...factors) * 1.2);
}
