import { describe, expect, test } from "vitest";
import { UsageError } from "../../src/base/errors.ts";
import type { Splits } from "../../src/data/dataset.ts";
import { findModel } from "../../src/nn/models.ts";
import { conditionsOf, specsOf, type TestRequest } from "../../src/paper/plan.ts";
import { planTest } from "../../src/paper/test-plan.ts";
import { checkRecipe, requirePossible } from "../../src/train/possible.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { trialId } from "../../src/train/spec.ts";

/** Two splits of two 1 x 2 x 2 images of two classes. */
const SPLITS: Splits = (() => {
  const split = {
    name: "tiny",
    inputs: new Uint8Array(8),
    shape: [2, 1, 2, 2],
    labels: Int32Array.of(0, 1),
    classNames: ["a", "b"],
  };
  return { train: split, test: split };
})();

/** What an error says. */
function complaintOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
}

const TINY = { model: findModel("linear"), splits: SPLITS };

const REQUEST: TestRequest = {
  model: "linear",
  inputs: ["true", "shuffled"],
  corrupt: [1, 0],
  seeds: 2,
  firstSeed: 5,
  recipe: paperRecipe,
  escalations: 2,
};

describe("conditionsOf", () => {
  test("crosses corruption with true inputs only", () => {
    expect(conditionsOf(REQUEST)).toEqual([
      { inputs: "true", corrupt: 0 },
      { inputs: "true", corrupt: 1 },
      { inputs: "shuffled", corrupt: 0 },
    ]);
  });

  test("takes each condition once", () => {
    expect(conditionsOf({ inputs: ["true", "true"], corrupt: [0.2, 0.2] })).toEqual([
      { inputs: "true", corrupt: 0.2 },
    ]);
  });

  test.each([-0.1, 1.1, Number.NaN])("refuses the probability %d", (probability) => {
    expect(() => conditionsOf({ inputs: ["true"], corrupt: [probability] })).toThrow(
      `\`corrupt\`: expected probabilities in [0, 1], got ${probability}`,
    );
  });

  test("permutes labels where it is asked, and leaves the spec of true labels as it is", () => {
    expect(conditionsOf({ inputs: ["true"], corrupt: [0, 0.5], labels: "permute" })).toEqual([
      { inputs: "true", corrupt: 0 },
      { inputs: "true", corrupt: 0.5, labels: "permute" },
    ]);
    // The id of a spec is the hash of its fields: a field that said "redraw" would rename every trial there is.
    expect(conditionsOf({ inputs: ["true"], corrupt: [0.5], labels: "redraw" })).toEqual([
      { inputs: "true", corrupt: 0.5 },
    ]);
  });

  test("refuses corrupted labels without true inputs", () => {
    expect(() => conditionsOf({ inputs: ["random"], corrupt: [0, 1] })).toThrow('add "true" to `inputs`');
  });
});

describe("planTest", () => {
  test("refuses a warm-up that training does not outlive, by its own epochs or a budget's", async () => {
    const recipe = { ...paperRecipe, learningRateWarmup: 8, epochs: 8, batch: 2 };
    const planned = (changes: Partial<TestRequest>) =>
      planTest({ ...REQUEST, recipe, ...changes }, { name: "tiny" }, TINY);
    await expect(planned({})).rejects.toThrow(
      "`learningRateWarmup` 8: expected fewer than the 8 steps of 8 epochs on 2 examples; warm up in fewer",
    );
    const longer = { ...recipe, epochs: 9 };
    expect((await planned({ recipe: longer })).request.recipe).toEqual(longer);
    // Six trials, and half of the steps are kept for what they leave undecided.
    const budget = { asked: "96 steps", steps: 96, secondsPerStep: null };
    await expect(planned({ recipe: longer, budget })).rejects.toThrow("fewer than the 8 steps of 8 epochs");
  });

  test("refuses a batch that is no whole number of parts, and has one part by nobody's asking", async () => {
    const recipe = { ...paperRecipe, batch: 2 };
    const inThirds = planTest({ ...REQUEST, recipe: { ...recipe, accumulate: 3 } }, { name: "tiny" }, TINY);
    await expect(inThirds).rejects.toThrow(
      "`accumulate` 3: expected to divide a batch into equal parts, got 2 examples; use another `batch` or `accumulate`",
    );
    expect(checkRecipe({ ...recipe, accumulate: 1 })).toStrictEqual(recipe);
  });

  test("refuses a batch of more examples than memory holds the network's numbers for", () => {
    const { train, test: held } = SPLITS;
    const images = { ...train, shape: [2, 3, 28, 28], inputs: new Uint8Array(2 * 3 * 28 * 28) };
    const possible = (model: string, count: number) =>
      requirePossible(
        findModel(model),
        { ...paperRecipe, batch: "all" },
        { train: images, test: held },
        count,
      );
    expect(() => possible("alexnet", 1000)).not.toThrow();
    expect(() => possible("mlp-1x512", 50_000)).not.toThrow();
    const message =
      /^`batch` all: model "alexnet" computes (\d+) GiB of numbers for 50000 examples, expected at most 16: use `n` (\d+) or less/;
    expect(() => possible("alexnet", 50_000)).toThrow(message);
    const most = /use `n` (\d+)/.exec(complaintOf(() => possible("alexnet", 50_000)))![1];
    expect(() => possible("alexnet", Number(most))).not.toThrow();
    expect(() => possible("alexnet", Number(most) + 1)).toThrow("use `n`");
  });

  const plan = async () => {
    const { request, facts } = await planTest(REQUEST, { name: "tiny" }, TINY);
    return specsOf(request, facts.dataset);
  };

  test("repeats each condition for each seed", async () => {
    const specs = await plan();
    expect(specs.map(({ inputs, corrupt, seed }) => [inputs, corrupt, seed])).toEqual([
      ["true", 0, 5],
      ["true", 0, 6],
      ["true", 1, 5],
      ["true", 1, 6],
      ["shuffled", 0, 5],
      ["shuffled", 0, 6],
    ]);
  });

  test("gives every trial an id of its own, and the same one each time", async () => {
    const ids = async () => Promise.all((await plan()).map(trialId));
    const first = await ids();
    expect(new Set(first).size).toBe(6);
    expect(await ids()).toEqual(first);
  });

  test("refuses a recipe whose augmentation its images cannot have", async () => {
    const recipe = { ...paperRecipe, augment: { crop: true, flip: false, rotation: 0 } };
    await expect(planTest({ ...REQUEST, recipe }, { name: "tiny" }, TINY)).rejects.toThrow(
      "augment crop: expected images larger than 28 x 28, got 2 x 2",
    );
  });
});

