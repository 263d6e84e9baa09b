import { describe, expect, test } from "vitest";
import { philox4x32, randomStream } from "../../src/base/random.ts";

/** Known answers of the authors: kat_vectors of Random123 1.14, philox4x32 with 10 rounds. */
const KNOWN_ANSWERS = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    block: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    block: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    block: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
] as const;

/** The first number of a purpose's stream. */
const draw = (purpose: string): number => randomStream(1, purpose).uint32();

const take = <T>(count: number, next: () => T): T[] => Array.from({ length: count }, next);

describe("philox4x32", () => {
  test.each(KNOWN_ANSWERS)("gives the authors' answer for counter $counter", ({ counter, key, block }) => {
    const out = new Uint32Array(4);
    philox4x32(Uint32Array.from(counter), key, out);
    expect([...out]).toEqual([...block]);
  });
});

describe("randomStream", () => {
  test("gives the same numbers for the same name", () => {
    const [a, b] = [randomStream(7, "labels", 3), randomStream(7, "labels", 3)];
    expect(take(100, a.uint32)).toEqual(take(100, b.uint32));
  });

  test("begins with the block of counter [0, 0, index, index]", () => {
    const stream = randomStream(0, "", 5, 9);
    const out = new Uint32Array(4);
    // The purpose "" hashes to FNV's offset basis.
    philox4x32(Uint32Array.of(0, 0, 5, 9), [0, 0x811c9dc5], out);
    expect(take(4, stream.uint32)).toEqual([...out]);
  });

  test.each([
    ["seed", randomStream(8, "labels", 3)],
    ["high word of the seed", randomStream(7 + 2 ** 32, "labels", 3)],
    ["purpose", randomStream(7, "order", 3)],
    ["first index", randomStream(7, "labels", 4)],
    ["second index", randomStream(7, "labels", 3, 1)],
  ])("depends on the %s", (_, other) => {
    expect(take(8, other.uint32)).not.toEqual(take(8, randomStream(7, "labels", 3).uint32));
  });

  test("keeps the purposes of this project apart", () => {
    const purposes = ["labels-train", "labels-test", "pixels-shuffled", "pixels-random-train", "batch-order"];
    expect(new Set(purposes.map(draw)).size).toBe(purposes.length);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 53])("refuses seed %d", (seed) => {
    expect(() => randomStream(seed, "labels")).toThrow(
      new RangeError(`randomStream: seed must be a whole number in [0, 2^53), got ${seed}`),
    );
  });

  test("refuses a third index and an index out of range", () => {
    const message = "randomStream: expected at most two indices in [0, 2^32), got ";
    expect(() => randomStream(1, "labels", 1, 2, 3)).toThrow(`${message}[1, 2, 3]`);
    expect(() => randomStream(1, "labels", 2 ** 32)).toThrow(`${message}[4294967296]`);
  });
});

describe("the numbers of a stream", () => {
  const count = 100_000;

  test("are uniform in [0, 1): mean, variance and tenths within 5 sigma", () => {
    const values = take(count, randomStream(1, "test").uniform);
    const mean = values.reduce((a, b) => a + b) / count;
    const square = values.reduce((a, b) => a + b * b, 0) / count;
    // The variances of U and of U^2 are 1/12 and 4/45.
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(5 * Math.sqrt(1 / 12 / count));
    expect(Math.abs(square - 1 / 3)).toBeLessThan(5 * Math.sqrt(4 / 45 / count));
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = values.filter((value) => Math.floor(value * 10) === tenth).length;
      expect(Math.abs(inside - count / 10)).toBeLessThan(5 * Math.sqrt(count * 0.09));
    }
    expect(Math.min(...values.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values.slice(0, 1000))).toBeLessThan(1);
  });

  test("are normal: mean, variance and fourth moment within 5 sigma", () => {
    const values = take(count, randomStream(1, "test").normal);
    const moment = (power: number): number => values.reduce((sum, value) => sum + value ** power, 0) / count;
    // Variances of Z, Z^2 and Z^4: 1, 2 and 96.
    expect(Math.abs(moment(1))).toBeLessThan(5 * Math.sqrt(1 / count));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(5 * Math.sqrt(2 / count));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(5 * Math.sqrt(96 / count));
  });

  test.each([1, 2, 3, 10, 1000])("are uniform below %d within 5 sigma", (bound) => {
    const stream = randomStream(1, "below");
    const counts = new Map<number, number>();
    for (const value of take(count, () => stream.below(bound)))
      counts.set(value, (counts.get(value) ?? 0) + 1);
    const expected = count / bound;
    for (let value = 0; value < bound; value++) {
      const variance = expected * (1 - 1 / bound);
      expect(Math.abs((counts.get(value) ?? 0) - expected)).toBeLessThanOrEqual(5 * Math.sqrt(variance));
    }
    expect(counts.size).toBe(bound);
  });

  test.each([0, -1, 1.5, Number.NaN, 2 ** 32 + 1])("refuse the bound %d", (bound) => {
    expect(() => randomStream(1, "test").below(bound)).toThrow(
      `below: bound must be a whole number in [1, 2^32], got ${bound}`,
    );
  });

  test("include those at the largest bound", () => {
    const value = randomStream(1, "test").below(2 ** 32);
    expect(value).toBe(randomStream(1, "test").uint32());
  });
});

describe("permutation", () => {
  test.each([0, 1, 2, 1000])("holds each of %d once", (length) => {
    const order = randomStream(1, "test").permutation(length);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
  });

  test("gives each of the 24 orders of 4 alike, within 5 sigma", () => {
    const stream = randomStream(1, "test");
    const count = 24_000;
    const seen = new Map<string, number>();
    for (let i = 0; i < count; i++) {
      const order = stream.permutation(4).join("");
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(24);
    for (const times of seen.values()) {
      expect(Math.abs(times - 1000)).toBeLessThan(5 * Math.sqrt(1000 * (23 / 24)));
    }
  });
});
