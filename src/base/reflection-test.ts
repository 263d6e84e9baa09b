/**
 * @file An exact test of whether networks that were trained on permuted numbers know the true ones.
 */

import { randomStream } from "./random.ts";

/** How well a network's answers fit, and how well their mirror images about the mean would. */
export interface Reflected {
  readonly as: number;
  readonly mirrored: number;
}

/** Result of {@link reflectionTest}. */
export interface ReflectionTest {
  /** Mean over networks, as their answers are. */
  readonly mean: number;
  /** Mean over answers and mirror images: what is expected of permuted numbers. */
  readonly expected: number;
  /** Share of mirrorings that fit at least as well together; of drawn ones `(1 + exceeding) / (1 + draws)`. */
  readonly pValue: number;
}

/** Most networks whose mirrorings, two each, are all tried. */
const MOST_ENUMERATED = 16;

/** Sums in another order may differ by so much of themselves. */
const ROUNDING = 1e-9;

/**
 * Whether networks trained on permuted numbers fit the true ones better than chance: a sign test by all mirrorings (Fisher, 1935).
 *
 * Numbers that are permuted uniformly, and lie symmetrically about their mean, do not change in distribution when each is
 * mirrored about it; and a network follows, as the signs of its last layer are as likely as their opposites: without true
 * numbers in training its answers could as well have been their mirror images. It is to numbers what the renaming test is to two
 * classes. Where numbers are not symmetric it is approximate: what a network that is linear in its targets answers is then still
 * right about its mean.
 *
 * Test targets may not be permuted instead: both they and the answers are functions of the inputs, so that they agree or
 * disagree far more than permuted ones would.
 *
 * @param seed - Names the drawn mirrorings.
 * @param draws - Number of random mirrorings.
 * @throws RangeError if there is no network.
 */
export function reflectionTest(networks: readonly Reflected[], seed: number, draws = 9999): ReflectionTest {
  const count = networks.length;
  if (count === 0) throw new RangeError("reflectionTest: expected at least one network, got none");
  const halves = networks.map(({ as, mirrored }) => (as - mirrored) / 2);
  const observed = sum(halves);
  const slack = ROUNDING * sum(halves.map(Math.abs));
  const reaches = (isMirrored: (at: number) => boolean): number =>
    Number(sum(halves.map((half, at) => (isMirrored(at) ? -half : half))) >= observed - slack);
  const facts = {
    mean: sum(networks.map(({ as }) => as)) / count,
    expected: sum(networks.map(({ as, mirrored }) => (as + mirrored) / 2)) / count,
  };
  let exceeding = 0;
  if (count <= MOST_ENUMERATED) {
    const all = 2 ** count;
    for (let signs = 0; signs < all; signs++) exceeding += reaches((at) => ((signs >> at) & 1) === 1);
    return { ...facts, pValue: exceeding / all };
  }
  const random = randomStream(seed, "reflection-test");
  for (let draw = 0; draw < draws; draw++) exceeding += reaches(() => random.below(2) === 1);
  return { ...facts, pValue: (1 + exceeding) / (1 + draws) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
