/**
 * @file What is tried next where training labels were not fitted, and whether more could still fit them.
 *
 * Random and true labels are treated alike: neither "does not fit" nor "does not learn" is said of a network
 * that had not come to rest.
 */

import type { TrialResult } from "../run/trial-record.ts";
import type { Recipe } from "../train/recipe.ts";

/** Training accuracy from which labels count as memorized, where all classes are equally common. */
export const MEMORIZED = 0.95;

/**
 * The same for numbers: training R squared. It is the squared error, 0.01 of their variance, at which recipes count numbers as fitted
 * unless told: a tenth of their deviation.
 */
export const MEMORIZED_R2 = 0.99;

/** Gain in training accuracy, over the last quarter of a run or since the one before, that says "not at rest". */
const STILL_GAINING = 0.02;

/** Share of all that the loss fell by that it may still fall by in a run twice as long. */
const STILL_FALLING = 0.1;

/**
 * Training accuracy from which labels count as memorized: 95 % of what is left above always giving the
 * commonest label, and never less than 95 %.
 *
 * @param commonest - Share of the commonest label trained on, as it is expected to be.
 * @param classes - Number of classes that occur.
 */
export const memorizedFrom = (commonest: number, classes: number): number =>
  Math.max(MEMORIZED, 1 - ((1 - MEMORIZED) * (1 - commonest)) / (1 - 1 / Math.max(2, classes)));

/** Whether a trial ended with its labels memorized; a fit once met and then lost is none. */
export const isMemorized = (trial: TrialResult, bound: number): boolean =>
  trial.status === "done" && (trial.trainAccuracy ?? 0) >= bound;

/** Whether a trial came to an end that says something about its network. */
export const hasEnded = ({ status }: TrialResult): boolean => status === "done" || status === "diverged";

/** The ended trials of each seed, first tried first; seeds in the order they come. */
export function attemptsBySeed(trials: readonly TrialResult[]): TrialResult[][] {
  const ended = trials.filter(hasEnded).sort((a, b) => a.escalation - b.escalation);
  return [...Map.groupBy(ended, ({ seed }) => seed).values()];
}

/** The attempt of a seed that fitted its training labels best; test data have no say. */
export const bestAttempt = (attempts: readonly TrialResult[]): TrialResult =>
  attempts.reduce((best, trial) => (fittedShare(trial) >= fittedShare(best) ? trial : best));

const fittedShare = ({ status, trainAccuracy }: TrialResult): number =>
  status === "done" ? (trainAccuracy ?? 0) : -1;

/** Part of its first loss that a network's loss falls by before training can be said to have made it what it is. */
const HARDLY = 0.05;

/** Steps of an epoch from which the mean loss over its batches, an incomplete one among them, is no noise. */
const TELLING_STEPS = 10;

/** Whether a network is about what its initialization made it: whatever it knows, it may know by luck. */
export function hasHardlyTrained({ history, trainLoss, steps, epochs, fit }: TrialResult): boolean {
  // One that fitted everything in its first epoch has nothing else to be compared with.
  const isTelling = steps >= TELLING_STEPS * epochs || (fit && history.length === 1);
  const start = (isTelling ? history[0]?.trainLoss : history[0]?.fitLoss) ?? null;
  return start !== null && trainLoss !== null && start - trainLoss < HARDLY * start;
}

/** Whether a trial fitted its labels by training, and not by its initialization's luck. */
export const isFittedByTraining = (trial: TrialResult, bound: number): boolean =>
  isMemorized(trial, bound) && !hasHardlyTrained(trial);

/** A step of the ladder: how often the epochs are doubled, and at which learning rate. */
export interface Rung {
  readonly escalation: number;
  readonly doublings: number;
  readonly learningRate: number;
}

/**
 * The next thing to try for a seed, or undefined once all that is allowed was tried.
 *
 * Escalation 1 trains twice as long, 2 four times as long, 3 as long as that at three times the learning rate;
 * 4 and 5 the same for eight times as long, and so on: a larger rate is tried beside the plain longer run, never
 * instead of it. A rate that diverged is not tried again: a third of it takes its place, and a tripled rate
 * that is known to diverge is left out.
 *
 * @param attempts - What was tried for the seed, first tried first; at least one.
 * @param allowed - The last escalation allowed.
 */
export function nextRung(attempts: readonly TrialResult[], allowed: number): Rung | undefined {
  const plain = plainRate(attempts);
  for (let escalation = attempts.at(-1)!.escalation + 1; escalation <= allowed; escalation++) {
    const isTripled = escalation >= 3 && escalation % 2 === 1;
    const learningRate = isTripled ? 3 * plain : plain;
    if (isTripled && hasDiverged(attempts, learningRate)) continue;
    const doublings = escalation < 2 ? escalation : 1 + Math.floor(escalation / 2);
    return { escalation, doublings, learningRate };
  }
  return undefined;
}

