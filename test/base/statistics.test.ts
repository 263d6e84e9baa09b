import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import {
  estimate,
  incompleteBeta,
  logGamma,
  studentCdf,
  studentQuantile,
} from "../../src/base/statistics.ts";

describe("special functions", () => {
  test.each([
    [0.5, Math.log(Math.sqrt(Math.PI))],
    [1, 0],
    [5, Math.log(24)],
    [10.5, 13.940625219403763],
  ])("logGamma(%d) is %d", (x, expected) => {
    expect(logGamma(x)).toBeCloseTo(expected, 12);
  });

  test("incompleteBeta has its closed forms at small whole numbers", () => {
    // I_x(1, b) = 1 - (1 - x)^b and I_x(2, 2) = x^2 (3 - 2 x).
    for (const x of [0, 0.1, 0.5, 0.9, 1]) {
      expect(incompleteBeta(x, 1, 3)).toBeCloseTo(1 - (1 - x) ** 3, 13);
      expect(incompleteBeta(x, 2, 2)).toBeCloseTo(x * x * (3 - 2 * x), 13);
    }
  });

  // Quantiles as printed in tables of Student's t.
  test.each([
    [1, 12.706],
    [2, 4.303],
    [4, 2.776],
    [9, 2.262],
    [29, 2.045],
    [1000, 1.962],
  ])("the 97.5 %% point of t with %d degrees of freedom is %d", (degrees, expected) => {
    expect(studentQuantile(0.975, degrees)).toBeCloseTo(expected, 3);
    expect(studentCdf(studentQuantile(0.2, degrees), degrees)).toBeCloseTo(0.2, 12);
  });
});

describe("estimate", () => {
  test("has no interval for one value", () => {
    expect(estimate([0.4])).toEqual({ mean: 0.4, low: null, high: null, n: 1 });
  });

  test("has no interval for two values, and keeps them", () => {
    expect(estimate([0.4, 0.5])).toEqual({ mean: 0.45, low: null, high: null, n: 2, values: [0.4, 0.5] });
  });

  test("gives Student's interval", () => {
    // Mean 2, standard deviation 1, so the half-width is 4.302653 / sqrt(3).
    const { mean, low, high, n } = estimate([1, 2, 3]);
    expect([mean, n]).toEqual([2, 3]);
    expect(high! - mean).toBeCloseTo(4.302652729749464 / Math.sqrt(3), 9);
    expect(mean - low!).toBeCloseTo(high! - mean, 12);
  });

  test("is exact where all values are equal", () => {
    const share = 471 / 510;
    const { low, high } = estimate([share, share, share]);
    expect(high).toBe(low);
  });

  test("keeps its interval within the limits of the quantity", () => {
    expect(estimate([0.9, 1, 1], [0, 1]).high).toBe(1);
  });

  test("covers the mean of a normal sample in 95 % of 2,000 samples, within 4 sigma", () => {
    const samples = 2000;
    const sigma = Math.sqrt((0.95 * 0.05) / samples);
    let covered = 0;
    for (let sample = 0; sample < samples; sample++) {
      const random = randomStream(1, "coverage", sample);
      const { low, high } = estimate(Array.from({ length: 4 }, () => random.normal()));
      covered += Number(low! <= 0 && high! >= 0);
    }
    expect(Math.abs(covered / samples - 0.95)).toBeLessThanOrEqual(4 * sigma);
  });

  test("refuses no values", () => {
    expect(() => estimate([])).toThrow("estimate: expected at least one value, got none");
  });
});
