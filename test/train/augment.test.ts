/**
 * @file Trials whose training images are changed at random.
 */

import { describe, expect, test } from "vitest";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import { crop, preprocess } from "../../src/data/preprocess.ts";
import { randomize } from "../../src/data/randomize.ts";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import type { TrialYield } from "../../src/train/events.ts";
import {
  cropForRecipe,
  networkShape,
  prepareTrial,
  requireConformance,
  splitsHash,
} from "../../src/train/prepare.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import { runTrial } from "../../src/train/trial.ts";

const NONE = paperRecipe.augment;
const CROP = { ...NONE, crop: true };
const ALL = { crop: true, flip: true, rotation: 25 };
/** Of so little that no image is changed, but by the way of images that are. */
const STILL = { ...NONE, rotation: 1e-300 };

/** A trial of 2 epochs on some images, cropped as its recipe says, and the images. */
async function trialOf(
  whole: Splits,
  recipe: Partial<Recipe>,
  facts: Partial<TrialSpec> = {},
): Promise<readonly [spec: TrialSpec, splits: Splits]> {
  const complete = { ...paperRecipe, epochs: 2, ...recipe };
  const splits = cropForRecipe(whole, complete);
  const [train, test] = [splits.train.labels.length, splits.test.labels.length];
  const spec: TrialSpec = {
    schema: "shatter/trial@1",
    dataset: { name: "shapes", hash: await splitsHash(splits), train, test },
    inputs: "true",
    corrupt: 1,
    model: "mlp-1x512",
    recipe: complete,
    seed: 4,
    ...facts,
  };
  return [spec, splits];
}

/** Engines by their threads. */
const ENGINES = { 1: await openEngine(runtime, "cpu", 1), 2: await openEngine(runtime, "cpu", 2) };

async function eventsOf(
  [spec, splits]: readonly [TrialSpec, Splits],
  threads: keyof typeof ENGINES = 1,
): Promise<TrialYield[]> {
  return Array.fromAsync(runTrial(spec, { model: findModel(spec.model), splits }, ENGINES[threads]));
}

const hashOf = (events: readonly TrialYield[]): string => {
  const last = events.at(-1)!;
  return last.type === "done" ? last.outcome.parametersHash : last.type;
};

describe("runTrial, with augmentation,", () => {
  const SMALL = shapes(200, 100);

  test("gives the same events and bytes again, with one thread and with two", async () => {
    const trial = await trialOf(SMALL, { augment: ALL });
    const first = await eventsOf(trial);
    expect(await eventsOf(trial)).toEqual(first);
    expect(await eventsOf(trial, 2)).toEqual(first);
  });

  test("gives other bytes for each change, and without any", async () => {
    const augments = [NONE, CROP, { ...NONE, flip: true }, { ...NONE, rotation: 25 }, ALL];
    const hashes: string[] = [];
    for (const augment of augments) hashes.push(hashOf(await eventsOf(await trialOf(SMALL, { augment }))));
    expect(new Set(hashes).size).toBe(augments.length);
  });

  test("gives the bytes of a trial without, where nothing is changed", async () => {
    const recipe = { preprocess: "none", dropout: 0.2, batch: 64 } as const;
    const [with_, without] = await Promise.all(
      [STILL, NONE].map(async (augment) => eventsOf(await trialOf(SMALL, { ...recipe, augment }))),
    );
    expect(with_).toEqual(without);
  });

  test("gives those bytes also where its images do not fit into one run of the engine", async () => {
    const many = shapes(5_500, 20);
    const recipe = { preprocess: "none", epochs: 1 } as const;
    const [with_, without] = await Promise.all(
      [STILL, NONE].map(async (augment) =>
        eventsOf(await trialOf(many, { ...recipe, augment }, { model: "linear" })),
      ),
    );
    const runs = (events: readonly TrialYield[]) => events.filter(({ type }) => type === "progress").length;
    expect([runs(with_!), runs(without!)]).toEqual([2, 1]);
    expect(hashOf(with_!)).toBe(hashOf(without!));
  });

  test("learns the labels of the images it is given, and not those of others", async () => {
    const [spec, splits] = await trialOf(SMALL, { augment: ALL, epochs: 15, batch: 32 }, { corrupt: 0 });
    const last = (await eventsOf([spec, splits])).at(-1)!;
    if (last.type !== "done") throw new Error(`expected done, got ${last.type}`);
    // Of 10 classes, all as frequent: labels of other images would be right by chance, 5 standard deviations at most.
    expect(last.outcome.trainAccuracy).toBeGreaterThan(0.1 + 5 * Math.sqrt((0.1 * 0.9) / 200));
  });
});

describe("prepareTrial, with augmentation,", () => {
  const WHOLE = shapes(60, 30);
  const randomizations: readonly Pick<TrialSpec, "inputs" | "corrupt" | "labels">[] = [
    { inputs: "true", corrupt: 0.5 },
    { inputs: "true", corrupt: 0.5, labels: "permute" },
    { inputs: "shuffled", corrupt: 0 },
    { inputs: "random", corrupt: 0 },
    { inputs: "gaussian", corrupt: 0 },
  ];

  test.each(randomizations)("randomizes whole images and evaluates their centers, %j", async (request) => {
    const [spec, splits] = await trialOf(WHOLE, { augment: ALL }, request);
    expect(splits).toBe(WHOLE);
    const prepared = await prepareTrial(splits, spec);
    requireConformance(prepared.conformance);
    const expected = randomize(WHOLE, request, spec.seed);
    const evaluated = (dataset: Dataset) => preprocess(crop(dataset), "paper");
    expect(prepared.train).toEqual(evaluated(expected.train));
    expect(prepared.test).toEqual(evaluated(expected.test));
    expect(prepared.train.shape.slice(1)).toEqual(networkShape(splits, spec.recipe));
  });

  test("trains on the labels it would train on without", async () => {
    const [withAll, without] = await Promise.all(
      [ALL, NONE].map(async (augment) => {
        const [spec, splits] = await trialOf(WHOLE, { augment });
        return prepareTrial(splits, spec);
      }),
    );
    expect(withAll!.train.labels).toEqual(without!.train.labels);
    expect(withAll!.testLabelsCorrupted).toEqual(without!.testLabelsCorrupted);
  });

  test("measures what it standardizes with on the centers of the training images", async () => {
    const [spec, splits] = await trialOf(WHOLE, { augment: CROP, preprocess: "standardize" }, { corrupt: 0 });
    const { train, test: held } = await prepareTrial(splits, spec);
    const centers = crop(WHOLE.train);
    expect(train.inputs).toEqual(preprocess(centers, "standardize", centers).inputs);
    expect(held.inputs).toEqual(preprocess(crop(WHOLE.test), "standardize", centers).inputs);
  });

  test("refuses images with no window to choose", async () => {
    const centers = { train: crop(WHOLE.train), test: crop(WHOLE.test) };
    const [spec, splits] = await trialOf(centers, { augment: CROP });
    await expect(prepareTrial(splits, spec)).rejects.toThrow(
      "augment crop: expected images larger than 28 x 28, got 28 x 28: there is no window to choose",
    );
  });
});
