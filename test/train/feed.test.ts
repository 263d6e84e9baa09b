import { describe, expect, test } from "vitest";
import { augmentExamples } from "../../src/data/augment.ts";
import { epochBatches } from "../../src/data/batches.ts";
import { crop, preprocess } from "../../src/data/preprocess.ts";
import { shapes } from "../../src/data/shapes.ts";
import { createFeed } from "../../src/train/feed.ts";
import { paperRecipe, type Recipe } from "../../src/train/recipe.ts";

const { train } = shapes(40, 1);
const CENTERS = crop(train);
const ALL = { crop: true, flip: true, rotation: 25 };
const SEED = 3;

const recipeOf = (facts: Partial<Recipe>): Recipe => ({ ...paperRecipe, batch: 16, augment: ALL, ...facts });
const feedOf = (facts: Partial<Recipe>) =>
  createFeed(train, { train: CENTERS, test: CENTERS }, recipeOf(facts), SEED);

describe("createFeed", () => {
  test("gives each batch its rows as the epoch sees them, whitened", async () => {
    const batches = epochBatches(40, 16, "keep", SEED, 2);
    const images = (await feedOf({}).images(batches, 2))!;
    const size = 16 * 3 * 28 * 28;
    expect(images.length).toBe(3 * size);
    batches.forEach(({ indices }, step) => {
      const changed = augmentExamples(train, indices, ALL, SEED, 2);
      expect(images.slice(step * size, (step + 1) * size)).toEqual(preprocess(changed, "paper").inputs);
    });
  });

  test("gives the same images, however many steps a run has", async () => {
    const feed = feedOf({});
    const batches = epochBatches(40, 16, "keep", SEED, 0);
    const parts = await Promise.all(batches.map(async (batch) => [...(await feed.images([batch], 0))!]));
    expect(Float32Array.from(parts.flat())).toEqual(await feed.images(batches, 0));
  });

  test("standardizes with the moments of the images as they are evaluated", async () => {
    const batches = epochBatches(40, 16, "drop", SEED, 0).slice(0, 1);
    const changed = augmentExamples(train, batches[0]!.indices, ALL, SEED, 0);
    expect(await feedOf({ preprocess: "standardize" }).images(batches, 0)).toEqual(
      preprocess(changed, "standardize", CENTERS).inputs,
    );
  });

  test.each([
    [128, 55],
    [1, 7133],
    [10_000, 1],
  ])("gives a run of batches of %d at most %d steps, 64 MiB of images", (batch, steps) => {
    expect(feedOf({ batch }).mostSteps).toBe(steps);
  });

  test("leaves images to the step, without augmentation", async () => {
    const feed = feedOf({ augment: paperRecipe.augment });
    expect(feed.mostSteps).toBe(Number.POSITIVE_INFINITY);
    expect(await feed.images(epochBatches(40, 16, "keep", SEED, 0), 0)).toBeUndefined();
  });
});
