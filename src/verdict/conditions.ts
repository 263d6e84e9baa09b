/**
 * @file Conditions that the result of a test is held to: an answer that the verdict must give, or a measured number and
 * a bound. A number is the mean over seeds; its interval is told and not compared.
 */

import { UsageError } from "../base/errors.ts";
import type { Estimate } from "../base/statistics.ts";
import { unknownName } from "../base/suggest.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { plural } from "./context.ts";
import { attemptsBySeed, bestAttempt } from "./escalation.ts";
import type { Verdict } from "./schema.ts";
import { estimateOf } from "./summary.ts";
import { scoreLimits, tellNumbers } from "./words.ts";

/** What conditions are about: the trials of a test, and the verdict on them. */
export interface Judged {
  readonly trials: readonly TrialResult[];
  readonly verdict: Verdict;
}

/** Answers that can be expected, as documents call them. */
export const answerNames = [
  "memorises",
  "does-not-fit",
  "learns",
  "does-not-learn",
  "no-leak",
  "no-copies",
  "no-pipeline-leak",
] as const;
type AnswerName = (typeof answerNames)[number];

/** A number that was measured, and over what. */
interface Reading {
  readonly value: number;
  readonly over: string;
}

/** A number that can be compared. */
interface Measure {
  /** Where it lies. */
  readonly limits: readonly [number, number];
  /** What it is, for help texts. */
  readonly what: string;
  readonly read: (judged: Judged) => Reading | null;
  /** Why there is none, where there is none. */
  readonly absent: string;
}

const share = [0, 1] as const;
const positive = [0, Number.POSITIVE_INFINITY] as const;

/** The numbers that can be compared, by name. */
export const measures: Readonly<Record<string, Measure>> = {
  "train-accuracy": {
    limits: share,
    what: "training accuracy, true labels",
    read: ({ trials }) => readEstimate(trainAccuracy(trials)),
    absent: "no trial with true labels came to its end",
  },
  "test-accuracy": {
    limits: share,
    what: "test accuracy, true labels",
    read: ({ verdict }) => readEstimate(verdict.learning.testAccuracy),
    absent: "no trial with true labels came to its end",
  },
  "balanced-accuracy": {
    limits: share,
    what: "the same, balanced over classes, without credit for copies",
    read: ({ verdict: { learning } }) => learning.intervals && readBalanced(learning.intervals),
    absent: "learning could not be judged, or numbers are told",
  },
  "random-train-accuracy": {
    limits: share,
    what: "training accuracy, random labels",
    read: ({ verdict }) => readEstimate(verdict.capacity.trainAccuracy),
    absent: "no trial with random labels came to its end",
  },
  "random-test-accuracy": {
    limits: share,
    what: "test accuracy, random labels",
    read: ({ verdict }) => readEstimate(verdict.learning.randomLabelsTestAccuracy),
    absent: "no trial with random labels came to its end",
  },
  slowdown: {
    limits: positive,
    what: "epochs to fit random labels over epochs to fit true ones",
    read: ({ verdict: { capacity } }) =>
      capacity.slowdown === null
        ? null
        : { value: capacity.slowdown, over: `${plural(capacity.slowdownSeeds, "seed")} that fitted both` },
    absent: "no seed fitted both true and random labels within the epochs that were asked for",
  },
  copies: {
    limits: positive,
    what: "test examples that stand in training",
    read: ({ verdict: { copies } }) =>
      copies && { value: copies.test, over: `of ${plural(copies.testCount, "test example")}` },
    absent: "copies were not counted",
  },
};

const signs = {
  ">": (value: number, bound: number) => value > bound,
  ">=": (value: number, bound: number) => value >= bound,
  "<": (value: number, bound: number) => value < bound,
  "<=": (value: number, bound: number) => value <= bound,
} as const;
type Sign = keyof typeof signs;

/** Something that a result must be. */
export type Condition =
  | { readonly kind: "answer"; readonly text: string; readonly answer: AnswerName }
  | {
      readonly kind: "comparison";
      readonly text: string;
      readonly measure: string;
      readonly sign: Sign;
      readonly bound: number;
    };

/** Whether a condition is met, and what is the case. */
export interface Holding {
  readonly condition: Condition;
  readonly isMet: boolean;
  /** Such as `1.21 (3 seeds that fitted both)`. */
  readonly got: string;
  /** All of it in a sentence: `expected slowdown>1.5, got 1.21 (3 seeds that fitted both)`. */
  readonly told: string;
}

/**
 * Read a condition: `learns`, or `test-accuracy>0.9`.
 *
 * @throws UsageError if it is none, with the name that was probably meant.
 */
