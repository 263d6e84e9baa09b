import { describe, expect, test } from "vitest";
import { factorGram, spectrumOf } from "../../../src/base/linear/cholesky.ts";
import { leastNorm, outsideSpan } from "../../../src/base/linear/least-norm.ts";
import { combine, dot, gramOf, type Matrix, norm, times } from "../../../src/base/linear/matrix.ts";
import { randomStream } from "../../../src/base/random.ts";

const matrix = (...rows: number[][]): Matrix => ({
  rows: rows.length,
  columns: rows[0]!.length,
  values: Float64Array.from(rows.flat()),
});

/** Standard normal entries. */
function gaussian(rows: number, columns: number, seed: number): Matrix {
  const random = randomStream(seed, "test-matrix");
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, () => random.normal()) };
}

describe("factorGram", () => {
  test("solves what was multiplied", () => {
    const x = gaussian(40, 60, 1);
    const gram = gramOf(x);
    const factor = factorGram(gram);
    const { smallest, largest } = spectrumOf(gram, factor);
    const a = gaussian(1, 40, 2).values;
    const error = norm(combine(factor.solve(times(gram, a)), -1, a)) / norm(a);
    // Higham, theorem 10.4, with room for n in the constant.
    expect(error).toBeLessThan((40 * 40 * Number.EPSILON * largest) / smallest);
  });

  test.each([
    [
      "equal rows",
      [
        [1, 2, 3],
        [0, 1, 0],
        [1, 2, 3],
      ],
      "rows 0 and 2 are equal",
    ],
    [
      "a row of zeros",
      [
        [1, 2, 3],
        [0, 0, 0],
      ],
      "row 1 is zero",
    ],
    [
      "a combination",
      [
        [1, 0, 0],
        [0, 1, 0],
        [1, 1, 0],
      ],
      "row 2 is a combination of the rows before it, up to rounding",
    ],
  ])("names %s", (_, rows, what) => {
    const x = matrix(...rows);
    expect(() => factorGram(gramOf(x))).toThrow(`X X^T is singular: ${what}`);
  });
});

describe("spectrumOf", () => {
  test("finds the ends of a spectrum that is known", () => {
    // Orthogonal rows: the eigenvalues are their squared norms, 4, 9 and 25.
    const gram = gramOf(matrix([0, 2, 0, 0], [3, 0, 0, 0], [0, 0, 3, 4]));
    const { smallest, largest } = spectrumOf(gram, factorGram(gram));
    expect(smallest).toBeCloseTo(4, 9);
    expect(largest).toBeCloseTo(25, 9);
  });
});

describe("leastNorm", () => {
  const x = gaussian(30, 80, 3);
  const factor = factorGram(gramOf(x));
  const y = gaussian(1, 30, 4).values;
  const { w, residual } = leastNorm(x, factor, y);

  test("fits, to rounding", () => {
    expect(residual).toBeLessThan(80 * Number.EPSILON);
  });

  test("is shorter than every other solution, by Pythagoras", () => {
    for (let other = 0; other < 5; other++) {
      const outside = outsideSpan(x, factor, gaussian(1, 80, 10 + other).values);
      expect(Math.abs(dot(w, outside))).toBeLessThan(80 * Number.EPSILON * norm(w) * norm(outside) * 10);
      expect(norm(combine(w, 1, outside))).toBeGreaterThan(norm(w));
    }
  });
});

describe("outsideSpan", () => {
  const x = gaussian(30, 80, 5);
  const factor = factorGram(gramOf(x));

  test("leaves what no row sees", () => {
    const outside = outsideSpan(x, factor, gaussian(1, 80, 6).values);
    expect(norm(times(x, outside))).toBeLessThan(80 * Number.EPSILON * norm(x.values) * norm(outside));
  });

  test("leaves nothing of a row", () => {
    const row = x.values.slice(0, 80);
    expect(norm(outsideSpan(x, factor, row))).toBeLessThan(80 * 30 * Number.EPSILON * norm(row));
  });
});
