/**
 * @file The verdict in words: a headline, and each answer with its evidence.
 */

import { formatShare } from "../../base/percent.ts";
import type { ShareInterval } from "../../base/shares.ts";
import { estimate } from "../../base/statistics.ts";
import type { TestResult } from "../../paper/test-result.ts";
import type { TwinCheck, Verdict } from "../../verdict/schema.ts";
import { scoreLimits } from "../../verdict/words.ts";
import { formatCount, formatEstimate, formatNoun, formatNumber, formatPercent, NOTHING } from "../format.ts";
import { type Wording, withCount, wordingFor, wordingOf } from "../wording.ts";

/** How an answer is to be taken: `plain` ones are neither good nor bad. */
export type Tone = "good" | "plain" | "open" | "alarm";

/** One answer of the verdict. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly tone: Tone;
  readonly icon: "stack" | "limit" | "check" | "cross" | "question" | "alert";
  readonly evidence: readonly (readonly [what: string, value: string])[];
  readonly reasons: readonly string[];
}

/** The verdict in one sentence, and another for what is wrong with labels or test data. */
export function headlineOf({ capacity, learning, leak, pipeline, copies }: Verdict): string {
  const learns = {
    learns: "It learns from true labels",
    "does-not-learn": "It does not learn from true labels",
    inconclusive: "Whether it learns from true labels is not decided",
  }[learning.answer];
  const memorizes = {
    memorises: "it can memorise random ones",
    "does-not-fit": "it does not fit random ones",
    inconclusive: "whether it can memorise random ones is not decided",
  }[capacity.answer];
  const joined =
    learning.answer === "inconclusive" && capacity.answer === "inconclusive"
      ? "Neither learning nor memorising is decided yet"
      : `${learns}, and ${memorizes}`;
  const doubts = [
    ...(leak.suspected ? ["true labels reached the training on random ones"] : []),
    ...(pipeline?.suspected ? [`${pipeline.module.name} uses test rows for training`] : []),
    ...(copies && copies.test > 0
      ? [`${formatPercent(copies.test / copies.testCount)} of the test examples stand in training`]
      : []),
  ];
  return doubts.length > 0 ? `${joined}. But ${doubts.join(", and ")}.` : `${joined}.`;
}

/** What early stopping had on true labels, or could have had where nothing was held out; null where it is not known. */
export function tellBest({ trials, dataset, recipe }: TestResult): string | null {
  const known = trials.flatMap(({ inputs, labels, escalation, best, stopping = best, testAccuracy }) =>
    inputs === "true" &&
    labels.nominal === 0 &&
    escalation === 0 &&
    stopping !== null &&
    testAccuracy !== null
      ? [{ ...stopping, last: testAccuracy }]
      : [],
  );
  if (known.length === 0) return null;
  const reached = estimate(
    known.map(({ testAccuracy }) => testAccuracy),
    scoreLimits(dataset.target !== undefined),
  );
  const gain = estimate(known.map(({ testAccuracy, last }) => testAccuracy - last)).mean;
  const epochs = known.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(...epochs), Math.max(...epochs)];
  const when = first === last ? `epoch ${first}` : `epochs ${first} to ${last}`;
  const { name, of } = wordingOf(dataset);
  const size = Math.abs(gain);
  const apart = dataset.target ? size.toFixed(3) : `${(100 * size).toFixed(1)} points`;
  const above = `${apart} ${gain < 0 ? "below" : "above"} the last`;
  const { validation } = recipe;
  if (validation) {
    return `Early stopping: where ${formatPercent(validation)} of the training examples, held out, were answered best (${when}), the test ${name} with true labels was ${of(reached)}, ${above}. Test data had no say in it.`;
  }
  return `Early stopping: with true labels the best test ${name} on the way was ${of(reached)}, at ${when}, ${above}. Chosen by test data, it is more than could have been had.`;
}

/** The answers of a test: capacity, learning, the label check, a preparation's and copies where there are any. */
export const answersOf = ({ verdict, dataset }: TestResult): Answer[] => [
  tellCapacity(verdict.capacity, wordingOf(dataset)),
  tellLearning(verdict.learning, wordingOf(dataset)),
  tellLabels(verdict.leak, wordingOf(dataset)),
  ...(verdict.pipeline ? [tellPrepared(verdict.pipeline)] : []),
  ...(verdict.copies ? [tellCopied(verdict.copies)] : []),
  ...(verdict.twins ? [tellTwinned(verdict.twins)] : []),
  ...(verdict.nearTwins ? [tellNearTwinned(verdict.nearTwins)] : []),
];

