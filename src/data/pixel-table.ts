/**
 * @file What becomes of each value of a pixel, looked up.
 */

/** The 256 results that serve all pixels of some planes. */
export interface PixelTable {
  /** `[256]`. */
  readonly results: Float32Array;
  /**
   * `[65536]`: the results of two neighbors, as they lie in memory; made when they are first wanted, and not where a table serves few
   * pixels. One load and one store for both takes a third of the time.
   */
  pairs?: Float64Array | undefined;
}

/** A table for many pixels. */
export const pixelTable = (resultOf: (pixel: number) => number): PixelTable => ({
  results: Float32Array.from({ length: 256 }, (_, pixel) => resultOf(pixel)),
  pairs: undefined,
});

/** Planes of fewer pixels, such as columns of a table, are not worth a table of pairs. */
const PAIRED_PIXELS = 256;

/** Write to `out`, from `from` to `to`, what a table says of the pixels there. */
export function lookUp(
  pixels: Uint8Array,
  from: number,
  to: number,
  table: PixelTable,
  out: Float32Array,
): void {
  const isAligned = (from | to | pixels.byteOffset) % 4 === 0 && out.byteOffset % 8 === 0;
  if ("pairs" in table && isAligned && to - from >= PAIRED_PIXELS) {
    table.pairs ??= pairsOf(table.results);
    lookUpPairs(pixels, from, to, table.pairs, out);
  } else lookUpEach(pixels, from, to, table.results, out);
}

/** The results of the pixels in the lower and the upper byte. */
function pairsOf(results: Float32Array): Float64Array {
  const both = new Float32Array(2 * 65536);
  for (let pair = 0; pair < 65536; pair++) {
    both[2 * pair] = results[pair & 255]!;
    both[2 * pair + 1] = results[pair >> 8]!;
  }
  return new Float64Array(both.buffer);
}

function lookUpPairs(
  pixels: Uint8Array,
  from: number,
  to: number,
  pairs: Float64Array,
  out: Float32Array,
): void {
  const fours = new Uint32Array(pixels.buffer, pixels.byteOffset + from, (to - from) / 4);
  const twos = new Float64Array(out.buffer, out.byteOffset + 4 * from, (to - from) / 2);
  let at = 0;
  for (; at + 2 <= fours.length; at += 2) {
    const here = fours[at]!;
    const next = fours[at + 1]!;
    const a = pairs[here & 0xffff]!;
    const b = pairs[here >>> 16]!;
    const c = pairs[next & 0xffff]!;
    const d = pairs[next >>> 16]!;
    twos[2 * at] = a;
    twos[2 * at + 1] = b;
    twos[2 * at + 2] = c;
    twos[2 * at + 3] = d;
  }
  for (; at < fours.length; at++) {
    twos[2 * at] = pairs[fours[at]! & 0xffff]!;
    twos[2 * at + 1] = pairs[fours[at]! >>> 16]!;
  }
}

/** Four at once, each read before any is written, take half the time of one by one. */
function lookUpEach(
  pixels: Uint8Array,
  from: number,
  to: number,
  table: Float32Array,
  out: Float32Array,
): void {
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const a = table[pixels[at]!]!;
    const b = table[pixels[at + 1]!]!;
    const c = table[pixels[at + 2]!]!;
    const d = table[pixels[at + 3]!]!;
    out[at] = a;
    out[at + 1] = b;
    out[at + 2] = c;
    out[at + 3] = d;
  }
  for (; at < to; at++) out[at] = table[pixels[at]!]!;
}
