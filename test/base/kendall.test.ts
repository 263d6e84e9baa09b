import { describe, expect, test } from "vitest";
import { kendallDifference, kendallTau } from "../../src/base/kendall.ts";
import { randomStream } from "../../src/base/random.ts";
import type { Estimate } from "../../src/base/statistics.ts";

describe("kendallTau", () => {
  test("counts pairs", () => {
    // Of the six pairs, (1,2), (1,3), (2,3) and (1,4) agree, (2,4) and (3,4) do not.
    expect(kendallTau([1, 2, 3, 4], [1, 3, 4, 2])!.mean).toBeCloseTo(2 / 6, 12);
    expect(kendallTau([1, 2, 3, 4], [9, 8, 7, 6])!.mean).toBe(-1);
    // One pair is tied.
    expect(kendallTau([1, 1, 3], [1, 2, 3])!.mean).toBeCloseTo(2 / 3, 12);
    expect(kendallDifference([1, 1, 3], [3, 2, 1], [1, 2, 3])!.mean).toBeCloseTo(2 / 3 + 1, 12);
    expect(() => kendallTau([1, 2], [1])).toThrow(/expected 1 of everything, got 2/);
  });

  test("compares within groups only", () => {
    // Both pairs within groups disagree, and all four others agree; the last case is compared with none.
    const groups = ["a", "a", "b", "b", "c"];
    expect(kendallTau([1, 2, 3, 4, 5], [2, 1, 4, 3, 5], groups)).toMatchObject({ mean: -1, n: 4 });
    expect(kendallTau([1, 2], [1, 2], ["a", "b"])).toBeNull();
  });

  test("has no interval of few cases, nor of cases that are all alike", () => {
    const rising = Array.from({ length: 10 }, (_, at) => at);
    const last = [...rising.slice(0, 8), 9, 8];
    expect(kendallTau(last.slice(1), rising.slice(1))).toMatchObject({ low: null, high: null, n: 9 });
    expect(kendallTau(rising, rising)).toEqual({ mean: 1, low: null, high: null, n: 10 });
    expect(kendallTau(last, rising)!.low).toBeLessThan(1);
  });

  test("has intervals that hold the truth as often as they say", () => {
    const draws = 400;
    const held = { all: 0, within: 0, difference: 0 };
    for (let draw = 0; draw < draws; draw++) {
      const random = randomStream(1, "test-kendall", draw);
      const normals = (): number[] => Array.from({ length: 40 }, () => random.normal());
      const [x, noise] = [normals(), normals()];
      // Equal parts of x and of noise: correlation 1 / sqrt(2), whose tau is 2 / pi asin of it, 1 / 2; noise has the same.
      const y = x.map((value, at) => value + noise[at]!);
      const groups = x.map(() => random.below(4));
      // Between groups both numbers rise.
      const apart = (values: readonly number[]): number[] =>
        values.map((value, at) => value + 9 * groups[at]!);
      const holds = (truth: number, one: Estimate | null): number =>
        Number(one!.low! <= truth && truth <= one!.high!);
      held.all += holds(0.5, kendallTau(x, y));
      held.within += holds(0.5, kendallTau(apart(x), apart(y), groups.map(String)));
      held.difference += holds(0, kendallDifference(x, noise, y));
    }
    // Binomial at 0.95: 5 standard deviations of 4.4 below 380; and no interval is wider than it needs to be.
    for (const count of Object.values(held)) {
      expect(count).toBeGreaterThan(358);
      expect(count).toBeLessThan(400);
    }
  });
});
