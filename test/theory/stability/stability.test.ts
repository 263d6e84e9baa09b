import { describe, expect, test } from "vitest";
import { randomStream } from "../../../src/base/random.ts";
import { meanOf } from "../../../src/base/statistics.ts";
import { type Splits, takeExamples } from "../../../src/data/dataset.ts";
import { findModel } from "../../../src/nn/models.ts";
import { runtime } from "../../../src/run/node/runtime.ts";
import { gaussianRows } from "../../../src/theory/examples.ts";
import { stabilityOf } from "../../../src/theory/node/stability.ts";
import { changeAllowed, hardtFactor } from "../../../src/theory/stability/bounds.ts";
import type { StabilitySettings } from "../../../src/theory/stability/changes.ts";
import { computeStability } from "../../../src/theory/stability/stability.ts";
import { theoryResultSchema } from "../../../src/theory/theory-result.ts";
import { trainPath } from "../../../src/theory/train-path.ts";
import { openEngine } from "../../../src/train/engine.ts";
import { splitsHash } from "../../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../../src/train/recipe.ts";
import { runTrial, type TrialOutcome } from "../../../src/train/trial.ts";

const N = 40;
const REPLACEMENTS = 3;
const engine = await openEngine(runtime, "cpu", 1);
const recipe: Recipe = { ...paperRecipe, preprocess: "none", batch: 16, epochs: 4 };
const settings: StabilitySettings = {
  model: findModel("linear"),
  n: N,
  replacements: REPLACEMENTS,
  labels: ["true", "random"],
  recipe,
  seed: 5,
};
const rows = (): Splits => gaussianRows({ n: N + REPLACEMENTS, testN: 30, d: 12, seed: 1 });

describe("trainPath", () => {
  test("trains as a trial does", async () => {
    const splits = rows();
    const spec = {
      schema: "shatter/trial@1" as const,
      dataset: { name: "gaussian", hash: await splitsHash(splits), train: N + REPLACEMENTS, test: 30 },
      inputs: "true" as const,
      corrupt: 0,
      model: "mlp-1x512",
      seed: 5,
      recipe: { ...recipe, fit: { ...recipe.fit, stop: false } },
    };
    let outcome: TrialOutcome | undefined;
    const model = findModel(spec.model);
    for await (const event of runTrial(spec, { model, splits }, engine)) {
      if (event.type === "done") outcome = event.outcome;
    }
    const training = { model, recipe, seed: 5, train: splits.train, probes: splits.train };
    const path = await Array.fromAsync(trainPath(engine, training));
    expect(path.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4]);
    expect(meanOf([...path.at(-1)!.losses])).toBe(outcome!.trainLoss);
  });
});

