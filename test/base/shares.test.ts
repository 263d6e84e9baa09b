import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { differenceInterval, pooledInterval, type Stratum, wilsonInterval } from "../../src/base/shares.ts";
import { meanOf } from "../../src/base/statistics.ts";

describe("wilsonInterval", () => {
  test("is the published example's", () => {
    // Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662.
    const [low, high] = wilsonInterval(81, 263);
    expect(low).toBeCloseTo(0.2553, 4);
    expect(high).toBeCloseTo(0.3662, 4);
  });

  test.each([
    [-1, 10],
    [11, 10],
    [0, 0],
    [Number.NaN, 10],
  ])("refuses %d of %d", (hits, count) => {
    expect(() => wilsonInterval(hits, count)).toThrow("wilsonInterval: expected 0 <= hits <= count");
  });
});

describe("pooledInterval", () => {
  test("of one seed and one part is Wilson's", () => {
    const { mean, low, high } = pooledInterval([{ weight: 1, count: 263, shares: [81 / 263] }], 0.95);
    const [wilsonLow, wilsonHigh] = wilsonInterval(81, 263);
    expect(mean).toBe(81 / 263);
    expect(low).toBeCloseTo(wilsonLow, 12);
    expect(high).toBeCloseTo(wilsonHigh, 12);
  });

  test.each([9, 11, 49])("of %d parts all right is all, whatever their weights add up to", (parts) => {
    const all = pooledInterval(
      Array.from({ length: parts }, () => ({ weight: 1 / parts, count: 5, shares: [1] })),
      0.95,
    );
    expect([all.mean, all.high]).toEqual([1, 1]);
  });

  test("of ten seeds that agree is no narrower than of one, as the examples are the same", () => {
    const of = (seeds: number) =>
      pooledInterval([{ weight: 1, count: 500, shares: new Array(seeds).fill(0.15) }], 0.95);
    expect(of(10).low).toBeCloseTo(of(1).low, 12);
    expect(of(10).high).toBeCloseTo(of(1).high, 12);
  });

  test("is over seeds where they differ more than examples do", () => {
    const shares = [0.4, 0.5, 0.6];
    const { low, high } = pooledInterval([{ weight: 1, count: 1e9, shares }], 0.95);
    // Student's interval: 4.302653 standard errors of 0.1 / sqrt(3).
    expect(high - 0.5).toBeCloseTo((4.302652729749464 * 0.1) / Math.sqrt(3), 4);
    expect(0.5 - low).toBeCloseTo(high - 0.5, 4);
  });

  /**
   * Networks with a skill of their own answer examples of a difficulty of their own; the truth is the mean over all
   * networks and examples. Difficulty makes answers alike across seeds, as on real test sets.
   */
  test.each([
    [1, 0, 0.3],
    [3, 0.05, 0.3],
    [5, 0.1, 0],
    [2, 0.02, 0.4],
  ])("covers the truth in 95 %% of tests: %d seeds, spread %d, difficulty %d", (seeds, spread, difficulty) => {
    const runs = 600;
    const count = 200;
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const random = randomStream(5, "pooled-coverage", run);
      const offsets = Array.from({ length: count }, () => difficulty * (2 * random.uniform() - 1));
      const shares = Array.from({ length: seeds }, () => {
        const skill = 0.5 + spread * random.normal();
        return meanOf(offsets.map((offset) => Number(random.uniform() < skill + offset)));
      });
      const { low, high } = pooledInterval([{ weight: 1, count, shares }], 0.95);
      covered += Number(low <= 0.5 && high >= 0.5);
    }
    // At least the nominal level, within 4 standard errors; two seeds and few examples are approximate.
    expect(covered / runs).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs));
  });

  test("of unequal classes covers the balanced accuracy", () => {
    const runs = 600;
    const truth = [0.98, 0.4];
    const counts = [190, 10];
    let covered = 0;
    for (let run = 0; run < runs; run++) {
      const random = randomStream(6, "balanced-coverage", run);
      const strata: Stratum[] = counts.map((count, label) => ({
        weight: 0.5,
        count,
        shares: [meanOf(Array.from({ length: count }, () => Number(random.uniform() < truth[label]!)))],
      }));
      const { low, high } = pooledInterval(strata, 0.95);
      covered += Number(low <= 0.69 && high >= 0.69);
    }
    expect(covered / runs).toBeGreaterThan(0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs));
  });
});

test("the interval of a difference is Newcombe's published example's", () => {
  // Newcombe (1998), Statistics in Medicine 17:873, method 10: 56/70 less 48/80 is 0.2, 0.0524 to 0.3339.
  const of = (hits: number, count: number) => {
    const [low, high] = wilsonInterval(hits, count);
    return { mean: hits / count, low, high };
  };
  const { mean, low, high } = differenceInterval(of(56, 70), of(48, 80));
  expect([mean, low, high].map((value) => Number(value.toFixed(4)))).toEqual([0.2, 0.0524, 0.3339]);
});
