/**
 * @file Networks of drawn hyperparameters, trained until they fit: what they measure, and how well they generalize.
 *
 * Source: Jiang et al., "Fantastic Generalization Measures and Where to Find Them", ICLR 2020.
 */

import { UsageError } from "../../base/errors.ts";
import { breathe, type Watch } from "../../base/progress.ts";
import { randomStream } from "../../base/random.ts";
import { meanOf } from "../../base/statistics.ts";
import { exampleShape, type Splits } from "../../data/dataset.ts";
import { evenMlp } from "../../nn/models/mlp.ts";
import type { Engine } from "../../train/engine.ts";
import type { Recipe } from "../../train/recipe.ts";
import { createEvaluator } from "../../train/session.ts";
import { requireWhole } from "../examples.ts";
import { refuse } from "../settings.ts";
import { accuracyOf, randomizedFor, trainPath } from "../train-path.ts";
import { measureNetwork, type NetworkMeasures } from "./network-measures.ts";

/** What hyperparameters are drawn from, evenly and each for itself. */
export const choices = {
  layers: [1, 2, 3],
  units: [16, 64, 256],
  learningRate: [0.003, 0.006, 0.012],
  batch: [8, 16, 32, 64],
  weightDecay: [0, 0.0003],
} as const;

/** What is asked. */
export interface MeasuresSettings {
  /** What is not drawn; its epochs are the most that are allowed. */
  readonly recipe: Recipe;
  /** Training loss, in nats, at which a network is done. */
  readonly loss: number;
  /** Networks on true labels, at least 3. */
  readonly networks: number;
  /** How many of them, the first, are trained on random labels, too. */
  readonly pairs: number;
  readonly seed: number;
}

/** A network that fits its training labels. */
export interface Fitted extends NetworkMeasures {
  /** Until its training loss was reached. */
  readonly epochs: number;
  /** On true test labels, in `[0, 1]`. */
  readonly testError: number;
}

/** One draw of hyperparameters. */
export interface Drawn {
  readonly network: Readonly<Record<keyof typeof choices, number>>;
  /** On true labels; null where the epochs were not enough. */
  readonly truth: Fitted | null;
  /** On random labels; undefined where they were not tried. */
  readonly random: Fitted | null | undefined;
}

/**
 * Draw networks, train them, and measure those that fit.
 *
 * @param splits - Cropped for the recipe.
 * @throws UsageError if fewer than three networks fit true labels.
 */
export async function computeMeasures(
  splits: Splits,
  engine: Engine,
  settings: MeasuresSettings,
  watch: Watch = {},
): Promise<Drawn[]> {
  requireMeasures(settings);
  const { networks, pairs, seed } = settings;
  const total = networks + pairs;
  let done = 0;
  const all: Drawn[] = [];
  for (let index = 0; index < networks; index++) {
    const random = randomStream(seed, "theory-networks", index);
    const network = Object.fromEntries(
      Object.entries(choices).map(([name, values]) => [name, values[random.below(values.length)]!]),
    ) as Drawn["network"];
    const train = async (corrupt: 0 | 1): Promise<Fitted | null> => {
      const what = `network ${index + 1} of ${networks}, ${corrupt === 0 ? "true" : "random"} labels`;
      await breathe(watch, done++, total, what);
      return trainUntilFitted(splits, engine, settings, network, corrupt, seed + index);
    };
    all.push({ network, truth: await train(0), random: index < pairs ? await train(1) : undefined });
  }
  watch.onProgress?.(total, total, "done");
  const fitted = all.filter(({ truth }) => truth).length;
  if (fitted >= 3) return all;
  throw new UsageError(
    `measures: expected at least 3 networks that fit their labels, got ${fitted} of ${networks}; allow more \`epochs\` or a larger \`loss\`, or draw more \`networks\``,
  );
}

async function trainUntilFitted(
  splits: Splits,
  engine: Engine,
  { recipe, loss }: MeasuresSettings,
  { layers, units, ...drawn }: Drawn["network"],
  corrupt: 0 | 1,
  seed: number,
): Promise<Fitted | null> {
  const model = evenMlp(layers, units);
  const { train, test } = randomizedFor(splits, { inputs: "true", corrupt }, recipe, seed);
  const training = { model, recipe: { ...recipe, ...drawn }, seed, train, probes: train };
  for await (const { epoch, state, losses } of trainPath(engine, training)) {
    const reached = meanOf([...losses]);
    if (!Number.isFinite(reached)) return null;
    if (reached > loss) continue;
    const measures = await measureNetwork(engine, model, train, state, seed);
    await using evaluator = await createEvaluator(engine, model, exampleShape(test), test.classNames.length);
    return {
      epochs: epoch,
      testError: 1 - accuracyOf(await evaluator.answer(state, test), test),
      ...measures,
    };
  }
  return null;
}

/**
 * Refuse settings that cannot be, before data are read.
 *
 * @throws UsageError naming the option.
 */
export function requireMeasures({ networks, pairs, loss, seed }: MeasuresSettings): void {
  requireWhole("networks", networks, 3);
  requireWhole("pairs", pairs, 1, networks);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - networks);
  if (!(loss > 0)) refuse("loss", "a loss above 0", loss);
}
