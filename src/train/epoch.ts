/**
 * @file The training loop: an epoch's batches in their order, a run of the engine after another.
 */

import { randomStream } from "../base/random.ts";
import { epochBatches } from "../data/batches.ts";
import { sizeOf } from "../graph/value.ts";
import { learningRateAt } from "../nn/schedules.ts";
import type { Mask } from "../nn/scope.ts";
import type { EpochPosition } from "./checkpoint.ts";
import type { Feed } from "./feed.ts";
import type { Recipe } from "./recipe.ts";
import type { Trainer } from "./session.ts";
import type { Step } from "./step.ts";

/** Most steps of one run of the engine: enough to hide its overhead, few enough to report progress. */
export const STEPS_PER_RUN = 100;

/** Where an epoch begins. */
export const EPOCH_START: EpochPosition = { step: 0, lossTotal: 0 };

/** What every epoch of a training is done with. */
export interface Training {
  readonly trainer: Trainer;
  readonly step: Step;
  readonly recipe: Recipe;
  /** Of the order of batches and of dropout. */
  readonly seed: number;
  readonly feed: Feed;
  /** Number of training examples. */
  readonly count: number;
  /** The learning rate of a step, counted from 0 over all epochs; the recipe's unless told. */
  readonly rateAt?: (step: number) => number;
}

/**
 * Train one epoch, or what is left of it, and yield how far it has come after each run of the engine.
 *
 * Bytes do not depend on how the steps are divided into runs.
 *
 * @param epoch - From 0.
 * @param from - Where in the epoch to go on from.
 * @param stepsPerRun - Asked before each run: how many steps it does at most.
 */
export async function* trainEpoch(
  { trainer, step, recipe, seed, feed, count, rateAt }: Training,
  epoch: number,
  from: EpochPosition = EPOCH_START,
  stepsPerRun = (): number => STEPS_PER_RUN,
): AsyncGenerator<EpochPosition> {
  const batches = epochBatches(count, step.batch, recipe.lastBatch, seed, epoch);
  let { step: done, lossTotal } = from;
  const ask = (start: number) => {
    if (start >= batches.length) return undefined;
    const run = batches.slice(start, start + Math.min(stepsPerRun(), feed.mostSteps));
    const images = feed.images(run, epoch);
    // Who waits for them hears of it, later.
    images.catch(() => {});
    return { run, images };
  };
  for (let next = ask(done); next; ) {
    const { run } = next;
    const images = await next.images;
    const ahead = feed.isAhead ? ask(done + run.length) : undefined;
    const first = epoch * batches.length + done;
    const losses = await trainer.train({
      steps: run.length,
      indices: concatenate(
        run.map(({ indices }) => indices),
        Int32Array,
      ),
      weights: concatenate(
        run.map(({ weights }) => weights),
        Float32Array,
      ),
      rates: Float32Array.from(
        run,
        (_, index) => rateAt?.(first + index) ?? learningRateAt(recipe, first + index, batches.length),
      ),
      masks: step.masks.map((mask, index) => drawMasks(mask, step.parts, index, run.length, seed, first)),
      images,
    });
    if (images) feed.spend(images);
    // One by one, so that the sum does not depend on how many steps a run does.
    for (const loss of losses) lossTotal += loss;
    done += run.length;
    yield { step: done, lossTotal };
    next = ahead ?? ask(done);
  }
}

/** The dropout masks of some steps, each step from a stream of its own: `[steps, parts, ...mask]`. */
function drawMasks(
  { keep, value }: Mask,
  parts: number,
  mask: number,
  steps: number,
  seed: number,
  first: number,
): Float32Array {
  const size = parts * sizeOf(value.shape);
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