export function parseCondition(written: string): Condition {
  const text = written.replaceAll(/\s+/g, "");
  const [, name = "", sign, bound = ""] = /^([^<>=!]*)([<>=!]+)?(.*)$/.exec(text)!;
  if (sign !== undefined) return parseComparison(name, sign, bound);
  // Results say it so.
  const answer = answerNames.find((one) => one === (name === "memorizes" ? "memorises" : name));
  if (answer) return { kind: "answer", text: answer, answer };
  if (Object.hasOwn(measures, name)) {
    throw new UsageError(
      `\`expect\` ${name}: expected a comparison in quotes, such as "${name}>0.5": without them a shell takes > and < for itself, and may have made a file of the bound`,
    );
  }
  const known = [...answerNames, ...Object.keys(measures)];
  throw new UsageError(`\`expect\`: ${unknownName("answer or measure", name, known)}`);
}

function parseComparison(measure: string, sign: string, written: string): Condition {
  const names = Object.keys(measures);
  if (answerNames.some((answer) => answer === measure)) {
    throw new UsageError(
      `\`expect\` ${measure}: expected the answer alone, or one of ${names.join(", ")} compared; got "${measure}${sign}${written}"`,
    );
  }
  if (!Object.hasOwn(measures, measure)) {
    throw new UsageError(`\`expect\`: ${unknownName("measure", measure, names)}`);
  }
  if (!Object.hasOwn(signs, sign)) {
    throw new UsageError(`\`expect\` ${measure}: expected one of >, >=, <, <=, got "${sign}"`);
  }
  const { limits } = measures[measure]!;
  const [low, high] = limits;
  const bound = written === "" ? Number.NaN : Number(written);
  if (!(bound >= low && bound <= high && Number.isFinite(bound))) {
    const range = high === 1 ? "in [0, 1], a share and no percentage" : "of at least 0";
    throw new UsageError(`\`expect\` ${measure}${sign}: expected a number ${range}, got "${written}"`);
  }
  const text = `${measure}${sign}${written}`;
  return { kind: "comparison", text, measure, sign: sign as Sign, bound };
}

/** Hold a result to conditions. */
export const holdTo = (conditions: readonly Condition[], judged: Judged): Holding[] =>
  conditions.map((condition) => {
    const found =
      condition.kind === "answer" ? holdAnswer(condition, judged) : holdComparison(condition, judged);
    return { condition, ...found };
  });

type Found = Omit<Holding, "condition">;

function holdAnswer(
  { answer }: Extract<Condition, { kind: "answer" }>,
  { verdict: { capacity, learning, leak, pipeline, copies, nearTwins } }: Judged,
): Found {
  const given: string[] = [capacity.answer, learning.answer];
  if (copies?.test === 0) given.push("no-copies");
  if (pipeline?.suspected === false) given.push("no-pipeline-leak");
  // None can see every leak; all silent is the most that can be said.
  const isClean =
    (pipeline === undefined || pipeline.suspected === false) && nearTwins?.check?.suspected !== true;
  if (leak.suspected === false && copies?.test === 0 && isClean) given.push("no-leak");
  const isMet = given.includes(answer);
  const got = given.join(", ");
  return { isMet, got, told: `expected "${answer}", ${isMet ? "and" : "but"} the verdict is ${got}` };
}

function holdComparison(
  { measure, sign, bound, text }: Extract<Condition, { kind: "comparison" }>,
  judged: Judged,
): Found {
  const { read, absent } = measures[measure]!;
  const reading = read(judged);
  if (!reading) {
    const got = `not measured: ${absent}`;
    return { isMet: false, got, told: `expected ${text}, but it was ${got}` };
  }
  const { value, over } = reading;
  const isMet = signs[sign](value, bound);
  // A rounding that would say otherwise is none.
  const rounded = Number(value.toPrecision(4));
  const shown = signs[sign](rounded, bound) === isMet ? rounded : value;
  const got = `${shown} (${over})`;
  return { isMet, got, told: `expected ${text}, got ${got}` };
}

/** Of the attempt of each seed that learning is judged by. */
const trainAccuracy = (trials: readonly TrialResult[]): Estimate | null =>
  estimateOf(
    attemptsBySeed(trials.filter(({ inputs, labels }) => inputs === "true" && labels.nominal === 0))
      .map(bestAttempt)
      .map((trial) => trial.trainAccuracy),
    scoreLimits(tellNumbers(trials)),
  );

function readEstimate(estimate: Estimate | null): Reading | null {
  if (estimate === null) return null;
  const { mean, low, high, n } = estimate;
  const seeds = plural(n, "seed");
  const over =
    low === null || high === null ? seeds : `95 % interval over ${seeds} ${shortly(low)} to ${shortly(high)}`;
  return { value: mean, over: n === 2 ? `mean of ${seeds}` : over };
}

function readBalanced({
  confidence,
  balanced,
}: NonNullable<Verdict["learning"]["intervals"]>): Reading | null {
  if (!balanced) return null;
  const { mean, low, high } = balanced;
  const interval = `${shortly(100 * confidence)} % interval over seeds and test examples`;
  return { value: mean, over: `${interval} ${shortly(low)} to ${shortly(high)}` };
}

const shortly = (value: number): number => Number(value.toPrecision(4));
