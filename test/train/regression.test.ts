import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { type Dataset, type Splits, takeExamples } from "../../src/data/dataset.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { describeDataset } from "../../src/train/prepare.ts";
import { numbersRate, paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import {
  LEAST_R2,
  measureRegression,
  rSquared,
  scaleTargets,
  targetScale,
} from "../../src/train/regression.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { runTrial, type TrialOutcome } from "../../src/train/trial.ts";

/** Rows of two columns, and `2 a - 3 b + 100` with noise. */
function sample(count: number, seed: number, values?: Float64Array): Dataset {
  const random = randomStream(seed, "regression-test");
  const inputs = new Float32Array(2 * count);
  const numbers = Array.from({ length: count }, (_, row) => {
    const [a, b] = [random.normal(), random.normal()];
    inputs.set([a, b], 2 * row);
    return 2 * a - 3 * b + 100 + 0.5 * random.normal();
  });
  const table = values ?? Float64Array.from(numbers).sort();
  const labels = Int32Array.from(numbers, (value) => table.indexOf(value));
  return { name: "rows", inputs, shape: [count, 2], labels, classNames: ["y"], values: table };
}

const numbersIn = (count: number, seed: number): number[] => [...sample(count, seed).values!];
const TABLE = Float64Array.from([...numbersIn(120, 1), ...numbersIn(60, 2)]).sort();
const SPLITS: Splits = { train: sample(120, 1, TABLE), test: sample(60, 2, TABLE) };

/** Least squares with a constant, in float64: R squared on both splits. */
function leastSquares({ train, test: held }: Splits): { train: number; test: number } {
  const rowOf = ({ inputs }: Dataset, row: number) => [1, inputs[2 * row]!, inputs[2 * row + 1]!];
  const truth = ({ labels, values }: Dataset) => Array.from(labels, (label) => values![label]!);
  const matrix = [0, 1, 2].map(() => [0, 0, 0, 0]);
  truth(train).forEach((y, row) => {
    const x = rowOf(train, row);
    for (let i = 0; i < 3; i++) for (let j = 0; j < 4; j++) matrix[i]![j]! += x[i]! * (j < 3 ? x[j]! : y);
  });
  for (let i = 0; i < 3; i++) {
    for (let k = 0; k < 3; k++) {
      if (k === i) continue;
      const factor = matrix[k]![i]! / matrix[i]![i]!;
      for (let j = 0; j < 4; j++) matrix[k]![j]! -= factor * matrix[i]![j]!;
    }
  }
  const weights = matrix.map((row, i) => row[3]! / row[i]!);
  const r2 = (split: Dataset): number => {
    const y = truth(split);
    const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
    const answers = y.map((_, row) => rowOf(split, row).reduce((sum, x, i) => sum + x * weights[i]!, 0));
    const errors = y.reduce((sum, value, row) => sum + (value - answers[row]!) ** 2, 0);
    return 1 - errors / y.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  };
  return { train: r2(train), test: r2(held) };
}

async function train(recipe: Partial<Recipe>, facts: Partial<TrialSpec> = {}, splits = SPLITS) {
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    dataset: await describeDataset(splits),
    inputs: "true",
    corrupt: 0,
    model: "linear",
    recipe: { ...paperRecipe, preprocess: "standardize", batch: "all", ...recipe },
    seed: 0,
    ...facts,
  };
  const subject = { model: findModel(spec.model), splits };
  let outcome: TrialOutcome | undefined;
  for await (const event of runTrial(spec, subject, await openEngine(runtime, "cpu", 1))) {
    if (event.type === "done") outcome = event.outcome;
  }
  return outcome!;
}

