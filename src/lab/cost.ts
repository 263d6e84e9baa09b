/**
 * @file What an experiment will cost on this machine: a few steps of each model are timed.
 */

import { batchSize } from "../data/batches.ts";
import { exampleShape } from "../data/dataset.ts";
import { usualMemory } from "../data/node/memory.ts";
import { heldBytes } from "../data/planned.ts";
import { plain } from "../graph/lower/lowering.ts";
import type { Graph, Value } from "../graph/value.ts";
import { sizeOf } from "../graph/value.ts";
import type { PlannedTrial } from "../run/record.ts";
import type { TrialRunner } from "../run/runner.ts";
import type { Library } from "../run/subject.ts";
import { cropForRecipe, networkShape, splitsHash } from "../train/prepare.ts";
import { buildStep } from "../train/step.ts";
import type { TrialEvent } from "../train/trial.ts";
import { stepsOfEpoch, trainedCount } from "../train/validation.ts";
import { type PlannedExperiment, readExamples } from "./plan-experiment.ts";

/** What the trials of one model will cost. Trials that end early cost less. */
export interface ModelCost {
  readonly model: string;
  readonly trials: number;
  /** Trials that the lab has already. */
  readonly done: number;
  /** Steps of the trials left. */
  readonly steps: number;
  /** Images trained in a second by one trial, as timed. */
  readonly imagesPerSecond: number | null;
  /** Seconds of all trials left, one after another; the sum over jobs is shared among them. */
  readonly seconds: number;
  /** Bytes of memory one trial takes, about. */
  readonly memory: number;
  /** Bytes on disk: the results of the trials left, and the checkpoints of one that is under way. */
  readonly disk: number;
}

/** Cost by model, in the order of the experiment; a model whose trials are all done is not timed. */
export async function costOf(
  library: Library,
  { trials }: Pick<PlannedExperiment, "trials">,
  todo: readonly PlannedTrial[],
  runner: TrialRunner,
  signal?: AbortSignal,
): Promise<ModelCost[]> {
  const costs: ModelCost[] = [];
  for (const [model, all] of Map.groupBy(trials, ({ spec }) => spec.model)) {
    const left = all.filter((trial) => todo.includes(trial));
    const pace = left[0] ? await timePace(library, left[0], runner, signal) : null;
    costs.push({
      model,
      trials: all.length,
      done: all.length - left.length,
      steps: left.reduce((total, trial) => total + stepsOf(trial), 0),
      imagesPerSecond: pace === null ? null : pace.trained,
      seconds: pace === null ? 0 : left.reduce((total, trial) => total + secondsOf(trial, pace), 0),
      ...(left[0] ? await spaceOf(library, left[0], left) : { memory: 0, disk: 0 }),
    });
  }
  return costs;
}

const stepsOf = ({ spec: { dataset, recipe } }: PlannedTrial): number =>
  recipe.epochs * stepsOfEpoch(recipe, dataset.train);

/** Images a second. */
export interface Pace {
  readonly trained: number;
  readonly evaluated: number;
}

/** Seconds of a trial that trains all of its epochs. */
function secondsOf({ spec: { dataset, recipe } }: PlannedTrial, { trained, evaluated }: Pace): number {
  const { every, test } = recipe.evaluate;
  const glance = test === "all" ? dataset.test : Math.min(test, dataset.test);
  const evaluations = Math.ceil(recipe.epochs / every);
  const answered = evaluations * (dataset.train + glance) + dataset.test - glance;
  return (recipe.epochs * trainedCount(recipe, dataset.train)) / trained + answered / evaluated;
}

/** Batches of the first try, and of the second for models so fast that the first tells nothing. */
const BATCHES = [2, 60] as const;

/** Shortest epoch, in seconds, that is trusted. */
const TRUSTED = 0.2;

