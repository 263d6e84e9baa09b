/**
 * @file Train a network and measure single examples after every epoch.
 */

import { type Dataset, exampleCount, exampleShape } from "../../data/dataset.ts";
import type { Model } from "../../nn/model.ts";
import type { Engine } from "../../train/engine.ts";
import { trainEpoch } from "../../train/epoch.ts";
import { createFeed } from "../../train/feed.ts";
import type { Recipe } from "../../train/recipe.ts";
import { type Answers, createEvaluator, createTrainer } from "../../train/session.ts";
import { buildStep } from "../../train/step.ts";

/** One training. */
export interface Training {
  readonly model: Model;
  /** Without dropout and augmentation. */
  readonly recipe: Recipe;
  /** Of the first weights and the order of batches. */
  readonly seed: number;
  /** float32 inputs as the network sees them. */
  readonly train: Dataset;
  /** float32 inputs as the network sees them: what is measured. */
  readonly probes: Dataset;
}

/** What the network says of the probes after an epoch; the loss of each in nats, and its predicted class. */
export interface Probed extends Answers {
  /** From 1. */
  readonly epoch: number;
}

/**
 * Train a network as a trial would, and yield what it says of the probes after each epoch.
 *
 * Two trainings with one seed start from the same weights and see the same places of the training set in the same order,
 * so they differ by what stands in those places only.
 */
export async function* trainPath(
  engine: Engine,
  { model, recipe, seed, train, probes }: Training,
): AsyncGenerator<Probed> {
  const classes = train.classNames.length;
  const count = exampleCount(train);
  const step = buildStep(model, recipe, exampleShape(train), classes, count);
  await using trainer = await createTrainer(engine, step, train, recipe.initialization, seed);
  await using evaluator = await createEvaluator(engine, model, exampleShape(train), classes);
  const feed = createFeed(train, { train, test: probes }, recipe, seed);
  for (let epoch = 0; epoch < recipe.epochs; epoch++) {
    await Array.fromAsync(trainEpoch({ trainer, step, recipe, seed, feed, count }, epoch));
    yield { epoch: epoch + 1, ...(await evaluator.answer(await trainer.state(), probes)) };
  }
}
