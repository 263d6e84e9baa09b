/**
 * @file Train a network and measure single examples as it is trained.
 */

import { type Dataset, exampleCount, exampleShape, type Splits } from "../data/dataset.ts";
import { preprocessor } from "../data/preprocess.ts";
import type { Randomization } from "../data/randomization.ts";
import { randomize } from "../data/randomize.ts";
import type { Model } from "../nn/model.ts";
import type { Engine } from "../train/engine.ts";
import { trainEpoch } from "../train/epoch.ts";
import { createFeed } from "../train/feed.ts";
import type { Recipe } from "../train/recipe.ts";
import { type Answers, createEvaluator, createTrainer, type TrainingState } from "../train/session.ts";
import { buildStep } from "../train/step.ts";

/** One training. */
export interface Training {
  readonly model: Model;
  /** Without augmentation; every epoch of it is trained. */
  readonly recipe: Recipe;
  /** Of the first weights, the order of batches, and dropout. */
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
  /** Parameters by name, and what the optimizer has besides. */
  readonly state: TrainingState;
}

/**
 * Train a network as a trial would, and yield what it says of the probes after each epoch that the recipe evaluates, and the last.
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
  for (let epoch = 1; epoch <= recipe.epochs; epoch++) {
    await Array.fromAsync(trainEpoch({ trainer, step, recipe, seed, feed, count }, epoch - 1));
    if (epoch % recipe.evaluate.every !== 0 && epoch !== recipe.epochs) continue;
    const state = await trainer.state();
    yield { epoch, state, ...(await evaluator.answer(state, probes)) };
  }
}

/** Randomize examples, cropped for the recipe, as a trial would, and bring them to what its network sees. */
export function randomizedFor(
  splits: Splits,
  request: Randomization,
  { preprocess }: Recipe,
  seed: number,
): Splits {
  const { train, test } = randomize(splits, request, seed);
  const finish = preprocessor(preprocess, train);
  return { train: finish(train), test: finish(test) };
}

/** The examples of two datasets of one shape, one after the other. */
export function concatenate(a: Dataset, b: Dataset): Dataset {
  const inputs = new Float32Array(a.inputs.length + b.inputs.length);
  inputs.set(a.inputs);
  inputs.set(b.inputs, a.inputs.length);
  const labels = Int32Array.from([...a.labels, ...b.labels]);
  return { ...a, inputs, labels, shape: [labels.length, ...a.shape.slice(1)] };
}

/** Share of the examples from one place to another that are answered as labeled. */
export function accuracyOf(
  { predicted }: Pick<Answers, "predicted">,
  { labels }: Dataset,
  from = 0,
  to = labels.length,
): number {
  let hits = 0;
  for (let at = from; at < to; at++) hits += Number(predicted[at] === labels[at]);
  return hits / (to - from);
}
