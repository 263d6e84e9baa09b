/**
 * @file One trial: a generator of events that knows no store, terminal or socket.
 */

import { sha256 } from "../base/json.ts";
import { batchCount } from "../data/batches.ts";
import {
  type ExampleSplits,
  type Examples,
  exampleCount,
  exampleShape,
  hasNumbers,
  isHeld,
  isImages,
} from "../data/dataset.ts";
import { subset } from "../data/subset.ts";
import type { Model } from "../nn/model.ts";
import { learningRateAt } from "../nn/schedules.ts";
import {
  type Checkpoint,
  type EpochPosition,
  fittedIn,
  requireEqual,
  stateOf,
  tensorsOf,
} from "./checkpoint.ts";
import type { Engine } from "./engine.ts";
import { EPOCH_START, trainEpoch } from "./epoch.ts";
import type { TrialYield } from "./events.ts";
import type { Feed } from "./feed.ts";
import { type Answered, type FittedSince, followFitted, hardOf } from "./hard.ts";
import { type EpochRow, guessingLoss, isExploded, isFitted, milestonesOf, type TopFive } from "./history.ts";
import { measureApart, memorizingOf } from "./noise-apart.ts";
import { MOST_CONFUSED, type TrialOutcome } from "./outcome.ts";
import { type OpenFeed, prepareTrial, requireConformance, type TrialData } from "./prepare.ts";
import type { Recipe } from "./recipe.ts";
import { measureRegression, rSquared } from "./regression.ts";
import {
  type Answers,
  createEvaluator,
  createTrainer,
  type Evaluator,
  type Reader,
  type Trainer,
  type TrainingState,
  topFive,
} from "./session.ts";
import { type TrialSpec, trialId } from "./spec.ts";
import { buildStep, requireTrainable, type Step, toldOf } from "./step.ts";
import { answersOfTwins, tellAnswers } from "./twins.ts";
import { stoppingOf } from "./validation.ts";

export type { TrialEvent } from "./events.ts";
export type { EpochRow } from "./history.ts";
export type { TrialOutcome } from "./outcome.ts";

/** What a trial is about: the things that its spec names. */
export interface Subject {
  readonly model: Model;
  /** The examples used, not randomized. */
  readonly splits: ExampleSplits;
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
  /** Makes the images of examples that are not held, ahead of the engine; they are made between its runs unless told. */
  readonly openFeed?: OpenFeed | undefined;
  /** Told what the network answers on its training data whenever it is measured, and its state then, which later steps may overwrite. */
  readonly onMeasured?: ((onTrain: Answers, state: TrainingState) => void) | undefined;
  /** Whether the trained network is yielded before the trial ends; one that had ended already has none any more. */
  readonly wantsNetwork?: boolean | undefined;
}

