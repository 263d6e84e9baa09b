import { describe, expect, test } from "vitest";
import { findModel } from "../../../src/nn/models.ts";
import { runtime } from "../../../src/run/node/runtime.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import type { Course } from "../../../src/theory/memorization/memorization.ts";
import { memorizationResult } from "../../../src/theory/memorization/result.ts";
import { gini, openSensitivity } from "../../../src/theory/memorization/sensitivity.ts";
import { memorizationOf } from "../../../src/theory/node/memorization.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";
import { openEngine } from "../../../src/train/engine.ts";
import { paperRecipe } from "../../../src/train/recipe.ts";

test("gini is that of known inequalities", () => {
  expect(gini(Float64Array.of(2, 2, 2))).toBe(0);
  expect(gini(Float64Array.of(0, 5, 0, 0))).toBeCloseTo(0.75, 12);
  // Mean absolute difference over all pairs, (0 + 1 + 2 + ...) / 9, over twice the mean of 2.
  expect(gini(Float64Array.of(3, 1, 2))).toBeCloseTo(8 / 9 / 4, 12);
});

test("the loss-sensitivity of a linear model is that of its formula", async () => {
  const { train } = gaussianRows({ n: 6, testN: 1, d: 3, seed: 2 });
  const weight = Float32Array.of(0.5, -1, 2, 1, 0.25, -0.5);
  const state = { "output.weight": weight, "output.bias": Float32Array.of(0.1, -0.2) };
  await using sensitivity = await openSensitivity(
    await openEngine(runtime, "cpu", 1),
    findModel("linear"),
    train,
  );
  const measured = await sensitivity.measure(state);
  const inputs = train.inputs as Float32Array;
  for (let row = 0; row < 6; row++) {
    const at = (unit: number): number =>
      [0, 1, 2].reduce((sum, d) => sum + weight[3 * unit + d]! * inputs[3 * row + d]!, [0.1, -0.2][unit]!);
    // Two classes: the gradient by the input is (p - 1) (w_label - w_other), where p is the label's probability.
    const label = train.labels[row]!;
    const miss = 1 / (1 + Math.exp(at(label) - at(1 - label)));
    const expected = [0, 1, 2].reduce((sum, d) => sum + miss * Math.abs(weight[d]! - weight[3 + d]!), 0);
    expect(measured[row]! / expected).toBeCloseTo(1, 5);
  }
});

describe("claims", () => {
  const settings = {
    model: findModel("linear"),
    recipe: paperRecipe,
    rates: [0.5],
    seed: 0,
    seeds: 3,
  };
  /** Three seeds: the Gini coefficient of random labels, the accuracy dropout takes there, and that of fitting without it. */
  const claimsOf = (random: readonly number[], taken: readonly number[], fitted = 1) => {
    const courses = [0, 1, 2].flatMap((seed): Course[] => {
      const noDropout = { seed, dropout: 0, trainAccuracy: 1, testAccuracy: 0.1 };
      const dropped = { seed, dropout: 0.5, testAccuracy: 0.8, gini: [] };
      return [
        { ...noDropout, kind: "true", testAccuracy: 0.9, gini: [0.5, 0.6] },
        { ...noDropout, kind: "random labels", trainAccuracy: fitted, gini: [0.9, random[seed]!] },
        { ...noDropout, kind: "noise", gini: [0.1, 0.2] },
        { ...dropped, kind: "true", trainAccuracy: 1 },
        { ...dropped, kind: "random labels", trainAccuracy: fitted - taken[seed]! },
      ];
    });
    return memorizationResult(gaussianRows({ n: 4, testN: 2, d: 2, seed: 0 }), settings, courses).claims;
  };
  const outcomes = (...asked: Parameters<typeof claimsOf>): string[] =>
    claimsOf(...asked).map(({ number, outcome }) => `${number} ${outcome}`);

  test("hold where every seed says so alike", () => {
    expect(outcomes([0.2, 0.21, 0.22], [0.5, 0.52, 0.51])).toEqual(["20 reproduced", "21 reproduced"]);
  });

  test("do not hold where the last epoch, or dropout, says otherwise or nothing", () => {
    // Mean difference 0.2, whose standard error over three seeds is 0.2: Student's interval holds 0.
    expect(outcomes([0, 0.6, 0.6], [0.1, 0.12, 0.08])).toEqual(["20 not reproduced", "21 not reproduced"]);
  });

  test("are not tested where random labels are not fitted, and say which way a difference goes", () => {
    const claims = claimsOf([0.8, 0.8, 0.8], [-0.02, -0.02, -0.02], 0.31);
    expect(claims.map(({ outcome }) => outcome)).toEqual(["not tested", "not tested"]);
    const [unequal, hindered] = claims.map(({ evidence }) => evidence);
    expect(unequal).toMatch(/^Not measured: memorization: 31\.0 % of random labels .* it takes 95\.0 %\./);
    expect(unequal).toMatch(
      /on true data is 0\.2 \(95 % interval 0\.2 to 0\.2\) below that on random labels/,
    );
    expect(hindered).toMatch(
      /random labels 2\.0 points \([^)]*\) higher .* true ones 10\.0 points \([^)]*\) lower/,
    );
    expect(hindered).toMatch(
      /memorizing loses 12\.0 points \(95 % interval 12\.0 to 12\.0\) less than learning/,
    );
  });
});

test("a small one makes a document", async () => {
  const options = { data: "digits", n: 60, testN: 40, model: "mlp-1x8", recipe: { epochs: 2 } };
  const result = theoryResultSchema.parse(JSON.parse(JSON.stringify(await memorizationOf(options))));
  expect(result.claims.map(({ number }) => number)).toEqual([20, 21]);
  expect(result.numbers["trueGini"]).toHaveLength(3);
  await expect(memorizationOf({ ...options, rates: [0.5, 0.25] })).rejects.toThrow(/ascending/);
});