const UNDECIDED = { answer: "Not decided", tone: "open", icon: "question" } as const;

/** What a check found, if it was made. */
function checked(
  isFound: boolean | null,
  found: string,
  clear: string,
): Pick<Answer, "answer" | "tone" | "icon"> {
  if (isFound === null) return { ...UNDECIDED, answer: "Not tested" };
  return isFound
    ? { answer: found, tone: "alarm", icon: "alert" }
    : { answer: clear, tone: "good", icon: "check" };
}

const reasonsAndNext = ({
  reasons,
  next,
}: {
  readonly reasons: readonly string[];
  readonly next?: string | undefined;
}) => (next === undefined ? reasons : [...reasons, `next: ${next}`]);

function tellCapacity(capacity: Verdict["capacity"], { name, random, of, one }: Wording): Answer {
  const { answer, trainAccuracy, epochsToFit, slowdown, slowdownSeeds, bound } = capacity;
  const pairs = slowdownSeeds > 0 ? ` (n = ${slowdownSeeds})` : "";
  return {
    question: "Capacity: can it memorise?",
    ...(
      {
        memorises: { answer: "Memorises", tone: "plain", icon: "stack" },
        "does-not-fit": { answer: "Does not fit", tone: "plain", icon: "limit" },
        inconclusive: UNDECIDED,
      } as const
    )[answer],
    evidence: [
      [`Train ${name} on ${random}`, of(trainAccuracy)],
      ["Counts as memorised from", one(bound)],
      ["Epochs to fit them", withCount(formatEstimate(epochsToFit, "number"), epochsToFit)],
      ["Over epochs to fit true labels", slowdown === null ? NOTHING : `${slowdown.toFixed(1)} ×${pairs}`],
    ],
    reasons: reasonsAndNext(capacity),
  };
}

function tellLearning(learning: Verdict["learning"], { name, random, of, one, constant }: Wording): Answer {
  const { answer, testAccuracy, chance, randomLabelsTestAccuracy, intervals } = learning;
  const range = ({ mean, low, high }: ShareInterval): string => `${one(mean)} (${one(low)} to ${one(high)})`;
  const { permutation } = learning;
  return {
    question: "Learning: does it generalise?",
    ...(
      {
        learns: { answer: "Learns", tone: "good", icon: "check" },
        "does-not-learn": { answer: "Does not learn", tone: "plain", icon: "cross" },
        inconclusive: UNDECIDED,
      } as const
    )[answer],
    evidence: [
      [`Test ${name}, true labels`, of(testAccuracy)],
      [constant, one(chance)],
      ...(intervals
        ? ([
            [`Judged, ${formatShare(intervals.confidence)} simultaneous`, range(intervals.accuracy)],
            ...(intervals.balanced
              ? ([
                  ["Balanced over classes", range(intervals.balanced)],
                  ["Balanced, by guessing", formatPercent(intervals.balanced.guessing)],
                ] as const)
              : []),
          ] as const)
        : []),
      [`Test ${name}, ${random}`, of(randomLabelsTestAccuracy)],
      ...(permutation
        ? ([
            [
              `p among ${formatNoun(permutation.networks, "network")} on ${random}`,
              formatNumber(permutation.pValue),
            ],
          ] as const)
        : []),
    ],
    reasons: reasonsAndNext(learning),
  };
}

function tellLabels(check: Verdict["leak"], { name, random, of, one, check: how }: Wording): Answer {
  const { suspected, pValue, bound, testAccuracy, expected } = check;
  return {
    question: "Label check: were random labels random?",
    ...checked(suspected, "True labels seen", "Nothing taught"),
    evidence: [
      [`Test ${name}, ${random}`, of(testAccuracy)],
      [`Expected under ${random}`, expected === null ? NOTHING : one(expected)],
      [`p-value (${how})`, formatNumber(pValue)],
      ["Alarm below", formatNumber(bound)],
    ],
    reasons: reasonsAndNext(check),
  };
}

