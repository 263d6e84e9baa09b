/**
 * @file The thread that makes the images of a training ahead, run by {@link openFeedThread}: it reads, randomizes, changes and
 * preprocesses them while the engine trains on those before.
 */

import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../base/errors.ts";
import { knowMoments } from "../../data/layout.ts";
import { createFeed } from "../../train/feed.ts";
import { cropForRecipe, randomizeFor } from "../../train/prepare.ts";
import type { Asked, FeedOrder } from "./feed-thread.ts";
import { openLibrary } from "./library.ts";

const { spec, source, contents, moments }: FeedOrder = workerData;

/** Memory of both threads: sending that of one away makes the garbage collector of each look through all it has. */
const sharedRoom = (length: number): Float32Array =>
  new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));

/** The feed that the trial itself would have. */
async function openFeed() {
  const { recipe, seed } = spec;
  const splits = cropForRecipe(await openLibrary({ contents }).splits(source), recipe);
  if (moments.truth) knowMoments(splits.train, moments.truth);
  const { trained, evaluated, validation } = randomizeFor(splits, spec);
  if (moments.evaluated) knowMoments(evaluated.train, moments.evaluated);
  return createFeed(trained, { ...evaluated, validation }, recipe, seed, sharedRoom);
}

const opened = openFeed();
// Whoever asks first hears of it.
opened.catch(() => {});

parentPort!.on("message", async ({ spent, wanted }: Asked) => {
  try {
    const feed = await opened;
    if (spent) feed.spend(spent);
    const made =
      "steps" in wanted ? await feed.images(...wanted.steps) : await feed.evaluated(...wanted.evaluated);
    const images = made!;
    parentPort!.postMessage({ images });
  } catch (error) {
    parentPort!.postMessage({ error: messageOf(error) });
  }
});