/** Train two short epochs of a trial and time the second. */
export async function timePace(
  library: Library,
  trial: PlannedTrial,
  runner: TrialRunner,
  signal?: AbortSignal,
): Promise<Pace> {
  let pace: Pace = { trained: 1, evaluated: 1 };
  for (const batches of BATCHES) {
    const { spec } = trial;
    const { train } = spec.dataset;
    const n = Math.min(train, batches * batchSize(spec.recipe.batch, train));
    const testN = Math.min(spec.dataset.test, n);
    const source = { ...trial.source, n, testN };
    const splits = await readExamples(library, source, spec.recipe);
    const dataset = { ...spec.dataset, hash: await splitsHash(splits), train: n, test: testN };
    const evaluate = { every: 1, test: "all" as const };
    const fit = { ...spec.recipe.fit, stop: false };
    // What is learned does not matter, and a network that diverges would end its trial early.
    const recipe = { ...spec.recipe, epochs: 2, evaluate, fit, learningRate: 1e-9 };
    const times: number[] = [];
    let trained = 0;
    const onEvent = (event: TrialEvent): void => {
      // The first epoch also pays for opening the engine's sessions.
      if (event.type === "epoch") times.push(performance.now());
      if (event.type === "progress" && event.share === 1) trained = performance.now();
    };
    const failure = await runner.run({ ...spec, dataset, recipe }, source, onEvent, signal);
    if (failure) throw new Error(`${spec.model}: a few timed steps ${failure.status}: ${failure.error}`);
    const [began, ended] = times as [number, number];
    const [training, evaluating] = [(trained - began) / 1000, (ended - trained) / 1000];
    pace = { trained: trainedCount(recipe, n) / training, evaluated: (n + testN) / evaluating };
    if (training >= TRUSTED || n === train) break;
  }
  return pace;
}

/** Bytes of a process that has read nothing yet. */
const BASE = 250e6;

/** Bytes of examples that are read as they are wanted: two runs of images, and what is made on the way. */
const STREAMED = 300e6;

/** Share of a step's values that the engine holds at once, as seen with Inception; the rest it reuses. */
const HELD = 0.65;

/** Bytes of a trial's result, and of each epoch in it. */
const RESULT = 4000;
const EPOCH_ROW = 180;

/**
 * The memory of one trial and the disk of all that are left. Memory holds the images as read, cropped and
 * randomized, a byte a pixel; as the network sees them, four bytes each; and the values of a training step.
 */
async function spaceOf(library: Library, { spec, source }: PlannedTrial, left: readonly PlannedTrial[]) {
  const { recipe, dataset } = spec;
  const { model, splits: whole } = await library.subject(spec, { ...source, n: 1, testN: 1 });
  const splits = cropForRecipe(whole, recipe);
  const shape = networkShape(splits, recipe);
  const examples = dataset.train + dataset.test;
  const pixels = examples * (2 * sizeOf(exampleShape(whole.train)) + sizeOf(exampleShape(splits.train)));
  const inputs = 4 * examples * sizeOf(shape);
  const isStreamed = heldBytes(examples, exampleShape(whole.train)) > (source.memory ?? usualMemory());
  const { graph, state } = buildStep(
    model,
    recipe,
    shape,
    splits.train.classNames.length,
    trainedCount(recipe, dataset.train),
  );
  // The last checkpoint and the one before it.
  const checkpoints = 2 * 4 * state.reduce((total, { input }) => total + sizeOf(input.shape), 0);
  return {
    memory: BASE + (isStreamed ? STREAMED : pixels + inputs) + HELD * 4 * elementsIn(plain.lower(graph)),
    disk:
      checkpoints + left.reduce((total, trial) => total + RESULT + EPOCH_ROW * trial.spec.recipe.epochs, 0),
  };
}

/** Number of elements of all values that a graph computes. */
function elementsIn({ outputs }: Graph): number {
  const seen = new Set<Value>();
  const waiting = outputs.map(({ value }) => value);
  let total = 0;
  for (let value = waiting.pop(); value; value = waiting.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.kind !== "application") continue;
    total += sizeOf(value.shape);
    waiting.push(...value.inputs);
  }
  return total;
}
