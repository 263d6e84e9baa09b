import { describe, expect, test } from "vitest";
import { reflectionTest } from "../../src/base/reflection-test.ts";
import type { TrialResult } from "../../src/run/trial-record.ts";
import type { VerdictContext } from "../../src/verdict/context.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { formatR2 } from "../../src/verdict/words.ts";
import { trial } from "./trials.ts";

const CONTEXT: VerdictContext = {
  trainCounts: [300],
  testCounts: [100],
  escalations: 0,
  copies: null,
  labels: "permute",
  tellsNumbers: true,
};

/** A finished trial of numbers: R squared in training and test, and what is known of the latter. */
function told(
  nominal: number,
  seed: number,
  trainAccuracy: number,
  r2: number,
  facts: Partial<NonNullable<NonNullable<TrialResult["regression"]>["apart"]>> = {},
): TrialResult {
  const apart = { r2, mirrored: -r2, standardError: 0.05, units: 100, count: 100, ...facts };
  const errors = { trainRmse: 1, trainMae: 1, testRmse: 2, testMae: 1.5 };
  return {
    ...trial({ nominal, seed, trainAccuracy, testAccuracy: r2 }),
    labels: { nominal, realised: nominal, ...(nominal > 0 && { permuted: true as const }) },
    told: "numbers",
    confusion: null,
    regression: { ...errors, apart },
  };
}

const seedsOf = (count: number, make: (seed: number) => TrialResult): TrialResult[] =>
  Array.from({ length: count }, (_, seed) => make(seed));

describe("the reflection test", () => {
  test("counts mirrorings: of three networks that are right, one in eight fits as well", () => {
    const right = { as: 0.5, mirrored: -1 };
    expect(reflectionTest([right, right, right], 0)).toMatchObject({
      mean: 0.5,
      expected: -0.25,
      pValue: 1 / 8,
    });
  });

  test("of one right and one wrong network says nothing", () => {
    const { pValue } = reflectionTest(
      [
        { as: 0.5, mirrored: -1 },
        { as: -1, mirrored: 0.5 },
      ],
      0,
    );
    expect(pValue).toBe(3 / 4);
  });

  test("draws mirrorings of many, and comes to about the same", () => {
    const some = Array.from({ length: 24 }, (_, at) => ({
      as: at % 3 === 0 ? -0.1 : 0.1,
      mirrored: at % 3 === 0 ? 0.1 : -0.1,
    }));
    // 16 of 24 coins or more: 0.0758.
    expect(reflectionTest(some, 0).pValue).toBeCloseTo(0.0758, 1);
  });

  test("is exact for coins: p is at most 0.05 no more often than that", () => {
    let below = 0;
    for (let signs = 0; signs < 2 ** 8; signs++) {
      const networks = Array.from({ length: 8 }, (_, at) => {
        const half = (1 + at / 8) * ((signs >> at) & 1 ? 1 : -1);
        return { as: half, mirrored: -half };
      });
      below += Number(reflectionTest(networks, 0).pValue <= 0.05);
    }
    expect(below / 2 ** 8).toBeLessThanOrEqual(0.05);
    expect(below).toBeGreaterThan(0);
  });
});

describe("judge, on numbers", () => {
  test("learns and memorizes, with R squared and errors in words", () => {
    const trials = [
      ...seedsOf(3, (seed) => told(0, seed, 0.995, 0.6)),
      ...seedsOf(3, (seed) => told(1, seed, 0.995, -0.8)),
    ];
    const { capacity, learning, leak, text } = judge(trials, CONTEXT);
    expect(capacity).toMatchObject({ answer: "memorises", bound: 0.99 });
    expect(learning).toMatchObject({
      answer: "learns",
      chance: 0,
      permutation: { pValue: 0.25, networks: 3 },
    });
    expect(learning.intervals).toMatchObject({ accuracy: { mean: 0.6, guessing: 0 } });
    expect(learning.intervals!.balanced).toBeUndefined();
    expect(text).toContain("an R² of 0.995 is reached on the permuted training targets");
    expect(text).toContain("R² is 0.600 (0.501 to 0.699) over 3 seeds and 100 test examples");
    expect(text).toContain("the error is 2 (root mean square) and 1.5 (mean absolute)");
    expect(leak).toMatchObject({ suspected: null, needsSeeds: 10, next: "`--seeds 10` can show it" });
  });

  test("has an interval as wide as one network's, and wider where seeds differ", () => {
    const widthOf = (values: readonly number[]): number => {
      const trials = values.map((r2, seed) => told(0, seed, 0.995, r2));
      const { low, high } = judge(trials, CONTEXT).learning.intervals!.accuracy;
      return high - low;
    };
    // Student's t of 99 degrees is 1.984.
    expect(widthOf([0.5])).toBeCloseTo(2 * 1.984 * 0.05, 3);
    expect(widthOf([0.5, 0.5, 0.5])).toBeCloseTo(2 * 1.984 * 0.05, 3);
    expect(widthOf([0.4, 0.5, 0.6])).toBeGreaterThan(0.25);
  });

  test.each([
    [0.05, 0.02, "learns"],
    [0.05, 0.05, "inconclusive"],
    [-0.5, 0.1, "does-not-learn"],
    [0, 0.1, "inconclusive"],
  ])("of an R² of %d with a standard error of %d says: %s", (r2, standardError, answer) => {
    expect(judge([told(0, 0, 0.995, r2, { standardError })], CONTEXT).learning.answer).toBe(answer);
  });

  test("raises the alarm where ten networks that saw permuted targets all know true ones", () => {
    const known = seedsOf(10, (seed) => told(1, seed, 0.995, 0.3));
    expect(judge(known, CONTEXT).leak).toMatchObject({ suspected: true, pValue: 1 / 1024 });
    const half = seedsOf(10, (seed) => told(1, seed, 0.995, seed % 2 === 0 ? 0.3 : -0.3));
    expect(judge(half, CONTEXT).leak.suspected).toBe(false);
  });

  test("says nothing of few examples, of few that are apart, and of a linear model that cannot fit", () => {
    const few = { ...CONTEXT, trainCounts: [4] };
    expect(judge([told(1, 0, 1, 0)], few).capacity.reasons[0]).toContain(
      "4 training examples can be guessed by luck",
    );
    const none = {
      ...told(0, 0, 0.995, 0.5),
      regression: { trainRmse: 1, trainMae: 1, testRmse: 1, testMae: 1, apart: null },
    };
    expect(judge([none], CONTEXT).learning).toMatchObject({ answer: "inconclusive", intervals: null });
    expect(judge([told(1, 0, 0.1, 0)], CONTEXT).capacity.answer).toBe("inconclusive");
  });

  test("counts groups, not their examples", () => {
    const grouped = { ...CONTEXT, groups: { train: 4, test: 20, testWorth: 18 } };
    expect(judge([told(1, 0, 1, 0)], grouped).capacity.reasons[0]).toContain(
      "4 training groups can be guessed",
    );
    const { learning, notLookedAt } = judge([told(0, 0, 0.995, 0.6, { units: 20 })], grouped);
    expect(learning.reasons[0]).toContain("100 test examples, worth 20 as they are of 20 groups");
    expect(notLookedAt!.join()).toContain("in other ways than by their groups");
  });
});

test.each([
  [0.4567, "0.457"],
  [-0.02, "−0.020"],
  [-35.26, "−35.3"],
  [-1e5, "< −100"],
])("R² of %d is written %s", (value, text) => expect(formatR2(value)).toBe(text));