describe("planTest for a model with batch normalization", () => {
  /** `count` blank images of 1 x 2 x 2. */
  const blank = (count: number): Splits => {
    const { train, test: held } = SPLITS;
    const [inputs, labels] = [new Uint8Array(4 * count), new Int32Array(count)];
    return { train: { ...train, inputs, labels, shape: [count, 1, 2, 2] }, test: held };
  };
  const plan = (batch: number, lastBatch: "keep" | "drop", count: number) =>
    planTest(
      { ...REQUEST, model: "inception", recipe: { ...paperRecipe, batch, lastBatch } },
      { name: "blank" },
      { model: findModel("inception"), splits: blank(count) },
    );

  test.each([
    [8, "keep", 16],
    [8, "drop", 20],
    [8, "drop", 8],
  ] as const)("takes full batches: of %d, %s, from %d examples", async (batch, last, count) => {
    expect((await plan(batch, last, count)).facts.dataset.train).toBe(count);
  });

  test.each([
    [8, "keep", 20, "expected full batches of 8, but 20 examples leave one of 4; use `lastBatch` drop"],
    [32, "drop", 20, "expected full batches of 32, but 20 examples leave one of 20; use `batch` 20 or less"],
  ] as const)("refuses padding: batches of %d, %s, from %d examples", async (batch, last, count, message) => {
    await expect(plan(batch, last, count)).rejects.toThrow(
      new UsageError(`model "inception" normalizes over the batch: ${message}`),
    );
  });

  test("takes all examples at once, however many", async () => {
    const recipe = { ...paperRecipe, batch: "all" as const };
    const subject = { model: findModel("inception"), splits: blank(20) };
    const { request } = await planTest({ ...REQUEST, recipe }, { name: "blank" }, subject);
    expect(request.recipe.batch).toBe("all");
  });

  test("refuses a table", async () => {
    const { train, test: held } = SPLITS;
    const table = { train: { ...train, shape: [2, 4] }, test: { ...held, shape: [2, 4] } };
    const subject = { model: findModel("inception"), splits: table };
    await expect(planTest({ ...REQUEST, model: "inception" }, { name: "table" }, subject)).rejects.toThrow(
      'model "inception": expected images [channels, height, width], got examples [4]',
    );
  });
});

describe("checkRecipe", () => {
  test("leaves out what changes nothing, so that it is the trial that it always was", () => {
    const nothing = { learningRateFloor: 0, learningRateWarmup: 0, clipNorm: 0, labelSmoothing: 0 };
    expect(checkRecipe({ ...paperRecipe, ...nothing })).toStrictEqual(paperRecipe);
    const something = { learningRateFloor: 0.1, learningRateWarmup: 5, clipNorm: 1, labelSmoothing: 0.1 };
    const asked = {
      ...paperRecipe,
      ...something,
      learningRateDecay: "cosine",
      optimizer: "adamw",
      batch: "all",
    };
    expect(checkRecipe(asked)).toStrictEqual(asked);
  });

  test("names the field that is wrong", () => {
    expect(() => checkRecipe({ ...paperRecipe, momentum: 1 })).toThrow("recipe: momentum: ");
    expect(() => checkRecipe({ ...paperRecipe, learningRate: Number.NaN })).toThrow("recipe: learningRate: ");
    expect(() => checkRecipe({ ...paperRecipe, speed: 1 })).toThrow("speed");
  });
});
