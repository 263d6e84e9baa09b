/**
 * @file The label check: do networks that were trained on random labels know the true ones?
 *
 * If they do, true labels reached training. That is all it can see: `looked-at.ts` says what it cannot.
 */

import { percent } from "../base/percent.ts";
import { networksToResolve, renamingTest } from "../base/renaming-test.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { MOST_CONFUSED } from "../train/outcome.ts";
import { occurring, plural, type VerdictContext } from "./context.ts";
import { attemptsBySeed } from "./escalation.ts";
import type { Verdict } from "./schema.ts";
import { estimateOf } from "./summary.ts";
import { scoreLimits } from "./words.ts";

/** p-value below which the alarm is raised: one false alarm in a thousand tests. */
export const ALARM_BOUND = 0.001;

export type LabelCheck = Verdict["leak"];

/** What a label check says whatever it comes to, and what it says where it cannot be made. */
export function labelCheckBasis(base: readonly TrialResult[], { tellsNumbers }: VerdictContext) {
  const testAccuracy = estimateOf(
    base.map((trial) => trial.testAccuracy),
    scoreLimits(tellsNumbers),
  );
  const none = { suspected: null, pValue: null, bound: ALARM_BOUND, expected: null };
  const untested = (next: string, reason: string, evidence: Partial<LabelCheck> = {}): LabelCheck => ({
    ...none,
    testAccuracy,
    reasons: [reason],
    next,
    ...evidence,
  });
  return { testAccuracy, untested };
}

/** Judge from the trials on true inputs with random labels, by the recipe as it was asked for. */
export function judgeLabels(onRandom: readonly TrialResult[], context: VerdictContext): LabelCheck {
  const { trainCounts, testCounts, labels } = context;
  const base = attemptsBySeed(onRandom)
    .map((attempts) => attempts[0]!)
    .filter(({ escalation, confusion }) => escalation === 0 && confusion !== null);
  // Only classes that random labels are drawn from can be renamed; a test example of another is never right.
  const drawn = occurring(trainCounts);
  const confusions = base.map(({ confusion }) =>
    drawn.map((label) => drawn.map((named) => confusion![label]![named]!)),
  );
  const { untested, testAccuracy } = labelCheckBasis(base, context);
  if (onRandom.some(({ hits }) => hits)) {
    return untested(
      `data of at most ${MOST_CONFUSED} classes can be tested`,
      `of more than ${MOST_CONFUSED} classes trials do not keep what was taken for what`,
    );
  }
  if (base.length === 0) {
    return onRandom.length === 0
      ? untested("add 1 to `--corrupt`", "nothing was trained on random labels")
      : untested("see the trials' errors", "no trial with random labels came to its end");
  }
  if (labels === "permute" && new Set(drawn.map((label) => trainCounts[label])).size > 1) {
    return untested(
      "`--labels redraw` can be tested",
      "permuted labels keep the classes' sizes, so classes of different size cannot be renamed",
    );
  }
  const tested = drawn.filter((label) => context.testCounts[label]! > 0).length;
  if (drawn.length < 2)
    return untested("use data of two classes or more", "with one class no label is random");
  if (confusions.flat(2).every((count) => count === 0)) {
    return untested(
      "use a test set of the classes trained on",
      "no test example of a class trained on is named as one",
    );
  }
  const { accuracy, expected, pValue } = renamingTest(confusions, 0);
  const seeds = networksToResolve(drawn.length, ALARM_BOUND, tested);
  if (confusions.length < seeds) {
    const among = tested < drawn.length ? `, ${tested} of them in the test set,` : "";
    return untested(
      `\`--seeds ${seeds}\` can show it`,
      `${drawn.length} classes${among} and ${plural(confusions.length, "seed")} have too few renamings to show it`,
      { pValue, expected, needsSeeds: seeds },
    );
  }
  const known = testCounts.some((count, label) => count > 0 && trainCounts[label] === 0)
    ? "test labels of classes that training has"
    : "test labels";
  const seen = `with random training labels ${percent(accuracy)} of the ${known} are right, ${percent(expected)} are expected (p = ${Number(pValue.toPrecision(3))})`;
  const suspected = pValue < ALARM_BOUND;
  return {
    suspected,
    pValue,
    bound: ALARM_BOUND,
    testAccuracy,
    expected,
    reasons: [seen],
    next: suspected
      ? "check where the labels of training come from, and how the test data were made"
      : "audit the data for the leaks it cannot see",
  };
}
