import { expect, test } from "vitest";
import { runRandomizationTest } from "../../src/lab/test.ts";
import { answersOf } from "../../src/report/test/words.ts";
import { loadDataset } from "../../src/run/node/library.ts";
import { CHANGES, plant } from "../audit/plant.ts";

test("a test finds near twins, and whether they are answered with the twin's random label", async () => {
  const shapes = await loadDataset("shapes", { n: 300, testN: 120 });
  const planted = 24;
  const ways = ["brightened", "encoded again", "shifted"].map((name) => CHANGES[name]!);
  let at = 0;
  const data = await plant(shapes, (...plane) => ways[Math.floor(at++ / 3) % 3]!(...plane), planted);
  const recipe = { preprocess: "standardize" as const, learningRate: 0.05, epochs: 60 };
  const { trials, verdict } = await runRandomizationTest({ data, recipe, escalations: 0 });
  const onRandom = trials.find(({ labels }) => labels.nominal === 1)!;
  expect(onRandom.trainAccuracy).toBe(1);
  expect(onRandom.answers!.split(" ")).toHaveLength(120);

  // None is equal, value for value.
  expect(verdict.twins).toBeUndefined();
  const { looked, of, tests, check } = verdict.nearTwins!;
  expect([looked, of]).toEqual([120, 120]);
  // As the audit's test has it.
  expect(tests).toBeGreaterThanOrEqual(planted - 4);
  expect(tests).toBeLessThan(planted + 10);
  // Brightened and encoded again, the images are the same to a network whose inputs are standardized one by one.
  expect(check).toMatchObject({ suspected: true, seeds: 1, tests });
  expect(check!.named.filter((row) => row < planted).length).toBeGreaterThanOrEqual(14);
  expect(verdict.text).toContain("Near twins are answered from memory");
  expect(verdict.lookedAt).toContain("near copies of test examples in training");
  expect(answersOf({ verdict, dataset: { name: "", train: 300, test: 120 } } as never).at(-1)).toMatchObject({
    question: "Near twins: are nearly equal images answered from memory?",
    tone: "alarm",
  });
});
