/**
 * @file The twin test: how many test labels are answered from an equal training example, or a nearly equal one, and which.
 */

import { percent } from "../base/percent.ts";
import { twinTest } from "../base/twin-test.ts";
import { drawLabels } from "../data/randomize.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { type Twins, testsAsked } from "../train/twins.ts";
import { occurring, plural, sum, type VerdictContext } from "./context.ts";
import { attemptsBySeed } from "./escalation.ts";
import type { TwinCheck, Verdict } from "./schema.ts";

/** p-value below which answers are said to come from twins: one false alarm in a thousand tests. */
const BOUND = 0.001;

/** Test examples that are named. */
const MOST_NAMED = 1000;

type Context = Pick<VerdictContext, "trainCounts" | "labels" | "groups">;

/** Trials by the recipe as it was asked for, one a seed, where labels were drawn independently of each other. */
const trialsToAsk = (onRandom: readonly TrialResult[], { labels, groups }: Context): TrialResult[] =>
  // How many hits to expect is not known exactly of others: permuted labels, and those of groups, belong together.
  labels === "permute" || groups !== undefined
    ? []
    : attemptsBySeed(onRandom)
        .map((attempts) => attempts[0]!)
        .filter(({ escalation }) => escalation === 0);

/**
 * Judge from trials on true inputs with random labels.
 *
 * @returns null where no test example has an equal in training, or nobody looked.
 */
export function judgeTwins(onRandom: readonly TrialResult[], context: Context): TwinCheck | null {
  const told = trialsToAsk(onRandom, context).flatMap(({ seed, twins }) =>
    twins ? [{ seed, ...twins }] : [],
  );
  return told.length === 0 ? null : judgeAnswers(told, context, "an equal");
}

/**
 * The same of near twins, whose random labels are drawn again.
 *
 * @returns undefined where nobody looked for any.
 */
export function judgeNearTwins(
  onRandom: readonly TrialResult[],
  context: Context & Pick<VerdictContext, "testCounts" | "near">,
): Verdict["nearTwins"] {
  const { near, trainCounts, testCounts } = context;
  if (near === undefined || "lacks" in near) return undefined;
  const [trained, of] = [sum(trainCounts), sum(testCounts)];
  const { looked, tests, pairs, crowded } = near;
  const placeOf = new Map(testsAsked(of).map((row, at) => [row, at]));
  const told = trialsToAsk(onRandom, context).flatMap(({ seed, answers }) => {
    if (answers === undefined || tests === 0) return [];
    const answered = answers.split(" ").map(Number);
    const labels = drawLabels(new Int32Array(trained), 1, seed, "train", occurring(trainCounts));
    const pairOf = ([row, twin]: readonly [number, number]): Twins["pairs"][number] => [
      row,
      twin,
      labels[twin]!,
      answered[placeOf.get(row)!]!,
    ];
    return [{ seed, tests, pairs: pairs.map(pairOf) }];
  });
  const check = told.length === 0 ? null : judgeAnswers(told, context, "a near twin");
  return { looked, of, tests, ...(crowded && { crowded }), check };
}

/** What networks answer to twins, judged. */
function judgeAnswers(
  told: readonly (Twins & { readonly seed: number })[],
  { trainCounts }: Pick<VerdictContext, "trainCounts">,
  twin: string,
): TwinCheck {
  const classes = occurring(trainCounts);
  const answers = told.flatMap(({ seed, pairs }) =>
    pairs.map(([test, train, given, answered]) => ({ test, twin: `${seed} ${train}`, given, answered })),
  );
  const { hits, expected, pValue } = twinTest(answers, classes);
  const pairs = answers.length / told.length;
  const [share, chance] = [hits / answers.length, expected / answers.length];
  // A pair is answered from its twin with probability q, and else by chance: share = q + (1 - q) chance.
  const fromTwin = Math.max(0, (share - chance) / (1 - chance));
  const { tests } = told[0]!;
  const isSeen = pValue < BOUND;
  const named = isSeen ? alwaysHit(answers, told.length) : [];
  const said = `${plural(tests, "test example")} ${tests === 1 ? "has" : "have"} ${twin} in training, and with random labels ${percent(share)} of such pairs are answered with the twin's random label, ${percent(chance)} are expected (p = ${pValue.toPrecision(2)})`;
  return {
    suspected: isSeen,
    tests,
    pairs,
    seeds: told.length,
    share,
    expected: chance,
    pValue,
    bound: BOUND,
    fromTwin,
    named: named.slice(0, MOST_NAMED),
    reasons: [
      said,
      ...(isSeen
        ? [
            `so about ${Math.round(fromTwin * tests).toLocaleString("en-US")} test labels are answered from a twin`,
          ]
        : []),
    ],
  };
}

/** Test examples that every network answers with a twin's label, in order. */
function alwaysHit(
  answers: readonly {
    readonly test: number;
    readonly given: number;
    readonly answered: number;
    readonly twin: string;
  }[],
  seeds: number,
): number[] {
  const hit = new Map<number, Set<string>>();
  for (const { test, twin, given, answered } of answers) {
    if (given !== answered) continue;
    const seen = hit.get(test) ?? new Set<string>();
    hit.set(test, seen.add(twin.split(" ")[0]!));
  }
  return [...hit].flatMap(([test, by]) => (by.size === seeds ? [test] : [])).sort((a, b) => a - b);
}

/** What the twin test says, in a sentence. */
export const tellTwins = ({ suspected, reasons }: Pick<TwinCheck, "suspected" | "reasons">): string =>
  `${suspected ? "Twins are answered from memory" : "Twins: nothing shows that they are answered from memory"}: ${reasons.join("; ")}.`;

/** What was found of near twins, and what the test of them says; nothing where there are none. */
export function tellNearTwins({ looked, of, tests, check }: NonNullable<Verdict["nearTwins"]>): string[] {
  if (tests === 0) return [];
  const told = check
    ? `Near ${tellTwins(check).replace(/^T/, "t")}`
    : `Near twins: ${plural(tests, "test example")} ${tests === 1 ? "has" : "have"} one in training; whether they are answered from memory could not be tested.`;
  return looked === of
    ? [told]
    : [
        told,
        `That is of ${looked.toLocaleString("en-US")} of ${plural(of, "test example")}, drawn at random.`,
      ];
}
