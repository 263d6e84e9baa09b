/**
 * @file What the pages of theory compute.
 */

import { describe, expect, test } from "vitest";
import { readDigits } from "../../src/data/digits.ts";
import { between, findInterpolants, type Through } from "../../src/play/theory/interpolants.ts";
import {
  addPoint,
  drawPoints,
  MOST_POINTS,
  type Point,
  readPoints,
  redrawLabels,
  writePoints,
} from "../../src/play/theory/points.ts";
import { curveOf, directionAt, solveTheorem, tellClash } from "../../src/play/theory/theorem.ts";
import { numberOf, readFields, writeFields } from "../../src/play/theory/view.ts";
import { doubleDescent, featureCounts } from "../../src/theory/double-descent/random-features.ts";
import { evaluateNetwork, weightCount } from "../../src/theory/expressivity/network.ts";
import { checkNorms, compareNorms } from "../../src/theory/kernel/norms.ts";

describe("points", () => {
  test.each([1, 2])("of dimension %i come back from an address", (dimensions) => {
    const points = redrawLabels(addPoint(drawPoints(9, dimensions, 3)), 4);
    expect(readPoints(writePoints(points), dimensions)).toEqual(points);
  });

  test.each([
    "",
    "1",
    "1~x",
    "1~2~3",
    "~",
    Array(MOST_POINTS + 1)
      .fill("0~0")
      .join(),
  ])("are not read from %j", (text) => {
    expect(readPoints(text, 1)).toBeUndefined();
  });

  test("are added where there is most room", () => {
    const points = [-1, -0.5, 0.5, 1].map((x): Point => ({ input: [x], label: 1 }));
    expect(addPoint(points).at(-1)).toEqual({ input: [0], label: 0 });
  });
});

test("a view is read from its text, within bounds", () => {
  expect(readFields(writeFields({ n: 200, noise: 0.1 }))).toEqual(
    new Map([
      ["n", "200"],
      ["noise", "0.1"],
    ]),
  );
  expect(readFields("nonsense;:;a:")).toEqual(new Map([["a", ""]]));
  const bounds = { least: 0, most: 1, usual: 0.5 };
  expect(["7", "-7", "0.2", "x", "", undefined].map((text) => numberOf(text, bounds))).toEqual([
    1, 0, 0.2, 0.5, 0.5, 0.5,
  ]);
});

describe("Theorem 1", () => {
  test.each([1, 2])("takes every label with 2n + d weights, d = %i", (dimensions) => {
    const points = drawPoints(20, dimensions, 1);
    const solved = solveTheorem(points, directionAt(dimensions, 30));
    expect(solved.clashes).toEqual([]);
    expect(weightCount(solved.network)).toBe(2 * 20 + dimensions);
    expect(solved.worst).toBeLessThan(1e-10);
  });

  test("has a curve that is straight between its points", () => {
    const solved = solveTheorem(drawPoints(8, 1, 2), directionAt(1, 0));
    const curve = curveOf(solved, -1.2, 1.2);
    const middles = curve
      .slice(1)
      .map(([x, y], at) => [(x + curve[at]![0]) / 2, (y + curve[at]![1]) / 2] as const);
    const values = evaluateNetwork(
      solved.network,
      Float64Array.from(middles, ([x]) => x),
      "float64",
    );
    middles.forEach(([, y], at) => {
      expect(values[at]).toBeCloseTo(y, 10);
    });
  });

  test("explains points that are at one place", () => {
    const at = (x: number, y: number, label: number): Point => ({ input: [x, y], label });
    const tell = (points: readonly Point[], angle: number) =>
      solveTheorem(points, directionAt(2, angle)).clashes.map((clash) => tellClash(clash, points));
    expect(tell([at(0, 0, 1), at(0, 1, -1)], 90)).toEqual([]);
    expect(tell([at(0, 0, 1), at(0, 1, -1)], 0)[0]).toMatch(/^Points 1 and 2 are at the same place along a/);
    expect(tell([at(0, 0, 1), at(1, 1, 0), at(0, 0, -1)], 0)[0]).toMatch(
      /^Points 1 and 3 have the same input and different/,
    );
    expect(tell([at(0, 0, 1), at(0, 0, 1)], 0)).toEqual([
      "Points 1 and 2 are the same example, which counts once.",
    ]);
  });
});

/**
 * The norm of a function of the Laplace kernel's space, `|f|^2 = w/2 int f'^2 + 1/(2w) int f^2` over the whole line; beyond
 * the last point it falls off as the kernel does.
 */
