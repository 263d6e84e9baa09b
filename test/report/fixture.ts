/**
 * @file Results of tests that were never run: plausible numbers, by formula.
 */

import { Window } from "happy-dom";
import { type TestResult, testResultSchema } from "../../src/paper/test-result.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { summarize } from "../../src/verdict/summary.ts";
import { judge } from "../../src/verdict/verdict.ts";

/** What tells trials of the fixture apart. */
export type TrialFacts = Partial<TrialResult> & { readonly nominal?: number };

const CLASSES = 10;
const STEPS = 16;
const TEST_COUNT = 2000;
/** The commonest class is 10.4 %. */
const TEST_COUNTS = [208, 192, ...new Array<number>(8).fill(200)];

/** Epochs after which half of the loss is gone: more the more random the data. */
const MIDDLES = { true: 5, shuffled: 9, random: 16, gaussian: 14 };

/** Test accuracies that training on true labels ends at. */
const REACHED = { true: 0.52, shuffled: 0.41, random: 0.14, gaussian: 0.12 };

/** A number in `[-1, 1]` that looks random. */
export const wobble = (...numbers: readonly number[]): number =>
  Math.sin(numbers.reduce((total, number, index) => total + number * (index + 1) * 12.9898, 4.1));

/** A trial that fitted its labels; facts given replace those made up. */
export function trial({ nominal = 0, ...facts }: TrialFacts = {}): TrialResult {
  const { inputs = "true", seed = 0, escalation = 0, epochsAllowed = 64 * 2 ** escalation } = facts;
  const middle = MIDDLES[inputs] + 20 * nominal ** 0.7 + 0.5 * wobble(seed, nominal);
  const chance = 1 / CLASSES;
  const clean =
    chance + (REACHED[inputs] - chance) * (1 - nominal) ** 1.2 + 0.005 * wobble(seed + 1, nominal);
  const history = Array.from({ length: epochsAllowed }, (_, index) => {
    const left = 1 / (1 + Math.exp((index + 1 - middle) / (middle / 6)));
    return {
      epoch: index + 1,
      trainLoss: Math.log(CLASSES) * left,
      trainAccuracy: left < 0.005 ? 1 : 1 - (1 - chance) * left,
      fitLoss: null,
      testAccuracy: clean - (clean - chance) * Math.exp(-index / 4) + 0.004 * wobble(index, seed),
    };
  });
  const fitted = history.findIndex(({ trainAccuracy }) => trainAccuracy === 1);
  const kept = fitted < 0 ? history : history.slice(0, fitted + 1);
  const last = kept[kept.length - 1];
  const changed = nominal * (1 - chance);
  return {
    id: `${inputs}-${nominal}-${seed}-${escalation}`,
    inputs,
    labels: { nominal, realised: changed + 0.002 * wobble(seed, 3) * nominal },
    seed,
    status: "done",
    epochs: kept.length,
    epochsAllowed,
    steps: kept.length * STEPS,
    fit: fitted >= 0,
    epochsToFit: fitted >= 0 ? fitted + 1 : null,
    epochsTo95: kept.findIndex(({ trainAccuracy }) => trainAccuracy >= 0.95) + 1 || null,
    escalation,
    learningRate: 0.01,
    trainLoss: last?.trainLoss ?? null,
    trainAccuracy: last?.trainAccuracy ?? null,
    testAccuracy: last?.testAccuracy ?? null,
    best: null,
    testAccuracyCorrupted: last
      ? last.testAccuracy * (1 - changed) + (changed * (1 - last.testAccuracy)) / 9
      : null,
    seconds: kept.length * 0.41,
    confusion: confusion(last?.testAccuracy ?? chance),
    dataHash: "5f".repeat(32),
    parametersHash: "a7".repeat(32),
    history: kept,
    ...facts,
  };
}

/** A trial that ended before its time and measured nothing at its end. */
export const brokenTrial = (status: "diverged" | "stopped" | "failed", facts: TrialFacts = {}): TrialResult =>
  trial({
    status,
    ...(status === "failed" ? { error: "the process ended with signal SIGKILL" } : {}),
    fit: false,
    epochsToFit: null,
    epochsTo95: null,
    trainLoss: null,
    trainAccuracy: null,
    testAccuracy: null,
    testAccuracyCorrupted: null,
    confusion: null,
    parametersHash: null,
    ...facts,
  });

/** Trials of every kind the paper's Fig. 1a shows, and of labels random in part, for so many seeds. */
export const allKinds = (seeds: number): TrialResult[] =>
  Array.from({ length: seeds }, (_, seed) => [
    ...[0, 0.2, 0.5, 1].map((nominal) => trial({ nominal, seed })),
    ...(["shuffled", "random", "gaussian"] as const).map((inputs) => trial({ inputs, seed })),
  ]).flat();

