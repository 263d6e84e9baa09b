/**
 * @file An exact test of whether predictions know more of labels than any arrangement of the same labels would show.
 */

import { randomStream } from "./random.ts";

/** Result of {@link permutationTest}. */
export interface PermutationTest {
  /** Hits over examples, in `[0, 1]`. */
  readonly accuracy: number;
  /** Mean accuracy over all arrangements of the labels: what predictions that know nothing of them get. */
  readonly expected: number;
  /** An upper bound of the probability of as many hits by chance, in `(0, 1]`. */
  readonly pValue: number;
}

/** Arrangements with as many hits after which no more are drawn: the p-value is large, and known well enough. */
const ENOUGH = 20;

/** Labels that are placed at most, all draws together, unless {@link FEWEST_DRAWS} take more: seconds. */
const MOST_PLACED = 2e8;
const [FEWEST_DRAWS, MOST_DRAWS] = [1999, 9999];

/**
 * Whether predictions are right more often than by chance, where the labels of each test set came in a random order.
 *
 * Given its predictions, every arrangement of a test set's labels is then as likely as any other, so the number of hits
 * of all test sets together is compared with those of arrangements drawn at random. With `m` of them and `k` that hit as
 * often the p-value is `(k + 1) / (m + 1)`, which is exact at any level (Phipson and Smyth, 2010; Ojala and Garriga, JMLR
 * 11, 2010, section 3). Once 20 did, after `l` draws, it is `20 / l` (Besag and Clifford, Biometrika 78, 1991).
 *
 * @param confusions - For each test set `[classes][classes]` counts, by label and predicted class.
 * @param seed - Names the drawn arrangements.
 * @throws RangeError if there is no test example.
 */
export function permutationTest(
  confusions: readonly (readonly (readonly number[])[])[],
  seed: number,
): PermutationTest {
  const sets = confusions.map(unfold);
  const count = sets.reduce((all, { labels }) => all + labels.length, 0);
  if (count === 0) throw new RangeError("permutationTest: expected a test example, got none");
  const observed = sets.reduce((all, set) => all + hitsOf(set), 0);
  const expected = confusions.reduce((all, confusion) => all + expectedHits(confusion), 0);
  const draws = Math.min(MOST_DRAWS, Math.max(FEWEST_DRAWS, Math.floor(MOST_PLACED / count)));
  const random = randomStream(seed, "permutation-test");
  let reaching = 0;
  let pValue: number | undefined;
  for (let draw = 1; draw <= draws && pValue === undefined; draw++) {
    let hits = 0;
    for (const { labels, predicted } of sets) {
      // Each label is placed once it can no longer move, and compared at once.
      for (let last = labels.length - 1; last >= 0; last--) {
        const other = random.below(last + 1);
        const moved = labels[other]!;
        labels[other] = labels[last]!;
        labels[last] = moved;
        if (moved === predicted[last]) hits++;
      }
    }
    if (hits >= observed && ++reaching === ENOUGH) pValue = ENOUGH / draw;
  }
  return {
    accuracy: observed / count,
    expected: expected / count,
    pValue: pValue ?? (reaching + 1) / (draws + 1),
  };
}

/** Labels and predicted classes of a test set, in any order. */
interface TestSet {
  readonly labels: Uint32Array;
  readonly predicted: Uint32Array;
}

function unfold(confusion: readonly (readonly number[])[]): TestSet {
  const pairs = confusion.flatMap((row, label) => row.map((count, named) => ({ label, named, count })));
  const repeat = (read: (pair: (typeof pairs)[number]) => number): Uint32Array =>
    Uint32Array.from(pairs.flatMap((pair) => new Array<number>(pair.count).fill(read(pair))));
  return { labels: repeat(({ label }) => label), predicted: repeat(({ named }) => named) };
}

const hitsOf = ({ labels, predicted }: TestSet): number =>
  labels.reduce((hits, label, index) => hits + Number(label === predicted[index]), 0);

/** Hits of a random arrangement, on average. */
function expectedHits(confusion: readonly (readonly number[])[]): number {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  const examples = total(confusion.flat());
  if (examples === 0) return 0;
  const matching = confusion.map((row, label) => total(row) * total(confusion.map((other) => other[label]!)));
  return total(matching) / examples;
}
