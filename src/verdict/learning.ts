/**
 * @file Learning: does the recipe know more of the test labels than guessing does?
 */

import { percent } from "../base/percent.ts";
import { type Estimate, FEWEST_FOR_INTERVAL, meanOf } from "../base/statistics.ts";
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
import { ALPHA, apart, type Measured, type Measurement, measureTrials } from "./measures.ts";
import { measureNumbers, type Permutation, permutationOf } from "./numbers.ts";
import type { Verdict } from "./schema.ts";
import { estimateOf } from "./summary.ts";
import { scoreLimits, scoreText } from "./words.ts";

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
    .filter(({ confusion, hits, regression }) => confusion !== null || hits || regression);
  const controlAccuracy = accuracyOf(control, context);
  const { tellsNumbers } = context;
  const obstacle =
    onTrue.length === 0
      ? NOT_TRAINED
      : (obstacleOf(judged) ?? obstacleInData(context) ?? obstacleInPipeline(pipeline));
  const measure = tellsNumbers ? measureNumbers : measureTrials;
  const measured = obstacle ? undefined : measure(judged, control, labels.pValue ?? 1, context);
  const { reasons: why, ...said } = obstacle ?? (measured ? decide(measured, seeds, context) : TOO_FEW);
  const permutation = tellsNumbers && measured ? permutationOf(judged, control) : null;
  const reasons = [
    measured ? tellReached(measured, judged, context) : null,
    measured &&
      controlAccuracy &&
      (tellsNumbers
        ? `networks trained on permuted targets get ${scoreText(context)(controlAccuracy.mean)}`
        : `networks trained on random labels get ${percent(controlAccuracy.mean)}`),
    permutation && tellPermutation(permutation),
    ...why,
    unlearnable(context),
    missingSeeds(onTrue),
  ];
  return {
    ...said,
    testAccuracy: accuracyOf(judged, context),
    chance: tellsNumbers ? 0 : commonestShare(context.testCounts),
    randomLabelsTestAccuracy: controlAccuracy,
    intervals: measured ? intervalsOf(measured) : null,
    ...(permutation && { permutation }),
    reasons: reasons.filter((reason) => typeof reason === "string"),
  };
}

const TOO_FEW = undecided(
  "use more test examples, other than those of training",
  "too few test examples do not stand in training, or their targets are all equal",
);

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
  if (context.tellsNumbers) return undefined;
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
    `the preparation (${pipeline.module.name}) gives test labels away: of random ones, ${percent(pipeline.testAccuracy!.mean)} of them are right as well`,
  );
}

/** What the measures say, of a network at rest. */
function decide(
  measured: Measurement,
  seeds: readonly (readonly TrialResult[])[],
  context: VerdictContext,
): Said {
  const { accuracy, balanced, count, worth } = measured;
  const both = balanced ? [accuracy, balanced] : [accuracy];
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
  const telling = balanced && occurring(context.testCounts).length <= 2 ? [balanced] : both;
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
  const different = context.groups
    ? "test groups"
    : worth < count
      ? "different test examples"
      : "test examples";
  return undecided(
    `about ${roundUp(countToDecide(both, worth))} ${different} would decide if the ${context.tellsNumbers ? "R²" : "accuracy"} stays (\`--test-n\`)`,
    `too few ${different} to tell it from guessing`,
  );
}

function intervalsOf({ confidence, accuracy, balanced }: Measurement): Learning["intervals"] {
  const of = ({ mean, low, high, guessing }: Measured) => ({ mean, low, high, guessing });
  return { confidence, accuracy: of(accuracy), ...(balanced && { balanced: of(balanced) }) };
}

const accuracyOf = (trials: readonly TrialResult[], { tellsNumbers }: VerdictContext): Estimate | null =>
  estimateOf(
    trials.map((trial) => trial.testAccuracy),
    scoreLimits(tellsNumbers),
  );

/** Where true targets stand among permuted ones, and how far the number of these can tell. */
const tellPermutation = ({ pValue, networks }: Permutation): string =>
  `among R² on the true test targets of ${plural(networks, "network")} trained on permuted ones that is p = ${Number(pValue.toPrecision(2))}` +
  (pValue * (networks + 1) < 1.5 && pValue > ALPHA
    ? `, the least that so few can show (\`--seeds ${Math.ceil(1 / ALPHA) - 1}\` shows 0.05)`
    : "");

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
  judged: readonly TrialResult[],
  context: VerdictContext,
): string {
  const seeds = judged.length;
  const copied = context.copies?.test ?? 0;
  const score = scoreText(context);
  const range = ({ mean, low, high }: Measured): string => `${score(mean)} (${score(low)} to ${score(high)})`;
  const why = context.groups ? `they are of ${plural(context.groups.test, "group")}` : "some repeat";
  const some = worth < count ? `, worth ${Math.round(worth).toLocaleString("en-US")} as ${why}` : "";
  const over = `${seeds > 1 ? `${plural(seeds, "seed")} and ` : ""}${plural(count, "test example")}${some}`;
  if (!balanced) {
    const apart = copied > 0 ? ` that do not stand in training` : "";
    return `R² is ${range(accuracy)} over ${over}${apart}, 0 at most by always answering a mean; ${tellErrors(judged)}`;
  }
  const without = copied > 0 ? `, without the ${plural(copied, "hit")} that memory may have made` : "";
  const whole = `${range(accuracy)} of the test labels are right over ${over}${without}, ${percent(accuracy.guessing)} by always guessing the commonest class`;
  if (accuracy.guessing <= 1.5 * balanced.guessing) return whole;
  return `${whole}; balanced over classes ${range(balanced)}, ${percent(balanced.guessing)} by guessing`;
}

/** How far answers are off, in the target's own unit. */
function tellErrors(judged: readonly TrialResult[]): string {
  const mean = (values: readonly (number | null | undefined)[]): string => {
    const known = values.filter((value) => typeof value === "number");
    return known.length === 0 ? "not known" : String(Number(meanOf(known).toPrecision(3)));
  };
  const rmse = mean(judged.map(({ regression }) => regression?.testRmse));
  const mae = mean(judged.map(({ regression }) => regression?.testMae));
  return `in its own unit the error is ${rmse} (root mean square) and ${mae} (mean absolute)`;
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
