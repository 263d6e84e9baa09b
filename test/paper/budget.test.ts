import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import { parseLimit } from "../../src/paper/budget.ts";
import { fitToBudget, type TestRequest } from "../../src/paper/plan.ts";
import { nextRound } from "../../src/paper/rounds.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { judge } from "../../src/verdict/verdict.ts";
import { CONTEXT, random, trial } from "../verdict/trials.ts";

describe("parseLimit", () => {
  test.each([
    ["30m", 1800, "seconds"],
    ["1.5h", 5400, "seconds"],
    ["90 s", 90, "seconds"],
    ["20000 steps", 20_000, "steps"],
    ["1e6 images", 1e6, "images"],
  ])("reads %s", (text, amount, unit) => {
    expect(parseLimit(text)).toEqual({ amount, unit });
  });

  test.each(["", "30", "m", "-3m", "0s", "3 days", "1e999 steps", "NaN s", "1..2m"])("refuses %j", (text) => {
    expect(() => parseLimit(text)).toThrow(UsageError);
  });
});

/** A budget of so many steps; the fixture's trials have ten steps an epoch. */
const budget = (steps: number) => ({ asked: `${steps} steps`, steps, secondsPerStep: null });

const REQUEST: TestRequest = {
  model: "linear",
  inputs: ["true"],
  corrupt: [0, 1],
  seeds: 3,
  firstSeed: 0,
  recipe: { ...paperRecipe, batch: 100, epochs: 40 },
  escalations: 3,
};

describe("fitToBudget", () => {
  test("gives the first trials half of it", () => {
    // Six trials of ten steps an epoch: 60 steps, and 1,200 of 2,400 are twenty of them.
    expect(fitToBudget({ ...REQUEST, budget: budget(2400) }, 1000).recipe.epochs).toBe(20);
    expect(fitToBudget({ ...REQUEST, budget: budget(1e6) }, 1000).recipe.epochs).toBe(40);
  });

  test("refuses one that no epoch fits into, and says what would do", () => {
    expect(() => fitToBudget({ ...REQUEST, budget: budget(119) }, 1000)).toThrow("expected at least 120");
  });
});

