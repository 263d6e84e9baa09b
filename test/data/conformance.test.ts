import { describe, expect, test } from "vitest";
import { checkConformance, describeConformance } from "../../src/data/conformance.ts";
import type { Splits } from "../../src/data/dataset.ts";
import { inputsNames, type Randomization } from "../../src/data/randomization.ts";
import { type Randomized, randomize } from "../../src/data/randomize.ts";
import { noiseSplits, noiseTable } from "./fixtures.ts";

const SEED = 3;
const ORIGINAL = noiseSplits(1_500, 500);

/** The checks that fail. */
const failing = (randomized: Randomized, request: Randomization, original: Splits = ORIGINAL): string[] =>
  checkConformance(original, randomized, request, SEED)
    .filter(({ ok }) => !ok)
    .map(({ check }) => check);

describe("checkConformance", () => {
  test.each(
    inputsNames.flatMap((inputs) => [0, 0.3, 1].map((corrupt) => ({ inputs, corrupt }))),
  )("passes correct data: %o", (request) => {
    const lines = checkConformance(ORIGINAL, randomize(ORIGINAL, request, SEED), request, SEED);
    expect(lines.filter(({ ok }) => !ok)).toEqual([]);
    expect(lines.every(({ value, bound }) => Number.isFinite(value) && Number.isFinite(bound))).toBe(true);
    expect(lines.length).toBeGreaterThan(3);
  });

  test.each(inputsNames)("passes correct data from a table: %s", (inputs) => {
    const original = { train: noiseTable(400, 1), test: noiseTable(100, 2) };
    const request = { inputs, corrupt: 0.5 };
    expect(failing(randomize(original, request, SEED), request, original)).toEqual([]);
  });

  test.each(inputsNames)("passes correct data from very few examples: %s", (inputs) => {
    const original = noiseSplits(4, 2);
    for (const corrupt of [0, 0.1, 1]) {
      const request = { inputs, corrupt };
      expect(failing(randomize(original, request, SEED), request, original)).toEqual([]);
    }
  });

  test("names the data of each line", () => {
    const request = { inputs: "shuffled", corrupt: 0.5 } as const;
    const lines = checkConformance(ORIGINAL, randomize(ORIGINAL, request, SEED), request, SEED);
    expect(new Set(lines.map(({ randomization }) => randomization))).toEqual(
      new Set(["labels p=0.5 seed 3", "shuffled pixels seed 3"]),
    );
  });
});

describe("the checks of labels", () => {
  const random: Randomization = { inputs: "true", corrupt: 1 };

  test("say nothing about information where even a renaming would hide in the noise", () => {
    const few = noiseSplits(20, 20);
    const lines = checkConformance(few, randomize(few, random, SEED), random, SEED);
    expect(lines.map(({ check }) => check)).not.toContain("mutual information with the true labels, nats");
  });

  test.each([
    [100, 0.1],
    [100, 1],
    [1_000, 0.5],
    [1_000, 1],
  ])("raise no false alarm in 10 seeds: %d examples, p = %d", (count, corrupt) => {
    const original = noiseSplits(count, 50);
    const request: Randomization = { inputs: "true", corrupt };
    const statistical = (seed: number): string[] =>
      checkConformance(original, randomize(original, request, seed), request, seed)
        .filter(({ ok }) => !ok)
        .map(describeConformance);
    expect(Array.from({ length: 10 }, (_, seed) => statistical(seed)).flat()).toEqual([]);
  });
});

describe("describeConformance", () => {
  test("prints a line", () => {
    const line = {
      randomization: "labels p=1 seed 0",
      check: "share",
      ok: true,
      value: 0.0012345,
      bound: 0.005,
    };
    expect(describeConformance(line)).toBe("ok    labels p=1 seed 0: share: 0.00123 (at most 0.005)");
    expect(describeConformance({ ...line, ok: false })).toBe(
      "WRONG labels p=1 seed 0: share: 0.00123 (at most 0.005)",
    );
  });
});
