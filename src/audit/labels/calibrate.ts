/**
 * @file Held-out answers as probabilities: a softmax whose one temperature makes the given labels likeliest.
 *
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2.
 */

import type { LabelSet } from "./ridge.ts";

/** Factors that are tried, in natural logarithm, and the interval at which the search ends. */
const [LOWEST, HIGHEST, CLOSE] = [-4, 8, 1e-3];

/**
 * Turn answers into probabilities.
 *
 * The factor that answers are multiplied by is learned from the labels the answers are held out from; it is one number for
 * all examples, and keeps the order of each example's classes.
 *
 * @param answers - `[count, classes]`.
 * @returns `[count, classes]`.
 */
export function calibrate(answers: ArrayLike<number>, set: LabelSet): Float32Array {
  // The loss is convex in the factor, so it has one valley in its logarithm.
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [LOWEST, HIGHEST];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [lossLeft, lossRight] = [lossOf(answers, set, Math.exp(left)), lossOf(answers, set, Math.exp(right))];
  while (high - low > CLOSE) {
    if (lossLeft <= lossRight) {
      [high, right, lossRight] = [right, left, lossLeft];
      left = high - golden * (high - low);
      lossLeft = lossOf(answers, set, Math.exp(left));
    } else {
      [low, left, lossLeft] = [left, right, lossRight];
      right = low + golden * (high - low);
      lossRight = lossOf(answers, set, Math.exp(right));
    }
  }
  const factor = Math.exp((low + high) / 2);
  const out = new Float32Array(answers.length);
  for (let at = 0; at < answers.length; at += set.classes) softmax(answers, at, set.classes, factor, out);
  return out;
}

/** Mean loss of the labels, in nats, of answers as probabilities. */
export function meanLoss(probabilities: ArrayLike<number>, { labels, classes }: LabelSet): number {
  let sum = 0;
  for (const [row, label] of labels.entries())
    sum -= Math.log(Math.max(probabilities[row * classes + label]!, Number.MIN_VALUE));
  return sum / labels.length;
}

function lossOf(answers: ArrayLike<number>, { labels, classes }: LabelSet, factor: number): number {
  let loss = 0;
  for (const [row, label] of labels.entries()) {
    const at = row * classes;
    let most = Number.NEGATIVE_INFINITY;
    for (let other = 0; other < classes; other++) most = Math.max(most, answers[at + other]!);
    let sum = 0;
    for (let other = 0; other < classes; other++) sum += Math.exp(factor * (answers[at + other]! - most));
    loss += Math.log(sum) - factor * (answers[at + label]! - most);
  }
  return loss / labels.length;
}

function softmax(
  answers: ArrayLike<number>,
  at: number,
  classes: number,
  factor: number,
  out: Float32Array,
): void {
  let most = Number.NEGATIVE_INFINITY;
  for (let other = 0; other < classes; other++) most = Math.max(most, answers[at + other]!);
  let sum = 0;
  for (let other = 0; other < classes; other++) {
    const weight = Math.exp(factor * (answers[at + other]! - most));
    out[at + other] = weight;
    sum += weight;
  }
  for (let other = 0; other < classes; other++) out[at + other]! /= sum;
}
