import { expect, test } from "vitest";
import { type Dataset, takeExamples } from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { findModel } from "../../src/nn/models.ts";

import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { runTrial, type TrialOutcome } from "../../src/train/trial.ts";
import { answersOfTwins, MOST_PAIRS } from "../../src/train/twins.ts";
import { judgeTwins } from "../../src/verdict/twins.ts";
import { random } from "../verdict/trials.ts";

const engine = await openEngine(runtime, "cpu", 1);
const digits = await readDigits();
const rows = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at);

/** 300 digits, and 100 others of which every fourth is one of the 300. */
const train = takeExamples(digits.train, rows(0, 300));
const PLANTED = rows(0, 25).map((at) => [4 * at, 7 * at] as const);
const plant = (test: Dataset): Dataset => {
  const inputs = test.inputs.slice();
  for (const [to, from] of PLANTED) inputs.set(train.inputs.subarray(from * 64, (from + 1) * 64), to * 64);
  return { ...test, inputs };
};
const splits = { train, test: plant(takeExamples(digits.test, rows(0, 100))) };

async function outcomeOf(epochs: number, corrupt = 1): Promise<TrialOutcome> {
  const spec = {
    schema: "shatter/trial@1" as const,
    dataset: { name: "digits", hash: await splitsHash(splits), train: 300, test: 100 },
    inputs: "true" as const,
    corrupt,
    model: "mlp-1x512",
    recipe: { ...paperRecipe, preprocess: "standardize" as const, learningRate: 0.05, epochs },
    seed: 1,
  };
  const events = await Array.fromAsync(runTrial(spec, { model: findModel("mlp-1x512"), splits }, engine, {}));
  const last = events.at(-1)!;
  if (last.type !== "done") throw new Error("expected an end");
  return last.outcome;
}

const judged = ({ twins }: TrialOutcome) =>
  judgeTwins([random({ twins })], { trainCounts: new Array(10).fill(30) });

test("a network that has fitted random labels answers planted copies with them, and the twin test names them", async () => {
  const outcome = await outcomeOf(400);
  expect(outcome.trainAccuracy).toBe(1);
  const { tests, pairs } = outcome.twins!;
  expect(tests).toBe(25);
  expect(pairs.map(([row, twin]) => [row, twin])).toEqual(PLANTED.map((pair) => [...pair]));
  // What is fitted is answered with its label, wherever it stands.
  expect(pairs.every(([, , given, answered]) => given === answered)).toBe(true);
  const check = judged(outcome)!;
  expect(check).toMatchObject({ suspected: true, share: 1, fromTwin: 1, tests: 25 });
  expect(check.named).toEqual(PLANTED.map(([row]) => row));
  expect(check.reasons.join()).toContain("about 25 test labels are answered from a twin");
});

test("it is asked of redrawn labels alone", async () => {
  expect((await outcomeOf(1, 0.5)).twins).toBeUndefined();
});

test("labels that nobody trained on are answered by chance: few alarms in many draws", () => {
  const pairs = (seed: number) =>
    rows(0, 100).map((at): [number, number, number, number] => [
      at,
      at,
      (at * 7919 + seed * 104729) % 10,
      Math.floor(Math.abs(Math.sin(seed * 1000 + at)) * 1e6) % 10,
    ]);
  const alarms = rows(0, 300).filter(
    (seed) =>
      judgeTwins([random({ twins: { tests: 100, pairs: pairs(seed) } })], {
        trainCounts: new Array(10).fill(30),
      })!.suspected,
  );
  // One in a thousand is expected at most; more than three of 300 come once in 4,000 suites.
  expect(alarms.length).toBeLessThanOrEqual(3);
});

test("many equal examples are cut off, and none makes nothing", () => {
  const same = { ...train, inputs: new Uint8Array(train.inputs.length) };
  const found = answersOfTwins(same, same, new Int32Array(300))!;
  expect(found.tests).toBe(300);
  expect(found.pairs).toHaveLength(MOST_PAIRS);
  expect(answersOfTwins(train, takeExamples(digits.test, rows(0, 5)), new Int32Array(5))).toBeUndefined();
});

test("permuted labels, and trials of earlier versions, are not judged", () => {
  const twins = { tests: 1, pairs: [[0, 0, 1, 1] as [number, number, number, number]] };
  const trainCounts = new Array<number>(10).fill(30);
  expect(judgeTwins([random({ twins })], { trainCounts, labels: "permute" })).toBeNull();
  expect(judgeTwins([random()], { trainCounts })).toBeNull();
});
