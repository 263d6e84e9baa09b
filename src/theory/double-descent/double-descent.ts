/**
 * @file The test error of random features through the point where their targets are just interpolated, and of a network's width.
 *
 * Sources: Belkin, Hsu, Ma, Mandal, "Reconciling modern machine-learning practice and the classical bias-variance trade-off",
 * PNAS 2019; Nakkiran et al., "Deep Double Descent", ICLR 2020.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { exampleCount, type Splits } from "../../data/dataset.ts";
import { evenMlp } from "../../nn/models/mlp.ts";
import type { Engine } from "../../train/engine.ts";
import type { Recipe } from "../../train/recipe.ts";
import { requireWhole } from "../examples.ts";
import { drawSample } from "../sample.ts";
import { refuse } from "../settings.ts";
import { accuracyOf, concatenate, randomizedFor, trainPath } from "../train-path.ts";
import { type DescentPoint, doubleDescent, featureCounts } from "./random-features.ts";

/** What is asked. */
export interface DescentSettings {
  /** Training examples of random features, which are fitted to true labels. */
  readonly n: number;
  /** Training examples of networks. */
  readonly networkN: number;
  /** Units of the hidden layer, ascending. */
  readonly widths: readonly number[];
  /** Probability that a network's training label is redrawn, in `[0, 1]`. */
  readonly noise: number;
  /** Of the networks; every epoch is trained. */
  readonly recipe: Recipe;
  /** Of the first repetition. */
  readonly seed: number;
  /** Repetitions, with other examples, features and first weights; at least 3: fewer have no interval. */
  readonly seeds: number;
}

/** A network of one width. */
export interface WidthPoint {
  readonly width: number;
  /** Shares, in `[0, 1]`: on the noisy labels it was trained on, and on true test labels. */
  readonly trainError: number;
  readonly testError: number;
}

/** What one seed came to, in the order of features and of widths. */
export interface Descents {
  readonly seed: number;
  readonly features: readonly DescentPoint[];
  readonly widths: readonly WidthPoint[];
}

/**
 * Fit random features and train networks, once a seed.
 *
 * @param splits - Examples to draw from, cropped for the recipe; all test examples are asked.
 */
export async function computeDescents(
  splits: Splits,
  engine: Engine,
  settings: DescentSettings,
  watch: Watch = {},
): Promise<Descents[]> {
  requireDescent(settings, exampleCount(splits.train));
  const { n, widths, seed: first, seeds } = settings;
  const each = featureCounts(n).length + widths.length;
  const all: Descents[] = [];
  for (let seed = first; seed < first + seeds; seed++) {
    const done = (seed - first) * each;
    const features: DescentPoint[] = [];
    for (const point of doubleDescent(splits, { n, noise: 0, seed })) {
      features.push(point);
      await breathe(watch, done + features.length, seeds * each, `seed ${seed}, ${point.features} features`);
    }
    const trained: WidthPoint[] = [];
    for (const width of widths) {
      trained.push(await trainWidth(splits, engine, settings, width, seed));
      const at = done + features.length + trained.length;
      await breathe(watch, at, seeds * each, `seed ${seed}, ${width} units`);
    }
    all.push({ seed, features, widths: trained });
  }
  return all;
}

async function trainWidth(
  splits: Splits,
  engine: Engine,
  { networkN: n, noise, recipe }: DescentSettings,
  width: number,
  seed: number,
): Promise<WidthPoint> {
  const sample = drawSample(splits, n, seed);
  const { train, test } = randomizedFor(sample, { inputs: "true", corrupt: noise }, recipe, seed);
  const training = {
    model: evenMlp(1, width),
    recipe: { ...recipe, evaluate: { every: recipe.epochs, test: "all" } },
    seed,
    train,
    probes: concatenate(train, test),
  } as const;
  const [probed] = await Array.fromAsync(trainPath(engine, training));
  return {
    width,
    trainError: 1 - accuracyOf(probed!, training.probes, 0, n),
    testError: 1 - accuracyOf(probed!, training.probes, n),
  };
}

/**
 * Refuse settings that cannot be.
 *
 * @param available - Number of training examples to draw from.
 * @throws UsageError naming the option.
 */
export function requireDescent(
  { n, networkN, widths, noise, seed, seeds }: DescentSettings,
  available = Number.MAX_SAFE_INTEGER,
): void {
  requireWhole("n", n, 50, Math.min(2000, available));
  requireWhole("networkN", networkN, 50, available);
  requireWhole("seeds", seeds, 3);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - seeds);
  if (!(noise >= 0 && noise <= 1)) refuse("noise", "a probability", noise);
  for (const width of widths) requireWhole("widths", width, 1, 9999);
  if (widths.length < 3 || widths.some((width, at) => width <= (widths[at - 1] ?? 0))) {
    refuse("widths", "at least three numbers of units, ascending", widths.join(",") || "none");
  }
}
