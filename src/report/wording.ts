/**
 * @file The words of a test: accuracy and classes, or R squared and numbers.
 */

import type { Estimate } from "../base/statistics.ts";
import type { Unit } from "../document/measurement.ts";
import type { TestResult } from "../paper/test-result.ts";
import { formatR2 } from "../verdict/words.ts";
import { formatEstimate, formatPercent, NOTHING } from "./format.ts";

/** What is said of what is measured. */
export interface Wording {
  /** Of the score within a sentence, and in a title. */
  readonly name: string;
  readonly title: string;
  /** What random labels are called. */
  readonly random: string;
  /** What those who look at no input do, and how their score is called at a line. */
  readonly constant: string;
  readonly guess: string;
  /** The label check's test. */
  readonly check: string;
  /** The unit of scores, and that of losses. */
  readonly unit: Extract<Unit, "share" | "r2">;
  readonly loss: { readonly unit: Unit; readonly suffix: string };
  readonly of: (estimate: Estimate | null) => string;
  readonly one: (score: number) => string;
}

export const withCount = (text: string, estimate: Estimate | null): string =>
  estimate === null ? NOTHING : `${text} (n = ${estimate.n})`;

const CLASSES: Wording = {
  name: "accuracy",
  title: "Accuracy",
  random: "random labels",
  constant: "Always guessing the commonest class",
  guess: "commonest class",
  check: "renaming test",
  unit: "share",
  loss: { unit: "nats", suffix: ", nats" },
  of: (estimate) => withCount(formatEstimate(estimate, "percent"), estimate),
  one: formatPercent,
};

const NUMBERS: Wording = {
  name: "R²",
  title: "R²",
  random: "permuted targets",
  constant: "Always answering the mean, at most",
  guess: "always the mean",
  check: "reflection test",
  unit: "r2",
  loss: { unit: "number", suffix: ", squared deviations" },
  of: (estimate) => withCount(formatEstimate(estimate, "r2"), estimate),
  one: formatR2,
};

/** The words for classes, or for numbers. */
export const wordingFor = (tellsNumbers: boolean): Wording => (tellsNumbers ? NUMBERS : CLASSES);

/** The words for a dataset. */
export const wordingOf = ({ target }: Pick<TestResult["dataset"], "target">): Wording =>
  wordingFor(target !== undefined);