describe("computeStability", () => {
  test("finds no change where an example is replaced by its like", async () => {
    const { train, test: held } = rows();
    const places = randomStream(settings.seed, "theory-stability").permutation(N).subarray(0, REPLACEMENTS);
    const order = [...Array.from({ length: N }, (_, row) => row), ...places];
    const same = { train: takeExamples(train, order), test: held };
    const { numbers } = await computeStability(same, engine, { ...settings, labels: ["true"] });
    expect(numbers["trueLargestChange"]).toBe(0);
    expect(numbers["trueFlipped"]).toBe(0);
    expect(numbers["trueReplaced"]).toBe(0);
  });

  test("finds changes that are the same twice", async () => {
    const first = await computeStability(rows(), engine, settings);
    for (const labels of settings.labels) {
      expect(first.numbers[`${labels}MeanChange`]).toBeGreaterThan(0);
      expect(first.numbers[`${labels}MaxChange`]).toBeGreaterThan(
        first.numbers[`${labels}MeanChange`] as number,
      );
      expect(first.numbers[`${labels}LargestChange`]).toBeGreaterThanOrEqual(
        first.numbers[`${labels}MaxChange`] as number,
      );
      expect(first.numbers[`${labels}MaxChangeByEpoch`]).toHaveLength(recipe.epochs);
    }
    expect(await computeStability(rows(), engine, settings)).toEqual(first);
  });

  test("is within what Hardt, Recht and Singer allow SGD on a convex loss", async () => {
    const plain: Recipe = { ...recipe, batch: 1, momentum: 0, learningRate: 0.001, learningRateDecay: 1 };
    const { train, test: held } = rows();
    const { numbers } = await computeStability({ train, test: held }, engine, {
      ...settings,
      recipe: plain,
      labels: ["true"],
    });
    // The gradient of the cross-entropy of two logits is at most sqrt(2) times the input with a 1 for the bias.
    const squares = [train, held].flatMap(({ inputs, shape }) =>
      Array.from({ length: shape[0]! }, (_, row) => {
        const values = Array.from(inputs.subarray(row * 12, (row + 1) * 12));
        return values.reduce((sum, value) => sum + value * value, 1);
      }),
    );
    // An epoch meets the replaced example once and moves the weights apart by at most 2 rate L; other steps do not
    // move them further apart. In all that is L times 2 L epochs rate, their bound for draws with replacement.
    expect(numbers["trueLargestChange"]).toBeLessThanOrEqual(
      (numbers["hardt"] as number) * 2 * Math.max(...squares),
    );
  });

  test.each([
    [{ n: 1 }, "`n`: expected at least 2, got 1: nothing stays when the only example is replaced"],
    [{ replacements: 1 }, "`replacements`: expected at least 2, got 1: one replacement has no interval"],
    [{ n: 2, replacements: 3 }, "`replacements`: expected at most n = 2, one for each example, got 3"],
    [{ n: Number.NaN }, "`n`: expected a whole number of at least 2, got NaN"],
    [{ labels: [] }, "`labels`: expected at least one name, got none"],
    [
      { recipe: { ...recipe, dropout: 0.5 } },
      "stability: expected a recipe without dropout and augmentation",
    ],
  ])("refuses %o", async (asked, message) => {
    await expect(computeStability(rows(), engine, { ...settings, ...asked })).rejects.toThrow(message);
  });

  test("refuses examples of one class, and what is not a number", async () => {
    const { train, test: held } = rows();
    const labels = new Int32Array(train.labels.length);
    await expect(
      computeStability({ train: { ...train, labels }, test: held }, engine, settings),
    ).rejects.toThrow('expected training examples of at least two classes, got "below" only');
    const inputs = Float32Array.from(train.inputs, (value, at) => (at === 24 ? Number.NaN : value));
    await expect(
      computeStability({ train: { ...train, inputs }, test: held }, engine, settings),
    ).rejects.toThrow("expected finite inputs, got NaN in example 2");
  });
});

describe("stabilityOf", () => {
  test("writes a valid document of drawn shapes", async () => {
    const result = await stabilityOf({ n: 20, replacements: 2, testN: 10, recipe: { epochs: 2 } });
    expect(theoryResultSchema.parse(result)).toEqual(result);
    expect(result.tables[0]!.rows).toHaveLength(2);
  });

  test("refuses zero epochs", async () => {
    await expect(stabilityOf({ recipe: { epochs: 0 } })).rejects.toThrow("recipe: epochs: ");
  });
});

describe("the bounds", () => {
  test("of Bousquet and Elisseeff turn into the change they allow", () => {
    // With b half of the change: 2 b + 4 n b sqrt(ln 20 / (2 n)) is the worth again.
    const b = changeAllowed(1000, 2.3) / 2;
    expect(2 * b + 4000 * b * Math.sqrt(Math.log(20) / 2000)).toBeCloseTo(2.3, 12);
  });

  test("of Hardt, Recht and Singer add the rates up", () => {
    expect(hardtFactor(100, [0.1, 0.1, 0.05], 0.5)).toBeCloseTo((2 / 100) * 0.25 * 2, 12);
  });
});
