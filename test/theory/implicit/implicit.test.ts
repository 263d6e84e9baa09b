import { describe, expect, test } from "vitest";
import type { Splits } from "../../../src/data/dataset.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import { computeImplicit, type ImplicitSettings } from "../../../src/theory/implicit/implicit.ts";
import { implicitResult } from "../../../src/theory/implicit/result.ts";
import { implicitDefaults, implicitRegularization } from "../../../src/theory/node/implicit.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";

const N = 30;
const D = 120;

const rows = (n = N, d = D): Splits => gaussianRows({ n, testN: 50, d, seed: 3 });

const compute = async (settings: Partial<ImplicitSettings> = {}, splits = rows()) =>
  implicitResult(await computeImplicit(splits, { ...implicitDefaults, ...settings }));

/** What rounding of weights is to a distance of 1e-9 of their norm, over the ten epochs or more of a measured factor. */
const ROUNDING = (Math.sqrt(D) * Number.EPSILON) / 1e-9 / 10;

const RUNS = ["trueSgd", "trueGd", "randomSgd", "randomGd"];

describe("computeImplicit", () => {
  test("ends at the minimum-norm solution from zero, and leaves the span by rounding only", async () => {
    const { numbers, claims } = await compute({ tolerance: 1e-9 });
    for (const run of RUNS) {
      expect(numbers[`${run}ZeroDistance`]).toBeLessThanOrEqual(1e-9);
      expect(numbers[`${run}ZeroNullSpace`]).toBe(0);
      // Each step rounds each weight once or twice, at a norm never above the last; SGD has n steps an epoch.
      const steps = (numbers[`${run}ZeroEpochs`] as number) * (run.endsWith("Sgd") ? N : 1);
      expect(numbers[`${run}ZeroOutside`]).toBeLessThan((2 * steps + D) * Number.EPSILON);
    }
    expect(claims.map(({ number, outcome }) => [number, outcome])).toEqual([[18, "reproduced"]]);
  });

  test("stays away by the null-space part of a start elsewhere", async () => {
    const { numbers } = await compute({ tolerance: 1e-9, starts: ["random"] });
    for (const run of RUNS) {
      const nullSpace = numbers[`${run}RandomNullSpace`] as number;
      // The part in the span is at most 1e-9 and at right angles, so it adds less than its square.
      expect(nullSpace).toBeGreaterThan(0.1);
      expect(Math.abs((numbers[`${run}RandomDistance`] as number) - nullSpace)).toBeLessThan(1e-12);
    }
  });

  test("converges no slower than theory", async () => {
    const { numbers } = await compute({ labels: ["true"], starts: ["zero"], tolerance: 1e-9 });
    // For GD it is a bound of every step; for SGD of the mean square, which is exceeded a thousandfold in distance with a
    // chance of one in a million (Markov).
    const predicted = numbers["trueGdZeroPredictedShrink"] as number;
    expect(numbers["trueGdZeroShrink"]).toBeLessThanOrEqual(predicted + ROUNDING);
    const epochs = numbers["trueSgdZeroEpochs"] as number;
    const bound = (numbers["trueSgdZeroPredictedShrink"] as number) ** epochs;
    expect(numbers["trueSgdZeroFromLimit"]).toBeLessThan(1000 * bound);
  });

  test("ends at the same place with momentum", async () => {
    const { numbers } = await compute({ momentum: 0.5, starts: ["zero"] });
    for (const run of RUNS) expect(numbers[`${run}ZeroDistance`]).toBeLessThanOrEqual(1e-7);
  });

  test("ends elsewhere with l2, from every start at the ridge solution", async () => {
    const { numbers, claims } = await compute({ methods: ["gd"], labels: ["true"], l2: 5 });
    expect(numbers["trueGdZeroFromLimit"]).toBeLessThanOrEqual(1e-7);
    expect(numbers["trueGdRandomFromLimit"]).toBeLessThanOrEqual(1e-7);
    for (const run of ["trueGdZero", "trueGdRandom"]) {
      const predicted = numbers[`${run}PredictedShrink`] as number;
      expect(numbers[`${run}Shrink`]).toBeLessThanOrEqual(predicted + ROUNDING);
    }
    // Along an eigenvector the ridge solution is shorter by l2 / (eigenvalue + l2), which is least for the largest.
    const largest = numbers["largestEigenvalue"] as number;
    const smallest = numbers["smallestEigenvalue"] as number;
    expect(numbers["trueGdZeroDistance"]).toBeGreaterThan(5 / (largest + 5) - 1e-7);
    expect(numbers["trueGdZeroDistance"]).toBeLessThan(5 / (smallest + 5) + 1e-7);
    expect(claims).toEqual([]);
  });

  test("says that a rate is too large, and what was not reached", async () => {
    const diverged = await compute({ methods: ["gd"], labels: ["true"], starts: ["zero"], rate: 1 });
    expect(diverged.findings[0]).toMatch(
      /^GD from zero, true labels: diverged after \d+ epochs.*take a smaller --lr\.$/,
    );
    expect(diverged.claims[0]!.outcome).toBe("not tested");
    const short = await compute({ methods: ["gd"], labels: ["true"], starts: ["zero"], epochs: 2 });
    expect(short.findings[0]).toMatch(/^GD from zero, true labels: out of epochs after 2 epochs/);
  });

  test("gives the same result twice", async () => {
    expect(await compute()).toEqual(await compute());
  });

  test("solves for one example", async () => {
    const { numbers } = await compute({}, rows(1, 5));
    expect(numbers["trueGdZeroEpochs"]).toBe(1);
    expect(numbers["trueSgdZeroDistance"]).toBeLessThanOrEqual(1e-7);
  });
});

