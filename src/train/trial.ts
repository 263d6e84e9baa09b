/**
 * @file One trial: a generator of events that knows no store, terminal or socket.
 */

import { sha256 } from "../base/json.ts";
import { randomStream } from "../base/random.ts";
import { batchCount, epochBatches } from "../data/batches.ts";
import { exampleCount, exampleShape, type Splits } from "../data/dataset.ts";
import { subset } from "../data/subset.ts";
import { sizeOf } from "../graph/value.ts";
import type { Model } from "../nn/model.ts";
import { exponentialDecay } from "../nn/schedules.ts";
import type { Mask } from "../nn/scope.ts";
import { type Checkpoint, type EpochPosition, requireEqual, stateOf, tensorsOf } from "./checkpoint.ts";
import type { Engine } from "./engine.ts";
import type { TrialYield } from "./events.ts";
import type { Feed } from "./feed.ts";
import { type EpochRow, isExploded, isFitted, milestonesOf } from "./history.ts";
import { measureApart, memorisingOf } from "./noise-apart.ts";
import type { TrialOutcome } from "./outcome.ts";
import { prepareTrial, requireConformance } from "./prepare.ts";
import type { Recipe } from "./recipe.ts";
import { type Answers, type Batches, createEvaluator, createTrainer, type Trainer } from "./session.ts";
import { type TrialSpec, trialId } from "./spec.ts";
import { buildStep, requireTrainable, type Step } from "./step.ts";

export type { TrialEvent } from "./events.ts";
export type { EpochRow } from "./history.ts";
export type { TrialOutcome } from "./outcome.ts";

/** What a trial is about: the things that its spec names. */
export interface Subject {
  readonly model: Model;
  /** The examples used, not randomized. */
  readonly splits: Splits;
}

/** How a trial is run; nothing of it changes its result. */
export interface RunOptions {
  /** A checkpoint of this trial, to go on from. */
  readonly from?: Checkpoint | undefined;
  /**
   * Asked after each run of the engine and after each epoch: whether a checkpoint is wanted now. Where it is
   * given, a last checkpoint also keeps the outcome.
   */
  readonly checkpointDue?: (() => boolean) | undefined;
  /** Seconds spent on the trial so far, for its checkpoints; 0 unless told. */
  readonly secondsSpent?: (() => number) | undefined;
  /** Asked before each run of the engine: how many steps it does at most; {@link STEPS_PER_RUN} unless told. */
  readonly stepsPerRun?: (() => number) | undefined;
}

/** Most steps of one run of the engine: enough to hide its overhead, few enough to report progress. */
export const STEPS_PER_RUN = 100;

/**
 * Randomize the data, train one network on them, and measure it after every epoch.
 *
 * The same spec and data give the same outcome and bytes on as many threads of an engine, and however often
 * the trial was interrupted and went on from a checkpoint.
 *
 * @param subject - The model and the examples that the spec names, the latter cropped for the recipe.
 * @throws UsageError if the model cannot take such examples or batches, or the recipe's augmentation is
 *   not possible on them.
 * @throws DataError if the data are not those of the spec, a randomization fails one of its checks, or the
 *   checkpoint is of another trial.
 */
