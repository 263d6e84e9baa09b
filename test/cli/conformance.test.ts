import { describe, expect, test } from "vitest";
import { conformanceLines } from "../../src/cli/conformance.ts";

/** A passed line of a seed, `value` of at most 2. */
const line = (seed: number, value: number) => ({
  randomization: `labels p=1 seed ${seed}`,
  check: "distance",
  ok: value <= 2,
  value,
  bound: 2,
});

describe("conformanceLines", () => {
  test("shows the seed that came closest to its bound", () => {
    expect(conformanceLines([line(0, -1.5), line(1, 0.5), line(2, 0.25)])).toEqual([
      "ok    labels p=1 (worst of 3 seeds): distance: 0.5 (at most 2)",
    ]);
  });

  test("names the seed that failed", () => {
    expect(conformanceLines([line(0, 1), line(1, 3)])).toEqual([
      "WRONG labels p=1 seed 1: distance: 3 (at most 2)",
    ]);
  });
});
