import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { findModel } from "../../../src/nn/models.ts";
import { runtime } from "../../../src/run/node/runtime.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import { rademacherComplexity } from "../../../src/theory/node/rademacher.ts";
import { leastSquaresAgreement, linearUpperBound } from "../../../src/theory/rademacher/linear-theory.ts";
import { computeRademacher, type RademacherSettings } from "../../../src/theory/rademacher/rademacher.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";
import { openEngine } from "../../../src/train/engine.ts";
import { paperRecipe } from "../../../src/train/recipe.ts";

describe("rademacherComplexity", () => {
  test("is 1 for a network that fits, with an interval, and implies nothing", async () => {
    const result = await rademacherComplexity({
      d: 20,
      models: ["mlp-1x512"],
      sizes: [64],
      draws: 3,
      testN: 200,
    });
    const { numbers } = result;
    expect([numbers["mlp1x512N64R"], numbers["mlp1x512N64RLow"], numbers["mlp1x512N64RHigh"]]).toEqual([
      1, 1, 1,
    ]);
    expect(numbers["mlp1x512N64Fitted"]).toBe(3);
    expect(numbers["mlp1x512N64Parameters"]).toBe(20 * 512 + 512 + 512 * 2 + 2);
    expect(numbers["mlp1x512N64Bound"]).toBeGreaterThan(1);
    expect(result.claims[0]!.outcome).toBe("reproduced");
    expect(result.claims[0]!.evidence).toContain("a complexity of at least 1, ");
    expect(result.title).toContain("at least");
    expect(result.findings[0]).toContain("the complexity is at least r = 1 (95 % interval");
    const titles = result.tables[0]!.columns.map(({ title }) => title);
    expect(titles).toEqual(
      expect.arrayContaining(["Complexity, at least (r)", "Bound of the error, at least"]),
    );
    expect(theoryResultSchema.parse(result)).toEqual(result);
  });

  test("is far below for a small linear model on many examples, where theory says", async () => {
    const [n, d, draws] = [1000, 20, 8];
    const recipe = { batch: n, learningRate: 1, momentum: 0, epochs: 100, evaluate: { every: 100, test: 1 } };
    const { numbers } = await rademacherComplexity({
      d,
      models: ["linear"],
      sizes: [n],
      draws,
      testN: 10,
      recipe,
    });
    const r = numbers["linearN1000R"] as number;
    // One sign changes the agreement by 2 / n, so its variance over draws is at most 1 / n (Efron and Stein).
    const sigma = Math.sqrt(1 / n / draws);
    expect(Math.abs(r - leastSquaresAgreement(n, d + 1))).toBeLessThan(5 * sigma);
    expect(r).toBeLessThan(linearUpperBound(n, d + 1));
    expect(numbers["linearN1000UpperBound"]).toBe(linearUpperBound(n, d + 1));
    expect(numbers["linearN1000Fitted"]).toBe(0);
  });

  test("is a lower bound: on few examples a search finds classifiers that agree far better", () => {
    const [n, d] = [250, 50];
    const { inputs } = gaussianRows({ n, testN: 1, d, seed: 0 }).train;
    const random = randomStream(0, "test-signs");
    const signs = Int8Array.from({ length: n }, () => 2 * random.below(2) - 1);
    // Gradient ascent on a smoothed count of right signs that sharpens, on unit weights with a bias at the end.
    let weights = Float64Array.from({ length: d + 1 }, () => random.normal());
    let most = 0;
    const entry = (row: number, at: number): number => (at === d ? 1 : inputs[row * d + at]!);
    for (let step = 0; step < 300; step++) {
      const sharpness = 2 + step / 20;
      const length = Math.hypot(...weights);
      const gradient = new Float64Array(d + 1);
      let right = 0;
      for (let row = 0; row < n; row++) {
        let margin = 0;
        for (let at = 0; at <= d; at++) margin += (weights[at]! / length) * signs[row]! * entry(row, at);
        if (margin > 0) right++;
        const slope = sharpness / (2 * Math.cosh((sharpness * margin) / 2)) ** 2;
        for (let at = 0; at <= d; at++) gradient[at]! += (slope * signs[row]! * entry(row, at)) / n;
      }
      most = Math.max(most, (2 * right) / n - 1);
      weights = weights.map((weight, at) => weight / length + gradient[at]!);
    }
    // Three sigma above what least squares reaches, the variance as above.
    expect(most).toBeGreaterThan(leastSquaresAgreement(n, d + 1) + 3 * Math.sqrt(1 / n));
    expect(most).toBeLessThan(1);
  });

  test("finds the capacity of a linear model near Cover's, and the same twice", async () => {
    const options = {
      d: 15,
      models: ["linear"],
      sizes: [8, 16],
      draws: 2,
      testN: 5,
      capacity: 64,
      fitAccuracy: 1,
      recipe: { batch: 64, learningRate: 1, epochs: 500, evaluate: { every: 50, test: 1 } },
    };
    const first = await rademacherComplexity(options);
    // 16 points are always fitted in 16 dimensions; 64 with probability below 1e-4 (Cover).
    expect(first.numbers["linearCapacity"]).toBeGreaterThanOrEqual(16);
    expect(first.numbers["linearCapacityFails"]).toBeLessThanOrEqual(64);
    expect(first.tables.map(({ name }) => name)).toEqual(["complexity", "capacity"]);
    const { series, guides } = first.plots.at(-1)!;
    expect(guides).toEqual([{ label: "fitted", y: 1 }]);
    expect(series[0]!.points).toContainEqual({
      x: first.numbers["linearCapacity"],
      y: 1,
      low: null,
      high: null,
      n: 1,
    });
    const { provenance: _, ...second } = await rademacherComplexity(options);
    expect({ ...second, provenance: first.provenance }).toEqual(first);
  });

  test.each([
    [
      { sizes: [1] },
      "`sizes`: expected at least 2, got 1: any model fits the sign of one example, so r would be 1",
    ],
    [{ sizes: [Number.NaN] }, "`sizes`: expected a whole number of at least 2, got NaN"],
    [{ draws: 1 }, "`draws`: expected at least 2, got 1: one draw of signs has no interval"],
    [{ fitAccuracy: Number.NaN }, "`fitAccuracy`: expected a number in (0.5, 1], got NaN"],
    [{ recipe: { epochs: 0 } }, "recipe: epochs: "],
    [{ d: 0 }, "`d`: expected a whole number of at least 1, got 0"],
    [{ data: "shapes", d: 5 }, "`d`: shapes has a width of its own; it is for `data` gaussian only"],
    [{ data: "digits", sizes: [1288] }, "digits: expected 1 to 1287 training examples, got 1288"],
    [{ d: 10_000, sizes: [100_000] }, "expected at most 268435456 numbers in all rows"],
  ])("refuses %o", async (options, message) => {
    await expect(rademacherComplexity(options)).rejects.toThrow(message);
  });

  test("stops when told to", async () => {
    const interrupt = new AbortController();
    interrupt.abort();
    await expect(rademacherComplexity({ signal: interrupt.signal, sizes: [8] })).rejects.toThrow("aborted");
  });
});

describe("computeRademacher", () => {
  test("refuses examples of one class", async () => {
    const { train, test: held } = gaussianRows({ n: 10, testN: 5, d: 3, seed: 0 });
    const settings: RademacherSettings = {
      models: [findModel("linear")],
      sizes: [10],
      draws: 2,
      capacity: 0,
      fitAccuracy: 1,
      seed: 0,
      recipe: { ...paperRecipe, preprocess: "none" },
    };
    const engine = await openEngine(runtime, "cpu", 1);
    const one = { train: { ...train, labels: new Int32Array(10) }, test: held };
    await expect(computeRademacher(one, engine, settings)).rejects.toThrow(
      'gaussian: expected training examples of at least two classes, got "below" only',
    );
  });
});