function laplaceNorm({ curve }: Through, width: number): number {
  const square = curve.slice(1).reduce((sum, [x, y], at) => {
    const [before, value] = curve[at]!;
    const step = x - before;
    const mean = (y + value) / 2;
    return sum + (width / 2) * ((y - value) / step) ** 2 * step + (mean * mean * step) / (2 * width);
  }, 0);
  return Math.sqrt(square + (curve[0]![1] ** 2 + curve.at(-1)![1] ** 2) / 2);
}

describe("interpolants", () => {
  const width = 0.3;
  const points = [-0.9, -0.5, 0.1, 0.3, 0.8].map(
    (x, at): Point => ({ input: [x], label: [0.5, -1, 0.2, 1, 0][at]! }),
  );
  const { least, forced, elsewhere } = findInterpolants({ points, kernel: "laplace", width, seed: 1 });
  const led = between(least as Through, forced!, 0.5);

  test("pass through all points", () => {
    for (const { curve } of [least as Through, forced!, elsewhere!, led]) {
      for (const { input, label } of points) {
        const here = curve.reduce((near, one) =>
          Math.abs(one[0] - input[0]!) < Math.abs(near[0] - input[0]!) ? one : near,
        );
        // Places are those of the grid but for rounding.
        expect(here[1]).toBeCloseTo(label, 6);
      }
    }
  });

  test("have the norms of the kernel's space, the least first", () => {
    for (const one of [least as Through, forced!, led])
      expect(one.norm / laplaceNorm(one, width)).toBeCloseTo(1, 2);
    expect((least as Through).norm).toBeLessThan(led.norm);
    expect(led.norm).toBeLessThan(forced!.norm);
    expect((least as Through).norm).toBeLessThan(elsewhere!.norm);
  });

  test("say why there is none of points at one place", () => {
    const twins = [points[0]!, { ...points[0]!, label: 1 }];
    expect(findInterpolants({ points: twins, kernel: "gaussian", width, seed: 0 }).least).toMatch(/singular/);
  });
});

describe("on digits", async () => {
  const splits = await readDigits();

  test("every kernel fits all labels, true or random, and only the true ones tell of others", () => {
    const found = [...compareNorms(splits, { n: 100, seed: 0 })];
    expect(found.map(({ trainError }) => trainError)).toEqual(found.map(() => 0));
    for (const { kind, testError } of found) {
      // 9 of 10 random labels are wrong; 510 tests, 6 standard deviations.
      if (kind === "random labels") expect(Math.abs(testError - 0.9)).toBeLessThan(6 * Math.sqrt(0.09 / 510));
      if (kind === "least norm") expect(testError).toBeLessThan(0.3);
    }
    const paper = found.filter(({ label }) => label === "Gaussian 0.02");
    const [least, ...others] = ["least norm", "forced", "elsewhere"].map(
      (kind) => paper.find((one) => one.kind === kind)!.norm,
    );
    for (const norm of others) expect(norm).toBeGreaterThan(least!);
  });

  test("the norm does not predict the error, where the intervals of two errors are apart", () => {
    const [one] = compareNorms(splits, { n: 100, seed: 0 });
    const other = { ...one!, norm: one!.norm * 2 };
    // Of 1,000 tests 10 and 12 % have Wilson's intervals of 8.3 to 12.0 and 10.1 to 14.2 %, 10 and 20 % are apart.
    const outcome = (few: number, many: number) =>
      checkNorms([
        { ...one!, testError: few },
        { ...other, testError: many },
      ]).holds;
    expect(outcome(0.12, 0.1)).toBe(false);
    expect(outcome(0.2, 0.1)).toBe(true);
    expect(outcome(0.1, 0.2)).toBe(false);
  });

  test("more features never fit worse, and beyond n never take larger weights", () => {
    const n = 60;
    const points = [...doubleDescent(splits, { n, noise: 0.2, seed: 0 })];
    expect(points.map(({ features }) => features)).toEqual(featureCounts(n));
    const [few, many] = [
      points.filter(({ features }) => features < n),
      points.filter(({ features }) => features >= n),
    ];
    few.slice(1).forEach(({ residual }, at) => {
      expect(residual).toBeLessThanOrEqual(few[at]!.residual);
    });
    many.slice(1).forEach(({ norm }, at) => {
      // Features are nested: the smaller weights are a solution of the larger system.
      expect(norm).toBeLessThanOrEqual(many[at]!.norm);
    });
    for (const { residual, trainError } of many) {
      expect(residual).toBeLessThan(1e-8);
      expect(trainError).toBe(0);
    }
    const worst = points.reduce((peak, one) => (one.testError > peak.testError ? one : peak));
    expect(Math.abs(worst.features - n)).toBeLessThanOrEqual(0.12 * n);
  });
});