describe("nextRound", () => {
  const spec = (corrupt: number, seed = 0): TrialSpec => ({
    schema: "shatter/trial@1",
    dataset: { name: "shapes", hash: "0", train: 1000, test: 1000 },
    inputs: "true",
    corrupt,
    model: "linear",
    recipe: REQUEST.recipe,
    seed,
  });
  const SPECS = [spec(0), spec(1)];
  const unfitted = random({ trainAccuracy: 0.3, trainLoss: 2 });

  test("runs what fits into what is left, and says what does not", () => {
    const results = [trial(), unfitted];
    // 800 steps are used; an escalation of 80 epochs takes 800 more.
    const fits = nextRound({ seeds: 1, budget: budget(1600) }, SPECS, results, CONTEXT);
    expect(
      fits.runs.map(({ escalation, spec: { corrupt, recipe } }) => [corrupt, escalation, recipe.epochs]),
    ).toEqual([[1, 1, 80]]);
    expect(nextRound({ seeds: 1, budget: budget(1599) }, SPECS, results, CONTEXT)).toEqual({
      runs: [],
      lacking: 800,
    });
  });

  test("ends where more cannot change an answer", () => {
    const results = [trial(), random()];
    expect(nextRound({ seeds: "auto" }, SPECS, results, CONTEXT)).toEqual({ runs: [], lacking: 0 });
  });

  const TWO = { ...CONTEXT, trainCounts: [500, 500], testCounts: [500, 500] };
  const halves = (share: number) => [
    [500 * share, 500 - 500 * share],
    [500 - 500 * share, 500 * share],
  ];
  const seeds = (count: number) =>
    Array.from({ length: count }, (_, seed) => [
      trial({ seed, confusion: halves(0.9), testAccuracy: 0.9 }),
      random({ seed, confusion: halves(0.5), testAccuracy: 0.5 }),
    ]).flat();

  test("trains true labels longer where only the commonest class was guessed", () => {
    const unequal = { ...TWO, trainCounts: [950, 50], testCounts: [950, 50] };
    const guessing = trial({
      trainAccuracy: 0.95,
      trainLoss: 0.2,
      confusion: [
        [950, 0],
        [50, 0],
      ],
    });
    const { runs } = nextRound({ seeds: 1 }, SPECS, [guessing, random()], unequal);
    expect(runs.map(({ escalation, spec: { corrupt } }) => [corrupt, escalation])).toEqual([[0, 1]]);
  });

  test("doubles seeds until the label check of two classes can be made", () => {
    const added = (count: number) => nextRound({ seeds: "auto" }, SPECS, seeds(count), TWO).runs;
    expect(added(3).map(({ spec: { seed, corrupt } }) => [seed, corrupt])).toEqual([
      [3, 0],
      [3, 1],
      [4, 0],
      [4, 1],
      [5, 0],
      [5, 1],
    ]);
    expect(added(6).length).toBe(12);
    expect(added(12)).toEqual([]);
    expect(nextRound({ seeds: 3 }, SPECS, seeds(3), TWO).runs).toEqual([]);
  });

  test("adds as many seeds as there is room for", () => {
    // Six trials took 2,400 steps; a seed more takes 800.
    const { runs } = nextRound({ seeds: "auto", budget: budget(4100) }, SPECS, seeds(3), TWO);
    expect(runs.map(({ spec: { seed } }) => seed)).toEqual([3, 3, 4, 4]);
    // Once only, whatever is left: more looks at the verdict than were planned would be more chances to err.
    const { runs: none, lacking } = nextRound({ seeds: "auto", budget: budget(5000) }, SPECS, seeds(5), TWO);
    expect([none.length, lacking]).toEqual([0, 4000]);
  });

  test("does not try again what failed", () => {
    const failed = random({ status: "failed", escalation: 1, trainAccuracy: null, confusion: null });
    const results = [trial(), unfitted, failed];
    expect(nextRound({ seeds: 1 }, SPECS, results, CONTEXT)).toEqual({ runs: [], lacking: 0 });
    const { capacity } = judge(results, CONTEXT);
    expect(capacity).toMatchObject({ answer: "inconclusive", next: "see the trials' errors" });
  });

  test("does not advise options that a budget takes back", () => {
    const spent = { asked: "2000 steps", steps: 2000, used: 1600, lacking: 800, secondsPerStep: null };
    const told = judge([trial(), unfitted], { ...CONTEXT, budget: spent });
    expect(told.capacity.next).toBe("a larger `--budget` lets it try");
    const { learning } = judge([trial({ testAccuracy: 0.1, trainAccuracy: 0.1 })], {
      ...CONTEXT,
      budget: spent,
    });
    expect(learning.next).toBe("a larger `--budget` may decide");
  });

  test("adds seeds where they differ too much, and not where there are too few examples", () => {
    const differing = [0.2, 0.5, 0.8].flatMap((share, seed) => [
      trial({ seed, testAccuracy: share }),
      random({ seed }),
    ]);
    expect(nextRound({ seeds: "auto" }, SPECS, differing, CONTEXT).runs.length).toBe(6);
    const small = { ...CONTEXT, testCounts: new Array<number>(10).fill(2) };
    const confusion = small.testCounts.map((_, label) =>
      small.testCounts.map((__, other) => (label === other || other === (label + 1) % 10 ? 1 : 0)),
    );
    const few = [0, 1, 2].flatMap((seed) => [
      trial({
        seed,
        testAccuracy: 0.2,
        confusion: confusion.map((row, label) =>
          label < 3 ? row : row.map((_, other) => (other === (label + 1) % 10 ? 2 : 0)),
        ),
      }),
      random({ seed }),
    ]);
    expect(nextRound({ seeds: "auto" }, SPECS, few, small).runs).toEqual([]);
  });
});