/**
 * Randomize the data, train one network on them, and measure it after every epoch.
 *
 * The same spec and data give the same outcome and bytes on as many threads of an engine, and however often
 * the trial was interrupted and went on from a checkpoint.
 *
 * @example
 * ```ts
 * import { openEngine, runTrial, type Runtime, type Subject, type TrialSpec } from "shatter/browser";
 *
 * export async function train(spec: TrialSpec, subject: Subject, runtime: Runtime): Promise<void> {
 *   for await (const event of runTrial(spec, subject, await openEngine(runtime, "cpu", 1))) {
 *     if (event.type === "epoch") console.log(event.row.trainLoss, event.row.testAccuracy);
 *   }
 * }
 * ```
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
  yield { type: "started", provider: engine.provider, layout: engine.layout };
  const data = await prepareTrial(splits, spec);
  const { realized, touched, conformance, train } = data;
  yield { type: "prepared", realised: realized, touched, conformance, dataHash: data.hash };
  requireConformance(conformance);
  const history = [...(from?.history ?? [])];
  if (from) {
    yield* replay(from);
    if (from.outcome) return;
  }
  const example = exampleShape(train);
  const classes = train.classNames.length;
  const count = exampleCount(train);
  requireTrainable(model, recipe, example, classes, count);
  const tells = toldOf(train);
  const step = buildStep(model, recipe, example, classes, count, data.feed.isHeld, tells);
  const stepsPerEpoch = batchCount(count, step.batch, recipe.lastBatch);
  const start = from && { state: stateOf(from, step), rate: rateBefore(from, recipe, stepsPerEpoch) };
  await using trainer = await createTrainer(engine, step, train, recipe.initialization, seed, start);
  await using evaluator = await createEvaluator(engine, model, example, classes, tells);
  await using ahead = isHeld(train) ? undefined : options.openFeed?.(data);
  const facts = () => ({ trial: id, history: [...history], seconds: secondsSpent() });
  // Where training examples have classes: since when they are answered as taught.
  let since = hasNumbers(train) ? undefined : from ? fittedIn(from, count) : new Int32Array(count);
  const checkpointAt = async (position: EpochPosition): Promise<TrialYield> => {
    const tensors = tensorsOf(await trainer.state(), step, since);
    return { type: "checkpoint", checkpoint: { ...facts(), ...position, outcome: null, tensors } };
  };

  const { onMeasured } = options;
  const feed = ahead ?? data.feed;
  const measuring = { evaluator, data, feed, glance: glanceAt(data, spec), spec, onMeasured };
  const training = { trainer, step, recipe, seed, feed, count };
  let position: EpochPosition = from ?? EPOCH_START;
  let measured: Measured | undefined;
  do {
    const epoch = history.length + 1;
    for await (position of trainEpoch(training, epoch - 1, position, options.stepsPerRun)) {
      const { step: done, lossTotal } = position;
      yield { type: "progress", epoch, share: done / stepsPerEpoch, trainLoss: lossTotal / done };
      // A loss that is no number any more ends the trial, and JSON has no word for it.
      if (Number.isFinite(lossTotal) && checkpointDue()) yield await checkpointAt(position);
    }
    const trainLoss = position.lossTotal / stepsPerEpoch;
    position = EPOCH_START;
    const isLast = isExploded(trainLoss, guessingLoss(train)) || epoch === recipe.epochs;
    const isDue = isLast || epoch % recipe.evaluate.every === 0;
    measured = isDue ? await measure(measuring, await trainer.state(), isLast) : undefined;
    since = since && measured ? followFitted(since, answered(measured.onTrain, train), epoch) : since;
    const row = { epoch, trainLoss: finiteOrNull(trainLoss), ...(measured?.numbers ?? UNMEASURED) };
    history.push(row);
    yield { type: "epoch", row };
    if (!measured?.isLast && checkpointDue()) yield await checkpointAt(EPOCH_START);
  } while (!measured?.isLast);

  const learned = outcomeOf(history, measured, measuring, stepsPerEpoch, since);
  const outcome = { ...learned, parametersHash: await hashParameters(trainer, step) };
  if (options.wantsNetwork) {
    yield { type: "trained", network: { id, spec, outcome, model, data, state: await trainer.state() } };
  }
  if (options.checkpointDue) {
    yield { type: "checkpoint", checkpoint: { ...facts(), ...EPOCH_START, outcome, tensors: [] } };
  }
  yield { type: "done", outcome };
}

/** What a checkpoint knows, told again. */
function* replay({ history, step, seconds, outcome }: Checkpoint): Generator<TrialYield> {
  yield { type: "resumed", epochs: history.length, step, seconds, ended: outcome !== null };
  for (const row of history) yield { type: "epoch", row };
  if (outcome) yield { type: "done", outcome };
}

/** What a network is measured by, and on. */
interface Measuring {
  readonly evaluator: Evaluator;
  readonly data: TrialData;
  readonly feed: Feed;
  /** The test examples that are looked at before the end. */
  readonly glance: Examples;
  readonly spec: TrialSpec;
  readonly onMeasured: RunOptions["onMeasured"];
}

/** A network after an epoch. */
interface Measured {
  readonly numbers: Omit<EpochRow, "epoch" | "trainLoss">;
  readonly onTrain: Answers;
  /** On all test examples in the end, before on a glance of them. */
  readonly onTest: Answers;
  readonly isLast: boolean;
}

/** The numbers of an epoch after which nothing is measured. */
const UNMEASURED = { fitLoss: null, trainAccuracy: null, testAccuracy: null } as const;

/** What its labels are, and what training is told. */
const pairOf = ({ trueLabels, train }: TrialData) => ({ truth: trueLabels, given: train.labels });

function glanceAt({ train, test }: TrialData, { recipe, seed }: TrialSpec): Examples {
  const { test: wanted } = recipe.evaluate;
  const testN = wanted === "all" ? exampleCount(test) : Math.min(wanted, exampleCount(test));
  return subset({ train, test }, { n: exampleCount(train), testN }, seed).test;
}

/** @param isLast - Whether the trial ends with this epoch, whatever comes out. */
async function measure(
  { evaluator, data, feed, glance, spec, onMeasured }: Measuring,
  state: TrainingState,
  isLast: boolean,
): Promise<Measured> {
  const { train, test, validation } = data;
  const { recipe, corrupt } = spec;
  // The feed makes these as a whole; what else is asked about is read between the engine's runs.
  const wholes = { train, test, validation };
  const readerOf = (examples: Examples): Reader | undefined => {
    const split = (["train", "test", "validation"] as const).find((name) => wholes[name] === examples);
    return isHeld(examples) || split === undefined
      ? undefined
      : { read: (from, to) => feed.evaluated(split, from, to), spend: feed.spend };
  };
  const onTrain = await evaluator.answer(state, train, readerOf(train));
  onMeasured?.(onTrain, state);
  const trainAccuracy = score(onTrain.predicted, train);
  const fitLoss = meanOf(onTrain.losses);
  const isOver =
    isLast ||
    isExploded(fitLoss, guessingLoss(train)) ||
    (recipe.fit.stop && isFitted(trainAccuracy, fitLoss, recipe));
  const asked = isOver ? test : glance;
  const onTest = await evaluator.answer(state, asked, readerOf(asked));
  const numbers = {
    fitLoss: finiteOrNull(fitLoss),
    trainAccuracy,
    testAccuracy: score(onTest.predicted, asked),
    ...topFiveOf(onTrain, onTest, train.classNames.length),
    ...(validation && {
      validationAccuracy: score(
        (await evaluator.answer(state, validation, readerOf(validation))).predicted,
        validation,
      ),
    }),
    ...(corrupt > 0 &&
      !hasNumbers(train) && { apart: measureApart(onTrain.predicted as Int32Array, pairOf(data)) }),
  };
  return { numbers, onTrain, onTest, isLast: isOver };
}

