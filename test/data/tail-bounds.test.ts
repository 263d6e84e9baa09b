import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { pearson, squaresBound } from "../../src/data/conformance/tail-bounds.ts";

/** How many tables of uniform draws pass the bound. */
function alarms(tables: number, rows: number, columns: number, draws: number): number {
  let beyond = 0;
  for (let run = 0; run < tables; run++) {
    const random = randomStream(run, "pearson-alarms", columns);
    const table = Array.from({ length: rows }, () => {
      const counts = new Array<number>(columns).fill(0);
      for (let draw = 0; draw < draws; draw++) counts[random.below(columns)]!++;
      return counts;
    });
    const { value, mean, variance } = pearson(table, () => 1 / columns);
    beyond += Number(value > squaresBound(mean, variance));
  }
  return beyond;
}

describe("pearson", () => {
  test.each([
    // Each value once on average: the fewest that are told.
    [5000, 10, 10, 10],
    [200, 1, 1000, 1000],
    [5000, 10, 2, 2],
    // A thousand classes of few examples, of which one coincidence would pass the bound.
    [1000, 20, 1000, 2],
  ])("of %d right tables of %d rows and %d columns, %d draws each, raises no alarm", (...sizes) => {
    expect(alarms(...sizes)).toBe(0);
  });

  test("says nothing of rows whose values are too rare", () => {
    expect(pearson([[1, 0, 1, 0, 0]], () => 0.2)).toEqual({ value: 0, mean: 0, variance: 0 });
    expect(pearson([[1, 1]], (_, column) => column).value).toBe(Number.POSITIVE_INFINITY);
  });
});
