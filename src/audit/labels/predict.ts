/**
 * @file Held-out probabilities of all labels, by whatever was asked for, and what they will cost.
 */

import type { Watch } from "../../base/progress.ts";
import { type Dataset, exampleCount, exampleSize, isImages, takeExamples } from "../../data/dataset.ts";
import { layerGeometry } from "../../theory/features/random-conv-layer.ts";
import type { Engine } from "../../train/engine.ts";
import type { LabelSearch } from "../section.ts";
import { calibrate, meanLoss } from "./calibrate.ts";
import type { HeldOut } from "./confident-learning.ts";
import { featuresOf, layerFor, smallerImages } from "./features.ts";
import { drawFolds } from "./folds.ts";
import { heldOutNetwork } from "./network.ts";
import { heldOutRidge, type LabelSet } from "./ridge.ts";

/** Predictions, and how they came about. */
export interface Predicted extends HeldOut {
  readonly folds: number;
  /** Share of examples whose given label is the most probable. */
  readonly accuracy: number;
  /** How they came about, a sentence each. */
  readonly method: readonly string[];
}

const FOLDS = 4;
const EPOCHS = 10;

/** Shares of the diagonal that are tried, as `l2`: what makes the given labels likeliest is taken. */
const L2 = [0.03, 0.1, 0.3, 1] as const;

/** Examples on which it is decided whether mirror images are taken for the same. */
const TRIED = 2000;
const TRIED_FILTERS = 32;

/** Filters: enough for the features to be as many as the examples or so, and no more than 384. */
const filtersFor = (count: number): number => Math.round(Math.min(384, Math.max(32, count / 40)));

/** Operations of one core in a second, in convolutions, in sums of products and in solving; measured where two were busy. */
const RATES = { filters: 17e9, products: 50e9, solving: 30e9 } as const;

/** Seconds of one core that features and ridge regression take, about. */
export function secondsFor(examples: Dataset, folds = FOLDS): number {
  const count = exampleCount(examples);
  let width = exampleSize(examples);
  let filtering = 0;
  if (isImages(examples)) {
    const { shape } = { shape: smallerShape(examples) };
    const layer = layerFor(shape[1]!, shape[2]!);
    if (layer) {
      const { places, grid } = layerGeometry(shape.slice(1), layer);
      const filters = filtersFor(count);
      width = 2 * filters * grid[0]! * grid[1]!;
      filtering = 4 * count * filters * places[0]! * places[1]! * shape[0]! * layer.patchSize ** 2;
    }
  }
  return (
    filtering / RATES.filters +
    (count * width ** 2) / RATES.products +
    (folds * L2.length * width ** 3) / RATES.solving
  );
}

const smallerShape = (images: Dataset): readonly number[] =>
  smallerImages({ ...takeExamples(images, [0]) }).shape.slice(1);

/** Predict each label from the examples of other folds. */
export async function predictLabels(
  engine: Engine,
  examples: Dataset,
  { folds = FOLDS, model, epochs = EPOCHS }: LabelSearch,
  seed: number,
  watch: Watch = {},
): Promise<Predicted> {
  const set = { labels: examples.labels, classes: examples.classNames.length };
  const drawn = drawFolds(set, folds, seed);
  const way = model
    ? {
        answers: await heldOutNetwork(engine, examples, drawn, { model, epochs, seed }, watch),
        how: `${model.name}, trained ${folds} times on ${folds - 1} of ${folds} parts, ${epochs} epochs`,
      }
    : await byRidge(engine, examples, set, drawn, seed, watch);
  const probabilities = calibrate(way.answers, set);
  const method = [
    `Each label was predicted from examples of other parts, ${folds} in all: ${way.how}. No label has a part in its own prediction.`,
    "Answers became probabilities by a softmax whose temperature makes the given labels likeliest (Guo et al., ICML 2017).",
  ];
  return { ...set, probabilities, folds, accuracy: accuracyOf(probabilities, set), method };
}

async function byRidge(
  engine: Engine,
  examples: Dataset,
  set: LabelSet,
  folds: Int32Array,
  seed: number,
  watch: Watch,
): Promise<{ readonly answers: Float32Array; readonly how: string }> {
  const filters = filtersFor(exampleCount(examples));
  const mirrored = isImages(examples) && (await gainsFromMirrors(engine, examples, seed, watch));
  const features = await featuresOf(engine, examples, { filters, mirrored, seed }, watch);
  const answers = await heldOutRidge(engine, features, [set], { folds, l2: L2 }, watch);
  const { at } = best(
    answers.map(([own]) => own!),
    set,
  );
  const made = isImages(examples)
    ? `features of ${filters} random patches (Coates and Ng, ICML 2011)${mirrored ? ", mirror images taken for the same" : ""}`
    : "the columns, standardized";
  return {
    answers: answers[at]![0]!,
    how: `ridge regression on ${made}, with the penalty (${L2[at]} of the diagonal) that makes the given labels likeliest`,
  };
}

/** The answers under which labels are likeliest, and their mean loss. */
function best(
  answers: readonly Float32Array[],
  set: LabelSet,
): { readonly at: number; readonly loss: number } {
  const losses = answers.map((own) => meanLoss(calibrate(own, set), set));
  const loss = Math.min(...losses);
  return { at: losses.indexOf(loss), loss };
}

/** Whether labels of some examples are likelier where mirror images have the same features: of letters and digits they are not. */
async function gainsFromMirrors(
  engine: Engine,
  examples: Dataset,
  seed: number,
  watch: Watch,
): Promise<boolean> {
  const some = drawFolds(
    { labels: examples.labels, classes: examples.classNames.length },
    Math.ceil(exampleCount(examples) / TRIED),
    seed,
  );
  const rows = [...some.keys()].filter((row) => some[row] === 0);
  const part = takeExamples(examples, rows);
  const set = { labels: part.labels, classes: part.classNames.length };
  const folds = drawFolds(set, 2, seed);
  const losses: number[] = [];
  for (const mirrored of [false, true]) {
    const settings = { filters: TRIED_FILTERS, mirrored, seed };
    const features = await featuresOf(engine, part, settings, { signal: watch.signal });
    const answers = await heldOutRidge(
      engine,
      features,
      [set],
      { folds, l2: [0.3] },
      { signal: watch.signal },
    );
    losses.push(
      best(
        answers.map(([own]) => own!),
        set,
      ).loss,
    );
  }
  return losses[1]! < losses[0]!;
}

function accuracyOf(probabilities: ArrayLike<number>, { labels, classes }: LabelSet): number {
  let hits = 0;
  for (const [row, label] of labels.entries()) {
    let top = 0;
    for (let other = 1; other < classes; other++)
      if (probabilities[row * classes + other]! > probabilities[row * classes + top]!) top = other;
    if (top === label) hits++;
  }
  return hits / labels.length;
}
