import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { networksToResolve, renamingTest } from "../../src/base/renaming-test.ts";

describe("renamingTest", () => {
  /** Confusion of a network that predicts `classes` for whole true classes: `row i` is all in `predicted[i]`. */
  const wholeClasses = (predicted: readonly number[], size: number) =>
    predicted.map((column) => predicted.map((_, other) => (other === column ? size : 0)));

  test("sees a network that knows the true labels", () => {
    const { accuracy, expected, pValue } = renamingTest(
      [wholeClasses([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 100)],
      0,
    );
    expect(accuracy).toBe(1);
    expect(expected).toBeCloseTo(0.1, 12);
    expect(pValue).toBe(1 / 10_000);
  });

  test("tries all renamings of few classes, so that ten networks of two can show a leak", () => {
    const { pValue, expected } = renamingTest(new Array(10).fill(wholeClasses([0, 1], 50)), 0);
    expect(pValue).toBeCloseTo(2 ** -10, 15);
    expect(expected).toBeCloseTo(0.5, 12);
    expect(networksToResolve(2, 0.001)).toBe(10);
    expect(networksToResolve(3, 0.001)).toBe(4);
    expect(networksToResolve(10, 0.001)).toBe(1);
    expect(networksToResolve(1, 0.001)).toBe(Number.POSITIVE_INFINITY);
    // One test example of ten classes: a tenth of all renamings answers it.
    expect(networksToResolve(10, 0.001, 1)).toBe(4);
    expect(networksToResolve(10, 0.001, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  test("is the share of renamings, counted by hand", () => {
    // Three classes, one network: hits under the six renamings are 6, 3, 3, 3, 3 and 0.
    const confusion = [
      [2, 1, 0],
      [0, 2, 1],
      [1, 0, 2],
    ];
    expect(renamingTest([confusion], 0)).toMatchObject({ accuracy: 6 / 9, expected: 1 / 3 });
    expect(renamingTest([confusion], 0).pValue).toBeCloseTo(1 / 6, 12);
  });

  test("finds a leak in two classes and ten seeds nine times in ten, and none where there is none", () => {
    // Networks that know one true label in two, or none; each guesses the rest for 100 examples a class.
    const alarms = (known: number): number =>
      Array.from({ length: 200 }, (_, run) => {
        const random = randomStream(9, "two-classes", run, Math.round(100 * known));
        const network = () =>
          [0, 1].map((label) => {
            const row = [0, 0];
            for (let example = 0; example < 100; example++) {
              row[random.uniform() < known ? label : random.below(2)]!++;
            }
            return row;
          });
        return Number(renamingTest(Array.from({ length: 10 }, network), run).pValue < 0.001);
      }).reduce((a, b) => a + b, 0);
    expect(alarms(0.5)).toBeGreaterThanOrEqual(180);
    expect(alarms(0)).toBeLessThanOrEqual(2);
  });

  test("does not take one class that happens to be right for a leak", () => {
    // 10 % right with whole classes predicted alike: 100 hits of 1,000 is what one fixed point gives.
    const { pValue } = renamingTest([wholeClasses([0, 2, 3, 4, 5, 6, 7, 8, 9, 1], 100)], 0);
    // A random permutation has at least one fixed point with probability 1 - 1/e.
    expect(Math.abs(pValue - (1 - 1 / Math.E))).toBeLessThan(4 * Math.sqrt(0.25 / 9999));
  });

  test("has uniform p-values when predictions are independent of the labels", () => {
    const runs = 200;
    let small = 0;
    for (let run = 0; run < runs; run++) {
      const random = randomStream(3, "renaming-null", run);
      const confusion = () =>
        Array.from({ length: 5 }, () => Array.from({ length: 5 }, () => random.below(20)));
      small += Number(renamingTest([confusion(), confusion()], run, 199).pValue <= 0.1);
    }
    // The test is exact, so its level is at most 0.1.
    expect(small / runs).toBeLessThanOrEqual(0.1 + 4 * Math.sqrt((0.1 * 0.9) / runs));
  });

  test("refuses no examples", () => {
    expect(() => renamingTest([], 0)).toThrow(
      "renamingTest: expected at least one network with a test example",
    );
  });
});
