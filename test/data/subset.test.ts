import { describe, expect, test } from "vitest";
import { subset } from "../../src/data/subset.ts";
import { noiseSplits } from "./fixtures.ts";

const SPLITS = noiseSplits(200, 50);

describe("subset", () => {
  test("begins alike at every size", () => {
    const [few, many] = [20, 100].map((n) => subset(SPLITS, { n, testN: 10 }, 3).train);
    expect(many!.inputs.subarray(0, few!.inputs.length)).toEqual(few!.inputs);
    expect(many!.labels.subarray(0, 20)).toEqual(few!.labels);
  });

  test("takes different examples for different seeds, none twice", () => {
    const inputsOf = (seed: number): string[] => {
      const { inputs } = subset(SPLITS, { n: 20, testN: 10 }, seed).train;
      return Array.from({ length: 20 }, (_, i) => inputs.subarray(i * 108, (i + 1) * 108).join());
    };
    expect(new Set(inputsOf(1)).size).toBe(20);
    expect(inputsOf(1)).not.toEqual(inputsOf(2));
  });

  test("passes a whole split through, not copied", () => {
    expect(subset(SPLITS, { n: 200, testN: 50 }, 1)).toEqual({ train: SPLITS.train, test: SPLITS.test });
    expect(subset(SPLITS, { n: 200, testN: 10 }, 1).train).toBe(SPLITS.train);
  });

  test.each([
    [{ n: 201, testN: 50 }, "noise: expected 1 to 200 training examples, got 201"],
    [{ n: 0, testN: 50 }, "noise: expected 1 to 200 training examples, got 0"],
    [{ n: 200, testN: 51 }, "noise: expected 1 to 50 test examples, got 51"],
    [{ n: 1.5, testN: 5 }, "noise: expected 1 to 200 training examples, got 1.5"],
  ])("refuses %o", (sizes, message) => {
    expect(() => subset(SPLITS, sizes, 1)).toThrow(expect.objectContaining({ name: "UsageError", message }));
  });
});
