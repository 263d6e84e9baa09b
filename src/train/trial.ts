/**
 * @file One trial: a generator of events that knows no store, terminal or socket.
 */

import { randomStream } from "../base/random.ts";
import { sha256 } from "../base/spec.ts";
import { batchCount, epochBatches } from "../data/batches.ts";
import type { ConformanceLine } from "../data/conformance.ts";
import { exampleCount, exampleShape, type Splits } from "../data/dataset.ts";
import { subset } from "../data/subset.ts";
import { sizeOf } from "../graph/value.ts";
import { findModel } from "../nn/models.ts";
import { exponentialDecay } from "../nn/schedules.ts";
import type { Mask } from "../nn/scope.ts";
import type { Engine } from "./engine.ts";
import type { Feed } from "./feed.ts";
import { prepareTrial, requireConformance } from "./prepare.ts";
import { type Answers, type Batches, createEvaluator, createTrainer, type Trainer } from "./session.ts";
import type { TrialSpec } from "./spec.ts";
import { buildStep, requireTrainable, type Step } from "./step.ts";

/** One row of a trial's history. */
export interface EpochRow {
  /** From 1. */
  readonly epoch: number;
  /** Mean over the epoch's batches, each before its update, in nats; null once it is not finite. */
  readonly trainLoss: number | null;
  /** Mean after the epoch, on the labels trained on, in nats; null if not measured, or not finite. */
  readonly fitLoss: number | null;
  /** After the epoch, on the labels trained on, in `[0, 1]`; null if this epoch was not measured. */
  readonly trainAccuracy: number | null;
  /** After the epoch, on the true labels, in `[0, 1]`; null if this epoch was not measured. */
  readonly testAccuracy: number | null;
}

/** What a trial leaves behind. */
export interface TrialOutcome {
  readonly status: "done" | "diverged";
  readonly epochs: number;
  readonly steps: number;
  readonly fit: boolean;
  readonly epochsToFit: number | null;
  readonly epochsTo95: number | null;
  /** The best test accuracy on the way and its first epoch: what early stopping could have had at most. */
  readonly best: { readonly epoch: number; readonly testAccuracy: number } | null;
  /** On the training data, after the last epoch; null if it is not finite. */
  readonly trainLoss: number | null;
  readonly trainAccuracy: number;
  readonly testAccuracy: number;
  /** Test accuracy against test labels corrupted with the trial's probability. */
  readonly testAccuracyCorrupted: number;
  /** `[classes][classes]`: number of test examples by true class and predicted class. */
  readonly confusion: readonly (readonly number[])[];
  /** SHA-256 of the trained parameters, in the model's order. */
  readonly parametersHash: string;
}

/** What happens in a trial, in order: `started`, `prepared`; `progress` and `epoch`, again and again; `done`. */
export type TrialEvent =
  | { readonly type: "started" }
  | {
      readonly type: "prepared";
      /** Share of the training labels that differ from the true ones. */
      readonly realised: number;
      /** Which inputs and labels were touched, as sentences. */
      readonly touched: string;
      readonly conformance: readonly ConformanceLine[];
      /** SHA-256 of the randomized data. */
      readonly dataHash: string;
    }
  | { readonly type: "progress"; readonly epoch: number; readonly share: number; readonly trainLoss: number }
  | { readonly type: "epoch"; readonly row: EpochRow }
  | { readonly type: "done"; readonly outcome: TrialOutcome };

/** Most steps of one run of the engine: enough to hide its overhead, few enough to report progress. */
const STEPS_PER_RUN = 100;

/** A loss this many times the loss of guessing counts as exploded. */
const EXPLOSION = 1000;

/**
 * Randomize the data, train one network on them, and measure it after every epoch.
 *
 * The same spec and data give the same events and bytes, whatever the number of threads.
 *
 * @param splits - The examples used, cropped for the recipe but not randomized.
 * @throws UsageError if the model is unknown, or cannot take such examples or batches, or the recipe's augmentation is
 *   not possible on them.
 * @throws DataError if the data are not those of the spec, or a randomization fails one of its checks.
 */
