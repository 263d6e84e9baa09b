/**
 * @file Stability, measured: replace one training example, train again, and see how the loss elsewhere changes.
 *
 * Source: Zhang et al., ICLR 2017, section 2.2: uniform stability is a property of the algorithm alone and sees no
 * labels, so it cannot tell true from random ones.
 */

import { UsageError } from "../../base/errors.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import { estimate, meanOf } from "../../base/statistics.ts";
import { isAugmented } from "../../data/augment.ts";
import { batchCount } from "../../data/batches.ts";
import { type Dataset, exampleCount, type Splits, takeExamples } from "../../data/dataset.ts";
import { redrawLabels } from "../../data/randomize.ts";
import { learningRateAt } from "../../nn/schedules.ts";
import type { Engine } from "../../train/engine.ts";
import { requirePossible } from "../../train/possible.ts";
import { requireClasses, requireWhole } from "../examples.ts";
import type { Unsigned } from "../settings.ts";
import { concatenate, type Probed, trainPath } from "../train-path.ts";
import { changeAllowed, hardtFactor } from "./bounds.ts";
import type { Change, Curve, StabilitySettings } from "./changes.ts";
import { stabilityResult } from "./result.ts";

/**
 * Replace examples one at a time, train again from the same weights in the same order, and measure the changes.
 *
 * The same examples and settings give the same result on as many threads.
 *
 * @param splits - float32 inputs as the network sees them; `n + replacements` training examples, the last of which
 *   replace others; held-out examples as the test split.
 * @throws UsageError if a setting is out of range, or the model cannot train on such examples.
 * @throws DataError if an input is not finite, or all examples are of one class.
 */
export async function computeStability(
  splits: Splits,
  engine: Engine,
  settings: StabilitySettings,
  watch: Watch = {},
): Promise<Unsigned> {
  requireStability(settings);
  const { model, n, replacements, labels, recipe, seed } = settings;
  if (exampleCount(splits.train) !== n + replacements) {
    throw new UsageError(
      `stability: expected ${n} + ${replacements} training examples, got ${exampleCount(splits.train)}`,
    );
  }
  requireClasses(splits.train);
  requirePossible(model, recipe, splits, n);
  const places = randomStream(seed, "theory-stability").permutation(n).subarray(0, replacements);
  const total = labels.length * (replacements + 1);
  let done = 0;
  const curves: Curve[] = [];
  for (const name of labels) {
    const [pool, held] = (["train", "test"] as const).map(
      (split): Dataset =>
        name === "true"
          ? splits[split]
          : { ...splits[split], labels: redrawLabels(splits, split, { corrupt: 1 }, seed) },
    ) as [Dataset, Dataset];
    // All examples that any training sees are measured, and those that none sees.
    const probes = concatenate(pool, held);
    const follow = async (rows: readonly number[], what: string): Promise<Probed[]> => {
      const path: Probed[] = [];
      for await (const probed of trainPath(engine, {
        model,
        recipe,
        seed,
        probes,
        train: takeExamples(pool, rows),
      })) {
        path.push(probed);
        await breathe(watch, done + probed.epoch / recipe.epochs, total, what);
      }
      done++;
      return path;
    };
    const all = Array.from({ length: n }, (_, row) => row);
    const base = await follow(all, `${name} labels, nothing replaced`);
    const others: Probed[][] = [];
    for (const [index, place] of places.entries()) {
      const rows = all.with(place, n + index);
      others.push(await follow(rows, `${name} labels, example ${index + 1} of ${replacements} replaced`));
    }
    const first = n + replacements;
    curves.push({
      labels: name,
      changes: base.map((before, epoch) =>
        changeOf(
          before,
          others.map((path) => path[epoch]!),
          { n, first, places, labels: probes.labels },
        ),
      ),
    });
  }
  const guessing = Math.log(splits.train.classNames.length);
  const steps = batchCount(n, recipe.batch, recipe.lastBatch);
  const rates = Array.from({ length: steps * recipe.epochs }, (_, at) => learningRateAt(recipe, at, steps));
  const needs = {
    guessing,
    allowed: changeAllowed(n, guessing),
    hardt: hardtFactor(n, rates, recipe.momentum),
  };
  return stabilityResult({ splits, settings, curves, needs });
}

/** Where things are among the probes. */
interface Layout {
  readonly n: number;
  /** Place of the first held-out example. */
  readonly first: number;
  /** Places of the examples that were replaced. */
  readonly places: Uint32Array;
  readonly labels: Int32Array;
}

/** What the replacements changed after one epoch. */
function changeOf(before: Probed, after: readonly Probed[], { n, first, places, labels }: Layout): Change {
  const count = before.losses.length - first;
  const held = Array.from({ length: count }, (_, at) => first + at);
  const trained = Array.from({ length: n }, (_, at) => at);
  const changes = after.map(({ losses }) => held.map((at) => Math.abs(losses[at]! - before.losses[at]!)));
  const largest = changes.map((row) => row.reduce((most, change) => Math.max(most, change), 0));
  const meanLoss = (rows: readonly number[]): number => meanOf(rows.map((at) => before.losses[at]!));
  const accuracy = (rows: readonly number[]): number =>
    meanOf(rows.map((at) => Number(before.predicted[at] === labels[at])));
  const notNegative = [0, Number.POSITIVE_INFINITY] as const;
  return {
    epoch: before.epoch,
    mean: estimate(changes.map(meanOf), notNegative),
    max: estimate(largest, notNegative),
    largest: Math.max(...largest),
    flipped: estimate(
      after.map(({ predicted }) => meanOf(held.map((at) => Number(predicted[at] !== before.predicted[at])))),
      [0, 1],
    ),
    replaced: estimate(
      after.map(({ losses }, index) => losses[places[index]!]! - before.losses[places[index]!]!),
    ),
    gap: meanLoss(held) - meanLoss(trained),
    trainAccuracy: accuracy(trained),
    testAccuracy: accuracy(held),
  };
}

/**
 * Refuse settings that cannot be, before data are read.
 *
 * @throws UsageError naming the option.
 */
export function requireStability({ n, replacements, labels, recipe, seed }: StabilitySettings): void {
  if (n === 1)
    throw new UsageError("`n`: expected at least 2, got 1: nothing stays when the only example is replaced");
  requireWhole("n", n, 2);
  if (replacements === 1) {
    throw new UsageError("`replacements`: expected at least 2, got 1: one replacement has no interval");
  }
  requireWhole("replacements", replacements, 2);
  if (replacements > n) {
    throw new UsageError(
      `\`replacements\`: expected at most n = ${n}, one for each example, got ${replacements}`,
    );
  }
  requireWhole("seed", seed, 0);
  if (labels.length === 0) throw new UsageError("`labels`: expected at least one name, got none");
  const { dropout, augment } = recipe;
  if (dropout > 0 || isAugmented(augment)) {
    throw new UsageError(
      "stability: expected a recipe without dropout and augmentation, which draw anew for every training",
    );
  }
}
