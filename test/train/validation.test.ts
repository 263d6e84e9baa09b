import { describe, expect, test } from "vitest";
import { exampleCount, type Splits, takeExamples } from "../../src/data/dataset.ts";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { requirePossible } from "../../src/train/possible.ts";
import { cropForRecipe, prepareTrial, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { runTrial, type TrialOutcome } from "../../src/train/trial.ts";
import { holdOut, stepsOfEpoch, stoppingOf } from "../../src/train/validation.ts";

const SPLITS: Splits = cropForRecipe(shapes(200, 100), paperRecipe);

const specOf = async (splits: Splits, recipe: Partial<Recipe>, corrupt = 0): Promise<TrialSpec> => ({
  schema: "shatter/trial@1",
  dataset: {
    name: "shapes",
    hash: await splitsHash(splits),
    train: exampleCount(splits.train),
    test: exampleCount(splits.test),
  },
  inputs: "true",
  corrupt,
  model: "mlp-1x512",
  recipe: { ...paperRecipe, epochs: 3, ...recipe },
  seed: 4,
});

async function outcomeOf(spec: TrialSpec, splits: Splits): Promise<TrialOutcome> {
  const engine = await openEngine(runtime, "cpu", 1);
  const events = await Array.fromAsync(runTrial(spec, { model: findModel(spec.model), splits }, engine));
  const last = events.at(-1)!;
  if (last.type !== "done") throw new Error(`expected done, got ${last.type}`);
  return last.outcome;
}

/** Rows told apart by their pixels. */
const rowsOf = ({ train }: Pick<Splits, "train">): string[] =>
  Array.from({ length: exampleCount(train) }, (_, row) => String(takeExamples(train, [row]).inputs));

describe("held-out training examples", () => {
  test("are a part of the training split, each example in one of both, in its order", () => {
    const { kept, validation } = holdOut(SPLITS.train, { validation: 0.1 }, 4);
    const [all, left, held] = [SPLITS.train, kept, validation!].map((train) => rowsOf({ train } as Splits));
    expect([left!.length, held!.length]).toEqual([180, 20]);
    expect([...left!, ...held!].sort()).toEqual(all!.toSorted());
    expect(all!.filter((row) => held!.includes(row))).toEqual(held);
    expect(holdOut(SPLITS.train, { validation: 0.1 }, 5).validation).not.toEqual(validation);
  });

  test("are whole groups, where there are some, and no more than asked for unless each is larger", () => {
    // 40 groups of 5, of which 4 are a tenth.
    const grouped = (size: number) => ({
      ...SPLITS.train,
      groups: Int32Array.from({ length: 200 }, (_, row) => Math.floor(row / size)),
    });
    const { kept, validation } = holdOut(grouped(5), { validation: 0.1 }, 4);
    expect(exampleCount(validation!)).toBe(20);
    const [left, held] = [kept, validation!].map(({ groups }) => new Set(groups));
    expect([left!.size, held!.size, left!.intersection(held!).size]).toEqual([36, 4, 0]);
    expect(new Set(holdOut(grouped(5), { validation: 0.1 }, 5).validation!.groups)).not.toEqual(held);
    expect(exampleCount(holdOut(grouped(100), { validation: 0.1 }, 4).validation!)).toBe(100);
  });

  test("keep the labels that training would have been told", async () => {
    const spec = await specOf(SPLITS, { validation: 0.25 }, 1);
    const [whole, part] = await Promise.all([
      prepareTrial(SPLITS, { ...spec, recipe: { ...spec.recipe, validation: 0 } }),
      prepareTrial(SPLITS, spec),
    ]);
    const { kept, validation } = holdOut(whole.train, { validation: 0.25 }, spec.seed);
    expect(part.validation!.labels).toEqual(validation!.labels);
    expect(part.train.labels).toEqual(kept.labels);
    expect(part.trueLabels).toEqual(holdOut(SPLITS.train, { validation: 0.25 }, spec.seed).kept.labels);
    expect(part.hash).toBe(whole.hash);
  });

  test("leave the training of the others as if there were none", async () => {
    const held = await outcomeOf(await specOf(SPLITS, { validation: 0.1 }), SPLITS);
    const splits: Splits = {
      ...SPLITS,
      train: holdOut(SPLITS.train, { validation: 0.1 }, 4).kept as Splits["train"],
    };
    const alone = await outcomeOf(await specOf(splits, {}), splits);
    expect(held).toEqual({ ...alone, stopping: held.stopping });
    expect(held.stopping!.validationAccuracy).toBeGreaterThan(0);
  });

  test("say where to stop: the first epoch that does best on them", () => {
    const row = (epoch: number, validationAccuracy: number, testAccuracy: number) => ({
      ...{ epoch, trainLoss: 1, fitLoss: 1, trainAccuracy: 1 },
      validationAccuracy,
      testAccuracy,
    });
    expect(stoppingOf([row(1, 0.5, 0.9), row(2, 0.7, 0.6), row(3, 0.7, 0.8)])).toEqual({
      ...{ epoch: 2, validationAccuracy: 0.7, testAccuracy: 0.6 },
    });
    expect(stoppingOf([{ ...row(1, 0, 0.5), validationAccuracy: undefined }])).toBeUndefined();
  });

  test("are no part of an epoch, and are refused where they cannot be", () => {
    const recipe = { ...paperRecipe, batch: 10, validation: 0.1 };
    expect(stepsOfEpoch(recipe, 200)).toBe(18);
    const model = findModel("linear");
    expect(() => requirePossible(model, { ...recipe, validation: 0.9 }, SPLITS, 2)).toThrow(
      "`validation` 0.9: expected some of the 2 training examples",
    );
    const train = { ...SPLITS.train, groups: new Int32Array(200) };
    expect(() => requirePossible(model, recipe, { ...SPLITS, train }, 200)).toThrow("got one group");
  });
});
