import { describe, expect, test } from "vitest";
import type { Descents } from "../../../src/theory/double-descent/double-descent.ts";
import { featureCounts } from "../../../src/theory/double-descent/random-features.ts";
import { descentResult } from "../../../src/theory/double-descent/result.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import { descentDefaults, descentRecipe, doubleDescentOf } from "../../../src/theory/node/double-descent.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";

describe("claims", () => {
  const settings = { ...descentDefaults, n: 100, widths: [2, 4, 16, 64], recipe: descentRecipe };
  /** Three seeds whose features peak at a number of them, and whose networks err so much at each width. */
  const claimsOf = (peak: number, errors: readonly number[], { noise = 0.2, fits = 16 } = {}) => {
    const descents = [0, 0.001, 0.002].map(
      (shift, seed): Descents => ({
        seed,
        features: featureCounts(100).map((features) => {
          const near = 1 / (1 + Math.abs(Math.log(features / peak)));
          return { features, trainError: 0, testError: near, norm: 100 * near, residual: 0 };
        }),
        widths: settings.widths.map((width, at) => ({
          width,
          trainError: width < fits ? 0.1 : 0,
          testError: errors[at]! + shift * (at + 1),
        })),
      }),
    );
    const splits = gaussianRows({ n: 4, testN: 2, d: 2, seed: 0 });
    return descentResult(splits, { ...settings, noise }, descents).claims;
  };
  const outcomes = (peak: number, errors: readonly number[]): string[] =>
    claimsOf(peak, errors).map(({ number, outcome }) => `${number} ${outcome}`);

  test("hold with a peak where the targets are just interpolated", () => {
    // With a peak at 100 of 3 to 1,000 features the ends are at 1 / (1 + ln 33) and 1 / (1 + ln 10).
    expect(outcomes(100, [0.4, 0.3, 0.35, 0.2])).toEqual(["24 not reproduced", "25 reproduced"]);
    expect(outcomes(50, [0.4, 0.36, 0.35, 0.2])).toEqual(["24 not reproduced", "25 not reproduced"]);
  });

  test.each([
    [{ noise: 0 }, "20.0 % noise instead of 0.0 %"],
    [{ fits: 99 }, "a width that fits 99.0 % of the labels"],
    [{ fits: 4 }, "a width of at most a quarter of the 4 units that just fit"],
    [{ fits: 64 }, "a width of more than the 64 units that just fit"],
  ])("is not tested without what it needs, of which only what is missing is named: %o", (given, missing) => {
    const claim = claimsOf(100, [0.4, 0.3, 0.35, 0.2], given)[1]!;
    expect(claim.outcome).toBe("not tested");
    expect(claim.evidence).toMatch(new RegExp(`^Not measured: ${missing}\\. Counts`));
  });
});

test("a small one makes a document", async () => {
  const options = {
    data: "digits",
    n: 50,
    testN: 100,
    networkN: 50,
    widths: [1, 2, 4],
    seeds: 3,
    recipe: { epochs: 2 },
  };
  const result = theoryResultSchema.parse(JSON.parse(JSON.stringify(await doubleDescentOf(options))));
  expect(result.claims.map(({ number }) => number)).toEqual([24, 25]);
  await expect(doubleDescentOf({ ...options, widths: [4, 2, 1] })).rejects.toThrow(/ascending/);
});