/** Answers among the first five, where there are many classes. */
function topFiveOf(onTrain: Answers, onTest: Answers, classes: number): { topFive?: TopFive } {
  const [train, test] = [onTrain, onTest].map((answers) => topFive(answers, classes));
  return train === undefined || test === undefined ? {} : { topFive: { train, test } };
}

/** What a trial comes to. */
function outcomeOf(
  history: readonly EpochRow[],
  { onTrain, onTest }: Measured,
  { data, spec }: Measuring,
  stepsPerEpoch: number,
  since: FittedSince | undefined,
): Omit<TrialOutcome, "parametersHash"> {
  const { train, test } = data;
  const classes = train.classNames.length;
  const { diverged, epochsToFit, epochsTo95, best } = milestonesOf(history, spec.recipe, guessingLoss(train));
  const { numbers } = data;
  const memorising = numbers ? null : memorizingOf(history, pairOf(data), spec.labels === "permute");
  const told = (answers: Answers, dataset: Examples) => ({ predicted: answers.predicted, dataset });
  // Permuted labels are not independent of each other, as the twin test wants them.
  const isRedrawn = spec.corrupt === 1 && spec.labels === undefined && spec.inputs === "true";
  const stopping = stoppingOf(history);
  const isAsked = isRedrawn && !numbers;
  const twins =
    isAsked && isHeld(train) && isHeld(test)
      ? answersOfTwins(train, test, onTest.predicted as Int32Array)
      : undefined;
  return {
    status: diverged ? "diverged" : "done",
    epochs: history.length,
    steps: history.length * stepsPerEpoch,
    fit: epochsToFit !== null,
    epochsToFit,
    epochsTo95,
    best,
    ...(stopping && { stopping }),
    trainLoss: finiteOrNull(meanOf(onTrain.losses)),
    trainAccuracy: score(onTrain.predicted, train),
    testAccuracy: score(onTest.predicted, test),
    ...topFiveOf(onTrain, onTest, classes),
    testAccuracyCorrupted: score(onTest.predicted, { ...test, labels: data.testLabelsCorrupted }),
    ...(numbers ? { confusion: null } : confused(test.labels, onTest.predicted as Int32Array, classes)),
    ...(numbers && {
      regression: measureRegression(
        told(onTrain, train),
        told(onTest, test),
        numbers.scale,
        numbers.clusters,
      ),
    }),
    ...(memorising ? { memorising } : {}),
    ...(twins ? { twins } : {}),
    ...(!numbers && !diverged && { hard: hardOf(answered(onTrain, train), answered(onTest, test), since) }),
    ...(isAsked && isImages(test) && { answers: tellAnswers(onTest.predicted as Int32Array) }),
  };
}

/** Classes answered, beside those that should be. */
const answered = ({ predicted, losses }: Answers, { labels }: Pick<Examples, "labels">): Answered => ({
  predicted: predicted as Int32Array,
  losses,
  labels,
});

/** The learning rate of the step that left a checkpoint; undefined if there was none. */
function rateBefore(
  { history, step }: Checkpoint,
  recipe: Recipe,
  stepsPerEpoch: number,
): number | undefined {
  const done = history.length * stepsPerEpoch + step;
  return done === 0 ? undefined : Math.fround(learningRateAt(recipe, done - 1, stepsPerEpoch));
}

/** Share of predictions that equal the labels; of numbers R squared. */
function score(predicted: Answers["predicted"], dataset: Pick<Examples, "labels" | "values">): number {
  if (hasNumbers(dataset)) return rSquared(predicted, dataset);
  const { labels } = dataset;
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

/** What was taken for what; of many classes what was right. */
function confused(
  labels: Int32Array,
  predicted: Int32Array,
  classes: number,
): Pick<TrialOutcome, "confusion" | "hits"> {
  if (classes > MOST_CONFUSED) {
    const hits = new Array<number>(classes).fill(0);
    labels.forEach((label, index) => {
      hits[label]! += Number(predicted[index] === label);
    });
    return { confusion: null, hits };
  }
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  labels.forEach((label, index) => {
    matrix[label]![predicted[index]!]!++;
  });
  return { confusion: matrix };
}

async function hashParameters(trainer: Trainer, step: Step): Promise<string> {
  const parameters = await trainer.state();
  const bytes = step.parameters.map(({ name }) => {
    const elements = parameters[name]!;
    return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
  });
  return sha256(...bytes);
}
