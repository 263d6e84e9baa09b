/**
 * @file An exact test of whether networks that were trained on random labels know the true ones.
 */

import { randomStream } from "./random.ts";

/** Result of {@link renamingTest}. */
export interface RenamingTest {
  /** Hits over examples. */
  readonly accuracy: number;
  /** Mean accuracy over all renamings of the classes: the accuracy expected of random labels. */
  readonly expected: number;
  /** Share of renamings with at least as many hits; of drawn ones `(1 + exceeding) / (1 + draws)`. */
  readonly pValue: number;
}

/** Most classes whose renamings, 5,040 a network, are all tried; with more, some are drawn. */
const MOST_ENUMERATED = 7;

/**
 * Whether networks trained on random labels know the true ones better than chance: an exact test.
 *
 * Uniformly random labels do not change in distribution when the classes are renamed, so without true labels
 * in training each network's predictions could as well have come with any renaming of its classes. The number
 * of test hits is compared with the numbers under renamings, one for each network: under all of them where
 * classes are few, else under random ones. Unlike a binomial test it allows for predictions that are alike
 * within a true class.
 *
 * @param confusions - For each network `[classes][classes]` counts, by true and predicted class.
 * @param seed - Names the drawn renamings.
 * @param draws - Number of random renamings.
 * @throws RangeError if there is no network or no test example.
 */
export function renamingTest(
  confusions: readonly (readonly (readonly number[])[])[],
  seed: number,
  draws = 9999,
): RenamingTest {
  const count = total(confusions.flat(2));
  if (count === 0)
    throw new RangeError("renamingTest: expected at least one network with a test example, got none");
  const observed = total(confusions.flatMap((confusion) => confusion.map((row, label) => row[label]!)));
  const expected = total(confusions.map((confusion) => total(confusion.flat()) / confusion.length));
  const isEnumerated = confusions.every(({ length }) => length <= MOST_ENUMERATED);
  return {
    accuracy: observed / count,
    expected: expected / count,
    pValue: isEnumerated ? shareOfAll(confusions, observed) : shareOfDrawn(confusions, observed, seed, draws),
  };
}

/**
 * Number of networks from which the p-value of a perfect answer falls below a bound, in `(0, 1)`.
 *
 * @param tested - Classes that have test examples; renamings that leave these as they are answer as well.
 */
export function networksToResolve(classes: number, bound: number, tested = classes): number {
  const logRenamings = total(Array.from({ length: tested }, (_, index) => Math.log(classes - index)));
  if (logRenamings === 0) return Number.POSITIVE_INFINITY;
  // The margin keeps logarithms from making a thousandth less than one.
  return Math.floor(-Math.log(bound) / logRenamings + 1e-9) + 1;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Share of all combinations of renamings with at least so many hits: the networks' distributions, convolved. */
function shareOfAll(confusions: readonly (readonly (readonly number[])[])[], observed: number): number {
  let shares = new Map<number, number>([[0, 1]]);
  for (const confusion of confusions) {
    const ways = hitsOfRenamings(confusion);
    const all = total([...ways.values()]);
    const next = new Map<number, number>();
    for (const [hits, share] of shares) {
      for (const [more, count] of ways) {
        next.set(hits + more, (next.get(hits + more) ?? 0) + (share * count) / all);
      }
    }
    shares = next;
  }
  return Math.min(1, total([...shares].filter(([hits]) => hits >= observed).map(([, share]) => share)));
}

/** Number of renamings of a network's classes by the hits they give. */
function hitsOfRenamings(confusion: readonly (readonly number[])[]): Map<number, number> {
  const ways = new Map<number, number>();
  const place = (label: number, taken: number, hits: number): void => {
    if (label === confusion.length) {
      ways.set(hits, (ways.get(hits) ?? 0) + 1);
      return;
    }
    confusion[label]!.forEach((count, name) => {
      if ((taken & (1 << name)) === 0) place(label + 1, taken | (1 << name), hits + count);
    });
  };
  place(0, 0, 0);
  return ways;
}

function shareOfDrawn(
  confusions: readonly (readonly (readonly number[])[])[],
  observed: number,
  seed: number,
  draws: number,
): number {
  const random = randomStream(seed, "renaming-test");
  let exceeding = 0;
  for (let draw = 0; draw < draws; draw++) {
    let hits = 0;
    for (const confusion of confusions) {
      const renaming = random.permutation(confusion.length);
      for (let label = 0; label < confusion.length; label++) hits += confusion[label]![renaming[label]!]!;
    }
    if (hits >= observed) exceeding++;
  }
  return (1 + exceeding) / (1 + draws);
}
