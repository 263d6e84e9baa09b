/**
 * @file The learning-rate range test: one short training whose rate rises from step to step, and where its loss is least.
 *
 * Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks" (WACV 2017), section 3.3; the exponential rise, the
 * smoothing and the tenth of the rate of the least loss are S. Gugger's (2018, "How Do You Find A Good Learning Rate").
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { batchCount } from "../../data/batches.ts";
import { exampleCount, exampleShape, type Splits } from "../../data/dataset.ts";
import type { Model } from "../../nn/model.ts";
import type { Engine } from "../../train/engine.ts";
import { EPOCH_START, trainEpoch } from "../../train/epoch.ts";
import { createFeed } from "../../train/feed.ts";
import type { Recipe } from "../../train/recipe.ts";
import { createTrainer } from "../../train/session.ts";
import { buildStep, toldOf } from "../../train/step.ts";

/** What is asked. */
export interface RangeSettings {
  readonly model: Model;
  /** Of everything but the rate. */
  readonly recipe: Recipe;
  /** Of the first repetition: first weights and order of batches. */
  readonly seed: number;
  /** Number of repetitions. */
  readonly seeds: number;
  /** The first rate and the last, above 0. */
  readonly from: number;
  readonly to: number;
  /** Steps from one to the other. */
  readonly steps: number;
}

/** One training with a rising rate. */
export interface Range {
  readonly seed: number;
  /** `[steps]`, fewer where the loss exploded. */
  readonly rates: readonly number[];
  /** The loss of each step's batch before its update, in nats; of numbers in squared deviations of training. */
  readonly losses: readonly number[];
  /** Its exponential average; see {@link smooth}. */
  readonly smoothed: readonly number[];
  /** Place of the least smoothed loss. */
  readonly least: number;
}

/** Weight of what was before in the exponential average. */
const SMOOTHING = 0.98;

/** A smoothed loss this many times the least one ends a training. */
const EXPLODED = 4;

/** Steps that are never looked at: the average is that of too few. */
const WARM = 10;

/**
 * Train with a rising rate, once a seed.
 *
 * @param splits - float32 inputs as the network sees them.
 */
export async function rangeTest(
  { train }: Pick<Splits, "train">,
  engine: Engine,
  settings: RangeSettings,
  watch: Watch = {},
): Promise<Range[]> {
  const { model, recipe, seed: first, seeds, from, to, steps } = settings;
  const count = exampleCount(train);
  const step = buildStep(
    model,
    recipe,
    exampleShape(train),
    train.classNames.length,
    count,
    true,
    toldOf(train),
  );
  const perEpoch = batchCount(count, step.batch, recipe.lastBatch);
  const rateAt = (at: number): number => from * (to / from) ** (at / (steps - 1));
  const ranges: Range[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    await using trainer = await createTrainer(engine, step, train, recipe.initialization, seed);
    const training = {
      trainer,
      step,
      recipe,
      seed,
      feed: createFeed(train, { train, test: train }, recipe, seed),
      count,
      rateAt,
    };
    const losses: number[] = [];
    let isOver = false;
    for (let epoch = 0; epoch * perEpoch < steps && !isOver; epoch++) {
      let before = EPOCH_START.lossTotal;
      for await (const { lossTotal } of trainEpoch(training, epoch, EPOCH_START, () => 1)) {
        losses.push(lossTotal - before);
        before = lossTotal;
        isOver = losses.length >= steps || hasExploded(losses);
        await breathe(watch, seed - first + losses.length / steps, seeds, `seed ${seed}`);
        if (isOver) break;
      }
    }
    const smoothed = smooth(losses);
    const rates = losses.map((_, at) => rateAt(at));
    ranges.push({ seed, rates, losses, smoothed, least: placeOfLeast(smoothed) });
  }
  return ranges;
}

/** The exponential average of losses, without the bias to 0 of its beginning. */
export function smooth(losses: readonly number[]): number[] {
  let average = 0;
  return losses.map((loss, at) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * loss;
    return average / (1 - SMOOTHING ** (at + 1));
  });
}

function placeOfLeast(smoothed: readonly number[]): number {
  let least = Math.min(WARM, smoothed.length - 1);
  for (let at = least; at < smoothed.length; at++) if (smoothed[at]! < smoothed[least]!) least = at;
  return least;
}

function hasExploded(losses: readonly number[]): boolean {
  if (!Number.isFinite(losses.at(-1))) return true;
  if (losses.length <= WARM) return false;
  const smoothed = smooth(losses);
  return smoothed.at(-1)! > EXPLODED * smoothed[placeOfLeast(smoothed)]!;
}
