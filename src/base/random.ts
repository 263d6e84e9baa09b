/**
 * @file Named, counter-based random streams: random state is derived, never saved.
 *
 * A stream is a pure function of (seed, purpose, indices), so the images of epoch 7 can be drawn
 * without drawing those of epochs 0 to 6, and a resumed trial sees what an uninterrupted one sees.
 * Generator: Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011), checked in the tests against the authors' known answers.
 */

/** A sequence of random numbers; two streams with different names are independent. */
export interface RandomStream {
  /** A uniform integer in `[0, 2^32)`. */
  uint32(): number;
  /** A uniform number in `[0, 1)`, a multiple of 2^-53. */
  uniform(): number;
  /** A uniform integer in `[0, bound)`, without bias; `bound` is in `[1, 2^32]`. */
  below(bound: number): number;
  /** A number from the standard normal distribution (Box and Muller, 1958). */
  normal(): number;
  /** A uniform permutation of `0 ... length - 1` (Fisher and Yates; Durstenfeld, 1964). */
  permutation(length: number): Uint32Array;
}

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The high 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const low = aLow * bLow;
  const cross1 = aHigh * bLow;
  const cross2 = aLow * bHigh;
  const middle = (low >>> 16) + (cross1 & 0xffff) + (cross2 & 0xffff);
  return (aHigh * bHigh + (cross1 >>> 16) + (cross2 >>> 16) + (middle >>> 16)) >>> 0;
}

/**
 * Encrypt one counter: the four words written to `out` are the block of random bits at `counter`.
 *
 * @param counter - Four unsigned 32-bit words.
 * @param key - Two unsigned 32-bit words.
 */
export function philox4x32(counter: Uint32Array, key: readonly [number, number], out: Uint32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key[0];
  let k1 = key[1];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** FNV-1a of the purpose's UTF-8 bytes, 32 bits: it only has to keep the few purposes of this project apart. */
function purposeHash(purpose: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(purpose)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/**
 * Name a stream and start it at its beginning.
 *
 * @param seed - A whole number in `[0, 2^53)`: one seed stands for one repetition of everything.
 * @param purpose - What the numbers are for, such as `"labels"` or `"batch-order"`.
 * @param indices - At most two whole numbers in `[0, 2^32)`, such as epoch and example.
 * @throws RangeError if the seed or an index is not such a number.
 */
export function randomStream(seed: number, purpose: string, ...indices: readonly number[]): RandomStream {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`randomStream: seed must be a whole number in [0, 2^53), got ${seed}`);
  }
  if (
    indices.length > 2 ||
    indices.some((index) => !Number.isInteger(index) || index < 0 || index > 0xffffffff)
  ) {
    throw new RangeError(
      `randomStream: expected at most two indices in [0, 2^32), got [${indices.join(", ")}]`,
    );
  }
  const key: readonly [number, number] = [
    seed >>> 0,
    (purposeHash(purpose) ^ Math.floor(seed / 2 ** 32)) >>> 0,
  ];
  const counter = new Uint32Array([0, 0, indices[0] ?? 0, indices[1] ?? 0]);
  const block = new Uint32Array(4);
  let used = 4;
  let spareNormal = Number.NaN;

  const uint32 = (): number => {
    if (used === 4) {
      philox4x32(counter, key, block);
      counter[0]!++;
      if (counter[0] === 0) counter[1]!++;
      used = 0;
    }
    return block[used++]!;
  };

  const uniform = (): number => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53;

  const below = (bound: number): number => {
    if (!Number.isInteger(bound) || bound < 1 || bound > 2 ** 32) {
      throw new RangeError(`below: bound must be a whole number in [1, 2^32], got ${bound}`);
    }
    // The largest multiple of the bound: words above it would favor the small values.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let word = uint32();
    while (word >= limit) word = uint32();
    return word % bound;
  };

  const normal = (): number => {
    if (!Number.isNaN(spareNormal)) {
      const value = spareNormal;
      spareNormal = Number.NaN;
      return value;
    }
    // 1 - uniform() is in (0, 1], so the logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };

  const permutation = (length: number): Uint32Array => {
    const order = Uint32Array.from({ length }, (_, index) => index);
    for (let last = length - 1; last > 0; last--) {
      const other = below(last + 1);
      const moved = order[last]!;
      order[last] = order[other]!;
      order[other] = moved;
    }
    return order;
  };

  return { uint32, uniform, below, normal, permutation };
}
