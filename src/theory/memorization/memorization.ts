/**
 * @file What tells learning from memorizing while networks are trained: how unequal examples are, and what dropout hinders.
 *
 * Sources: Krueger et al., "Deep Nets Don't Learn via Memorization", ICLR 2017 workshop; Arpit et al., "A Closer Look at Memorization
 * in Deep Networks", ICML 2017.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import { exampleCount, type Splits } from "../../data/dataset.ts";
import type { Randomization } from "../../data/randomization.ts";
import type { Model } from "../../nn/model.ts";
import type { Engine } from "../../train/engine.ts";
import type { Recipe } from "../../train/recipe.ts";
import { requireWhole } from "../examples.ts";
import { refuse } from "../settings.ts";
import { accuracyOf, concatenate, randomizedFor, trainPath } from "../train-path.ts";
import { gini, openSensitivity } from "./sensitivity.ts";

/** What is asked. */
export interface MemorizationSettings {
  readonly model: Model;
  /** Without augmentation; its dropout is not looked at. */
  readonly recipe: Recipe;
  /** Probabilities of dropout beside none, ascending, in (0, 1). */
  readonly rates: readonly number[];
  /** Of the first repetition. */
  readonly seed: number;
  /** Repetitions, at least 3: fewer have no interval. */
  readonly seeds: number;
}

/** Data that are compared: as they are, or with nothing to be learned in them. */
export const kinds = {
  true: { inputs: "true", corrupt: 0 },
  "random labels": { inputs: "true", corrupt: 1 },
  noise: { inputs: "gaussian", corrupt: 0 },
} as const satisfies Readonly<Record<string, Randomization>>;

export type Kind = keyof typeof kinds;

/** One training. */
export interface Course {
  readonly seed: number;
  readonly kind: Kind;
  readonly dropout: number;
  /** After the last epoch, on the labels of its kind, in `[0, 1]`. */
  readonly trainAccuracy: number;
  /** The same on true test labels. */
  readonly testAccuracy: number;
  /** `[epochs]`: the Gini coefficient of the mean loss-sensitivity so far; none where dropout is on. */
  readonly gini: readonly number[];
}

/**
 * Train on each kind of data without dropout, and on true and random labels with each rate of it, once a seed.
 *
 * @param splits - Cropped for the recipe.
 */
export async function computeMemorization(
  splits: Splits,
  engine: Engine,
  settings: MemorizationSettings,
  watch: Watch = {},
): Promise<Course[]> {
  requireMemorization(settings);
  const { rates, seed: first, seeds } = settings;
  const planned = Array.from({ length: seeds }, (_, at) => first + at).flatMap((seed) => [
    ...(Object.keys(kinds) as Kind[]).map((kind) => ({ seed, kind, dropout: 0 })),
    ...rates.flatMap((dropout) =>
      (["true", "random labels"] as const).map((kind) => ({ seed, kind, dropout })),
    ),
  ]);
  const courses: Course[] = [];
  for (const [at, one] of planned.entries()) {
    const what = `${one.kind}, dropout ${one.dropout}, seed ${one.seed}`;
    const tell = (share: number): Promise<void> => breathe(watch, at + share, planned.length, what);
    courses.push(await follow(splits, engine, settings, one, tell));
  }
  watch.onProgress?.(planned.length, planned.length, "done");
  return courses;
}

async function follow(
  splits: Splits,
  engine: Engine,
  { model, recipe }: MemorizationSettings,
  { seed, kind, dropout }: Pick<Course, "seed" | "kind" | "dropout">,
  tell: (share: number) => Promise<void>,
): Promise<Course> {
  const { train, test } = randomizedFor(splits, kinds[kind], recipe, seed);
  const isMeasured = dropout === 0;
  const every = isMeasured ? 1 : recipe.epochs;
  const training = {
    model,
    recipe: { ...recipe, dropout, evaluate: { every, test: "all" } },
    seed,
    train,
    probes: concatenate(train, test),
  } as const;
  await using sensitivity = isMeasured ? await openSensitivity(engine, model, train) : undefined;
  const n = exampleCount(train);
  const total = new Float64Array(n);
  const course: number[] = [];
  let accuracies = { trainAccuracy: 0, testAccuracy: 0 };
  for await (const probed of trainPath(engine, training)) {
    const measured = await sensitivity?.measure(probed.state);
    if (measured) {
      for (const [row, value] of measured.entries()) total[row]! += value;
      course.push(gini(total));
    }
    accuracies = {
      trainAccuracy: accuracyOf(probed, training.probes, 0, n),
      testAccuracy: accuracyOf(probed, training.probes, n),
    };
    await tell(probed.epoch / recipe.epochs);
  }
  return { seed, kind, dropout, ...accuracies, gini: course };
}

/**
 * Refuse settings that cannot be, before data are read.
 *
 * @throws UsageError naming the option.
 */
export function requireMemorization({ rates, seed, seeds }: MemorizationSettings): void {
  requireWhole("seeds", seeds, 3);
  requireWhole("seed", seed, 0, Number.MAX_SAFE_INTEGER - seeds);
  if (rates.length === 0 || rates.some((rate, at) => !(rate > (rates[at - 1] ?? 0) && rate < 1))) {
    refuse("rates", "probabilities of dropout above 0 and below 1, ascending", rates.join(",") || "none");
  }
}
