/**
 * @file Whether pixels were moved by uniform permutations: read off the pixels that are alone in their value.
 */

import { keptBound, pearson, strain } from "./tail-bounds.ts";

/** For each place of a moved input the place its pixel came from, `[pixels]`; -1 where several could have been it. */
export type Trace = Int32Array;

/** Follow each pixel that occurs once, by hashes before and after. */
export function traceOf(before: Uint32Array, after: Uint32Array): Trace {
  const places = new Map<number, number>();
  before.forEach((hash, place) => {
    places.set(hash, places.has(hash) ? -1 : place);
  });
  return Int32Array.from(after, (hash) => places.get(hash) ?? -1);
}

/**
 * The most pixels of one input that went the same way: by one distance (0 is staying), or beside a neighbor to which
 * they keep their step. A cyclic shift, a mirror image, a transposition, moved rows and half a permutation show here.
 *
 * @param width - Of a row of pixels: neighbors stand one apart, or one row.
 */
export function mostKept(traces: readonly Trace[], width: number): { value: number; bound: number } {
  const pixels = traces[0]?.length ?? 0;
  const apart = [0, ...new Set([1, width].filter((step) => step < pixels))];
  let value = 0;
  for (const trace of traces) {
    for (const step of apart) {
      const counts = new Uint32Array(2 * pixels);
      for (let place = 0; place + step < pixels; place++) {
        const from = trace[place]!;
        const other = step === 0 ? place : trace[place + step]!;
        if (from >= 0 && other >= 0) value = Math.max(value, ++counts[from - other + pixels]!);
      }
    }
  }
  return { value, bound: keptBound(traces.length * apart.length * 2 * pixels) };
}

/** Number of parts into which places are cut. */
const PARTS = 8;

/**
 * How far the parts of the input that pixels went to are from uniform for each part they came from, as a share of the
 * bound. Pixels of one input do not go to one place, so they are spread more evenly than independent ones, which only
 * widens the bound.
 */
export function unevenness(traces: readonly Trace[]): number {
  const pixels = traces[0]?.length ?? 0;
  const parts = Math.min(PARTS, pixels);
  const partOf = Uint8Array.from({ length: pixels }, (_, place) => Math.floor((place * parts) / pixels));
  const sizes = new Array<number>(parts).fill(0);
  for (const part of partOf) sizes[part]!++;
  const table = Array.from({ length: parts }, () => new Array<number>(parts).fill(0));
  for (const trace of traces) {
    trace.forEach((from, to) => {
      if (from >= 0) table[partOf[from]!]![partOf[to]!]!++;
    });
  }
  const squares = pearson(table, (_, to) => sizes[to]! / pixels);
  return squares.mean === 0 ? 0 : strain(squares);
}
