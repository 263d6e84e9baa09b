import { describe, expect, test } from "vitest";
import { reportConformance } from "../../src/cli/conformance.ts";

/** A passed line of a seed, `value` of at most 2. */
const line = (seed: number, value: number) => ({
  randomization: `labels p=1 seed ${seed}`,
  check: "distance",
  ok: value <= 2,
  value,
  bound: 2,
});

describe("reportConformance", () => {
  test("shows the seed that came closest to its bound", () => {
    expect(reportConformance([line(0, -1.5), line(1, 0.5), line(2, 0.25)], true)).toEqual({
      lines: ["ok    labels p=1 (worst of 3 seeds): distance: 0.5 (at most 2)"],
      summary: "1 check holds",
    });
  });

  test("lists nothing where all hold, unless told", () => {
    const lines = [line(0, 1), { ...line(0, 1), check: "another" }];
    expect(reportConformance(lines, false)).toEqual({ lines: [], summary: "2 checks hold" });
  });

  test.each([true, false])("names the seed that failed, verbose %j", (isVerbose) => {
    const lines = [line(0, 1), line(1, 3), { ...line(0, 1), check: "another" }];
    const { lines: told, summary } = reportConformance(lines, isVerbose);
    expect(told).toContain("WRONG labels p=1 seed 1: distance: 3 (at most 2)");
    expect(told).toHaveLength(isVerbose ? 2 : 1);
    expect(summary).toBe("1 check fails, 1 holds");
  });
});
