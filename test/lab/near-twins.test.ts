import { expect, test } from "vitest";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { answersOf } from "../../src/report/test/words.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { CHANGES, plant } from "../audit/plant.ts";

test("a test finds near twins, and whether they are answered with the twin's random label", async () => {
  const shapes = await loadDataset("shapes", { n: 150, testN: 60 });
  const planted = 24;
  const ways = ["brightened", "encoded again", "shifted"].map((name) => CHANGES[name]!);
  let at = 0;
  const data = await plant(shapes, (...plane) => ways[Math.floor(at++ / 3) % 3]!(...plane), planted);
  const evaluate = { every: 20, test: "all" as const };
  const recipe = { preprocess: "standardize" as const, learningRate: 0.01, epochs: 100, evaluate };
  const asked = { data, model: "linear", corrupt: [1], jobs: 1, threads: 1, escalations: 0 };
  const { trials, verdict } = await runRandomizationTest({ ...asked, recipe });
  const [onRandom] = trials as [(typeof trials)[number]];
  expect(onRandom.trainAccuracy).toBe(1);
  expect(onRandom.answers!.split(" ")).toHaveLength(60);

  // None is equal, value for value.
  expect(verdict.twins).toBeUndefined();
  const { looked, of, tests, check } = verdict.nearTwins!;
  expect([looked, of]).toEqual([60, 60]);
  // As the audit's test has it.
  expect(tests).toBeGreaterThanOrEqual(planted - 4);
  expect(tests).toBeLessThan(planted + 10);
  // 16 are brightened or encoded again, which is the same to a network whose inputs are standardized one by one; four may be missed.
  expect(check).toMatchObject({ suspected: true, seeds: 1, tests });
  expect(check!.named.filter((row) => row < planted).length).toBeGreaterThanOrEqual(12);
  expect(verdict.text).toContain("Near twins are answered from memory");
  expect(verdict.lookedAt).toContain("near copies of test examples in training");
  expect(answersOf({ verdict, dataset: { name: "", train: 150, test: 60 } } as never).at(-1)).toMatchObject({
    question: "Near twins: are nearly equal images answered from memory?",
    tone: "alarm",
  });
});
