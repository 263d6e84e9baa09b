/**
 * @file Inputs that were moved by the same permutation, among all pairs of some.
 *
 * If one permutation moved two inputs, every pixel of the one meets the same pixel of the other as before. For any bit of
 * the pixels' hashes, then, as many places have it in both as before: bits are counted first, as nearly every pair
 * that was moved apart fails there, and whole pixels are compared in the few that are left.
 */

import { joinHashes, logAgreeing, logUnmoved, unmatched } from "./pixel-hashes.ts";

/** Number of bits of a hash that are counted, from the fifth on. */
const BITS = 8;

/** Most pairs that are compared pixel by pixel. */
const MOST_COMPARED = 2000;

/** A chance of an accident in a million, over all pairs. */
const MILLIONTH = Math.log(1e-6);

/**
 * Number of pairs that were moved alike, though chance would almost never do it.
 *
 * @param before - `[inputs][pixels]` hashes.
 * @param after - The same inputs, moved.
 */
export function movedAlike(before: readonly Uint32Array[], after: readonly Uint32Array[]): number {
  const pairs = (before.length * (before.length - 1)) / 2;
  const negligible = MILLIONTH - Math.log(pairs);
  // An input that looks the same however it is moved was moved like any other.
  const telling = before.flatMap((hashes, index) => (logUnmoved(hashes) < negligible ? [index] : []));
  const planes = (hashes: readonly Uint32Array[]): Uint32Array[][] =>
    Array.from({ length: BITS }, (_, bit) => telling.map((index) => bitsOf(hashes[index]!, bit + 4)));
  const planesBefore = planes(before);
  const planesAfter = planes(after);
  const alikeInBits = (i: number, j: number): boolean =>
    planesBefore.every(
      (plane, bit) =>
        countBoth(plane[i]!, plane[j]!) === countBoth(planesAfter[bit]![i]!, planesAfter[bit]![j]!),
    );
  let compared = 0;
  let found = 0;
  for (let i = 0; i < telling.length; i++) {
    for (let j = 0; j < i && compared < MOST_COMPARED; j++) {
      if (!alikeInBits(i, j)) continue;
      compared++;
      const [a, b] = [telling[i]!, telling[j]!];
      const columns = (of: readonly Uint32Array[]): Uint32Array => joinHashes(of[a]!, of[b]!);
      if (
        unmatched(columns(before), columns(after)) === 0 &&
        logAgreeing(before[a]!, before[b]!) < negligible
      )
        found++;
    }
  }
  return found;
}

/** One bit of each hash, 32 in a word. */
function bitsOf(hashes: Uint32Array, bit: number): Uint32Array {
  const words = new Uint32Array(Math.ceil(hashes.length / 32));
  hashes.forEach((hash, place) => {
    words[place >>> 5]! |= ((hash >>> bit) & 1) << (place & 31);
  });
  return words;
}

/** In how many places both have the bit (population count: Warren, Hacker's Delight, 2002, section 5-1). */
function countBoth(a: Uint32Array, b: Uint32Array): number {
  let count = 0;
  for (let at = 0; at < a.length; at++) {
    let word = a[at]! & b[at]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