/** What of a result can be chosen. */
interface ResultFacts {
  readonly dataset?: Partial<TestResult["dataset"]>;
  readonly model?: Partial<TestResult["model"]>;
  readonly conformance?: TestResult["conformance"];
  readonly verdict?: TestResult["verdict"];
  readonly provenance?: Partial<TestResult["provenance"]>;
}

/** The result of a test with the given trials, judged as a real one would be. */
export function testResult(
  trials: readonly TrialResult[] = allKinds(3),
  facts: ResultFacts = {},
): TestResult {
  const context = {
    trainCounts: new Array<number>(CLASSES).fill(200),
    testCounts: TEST_COUNTS,
    escalations: 3,
    copies: {
      test: 0,
      testOtherLabel: 0,
      testByClass: TEST_COUNTS.map(() => 0),
      train: 0,
      trainOtherLabel: 0,
    },
  };
  return testResultSchema.parse({
    schema: "shatter/test@1",
    dataset: {
      name: "shapes",
      train: 2000,
      test: TEST_COUNT,
      classes: CLASSES,
      shape: [3, 28, 28],
      hash: "0d".repeat(32),
      ...facts.dataset,
    },
    model: { name: "mlp-1x512", parameters: 1_209_866, ...facts.model },
    recipe: paperRecipe,
    trials: [...trials],
    summary: summarize(trials),
    conformance: facts.conformance ?? [
      {
        randomization: "labels p=1 seed 0",
        check: "mutual information with the true labels",
        ok: true,
        value: 0.0061,
        bound: 0.0194,
      },
      {
        randomization: "labels p=1 seed 0",
        check: "share of labels that changed, distance from expected",
        ok: true,
        value: 0.0021,
        bound: 0.0268,
      },
      {
        randomization: "inputs shuffled seed 0",
        check: "pixels of example 0 kept",
        ok: true,
        value: 0,
        bound: 0,
      },
    ],
    verdict: facts.verdict ?? judge(trials, context),
    provenance: {
      version: "0.1.0",
      commit: "4400093+changes",
      engine: "onnxruntime-node 1.30.0",
      device: "cpu",
      threads: 1,
      jobs: 2,
      node: "v24.21.0",
      machine: "Linux x64, AMD EPYC 9R14, 2 cores, 8 GiB",
      command: "shatter test --data shapes --n 2000 --seeds 3",
      started: "2026-01-15T09:30:00.000Z",
      seconds: 412.3,
      interrupted: false,
      ...facts.provenance,
    },
  } satisfies TestResult);
}

/** Seed `seed` of partly corrupted labels that were followed apart. */
export function followed(
  nominal: number,
  seed: number,
  memorising: Partial<NonNullable<TrialResult["memorising"]>> = {},
): TrialResult {
  const whole = trial({ nominal, seed });
  const history = whole.history.map((row, index) => ({
    ...row,
    apart: {
      changedGiven: Math.min(1, 0.1 + index * (0.06 - 0.04 * nominal)),
      changedTrue: Math.max(0.02, 0.6 - 0.3 * nominal - index / 80),
      unchanged: Math.min(1, 0.4 + index * (0.09 - 0.06 * nominal)),
    },
  }));
  const bestTrue = { epoch: 4, accuracy: 0.5 };
  return {
    ...whole,
    history,
    memorising: { guessing: 1 / 9, bound: 0.2, begins: 4, bestTrue, ...memorising },
  };
}

/** A name that would be a script, or the end of whatever it stands in. */
export const HOSTILE = `"]]><script>alert(1)</script><img src=x onerror=alert(1)></svg></style></title>&amp; '`;

/** A document to draw into, without a browser. */
export const blankDocument = (): Document => new Window().document as unknown as Document;

/** A page as a browser reads it; nothing is run or loaded. */
export function readPage(page: string): Document {
  const window = new Window({ settings: { enableJavaScriptEvaluation: false, disableCSSFileLoading: true } });
  return new window.DOMParser().parseFromString(page, "text/html") as unknown as Document;
}

/** The texts of some elements, as they are read. */
export const textsIn = (document: Document, selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((element) =>
    (element.textContent ?? "").replaceAll(/\s+/g, " ").trim(),
  );

/** What a page loads or runs: nothing, but for the links that it has. */
export const outsideOf = (page: string): RegExpMatchArray | null =>
  page
    .replaceAll('xmlns="http://www.w3.org/2000/svg"', "")
    .match(/https?:|\/\/[a-z]|url\(|@import| src=|<link|<script|<iframe/);

/** The texts of the files that a page carries. */
export const carriedIn = (document: Document): string[] =>
  [...document.querySelectorAll("a[download]")].map((link) =>
    Buffer.from(link.getAttribute("href")!.split("base64,")[1]!, "base64").toString(),
  );

/** `[10][10]` counts of the fixture's test examples, the given share of them right. */
const confusion = (accuracy: number): number[][] =>
  Array.from({ length: CLASSES }, (_, label) =>
    Array.from({ length: CLASSES }, (__, other) =>
      Math.round(200 * (other === label ? accuracy : (1 - accuracy) / (CLASSES - 1))),
    ),
  );
