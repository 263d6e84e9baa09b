import { describe, expect, test } from "vitest";
import { kendallTau } from "../../src/base/kendall.ts";
import { randomStream } from "../../src/base/random.ts";

describe("kendallTau", () => {
  test("counts pairs", () => {
    // Of the six pairs, (1,2), (1,3), (2,3) and (1,4) agree, (2,4) and (3,4) do not.
    expect(kendallTau([1, 2, 3, 4], [1, 3, 4, 2]).mean).toBeCloseTo(2 / 6, 12);
    expect(kendallTau([1, 2, 3, 4], [9, 8, 7, 6])).toMatchObject({ mean: -1, low: -1, high: -1, n: 4 });
    // One pair is tied.
    expect(kendallTau([1, 1, 3], [1, 2, 3]).mean).toBeCloseTo(2 / 3, 12);
    expect(() => kendallTau([1, 2], [1, 2])).toThrow(/at least 3/);
  });

  test("has an interval that holds the truth as often as it says", () => {
    const draws = 400;
    let held = 0;
    for (let draw = 0; draw < draws; draw++) {
      const random = randomStream(1, "test-kendall", draw);
      const x = Array.from({ length: 40 }, () => random.normal());
      // Equal parts of x and of noise: correlation 1 / sqrt(2), whose tau is 2 / pi asin of it.
      const { low, high } = kendallTau(
        x,
        x.map((value) => value + random.normal()),
      );
      held += Number(low! <= 0.5 && 0.5 <= high!);
    }
    // Binomial at 0.95: 5 standard deviations of 4.4 below 380; and it is no wider than it needs to be.
    expect(held).toBeGreaterThan(358);
    expect(held).toBeLessThan(400);
  });
});