function tellPrepared(check: NonNullable<Verdict["pipeline"]>): Answer {
  const { suspected, module, model, permutations, testAccuracy, expected, pValue, bound, follows } = check;
  const changes = (is: boolean | null): string => (is === null ? "cannot be told" : is ? "yes" : "no");
  return {
    question: `Pipeline check: does ${module.name} leave the test alone?`,
    ...checked(suspected, "It uses test rows", "Nothing given away"),
    evidence: [
      [`Test accuracy of ${model}, labels permuted before it`, wordingFor(false).of(testAccuracy)],
      ["Expected of random labels", formatPercent(expected)],
      [`p-value (permutation test, ${formatCount(permutations)} runs)`, formatNumber(pValue)],
      ["Alarm below", formatNumber(bound)],
      [`Test accuracy of ${model}, labels as given`, formatPercent(check.givenTestAccuracy)],
      ["Share of runs that get as much", formatNumber(check.givenPValue)],
      ["Training rows change with test labels", changes(follows.testLabels)],
      ["Training rows change with test inputs", changes(follows.testInputs)],
      ...(follows.labelsInInputs ? [["Test inputs change with test labels", changes(true)] as const] : []),
      ["Rows in both splits", follows.inBoth === null ? NOTHING : formatCount(follows.inBoth)],
      ["SHA-256 of its source", module.hash.slice(0, 16)],
    ],
    reasons: reasonsAndNext(check),
  };
}

function tellCopied({
  test,
  testOtherLabel,
  testRepeats,
  testCount,
  train,
  trainOtherLabel,
}: NonNullable<Verdict["copies"]>): Answer {
  return {
    question: "Copies: is the test set apart?",
    ...checked(test > 0, `${formatPercent(test / testCount)} stand in training`, "No equal inputs"),
    evidence: [
      ["Test examples with a training example's inputs", `${formatCount(test)} of ${formatCount(testCount)}`],
      ["of them under another label", formatCount(testOtherLabel)],
      ...(testRepeats === undefined
        ? []
        : [["Test examples that repeat one", formatCount(testRepeats)] as const]),
      ["Training examples that repeat one", formatCount(train)],
      ["of them under another label", formatCount(trainOtherLabel)],
    ],
    reasons: ["only exactly equal inputs are counted here"],
  };
}

function tellTwinned(check: TwinCheck): Answer {
  return {
    question: "Twins: are copies answered from memory?",
    ...checked(check.suspected, `${formatPercent(check.fromTwin)} of them`, "Not seen"),
    evidence: [["Test examples with an equal in training", formatCount(check.tests)], ...evidenceOf(check)],
    reasons: [...check.reasons, "twins are exactly equal inputs here"],
  };
}

/** Near twins, and whether they are answered from memory. */
function tellNearTwinned({
  looked,
  of,
  tests,
  crowded = 0,
  check,
}: NonNullable<Verdict["nearTwins"]>): Answer {
  const seen = checked(
    check?.suspected ?? null,
    `${formatPercent(check?.fromTwin ?? 0)} of them`,
    "Not seen",
  );
  return {
    question: "Near twins: are nearly equal images answered from memory?",
    ...(tests > 0 ? seen : checked(crowded > 0 ? null : false, "", "None found")),
    evidence: [
      ["Test images looked at", `${formatCount(looked)} of ${formatCount(of)}`],
      ["of them with a near twin in training", formatCount(tests)],
      ...(crowded > 0
        ? [["as like several others as twins are, so that none can be told", formatCount(crowded)] as const]
        : []),
      ...(check ? evidenceOf(check) : []),
    ],
    reasons: [
      ...(check?.reasons ?? []),
      "near twins are the same picture shifted, cut, scaled, brightened or encoded again; `shatter data audit` shows them",
    ],
  };
}

/** What a twin test rests on. */
const evidenceOf = ({ share, expected, pValue, bound, named }: TwinCheck): Answer["evidence"] => {
  const shown = named.slice(0, 20).join(", ");
  return [
    ["Answered with the twin's random label", formatPercent(share)],
    ["Expected of answers that know nothing of it", formatPercent(expected)],
    ["p-value (twin test)", formatNumber(pValue)],
    ["Seen below", formatNumber(bound)],
    [
      "Answered so by every network",
      named.length > 0 ? `${shown}${named.length > 20 ? ", ..." : ""}` : NOTHING,
    ],
  ];
};
