import { describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { shapes } from "../../src/data/shapes.ts";
import { findModel } from "../../src/nn/models.ts";
import { runtime } from "../../src/run/node/runtime.ts";
import { openEngine } from "../../src/train/engine.ts";
import { type Apart, measureApart, memorizingOf } from "../../src/train/noise-apart.ts";
import { cropForRecipe, splitsHash } from "../../src/train/prepare.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { runTrial } from "../../src/train/trial.ts";

const PAIR = { truth: Int32Array.of(0, 1, 2, 3, 0), given: Int32Array.of(0, 2, 2, 1, 3) };

test("answers are counted apart on changed labels and on the others", () => {
  const answers = Int32Array.of(0, 2, 1, 3, 1);
  expect(measureApart(answers, PAIR)).toEqual({ changedGiven: 1 / 3, changedTrue: 1 / 3, unchanged: 1 / 2 });
  expect(measureApart(PAIR.truth, { truth: PAIR.truth, given: PAIR.truth })).toEqual({
    changedGiven: null,
    changedTrue: null,
    unchanged: 1,
  });
});

describe("memorizingOf", () => {
  /** A thousand changed labels of `k` classes, each another than the true one. */
  const changed = (k: number) => {
    const random = randomStream(1, "noise-apart");
    const truth = Int32Array.from({ length: 1_000 }, (_, i) => i % k);
    return { truth, given: truth.map((label) => (label + 1 + random.below(k - 1)) % k) };
  };
  const apart = (changedGiven: number, changedTrue: number): Apart => ({
    changedGiven,
    changedTrue,
    unchanged: 1,
  });
  const history = [apart(0.05, 0.5), apart(0.11, 0.7), apart(0.2, 0.6), apart(0.9, 0.1)].map(
    (row, index) => ({
      epoch: 2 * index + 2,
      apart: row,
    }),
  );

  test("begins where more changed labels are answered as given than guessing explains", () => {
    const { guessing, bound, begins, bestTrue } = memorizingOf(history, changed(10), false)!;
    expect(guessing).toBeCloseTo(1 / 9);
    // Bernstein's bound for 1,000 labels and four epochs: x = 12.5 + ln 4, variance 1000 * 8 / 81.
    expect(bound).toBeCloseTo(0.111111 + 0.05721, 4);
    expect(begins).toBe(6);
    expect(bestTrue).toEqual({ epoch: 4, accuracy: 0.7 });
  });

  test("says nothing of two classes, where a mistake and a memory are the same", () => {
    expect(memorizingOf(history, changed(2), false)).toMatchObject({ guessing: 1, begins: null });
  });

  test("expects more guesses of a common class where labels changed places", () => {
    const truth = Int32Array.of(0, 0, 0, 1, 2);
    expect(memorizingOf([], { truth, given: Int32Array.of(1, 0, 0, 0, 0) }, true)!.guessing).toBeCloseTo(
      // The first: one of two others, 1 : 1; the fourth and fifth: 3 of 4.
      (1 / 2 + 3 / 4 + 3 / 4) / 3,
    );
  });

  test("is null where no label was changed", () => {
    expect(memorizingOf(history, { truth: PAIR.truth, given: PAIR.truth }, false)).toBeNull();
  });
});

const ENGINE = await openEngine(runtime, "cpu", 1);

test.each([undefined, "permute"] as const)("a trial follows its changed labels apart: %s", async (labels) => {
  const splits = cropForRecipe(shapes(300, 50), paperRecipe);
  const dataset = { name: "shapes", hash: await splitsHash(splits), train: 300, test: 50 };
  const spec = {
    schema: "shatter/trial@1" as const,
    dataset,
    inputs: "true" as const,
    corrupt: 0.4,
    model: "mlp-1x512",
    ...(labels ? { labels } : {}),
    recipe: { ...paperRecipe, epochs: 60, batch: 32, evaluate: { every: 2, test: "all" as const } },
    seed: 0,
  };
  const events = await Array.fromAsync(runTrial(spec, { model: findModel(spec.model), splits }, ENGINE));
  const rows = events.flatMap((event) => (event.type === "epoch" ? [event.row] : []));
  const realised = events.flatMap((event) => (event.type === "prepared" ? [event.realised] : []))[0]!;
  expect(rows[0]!.apart).toBeUndefined();
  for (const { apart, trainAccuracy } of rows.filter((row) => row.apart)) {
    expect(apart!.changedGiven! * realised + apart!.unchanged! * (1 - realised)).toBeCloseTo(trainAccuracy!);
  }
  const { outcome } = events.at(-1) as Extract<(typeof events)[number], { type: "done" }>;
  expect(outcome.fit).toBe(true);
  expect(rows.at(-1)!.apart!.changedTrue).toBeLessThan(0.05);
  expect(outcome.memorising!.begins).not.toBeNull();
  const truly = rows.flatMap(({ apart }) => apart?.changedTrue ?? []);
  expect(outcome.memorising!.bestTrue!.accuracy).toBe(Math.max(...truly));
});