describe("training on numbers", () => {
  test("comes to least squares, and tells errors in the target's own unit", async () => {
    const best = leastSquares(SPLITS);
    const outcome = await train({
      learningRate: 0.1,
      learningRateDecay: 1,
      epochs: 300,
      fit: { accuracy: 1, loss: 0, stop: false },
    });
    expect(outcome.trainAccuracy).toBeCloseTo(best.train, 5);
    expect(outcome.testAccuracy).toBeCloseTo(best.test, 4);
    expect(outcome.confusion).toBeNull();
    const { deviation } = targetScale(SPLITS.train);
    expect(outcome.regression!.trainRmse).toBeCloseTo(deviation * Math.sqrt(1 - best.train), 4);
    expect(outcome.regression!.apart).toMatchObject({ count: 60, units: 60 });
    expect(outcome.regression!.apart!.r2).toBeCloseTo(outcome.testAccuracy, 12);
    // The mean squared error of standardized targets is what R squared lacks to 1.
    expect(outcome.trainLoss).toBeCloseTo(1 - outcome.trainAccuracy, 6);
  });

  test("fits at a loss of 0.01, an R squared of 0.99, by the usual recipe, permuted ones too", async () => {
    const recipe = { learningRate: numbersRate, learningRateDecay: 1, epochs: 4000 } as const;
    const few = {
      ...SPLITS,
      train: takeExamples(
        SPLITS.train,
        Array.from({ length: 12 }, (_, at) => at),
      ),
    };
    const outcome = await train(recipe, { model: "mlp-1x512", corrupt: 1, labels: "permute" }, few);
    expect(outcome.fit).toBe(true);
    expect(outcome.epochs).toBeLessThan(4000);
    expect(outcome.trainAccuracy).toBeGreaterThan(0.99);
    expect(outcome.testAccuracy).toBeLessThan(0);
  });

  test("refuses to redraw them, and a spec that takes them for classes", async () => {
    await expect(train({ epochs: 1 }, { corrupt: 1 })).rejects.toThrow("`labels`: numbers are permuted");
    const { told: _, ...dataset } = await describeDataset(SPLITS);
    await expect(train({ epochs: 1 }, { dataset })).rejects.toThrow("differ in whether numbers are told");
  });
});

describe("R squared", () => {
  const three = {
    ...SPLITS.train,
    labels: Int32Array.of(0, 1, 2),
    values: Float64Array.of(1, 2, 6),
    shape: [3, 2],
  };

  test.each([
    [[1, 2, 6], 1],
    [[3, 3, 3], 0],
    [[1, 2, 0], 1 - 36 / 14],
    [[Number.NaN, 2, 6], LEAST_R2],
    [[1e9, 2, 6], LEAST_R2],
  ])("of the answers %j to 1, 2, 6 is %d", (answers, expected) => {
    expect(rSquared(answers, three)).toBeCloseTo(expected, 12);
  });

  test("of equal targets takes their variance for 1", () => {
    expect(rSquared([1, 1, 3], { ...three, labels: Int32Array.of(0, 0, 0) })).toBeCloseTo(1 - 4 / 3, 12);
  });

  test("has a standard error as leaving out each example in turn tells, and groups together", () => {
    const random = randomStream(3, "jackknife");
    const scale = targetScale(SPLITS.train);
    const dataset = scaleTargets(SPLITS.test, scale);
    const truth = Array.from(dataset.labels, (label) => dataset.values![label]!);
    const predicted = truth.map((value) => 0.8 * value + 0.4 * random.normal());
    const errorOf = (clusters: Int32Array): number =>
      measureRegression({ predicted, dataset }, { predicted, dataset }, scale, clusters).apart!.standardError;
    const jackknife = (clusters: readonly number[]): number => {
      const ids = [...new Set(clusters)];
      const values = ids.map((id) => {
        const left = truth.map((_, i) => i).filter((i) => clusters[i] !== id);
        const part = { ...dataset, labels: Int32Array.from(left, (i) => dataset.labels[i]!) };
        return rSquared(
          left.map((i) => predicted[i]!),
          part,
        );
      });
      const mean = values.reduce((sum, value) => sum + value, 0) / ids.length;
      return Math.sqrt(
        ((ids.length - 1) / ids.length) * values.reduce((sum, value) => sum + (value - mean) ** 2, 0),
      );
    };
    const single = Int32Array.from(truth, (_, i) => i);
    expect(errorOf(single) / jackknife([...single])).toBeCloseTo(1, 1);
    const groups = single.map((i) => i - (i % 4));
    expect(errorOf(groups) / jackknife([...groups])).toBeCloseTo(1, 0.8);
    const copied = single.map((i) => (i < 10 ? -1 : i));
    expect(
      measureRegression({ predicted, dataset }, { predicted, dataset }, scale, copied).apart,
    ).toMatchObject({ count: 50, units: 50 });
  });
});
