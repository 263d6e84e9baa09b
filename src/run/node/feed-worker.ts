/**
 * @file The thread that makes the images of a training ahead, run by {@link openFeedThread}: it reads, randomizes, changes and
 * preprocesses them while the engine trains on those before.
 */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import type { Batch } from "../../data/batches.ts";
import { knowMoments } from "../../data/layout.ts";
import { createFeed } from "../../train/feed.ts";
import { cropForRecipe, randomizeFor } from "../../train/prepare.ts";
import type { FeedOrder } from "./feed-thread.ts";
import { openLibrary } from "./library.ts";

const { spec, source, contents, moments }: FeedOrder = workerData;

/** The feed that the trial itself would have. */
async function openFeed() {
  const { recipe, seed } = spec;
  const splits = cropForRecipe(await openLibrary({ contents }).splits(source), recipe);
  if (moments.truth) knowMoments(splits.train, moments.truth);
  const { trained, evaluated } = randomizeFor(splits, spec);
  if (moments.evaluated) knowMoments(evaluated.train, moments.evaluated);
  return createFeed(trained, evaluated.train, recipe, seed);
}

const opened = openFeed();
// Whoever asks first hears of it.
opened.catch(() => {});

/** What is asked for; see the feed. */
interface Wanted {
  readonly steps: readonly Batch[];
  readonly epoch: number;
  readonly spent: Float32Array | undefined;
}

parentPort!.on("message", async ({ steps, epoch, spent }: Wanted) => {
  try {
    const images = (await (await opened).images(steps, epoch, spent))!;
    parentPort!.postMessage({ images }, [images.buffer as ArrayBuffer]);
  } catch (error) {
    parentPort!.postMessage({ error: messageOf(error) });
  }
});
