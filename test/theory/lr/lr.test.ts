import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { smooth } from "../../../src/theory/lr/range-test.ts";
import { learningRateOf } from "../../../src/theory/node/lr.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";

test("smooths to the weighted mean of all losses so far", () => {
  const losses = [4, 1, 2];
  const mean = (weights: readonly number[]) =>
    weights.reduce((sum, weight, at) => sum + weight * losses[at]!, 0) /
    weights.reduce((sum, weight) => sum + weight);
  const smoothed = smooth(losses);
  for (const [at, value] of smoothed.entries()) {
    expect(value).toBeCloseTo(mean(Array.from({ length: at + 1 }, (_, i) => 0.98 ** (at - i))), 12);
  }
});

test("raises the rate by one factor a step until the loss explodes, and recommends a tenth of where it is least", async () => {
  const asked = { n: 300, seeds: 2, steps: 60, from: 1e-3, to: 100 };
  const result = theoryResultSchema.parse(await learningRateOf(asked));
  for (const { points } of result.plots[0]!.series) {
    // Softmax regression of guesses begins near the logarithm of ten classes; a rate of 100 explodes.
    expect(points.length).toBeLessThan(60);
    for (const [at, { x }] of points.entries()) expect(x).toBeCloseTo(1e-3 * 1e5 ** (at / 59), 9);
  }
  const { recommended, least } = result.numbers as Record<string, number>;
  expect(Math.abs(recommended! / (0.1 * least!) - 1)).toBeLessThan(0.5);
  const again = await learningRateOf(asked);
  expect(again.plots).toEqual(result.plots);
});

test("tells numbers by their squared deviations", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shatter-lr-"));
  const path = join(folder, "line.csv");
  const rows = Array.from(
    { length: 200 },
    (_, at) => `${at % 17},${(at * 7) % 13},${(at % 17) - 2 * ((at * 7) % 13) + 0.5}`,
  );
  await writeFile(path, `a,b,y\n${rows.join("\n")}\n`);
  const asked = { data: `${path}?target=y`, model: "linear", seeds: 1, steps: 60, from: 1e-3, to: 100 };
  const { plots, numbers } = await learningRateOf(asked);
  await rm(folder, { recursive: true });
  expect(plots[0]!.y.unit).toBe("number");
  const [series] = plots[0]!.series;
  // A plane fits them, so the loss falls; a rate of 100 explodes.
  expect(Math.min(...series!.points.map(({ y }) => y!))).toBeLessThan(0.9 * series!.points[0]!.y!);
  expect(series!.points.length).toBeLessThan(60);
  expect(numbers["recommended"]).toBeGreaterThan(1e-4);
});

test("refuses what cannot be", async () => {
  await expect(learningRateOf({ from: 1, to: 0.1 })).rejects.toThrow(
    "`to`: expected more than `from` 1, got 0.1",
  );
  await expect(learningRateOf({ steps: 5 })).rejects.toThrow("`steps`: expected");
});
