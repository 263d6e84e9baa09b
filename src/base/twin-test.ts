/**
 * @file An exact test of whether answers to some examples are the random labels that others, their twins, were given.
 */

/** A pair of an example and its twin, in one network. */
export interface TwinAnswer {
  /** Names the twin: pairs with the same one share its label, and what they say is not independent. */
  readonly twin: string | number;
  /** The class the twin was given. */
  readonly given: number;
  /** The class the network answers to the example. */
  readonly answered: number;
}

/** Result of {@link twinTest}. */
export interface TwinTest {
  /** Pairs whose answer is the twin's label. */
  readonly hits: number;
  /** Hits expected of answers that know nothing of the twins' labels. */
  readonly expected: number;
  /** Probability of at least so many hits then. */
  readonly pValue: number;
}

/**
 * Whether answers follow the twins' labels.
 *
 * Labels are drawn uniformly and independently of everything else. If the label of a twin had no part in the answers to
 * its pairs, it could as well have been any class: of a twin whose pairs are answered `c[k]` times with class `k`, each of the
 * `classes` numbers `c[k]` is equally likely as its number of hits. The distribution of the sum over twins is computed exactly.
 *
 * @param classes - Those that labels are drawn from.
 * @throws RangeError if there is no pair or no class.
 */
export function twinTest(pairs: readonly TwinAnswer[], classes: readonly number[]): TwinTest {
  if (pairs.length === 0 || classes.length === 0)
    throw new RangeError("twinTest: expected at least one pair and one class, got none");
  const byTwin = new Map<string | number, Map<number, number>>();
  let hits = 0;
  for (const { twin, given, answered } of pairs) {
    if (given === answered) hits++;
    const counts = byTwin.get(twin) ?? new Map<number, number>();
    counts.set(answered, (counts.get(answered) ?? 0) + 1);
    byTwin.set(twin, counts);
  }
  let shares = new Float64Array(1).fill(1);
  let expected = 0;
  for (const counts of byTwin.values()) {
    const of = classes.map((label) => counts.get(label) ?? 0);
    expected += of.reduce((sum, count) => sum + count, 0) / classes.length;
    const next = new Float64Array(shares.length + Math.max(...of));
    for (const count of of)
      for (let at = 0; at < shares.length; at++) next[at + count]! += shares[at]! / classes.length;
    shares = next;
  }
  let pValue = 0;
  // The smallest shares first, so that none is lost.
  for (let at = shares.length - 1; at >= hits; at--) pValue += shares[at]!;
  return { hits, expected, pValue: Math.min(1, pValue) };
}
