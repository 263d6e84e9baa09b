/**
 * @file The verdict in words: a headline, and each answer with its evidence.
 */

import { type Estimate, estimate } from "../base/statistics.ts";
import type { TestResult, Verdict } from "../lab/result.ts";
import { formatEstimate, formatNumber, formatPercent, NOTHING } from "./format.ts";

/** How an answer is to be taken. */
export type Tone = "decided" | "open" | "alarm";

/** One answer of the verdict. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly tone: Tone;
  readonly evidence: readonly (readonly [what: string, value: string])[];
  readonly reasons: readonly string[];
}

/** The verdict in one sentence, or two if a leak is suspected. */
export function headlineOf({ capacity, learning, leak }: Verdict): string {
  const learns = {
    learns: "It learns from true labels",
    "does-not-learn": "It does not learn from true labels",
    inconclusive: "Whether it learns from true labels is not decided",
  }[learning.answer];
  const memorises = {
    memorises: "it can memorise random ones",
    "does-not-fit": "it does not fit random ones",
    inconclusive: "whether it can memorise random ones is not decided",
  }[capacity.answer];
  const joined =
    learning.answer === "inconclusive" && capacity.answer === "inconclusive"
      ? "Neither learning nor memorising is decided yet"
      : `${learns}, and ${memorises}`;
  return leak.suspected ? `${joined}. But test data may have leaked.` : `${joined}.`;
}

/** What early stopping could have had on true labels; null where it is not known. */
export function tellBest({ trials }: TestResult): string | null {
  const known = trials.flatMap(({ inputs, labels, escalation, best, testAccuracy }) =>
    inputs === "true" && labels.nominal === 0 && escalation === 0 && best !== null && testAccuracy !== null
      ? [{ ...best, last: testAccuracy }]
      : [],
  );
  if (known.length === 0) return null;
  const reached = estimate(
    known.map(({ testAccuracy }) => testAccuracy),
    [0, 1],
  );
  const gain = estimate(
    known.map(({ testAccuracy, last }) => testAccuracy - last),
    [0, 1],
  ).mean;
  const epochs = known.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const when = first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
  return `Early stopping: with true labels the best test accuracy on the way was ${accuracy(reached)}, at ${when}, ${(100 * gain).toFixed(1)} points above the last. Chosen by test data, it is more than could have been had.`;
}

/** The three answers of a test: capacity, learning, and the leak alarm. */
export const answersOf = ({ verdict }: TestResult): Answer[] => [
  tellCapacity(verdict.capacity),
  tellLearning(verdict.learning),
  tellLeak(verdict.leak),
];

const accuracy = (estimate: Estimate | null): string =>
  withCount(formatEstimate(estimate, "percent"), estimate);

const withCount = (text: string, estimate: Estimate | null): string =>
  estimate === null ? NOTHING : `${text} (n = ${estimate.n})`;

function tellCapacity(capacity: Verdict["capacity"]): Answer {
  const { answer, trainAccuracy, epochsToFit, slowdown, bound, reasons } = capacity;
  return {
    question: "Capacity: can it memorise?",
    answer: { memorises: "Memorises", "does-not-fit": "Does not fit", inconclusive: "Not decided" }[answer],
    tone: answer === "inconclusive" ? "open" : "decided",
    evidence: [
      ["Train accuracy on random labels", accuracy(trainAccuracy)],
      ["Counts as memorised from", formatPercent(bound)],
      ["Epochs to fit them", withCount(formatEstimate(epochsToFit, "number"), epochsToFit)],
      ["Over epochs to fit true labels", slowdown === null ? NOTHING : `${slowdown.toFixed(1)} ×`],
    ],
    reasons,
  };
}

function tellLearning(learning: Verdict["learning"]): Answer {
  const { answer, testAccuracy, chance, randomLabelsTestAccuracy, reasons } = learning;
  return {
    question: "Learning: does it generalise?",
    answer: { learns: "Learns", "does-not-learn": "Does not learn", inconclusive: "Not decided" }[answer],
    tone: answer === "inconclusive" ? "open" : "decided",
    evidence: [
      ["Test accuracy, true labels", accuracy(testAccuracy)],
      ["Chance (commonest class)", formatPercent(chance)],
      ["Test accuracy, random labels", accuracy(randomLabelsTestAccuracy)],
    ],
    reasons,
  };
}

function tellLeak({ suspected, pValue, bound, testAccuracy, expected, reasons }: Verdict["leak"]): Answer {
  return {
    question: "Leak alarm: test set known?",
    answer: suspected === null ? "Not tested" : suspected ? "Leak suspected" : "No leak seen",
    tone: suspected === null ? "open" : suspected ? "alarm" : "decided",
    evidence: [
      ["Test accuracy, random labels", accuracy(testAccuracy)],
      ["Expected without a leak", formatPercent(expected)],
      ["p-value (renaming test)", formatNumber(pValue)],
      ["Alarm below", formatNumber(bound)],
    ],
    reasons,
  };
}
