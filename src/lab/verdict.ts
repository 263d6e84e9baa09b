/**
 * @file The verdict: does the recipe memorise, does it learn, does the pipeline leak - each with its evidence.
 */

import { percent } from "../base/percent.ts";
import { meanOf, renamingTest, wilsonInterval } from "../base/statistics.ts";
import type { TrialResult, Verdict } from "./result.ts";
import { ACCURACY_LIMITS, estimateOf } from "./summary.ts";

/** Training accuracy on random labels from which they count as memorised, fitted in full or not. */
export const MEMORISED = 0.95;
/** Gain in training accuracy, over the last quarter of an escalation or since the one before, that says "not settled". */
const STILL_GAINING = 0.02;
/** Accuracy above chance that is too little to speak of learning: five points, or half of chance where that is less. */
const negligible = (chance: number): number => Math.min(0.05, chance / 2);
/** p-value below which a leak is suspected: one false alarm in a thousand tests. */
const LEAK_BOUND = 0.001;

/** What the verdict needs to know besides the trials. */
export interface VerdictContext {
  /** Share of the commonest test class: the best accuracy that ignores the input. */
  readonly chance: number;
  readonly testCount: number;
  readonly classes: number;
  /** Escalations that were allowed. */
  readonly escalations: number;
}

const isTrue = (trial: TrialResult): boolean => trial.inputs === "true";

/** Whether the random labels of a trial count as memorised. */
export const isMemorised = (trial: TrialResult): boolean =>
  trial.fit || (trial.status === "done" && (trial.trainAccuracy ?? 0) >= MEMORISED);

/** Judge a test from its trials. */
export function judge(trials: readonly TrialResult[], context: VerdictContext): Verdict {
  const ended = trials.filter(({ status }) => status === "done" || status === "diverged");
  const onTrue = ended.filter((trial) => isTrue(trial) && trial.labels.nominal === 0);
  const onRandom = ended.filter((trial) => isTrue(trial) && trial.labels.nominal === 1);
  const capacity = judgeCapacity(onRandom, onTrue, context);
  const learning = judgeLearning(onTrue, onRandom, context);
  const leak = judgeLeak(onRandom, context);
  return { capacity, learning, leak, text: tell(capacity, learning, leak) };
}

function judgeCapacity(
  onRandom: readonly TrialResult[],
  onTrue: readonly TrialResult[],
  { escalations }: VerdictContext,
): Verdict["capacity"] {
  const lastOf = new Map<number, TrialResult>();
  const beforeOf = new Map<number, TrialResult>();
  for (const trial of [...onRandom].sort((a, b) => a.escalation - b.escalation)) {
    const previous = lastOf.get(trial.seed);
    if (previous) beforeOf.set(trial.seed, previous);
    lastOf.set(trial.seed, trial);
  }
  const last = [...lastOf.values()];
  const epochsToFit = estimateOf(last.map((trial) => trial.epochsToFit));
  const onTrueEpochs = estimateOf(onTrue.map((trial) => trial.epochsToFit));
  const evidence = {
    trainAccuracy: estimateOf(
      last.map((trial) => trial.trainAccuracy),
      ACCURACY_LIMITS,
    ),
    epochsToFit,
    slowdown: epochsToFit && onTrueEpochs ? epochsToFit.mean / onTrueEpochs.mean : null,
    bound: MEMORISED,
  };
  const answer = (what: Verdict["capacity"]["answer"], ...reasons: string[]) => ({
    ...evidence,
    answer: what,
    reasons,
  });

  if (last.length === 0) return answer("inconclusive", "no trial with random labels came to its end");
  const reached = percent(meanOf(last.map((trial) => trial.trainAccuracy ?? 0)));
  const effort = last.some((trial) => trial.escalation > 0)
    ? `after ${Math.max(...last.map((trial) => trial.escalation))} of ${escalations} escalations of epochs and learning rate`
    : `within ${Math.max(...last.map((trial) => trial.epochsAllowed))} epochs`;
  const memorised = last.filter(isMemorised);
  if (memorised.length === last.length) {
    const reasons = [
      `${reached} of the random training labels are fitted ${effort} (${last.length} ${plural(last.length, "seed")})`,
    ];
    if (evidence.slowdown !== null) {
      reasons.push(`that takes ${evidence.slowdown.toFixed(1)} times as many epochs as true labels`);
    }
    return answer("memorises", ...reasons);
  }
  const notFitted = `only ${reached} of the random training labels are fitted ${effort}`;
  if (memorised.length > 0) {
    return answer(
      "inconclusive",
      `${memorised.length} of ${last.length} seeds memorise the random labels, the others do not`,
    );
  }
  if (Math.min(...last.map((trial) => trial.escalation)) < escalations || escalations === 0) {
    return answer(
      "inconclusive",
      notFitted,
      "more epochs or another learning rate were not tried: allow more escalations",
    );
  }
  const unsettled = last.some((trial) => {
    const before = beforeOf.get(trial.seed)?.trainAccuracy ?? 0;
    const measured = trial.history.filter(({ trainAccuracy }) => trainAccuracy !== null);
    const late = measured[Math.floor(measured.length * 0.75)]?.trainAccuracy ?? 0;
    const now = trial.trainAccuracy ?? 0;
    return trial.status === "diverged" || now - before > STILL_GAINING || now - late > STILL_GAINING;
  });
  if (unsettled)
    return answer(
      "inconclusive",
      notFitted,
      "training was still gaining when the budget ended: allow more epochs",
    );
  return answer(
    "does-not-fit",
    notFitted,
    "and longer training or a larger learning rate no longer raised it",
  );
}

