/**
 * @file Telling permutations of pixels apart without knowing them: hashes of pixels, and the odds of accidents.
 */

import { logGamma } from "../../base/statistics.ts";
import type { PixelLayout } from "../layout.ts";

/** Mix one 32-bit word into a hash; each step is one to one, so single values never collide. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x9e3779b1);
  return (product ^ (product >>> 15)) >>> 0;
}

/** One hash for each pixel of an example's values, over its channels, `[pixels]`: channels moved apart change it. */
export function pixelHashes(
  values: Uint8Array | Float32Array,
  { channels, pixels }: PixelLayout,
): Uint32Array {
  const words = values instanceof Float32Array ? new Uint32Array(values.slice().buffer) : values;
  const hashes = new Uint32Array(pixels);
  for (let channel = 0; channel < channels; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      hashes[pixel] = mix(hashes[pixel]!, words[channel * pixels + pixel]!);
    }
  }
  return hashes;
}

/**
 * Extend each pixel's hash by another example's, in place by place: the hash of a column of values.
 *
 * Mixed once more before, as hashes of the same kind would cancel: two that are equal would count as any two equal ones.
 */
export function joinHashes(columns: Uint32Array, hashes: Uint32Array): Uint32Array {
  return columns.map((column, pixel) => mix(mix(0, column), hashes[pixel]!));
}

/** How many of `after` have no counterpart in `before`, each of which serves once. */
export function unmatched(before: Uint32Array, after: Uint32Array): number {
  const a = before.slice().sort();
  const b = after.slice().sort();
  let i = 0;
  let missing = 0;
  for (const hash of b) {
    while (i < a.length && a[i]! < hash) i++;
    if (i < a.length && a[i] === hash) i++;
    else missing++;
  }
  return missing;
}

/** Logarithm of `n!`. */
const logFactorial = (n: number): number => logGamma(n + 1);

/** How often each value occurs. */
export function occurrences(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Sum of `log n!` over how often each value occurs. */
function logArrangements(values: Iterable<number>): number {
  let total = 0;
  for (const count of occurrences(values).values()) total += logFactorial(count);
  return total;
}

/** Logarithm of the chance that a uniform permutation leaves an example as it is: 0 if all pixels are equal. */
export const logUnmoved = (hashes: Uint32Array): number =>
  logArrangements(hashes) - logFactorial(hashes.length);

/**
 * Logarithm of the chance that two examples look as if moved by one permutation though each had its own.
 *
 * Pixels of the two are paired at random, and seem moved alike if the table of pairs is the one before:
 * the probability of a table with given margins (Fisher's exact test, 1934).
 */
export function logAgreeing(a: Uint32Array, b: Uint32Array): number {
  return logArrangements(a) + logArrangements(b) - logArrangements(joinHashes(a, b)) - logFactorial(a.length);
}