/** A recipe on a rung: its epochs doubled so often, and its decay stretched to match; a cosine is as long as the training anyway. */
export function stretched(recipe: Recipe, { doublings, learningRate }: Rung): Recipe {
  let { epochs, learningRateDecay } = recipe;
  for (let doubling = 0; doubling < doublings; doubling++) {
    epochs *= 2;
    if (learningRateDecay !== "cosine") learningRateDecay = Math.sqrt(learningRateDecay);
  }
  return { ...recipe, epochs, learningRateDecay, learningRate };
}

/** Whether a rate, or a smaller one, is known to diverge; rates are thirds and triples, told apart to a millionth. */
const hasDiverged = (attempts: readonly TrialResult[], rate: number): boolean =>
  attempts.some((trial) => trial.status === "diverged" && trial.learningRate <= rate * (1 + 1e-6));

/** The rate of the plain runs: the one asked for, or a third of one that diverged. */
function plainRate(attempts: readonly TrialResult[]): number {
  let rate = attempts[0]!.learningRate;
  while (hasDiverged(attempts, rate)) rate *= 1 / 3;
  return rate;
}

/**
 * What would have to be tried before it can be said that a network does not fit its labels; undefined if
 * nothing, as it is at rest: the last run gained nothing any more in its last quarter, nor over a run half as
 * long, in accuracy nor in loss, and a larger rate does no better.
 *
 * @param attempts - What was tried for the seed, first tried first; at least one.
 */
export function unrest(attempts: readonly TrialResult[]): Unrest | undefined {
  const rate = plainRate(attempts);
  const isPlain = ({ learningRate, status }: TrialResult): boolean =>
    status === "done" && Math.abs(learningRate / rate - 1) < 1e-6;
  const plain = attempts.filter(isPlain);
  const [before, last] = plain.slice(-2);
  const longest = Math.max(...attempts.map(({ epochsAllowed }) => epochsAllowed));
  if (plain.length === 0) return { why: "it diverged at every rate tried", next: rateFlag(rate) };
  const longer = { next: `--epochs ${2 * longest}`, isLonger: true };
  if (plain.at(-1)!.epochsToFit === plain.at(-1)!.epochs) {
    // Not memorized, and ended all the same: the recipe's criterion asks for less.
    return { why: "what was asked to count as fitted ended training early", next: FIT_ALL };
  }
  if (!before || !last) {
    const escalations = Math.max(3, attempts.at(-1)!.escalation + 1);
    return { why: "no run twice as long was tried", next: `--escalations ${escalations}`, isLonger: true };
  }
  const measured = last.history.filter(({ trainAccuracy }) => trainAccuracy !== null);
  const late = measured[Math.floor(measured.length * 0.75)]?.trainAccuracy ?? 0;
  const reached = last.trainAccuracy ?? 0;
  const isGaining = reached - (before.trainAccuracy ?? 0) > STILL_GAINING || reached - late > STILL_GAINING;
  if (isGaining || isFalling(plain[0]!, before, last)) {
    return { why: "training was still gaining when its epochs ended", ...longer };
  }
  const faster = attempts.find(
    (trial) => trial.learningRate > last.learningRate && fittedShare(trial) > reached + STILL_GAINING,
  );
  if (faster) return { why: "a larger learning rate did better", next: rateFlag(faster.learningRate) };
  return undefined;
}

/** Why a network is not at rest, and the option that would tell more. */
export interface Unrest {
  readonly why: string;
  readonly next: string;
  /** Whether it takes more training, which a budget may not allow. */
  readonly isLonger?: boolean;
}

/** Training until all labels are right, and not only nearly so. */
export const FIT_ALL = "--fit-accuracy 1 --fit-loss 0";

const rateFlag = (rate: number): string => `--lr ${Number(rate.toPrecision(2))}`;

/**
 * Whether the loss of a run twice as long is lower by more than a part of all that it fell by. A network that
 * hardly moved, as at a tiny rate, looks at rest by its accuracy, but falls twice as far in twice the time.
 */
function isFalling(first: TrialResult, before: TrialResult, last: TrialResult): boolean {
  // All measured after an epoch, on all examples: means over batches weigh incomplete ones too much.
  const begun = first.history.find(({ fitLoss }) => fitLoss !== null)?.fitLoss ?? null;
  // Numbers: what the loss was above that of answering their mean, 1, tells nothing of how well they are fitted.
  const start = begun !== null && first.told === "numbers" ? Math.min(begun, 1) : begun;
  const [from, to] = [before.trainLoss, last.trainLoss];
  if (start === null || from === null || to === null) return true;
  const fell = Math.max(start - to, 1e-9);
  return (from - to) / fell > STILL_FALLING;
}