function judgeLearning(
  onTrue: readonly TrialResult[],
  onRandom: readonly TrialResult[],
  { chance, testCount }: VerdictContext,
): Verdict["learning"] {
  const accuracies = onTrue.map((trial) => trial.testAccuracy ?? 0);
  const base = onRandom.filter((trial) => trial.escalation === 0);
  const testAccuracy = estimateOf(accuracies, ACCURACY_LIMITS);
  const randomLabelsTestAccuracy = estimateOf(
    base.map((trial) => trial.testAccuracy),
    ACCURACY_LIMITS,
  );
  const answer = (what: Verdict["learning"]["answer"], ...reasons: string[]) => ({
    answer: what,
    testAccuracy,
    chance,
    randomLabelsTestAccuracy,
    reasons,
  });
  if (testAccuracy === null) return answer("inconclusive", "no trial with true labels came to its end");
  if (onTrue.some((trial) => trial.status === "diverged")) {
    return answer("inconclusive", "training on true labels diverged: try a smaller learning rate");
  }
  const reached = `${percent(testAccuracy.mean)} of the test labels are right after training on true labels, ${percent(chance)} by chance`;
  const against = randomLabelsTestAccuracy
    ? [`training on random labels gives ${percent(randomLabelsTestAccuracy.mean)}`]
    : [];
  const intervals = accuracies.map((accuracy) => wilsonInterval(Math.round(accuracy * testCount), testCount));
  const floor = Math.max(chance, randomLabelsTestAccuracy?.mean ?? 0);
  const margin = chance + negligible(chance);
  if (intervals.every(([low]) => low > floor) && testAccuracy.mean > margin) {
    return answer("learns", reached, ...against);
  }
  if (intervals.every(([, high]) => high < margin)) return answer("does-not-learn", reached, ...against);
  return answer(
    "inconclusive",
    reached,
    "the test set is too small, the seeds differ too much, or too little was learned, to tell it from chance",
  );
}

function judgeLeak(onRandom: readonly TrialResult[], { classes }: VerdictContext): Verdict["leak"] {
  const base = onRandom.filter((trial) => trial.escalation === 0);
  const confusions = base.map((trial) => trial.confusion).filter((confusion) => confusion !== null);
  const testAccuracy = estimateOf(
    base.map((trial) => trial.testAccuracy),
    ACCURACY_LIMITS,
  );
  if (confusions.length === 0) {
    const reasons = ["no trial with random labels came to its end"];
    return { suspected: null, pValue: null, bound: LEAK_BOUND, testAccuracy, expected: null, reasons };
  }
  const { accuracy, expected, pValue } = renamingTest(confusions, 0);
  const evidence = { pValue, bound: LEAK_BOUND, testAccuracy, expected };
  // With few classes there are few renamings, and no p-value can be small.
  const renamings = Array.from({ length: classes }, (_, index) => index + 1).reduce((a, b) => a * b, 1);
  if (renamings ** -confusions.length > LEAK_BOUND) {
    const needed = Math.ceil(Math.log(1 / LEAK_BOUND) / Math.log(renamings));
    const reasons = [
      `${classes} classes and ${confusions.length} ${plural(confusions.length, "seed")} cannot show a leak: use ${needed} seeds or more`,
    ];
    return { ...evidence, suspected: null, reasons };
  }
  const seen = `with random training labels ${percent(accuracy)} of the test labels are right, ${percent(expected)} expected (p = ${pValue.toPrecision(2)})`;
  return { ...evidence, suspected: pValue < LEAK_BOUND, reasons: [seen] };
}

const plural = (count: number, noun: string): string => (count === 1 ? noun : `${noun}s`);

/** The verdict as a few sentences. */
function tell(capacity: Verdict["capacity"], learning: Verdict["learning"], leak: Verdict["leak"]): string {
  const capacityText = {
    memorises: "This recipe can memorise labels that are pure chance",
    "does-not-fit": "This recipe does not fit random labels",
    inconclusive: "Whether this recipe can memorise is not decided",
  }[capacity.answer];
  const learningText = {
    learns: "On true labels it learns",
    "does-not-learn": "On true labels it does not learn",
    inconclusive: "Whether it learns from true labels is not decided",
  }[learning.answer];
  const leakText =
    leak.suspected === null
      ? "The leak alarm could not be tested"
      : leak.suspected
        ? "Leak alarm: test labels are known better than chance although training labels were random, so check how the test data was made"
        : "No leak is seen";
  const sentence = (text: string, reasons: readonly string[]): string => `${text}: ${reasons.join("; ")}.`;
  return [
    sentence(capacityText, capacity.reasons),
    sentence(learningText, learning.reasons),
    sentence(leakText, leak.reasons),
  ].join(" ");
}
