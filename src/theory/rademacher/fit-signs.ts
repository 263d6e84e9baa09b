/**
 * @file Train a network on random signs, or on the true ones, with the trials of the randomization test.
 */

import { exampleCount, type Splits, takeExamples } from "../../data/dataset.ts";
import type { Model } from "../../nn/model.ts";
import type { Engine } from "../../train/engine.ts";
import { splitsHash } from "../../train/prepare.ts";
import type { Recipe } from "../../train/recipe.ts";
import { runTrial, type TrialOutcome } from "../../train/trial.ts";

/** A recipe to be trained on signs. */
export interface SignsTrial {
  readonly model: Model;
  readonly recipe: Recipe;
  /** Number of training examples: the first of them. */
  readonly n: number;
  readonly signs: "true" | "random";
  /** Of the signs (the stream of corrupted labels), the first weights and the order. */
  readonly seed: number;
}

/**
 * Train a network, and say what came of it.
 *
 * Labels of two classes that are all redrawn are signs of a Rademacher variable: each +1 or -1 with probability 1/2,
 * independent of the example.
 *
 * @param splits - Two classes, cropped for the recipe; at least `n` training examples.
 * @param onEpoch - Told the share of the epochs that are done; throws to end the training.
 */
export async function fitSigns(
  engine: Engine,
  splits: Splits,
  { model, recipe, n, signs, seed }: SignsTrial,
  onEpoch: (share: number) => Promise<void>,
): Promise<TrialOutcome> {
  const train = takeExamples(
    splits.train,
    Array.from({ length: n }, (_, index) => index),
  );
  const part = { train, test: splits.test };
  const spec = {
    schema: "shatter/trial@1" as const,
    dataset: { name: train.name, hash: await splitsHash(part), train: n, test: exampleCount(part.test) },
    inputs: "true" as const,
    corrupt: signs === "random" ? 1 : 0,
    model: model.name,
    recipe,
    seed,
  };
  for await (const event of runTrial(spec, { model, splits: part }, engine)) {
    if (event.type === "done") return event.outcome;
    if (event.type === "epoch") await onEpoch(event.row.epoch / recipe.epochs);
  }
  throw new Error("internal: a trial ended without an outcome");
}
