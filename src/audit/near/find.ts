/**
 * @file Finds nearly equal images: by thumbnails first, then by laying one over the other.
 */

import { breathe, type Watch } from "../../base/progress.ts";
import {
  type Dataset,
  type Examples,
  exampleCount,
  isImages,
  type Splits,
  takeExamples,
} from "../../data/dataset.ts";
import type { Engine } from "../../train/engine.ts";
import { createAligner } from "./align.ts";
import { findNeighbors, type Neighbors } from "./neighbors.ts";
import { grayPictures, halve, thumbnails } from "./thumbnails.ts";
import { decideTwins, type Twins } from "./twins.ts";

/** Neighbors of each example that are laid over it. */
const NEAREST = 12;

/** Sides from which pictures are laid over each other at half their size first. */
const COARSE_FROM = 24;

/** How often a warp is improved at half size and at whole. */
const STEPS = { coarse: 6, fine: 4 };

/** Examples between two looks at the clock. */
const BREATH = 64;

/** Why near twins are not looked for among such examples; undefined where they are. */
export const lacksPictures = (examples: Pick<Examples, "shape">): string | undefined =>
  !isImages(examples)
    ? "only images are compared, not rows of tables"
    : Math.min(examples.shape[2]!, examples.shape[3]!) < 8
      ? "images of less than 8 pixels are not compared"
      : undefined;

/** Where near twins are looked for, and with what. */
interface FindTask extends Watch {
  readonly splits: Splits;
  readonly engine: Engine;
}

/**
 * Find nearly equal images; places count training examples first, then test examples.
 *
 * @param first - Examples before it are found, and look for none: the number of training examples, where only twins of test
 * examples are wanted.
 */
export async function findTwins(
  task: FindTask,
  first = 0,
): Promise<{ readonly neighbors: Neighbors; readonly likeness: Float32Array; readonly twins: Twins }> {
  const datasets = [task.splits.train, task.splits.test];
  const { vectors, size } = thumbnails(datasets);
  const neighbors = await findNeighbors(task.engine, vectors, size, NEAREST, task, first);
  const likeness = await measureLikeness(datasets, neighbors, task, first);
  return { neighbors, likeness, twins: decideTwins(neighbors, likeness, first) };
}

/** Lay each example's neighbors over it; a pair is measured once. */
async function measureLikeness(
  datasets: readonly Dataset[],
  { nearest, places }: Neighbors,
  task: FindTask,
  first: number,
): Promise<Float32Array> {
  const { shown, placeOf } = picturesNeeded(datasets, places.subarray(first * nearest), first);
  const gray = grayPictures(shown);
  const isCoarse = Math.min(gray.rows, gray.columns) >= COARSE_FROM;
  const aligner = isCoarse
    ? createAligner([halve(gray), gray], [STEPS.coarse, STEPS.fine])
    : createAligner([gray], [STEPS.coarse]);
  const count = places.length / nearest;
  const likeness = new Float32Array(places.length);
  const backTo = (example: number, other: number): number => {
    const at = places.subarray(other * nearest, (other + 1) * nearest).indexOf(example);
    return at < 0 ? at : other * nearest + at;
  };
  for (let example = first; example < count; example++) {
    if (example % BREATH === 0) await breathe(task, example, count, "laying images over each other");
    aligner.setTemplate(placeOf(example));
    for (let at = example * nearest; at < (example + 1) * nearest; at++) {
      const other = places[at]!;
      const back = other >= first && other < example ? backTo(example, other) : -1;
      likeness[at] = back >= 0 ? likeness[back]! : aligner.likeness(placeOf(other));
    }
  }
  return likeness;
}

/** The examples that are laid over others, or others over them, and their places among these. */
function picturesNeeded(datasets: readonly Dataset[], neighbors: Int32Array, first: number) {
  if (first === 0) return { shown: datasets, placeOf: (example: number) => example };
  const counts = datasets.map(exampleCount);
  const count = counts.reduce((sum, each) => sum + each, 0);
  const isNeeded = new Uint8Array(count).fill(1, first);
  for (const place of neighbors) isNeeded[place] = 1;
  const needed = [...isNeeded.keys()].filter((place) => isNeeded[place] === 1);
  const places = new Map(needed.map((place, at) => [place, at]));
  let begin = 0;
  const shown = datasets.map((dataset, split) => {
    const from = begin;
    begin += counts[split]!;
    return takeExamples(
      dataset,
      needed.filter((place) => place >= from && place < begin).map((place) => place - from),
    );
  });
  return { shown, placeOf: (example: number) => places.get(example)! };
}