export async function* runTrial(
  spec: TrialSpec,
  { model, splits }: Subject,
  engine: Engine,
  options: RunOptions = {},
): AsyncGenerator<TrialYield> {
  const { recipe, seed } = spec;
  const { from, checkpointDue = () => false, secondsSpent = () => 0 } = options;
  const id = await trialId(spec);
  if (from) requireEqual("trial", id, from.trial);
  yield { type: "started" };
  const data = await prepareTrial(splits, spec);
  const { realised, touched, conformance } = data;
  yield { type: "prepared", realised, touched, conformance, dataHash: data.hash };
  requireConformance(conformance);
  const history = [...(from?.history ?? [])];
  if (from) {
    const { step, seconds, outcome } = from;
    yield { type: "resumed", epochs: history.length, step, seconds, ended: outcome !== null };
    for (const row of history) yield { type: "epoch", row };
    if (outcome) {
      yield { type: "done", outcome };
      return;
    }
  }
  const { train, test } = data;
  const pair = { truth: data.trueLabels, given: train.labels };
  const classes = train.classNames.length;
  const count = exampleCount(train);
  requireTrainable(model, recipe, exampleShape(train), classes, count);
  const step = buildStep(model, recipe, exampleShape(train), classes, count);
  const stepsPerEpoch = batchCount(count, step.batch, recipe.lastBatch);
  const start = from && { state: stateOf(from, step), rate: rateBefore(from, recipe, stepsPerEpoch) };
  await using trainer = await createTrainer(engine, step, train, recipe.initialization, seed, start);
  await using evaluator = await createEvaluator(engine, model, exampleShape(train), classes);
  const facts = () => ({ trial: id, history: [...history], seconds: secondsSpent() });
  const checkpointAt = (position: EpochPosition): TrialYield => {
    const tensors = tensorsOf(trainer.state(), step);
    return { type: "checkpoint", checkpoint: { ...facts(), ...position, outcome: null, tensors } };
  };

  const { test: wanted } = recipe.evaluate;
  const testN = wanted === "all" ? exampleCount(test) : Math.min(wanted, exampleCount(test));
  const glance = subset({ train, test }, { n: count, testN }, seed).test;
  let position: EpochPosition = from ?? EPOCH_START;
  let onTrain: Answers;
  let onTest: Answers;
  let ended = false;
  do {
    const epoch = history.length + 1;
    const trainLoss = yield* trainEpoch(
      { trainer, step, spec, feed: data.feed, count, options, checkpointAt },
      epoch - 1,
      position,
    );
    position = EPOCH_START;
    let row: EpochRow = {
      epoch,
      trainLoss: finiteOrNull(trainLoss),
      fitLoss: null,
      trainAccuracy: null,
      testAccuracy: null,
    };
    ended = isExploded(trainLoss, classes) || epoch === recipe.epochs;
    if (ended || epoch % recipe.evaluate.every === 0) {
      onTrain = await evaluator.answer(trainer.state(), train);
      const trainAccuracy = accuracy(onTrain.predicted, train.labels);
      const fitLoss = meanOf(onTrain.losses);
      ended ||= isExploded(fitLoss, classes);
      ended ||= recipe.fit.stop && isFitted(trainAccuracy, fitLoss, recipe);
      const asked = ended ? test : glance;
      onTest = await evaluator.answer(trainer.state(), asked);
      const testAccuracy = accuracy(onTest.predicted, asked.labels);
      row = { ...row, fitLoss: finiteOrNull(fitLoss), trainAccuracy, testAccuracy };
      if (spec.corrupt > 0) row = { ...row, apart: measureApart(onTrain.predicted, pair) };
    }
    history.push(row);
    yield { type: "epoch", row };
    if (!ended && checkpointDue()) yield checkpointAt(EPOCH_START);
  } while (!ended);

  const { diverged, epochsToFit, epochsTo95, best } = milestonesOf(history, recipe, classes);
  const memorising = memorisingOf(history, pair, spec.labels === "permute");
  const outcome: TrialOutcome = {
    status: diverged ? "diverged" : "done",
    epochs: history.length,
    steps: history.length * stepsPerEpoch,
    fit: epochsToFit !== null,
    epochsToFit,
    epochsTo95,
    best,
    trainLoss: finiteOrNull(meanOf(onTrain!.losses)),
    trainAccuracy: accuracy(onTrain!.predicted, train.labels),
    testAccuracy: accuracy(onTest!.predicted, test.labels),
    testAccuracyCorrupted: accuracy(onTest!.predicted, data.testLabelsCorrupted),
    confusion: confusionMatrix(test.labels, onTest!.predicted, classes),
    ...(memorising ? { memorising } : {}),
    parametersHash: await hashParameters(trainer, step),
  };
  if (options.checkpointDue) {
    yield { type: "checkpoint", checkpoint: { ...facts(), ...EPOCH_START, outcome, tensors: [] } };
  }
  yield { type: "done", outcome };
}

/** The learning rate of the step that left a checkpoint; undefined if there was none. */
function rateBefore(
  { history, step }: Checkpoint,
  recipe: Recipe,
  stepsPerEpoch: number,
): number | undefined {
  const done = history.length * stepsPerEpoch + step;
  return done === 0 ? undefined : Math.fround(exponentialDecay(recipe, done - 1, stepsPerEpoch));
}

const EPOCH_START: EpochPosition = { step: 0, lossTotal: 0 };

/** What every epoch of a trial is trained with. */
interface Training {
  readonly trainer: Trainer;
  readonly step: Step;
  readonly spec: TrialSpec;
  readonly feed: Feed;
  /** Number of training examples. */
  readonly count: number;
  readonly options: RunOptions;
  readonly checkpointAt: (position: EpochPosition) => TrialYield;
}

/**
 * Train one epoch, or what is left of it, reporting after each run of the engine.
 *
 * @param epoch - From 0.
 * @returns The mean loss over its batches, in nats.
 */
async function* trainEpoch(
  { trainer, step, spec, feed, count, options, checkpointAt }: Training,
  epoch: number,
  position: EpochPosition,
): AsyncGenerator<TrialYield, number> {
  const { recipe, seed } = spec;
  const { checkpointDue, stepsPerRun = () => STEPS_PER_RUN } = options;
  const batches = epochBatches(count, step.batch, recipe.lastBatch, seed, epoch);
  let { step: done, lossTotal } = position;
  const most = (): number => Math.min(stepsPerRun(), feed.mostSteps);
  while (done < batches.length) {
    const run = batches.slice(done, done + most());
    const first = epoch * batches.length + done;
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
    // One by one, so that the sum does not depend on how many steps a run does.
    for (const loss of losses) lossTotal += loss;
    done += run.length;
    yield { type: "progress", epoch: epoch + 1, share: done / batches.length, trainLoss: lossTotal / done };
    // A loss that is no number any more ends the trial, and JSON has no word for it.
    if (Number.isFinite(lossTotal) && checkpointDue?.()) yield checkpointAt({ step: done, lossTotal });
  }
  return lossTotal / batches.length;
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