describe("bad input of computeImplicit", () => {
  test.each([
    [{ momentum: 1 }, "`momentum`: expected a number in [0, 1), got 1"],
    [{ l2: Number.NaN }, "`l2`: expected a number of at least 0, got NaN"],
    [{ rate: 0 }, "`rate`: expected a number above 0, got 0"],
    [{ tolerance: 0 }, "`tolerance`: expected a number in [1e-12, 1), got 0"],
    [{ epochs: 0 }, "`epochs`: expected a whole number of at least 1, got 0"],
    [{ labels: [] }, "`labels`: expected at least one name, got none"],
  ])("is refused: %o", async (settings, message) => {
    await expect(compute(settings)).rejects.toThrow(message);
  });

  test("is refused: as many examples as values, and one value", async () => {
    await expect(compute({}, rows(20, 20))).rejects.toThrow(
      "got n = 20 and d = 20; take a smaller `n` (at most 19)",
    );
    await expect(compute({}, rows(1, 1))).rejects.toThrow(
      "got n = 1 and d = 1; take a smaller `n` or wider examples",
    );
  });

  test("is refused: an input that is not a number, and equal examples", async () => {
    const { train, test: held } = rows();
    const strange = Float32Array.from(train.inputs);
    strange[7 * D] = Number.NaN;
    await expect(compute({}, { train: { ...train, inputs: strange }, test: held })).rejects.toThrow(
      "gaussian: expected finite inputs, got NaN in example 7",
    );
    const doubled = Float32Array.from(train.inputs);
    doubled.copyWithin(9 * D, 4 * D, 5 * D);
    await expect(compute({}, { train: { ...train, inputs: doubled }, test: held })).rejects.toThrow(
      "X X^T is singular: rows 4 and 9 are equal",
    );
  });
});

describe("implicitRegularization", () => {
  test("writes a valid document of drawn shapes", async () => {
    const result = await implicitRegularization({ n: 10, testN: 20, methods: ["sgd"] });
    expect(theoryResultSchema.parse(result)).toEqual(result);
    expect(result.plots.map(({ name }) => name)).toEqual([
      "distance-true-labels",
      "norm-true-labels",
      "distance-random-labels",
      "norm-random-labels",
    ]);
  });

  test("refuses too many examples", async () => {
    await expect(implicitRegularization({ data: "digits", n: 100, testN: 10 })).rejects.toThrow(
      "got n = 100 and d = 64; take a smaller `n` (at most 63)",
    );
    await expect(implicitRegularization({ data: "gaussian", n: 2000, d: 10_000 })).rejects.toThrow(
      "expected at most 1000 examples of at most 4096 values, got 2000 of 10000",
    );
  });
});
