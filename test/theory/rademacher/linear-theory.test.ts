import { describe, expect, test } from "vitest";
import { factorGram } from "../../../src/base/linear/cholesky.ts";
import { gramOf, times, transposeTimes } from "../../../src/base/linear/matrix.ts";
import { randomStream } from "../../../src/base/random.ts";
import { meanOf } from "../../../src/base/statistics.ts";
import { errorBound } from "../../../src/theory/rademacher/bound.ts";
import { searchCapacity } from "../../../src/theory/rademacher/capacity.ts";
import {
  leastSquaresAgreement,
  linearUpperBound,
  logDichotomies,
  separableProbability,
} from "../../../src/theory/rademacher/linear-theory.ts";

describe("logDichotomies", () => {
  test.each([
    // Four points of the plane: all but the two ways of exclusive or.
    [4, 3, 14],
    // Points of a line by a threshold: n places on either side.
    [7, 2, 14],
    [5, 5, 32],
    [3, 10, 8],
  ])("counts those of %d points and %d dimensions", (n, dimensions, count) => {
    expect(Math.exp(logDichotomies(n, dimensions))).toBeCloseTo(count, 8);
  });

  test("fits random signs half of the time at twice the dimensions", () => {
    for (const dimensions of [1, 10, 1000]) {
      expect(separableProbability(2 * dimensions, dimensions)).toBeCloseTo(0.5, 8);
    }
  });
});

describe("linearUpperBound", () => {
  test("is above the complexity of thresholds on a line", () => {
    const n = 10;
    let total = 0;
    for (let bits = 0; bits < 2 ** n; bits++) {
      const signs = Array.from({ length: n }, (_, i) => ((bits >> i) & 1 ? 1 : -1));
      let best = 0;
      for (let cut = 0; cut <= n; cut++) {
        const sum = signs.reduce((sofar, sign, i) => sofar + (i < cut ? -sign : sign), 0);
        best = Math.max(best, Math.abs(sum));
      }
      total += best / n;
    }
    const complexity = total / 2 ** n;
    expect(linearUpperBound(n, 2)).toBeGreaterThan(complexity);
    expect(linearUpperBound(n, 2)).toBeLessThan(1);
  });
});

describe("leastSquaresAgreement", () => {
  test("is what least squares reaches on Gaussian points", () => {
    const [n, d, draws] = [400, 40, 30];
    const agreements = Array.from({ length: draws }, (_, draw) => {
      const random = randomStream(draw, "test-least-squares");
      // Columns of the points as rows, so that their Gram matrix is the normal equations'.
      const columns = {
        rows: d,
        columns: n,
        values: Float64Array.from({ length: n * d }, () => random.normal()),
      };
      const signs = Float64Array.from({ length: n }, () => 2 * random.below(2) - 1);
      const w = factorGram(gramOf(columns)).solve(times(columns, signs));
      const fitted = transposeTimes(columns, w);
      return meanOf(Array.from(fitted, (value, i) => Math.sign(value) * signs[i]!));
    });
    // The variance of such a mean is at most 1 / n (Efron and Stein: one sign changes it by 2 / n).
    const sigma = Math.sqrt(1 / n / draws);
    expect(Math.abs(meanOf(agreements) - leastSquaresAgreement(n, d))).toBeLessThan(5 * sigma);
  });

  test("is the square root law for many points, and 1 for few", () => {
    // The next terms are of the order of the ratio, here 1e-3.
    expect(leastSquaresAgreement(10_000, 10) / Math.sqrt(20 / (Math.PI * 10_000))).toBeCloseTo(1, 2);
    expect(leastSquaresAgreement(10, 10)).toBe(1);
  });
});

describe("errorBound", () => {
  test("adds up", () => {
    // ln(40) = 3.688879, over 2000, square root 0.0429469, times 3.
    expect(errorBound(0.1, 0.5, 1000)).toBeCloseTo(0.6 + 0.1288408, 6);
  });
});

describe("searchCapacity", () => {
  const upTo = (capacity: number) => async (n: number) => (n <= capacity ? 0.99 : 0.98);

  test.each([[1], [37], [100], [999]])("brackets a capacity of %d", async (capacity) => {
    const { fits, fails, tried } = await searchCapacity(16, 1000, 0.99, upTo(capacity));
    for (const one of tried)
      expect(one).toEqual({ n: one.n, accuracy: one.fits ? 0.99 : 0.98, fits: one.n <= capacity });
    expect(fits).toBeLessThanOrEqual(capacity);
    expect(fails).toBeGreaterThan(capacity);
    expect(fails! - fits).toBeLessThanOrEqual(Math.max(1, fits / 16));
  });

  test("says that all was fitted, or nothing", async () => {
    expect(await searchCapacity(16, 100, 0.99, upTo(1000))).toMatchObject({ fits: 100, fails: null });
    expect(await searchCapacity(16, 100, 0.99, upTo(0))).toMatchObject({ fits: 0, fails: 1 });
  });
});