export async function* runTrial(spec: TrialSpec, splits: Splits, engine: Engine): AsyncGenerator<TrialEvent> {
  const { recipe, seed } = spec;
  const model = findModel(spec.model);
  yield { type: "started" };
  const data = await prepareTrial(splits, spec);
  const { realised, touched, conformance } = data;
  yield { type: "prepared", realised, touched, conformance, dataHash: data.hash };
  requireConformance(conformance);
  const { train, test } = data;
  const classes = train.classNames.length;
  const count = exampleCount(train);
  requireTrainable(model, recipe, exampleShape(train), classes, count);
  const step = buildStep(model, recipe, exampleShape(train), classes, count);
  await using trainer = await createTrainer(engine, step, train, recipe.initialization, seed);
  await using evaluator = await createEvaluator(engine, model, exampleShape(train), classes);

  const { test: wanted } = recipe.evaluate;
  const testN = wanted === "all" ? exampleCount(test) : Math.min(wanted, exampleCount(test));
  const glance = subset({ train, test }, { n: count, testN }, seed).test;
  const stepsPerEpoch = batchCount(count, recipe.batch, recipe.lastBatch);
  const exploded = EXPLOSION * Math.log(classes);
  let epoch = 0;
  let diverged = false;
  let epochsToFit: number | null = null;
  let epochsTo95: number | null = null;
  let best: TrialOutcome["best"] = null;
  let onTrain: Answers | undefined;
  let onTest: Answers | undefined;
  while (epoch < recipe.epochs && !diverged && !(recipe.fit.stop && epochsToFit !== null)) {
    const trainLoss = yield* trainEpoch(trainer, step, spec, data.feed, count, epoch);
    epoch++;
    diverged = !(trainLoss <= exploded);
    const isLast = diverged || epoch === recipe.epochs;
    if (!isLast && epoch % recipe.evaluate.every !== 0) {
      yield {
        type: "epoch",
        row: { epoch, trainLoss, fitLoss: null, trainAccuracy: null, testAccuracy: null },
      };
      continue;
    }
    onTrain = await evaluator.answer(trainer.state(), train);
    const trainAccuracy = accuracy(onTrain.predicted, train.labels);
    const fitLoss = meanOf(onTrain.losses);
    diverged ||= !(fitLoss <= exploded);
    if (!diverged) {
      if (trainAccuracy >= recipe.fit.accuracy || fitLoss < recipe.fit.loss) epochsToFit ??= epoch;
      if (trainAccuracy >= 0.95) epochsTo95 ??= epoch;
    }
    const ends = isLast || diverged || (recipe.fit.stop && epochsToFit !== null);
    const asked = ends ? test : glance;
    onTest = await evaluator.answer(trainer.state(), asked);
    const testAccuracy = accuracy(onTest.predicted, asked.labels);
    if (best === null || testAccuracy > best.testAccuracy) best = { epoch, testAccuracy };
    const row = {
      epoch,
      trainLoss: finiteOrNull(trainLoss),
      fitLoss: finiteOrNull(fitLoss),
      trainAccuracy,
      testAccuracy,
    };
    yield { type: "epoch", row };
  }
  yield {
    type: "done",
    outcome: {
      status: diverged ? "diverged" : "done",
      epochs: epoch,
      steps: epoch * stepsPerEpoch,
      fit: epochsToFit !== null,
      epochsToFit,
      epochsTo95,
      best,
      trainLoss: finiteOrNull(meanOf(onTrain!.losses)),
      trainAccuracy: accuracy(onTrain!.predicted, train.labels),
      testAccuracy: accuracy(onTest!.predicted, test.labels),
      testAccuracyCorrupted: accuracy(onTest!.predicted, data.testLabelsCorrupted),
      confusion: confusionMatrix(test.labels, onTest!.predicted, classes),
      parametersHash: await hashParameters(trainer, step),
    },
  };
}

/** Train one epoch, reporting after each run of the engine; returns the mean loss over its batches. */
async function* trainEpoch(
  trainer: Trainer,
  step: Step,
  { recipe, seed }: TrialSpec,
  feed: Feed,
  count: number,
  epoch: number,
): AsyncGenerator<TrialEvent, number> {
  const batches = epochBatches(count, recipe.batch, recipe.lastBatch, seed, epoch);
  let total = 0;
  const most = Math.min(STEPS_PER_RUN, feed.mostSteps);
  for (let start = 0; start < batches.length; start += most) {
    const run = batches.slice(start, start + most);
    const first = epoch * batches.length + start;
    const losses = await trainer.train({
      steps: run.length,
      indices: concatenate(
        run.map((batch) => batch.indices),
        Int32Array,
      ),
      weights: concatenate(
        run.map((batch) => batch.weights),
        Float32Array,
      ),
      rates: Float32Array.from(run, (_, index) => exponentialDecay(recipe, first + index, batches.length)),
      masks: step.masks.map((mask, index) => drawMasks(mask, index, run.length, seed, first)),
      images: feed.images(run, epoch),
    } satisfies Batches);
    for (const loss of losses) total += loss;
    const done = start + run.length;
    yield { type: "progress", epoch: epoch + 1, share: done / batches.length, trainLoss: total / done };
  }
  return total / batches.length;
}

/** The dropout masks of some steps, each step from a stream of its own: `[steps, ...mask]`. */
function drawMasks(
  { keep, value }: Mask,
  mask: number,
  steps: number,
  seed: number,
  first: number,
): Float32Array {
  const size = sizeOf(value.shape);
  const elements = new Float32Array(steps * size);
  for (let step = 0; step < steps; step++) {
    const random = randomStream(seed, "dropout", mask, first + step);
    const bound = keep * 2 ** 32;
    for (let at = 0; at < size; at++) elements[step * size + at] = random.uint32() < bound ? 1 / keep : 0;
  }
  return elements;
}

function concatenate<A extends Int32Array | Float32Array>(
  parts: readonly A[],
  array: new (length: number) => A,
): A {
  const joined = new array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Share of predictions that equal the labels. */
function accuracy(predicted: Int32Array, labels: Int32Array): number {
  let hits = 0;
  for (let index = 0; index < labels.length; index++) hits += Number(predicted[index] === labels[index]);
  return hits / labels.length;
}

/** Mean in float64, added in order. */
function meanOf(values: Float32Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total / values.length;
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

function confusionMatrix(labels: Int32Array, predicted: Int32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, index) => {
    matrix[label]![predicted[index]!]!++;
  });
  return matrix;
}

async function hashParameters(trainer: Trainer, step: Step): Promise<string> {
  const parameters = trainer.state();
  const bytes = step.parameters.map(({ name }) => {
    const elements = parameters[name]!;
    return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  });
  return sha256(...bytes);
}
