/**
 * @file The twin test: how many test labels are answered from an equal training example, and which.
 */

import { percent } from "../base/percent.ts";
import { twinTest } from "../base/twin-test.ts";
import type { TrialResult } from "../run/trial-record.ts";
import { occurring, plural, type VerdictContext } from "./context.ts";
import { attemptsBySeed } from "./escalation.ts";
import type { Verdict } from "./schema.ts";

type TwinCheck = NonNullable<Verdict["twins"]>;

/** p-value below which answers are said to come from twins: one false alarm in a thousand tests. */
const BOUND = 0.001;

/** Test examples that are named. */
const MOST_NAMED = 1000;

/**
 * Judge from trials on true inputs with random labels, by the recipe as it was asked for.
 *
 * @returns null where no test example has an equal in training, or nobody looked.
 */
export function judgeTwins(
  onRandom: readonly TrialResult[],
  { trainCounts, labels }: Pick<VerdictContext, "trainCounts" | "labels">,
): TwinCheck | null {
  const trials = attemptsBySeed(onRandom)
    .map((attempts) => attempts[0]!)
    .filter(({ escalation, twins }) => escalation === 0 && twins !== undefined);
  // Permuted labels are not drawn independently, so how many hits to expect is not known exactly.
  if (trials.length === 0 || labels === "permute") return null;
  const classes = occurring(trainCounts);
  const answers = trials.flatMap(({ seed, twins }) =>
    twins!.pairs.map(([test, train, given, answered]) => ({
      test,
      twin: `${seed} ${train}`,
      given,
      answered,
    })),
  );
  const { hits, expected, pValue } = twinTest(answers, classes);
  const pairs = answers.length / trials.length;
  const [share, chance] = [hits / answers.length, expected / answers.length];
  // A pair is answered from its twin with probability q, and else by chance: share = q + (1 - q) chance.
  const fromTwin = Math.max(0, (share - chance) / (1 - chance));
  const { tests } = trials[0]!.twins!;
  const isSeen = pValue < BOUND;
  const named = isSeen ? alwaysHit(answers, trials.length) : [];
  const said = `${plural(tests, "test example")} ${tests === 1 ? "has" : "have"} an equal in training, and with random labels ${percent(share)} of such pairs are answered with the twin's random label, ${percent(chance)} are expected (p = ${pValue.toPrecision(2)})`;
  return {
    suspected: isSeen,
    tests,
    pairs,
    seeds: trials.length,
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
