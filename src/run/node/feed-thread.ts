/**
 * @file Images of a training that are made ahead, in a thread of their own.
 *
 * The engine blocks the thread that calls it, so that whatever else is to be done meanwhile needs another one.
 */

import { Worker } from "node:worker_threads";
import { DataError } from "../../base/errors.ts";
import type { Feed } from "../../train/feed.ts";
import type { OpenFeed, TrialData } from "../../train/prepare.ts";
import type { TrialSpec } from "../../train/spec.ts";
import type { DataSource } from "../runner.ts";

/** What the thread is told: what a trial is about, and what was measured of its examples. */
export interface FeedOrder {
  readonly spec: TrialSpec;
  readonly source: DataSource;
  /** Folder of the examples that were given as values. */
  readonly contents: string | undefined;
  readonly moments: TrialData["moments"];
}

/** What it is asked for: what a function of a feed is given, and images to write over. */
export interface Asked {
  readonly wanted: Wanted;
  readonly spent: Float32Array | undefined;
}

type Wanted =
  | { readonly steps: Parameters<Feed["images"]> }
  | { readonly evaluated: Parameters<Feed["evaluated"]> };

/** What it answers. */
type Answer = { readonly images: Float32Array } | { readonly error: string };

// The thread has this file's own extension: .ts in the sources, .js in the package.
const WORKER = new URL(`./feed-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** Open the thread of a trial whose examples are not held. It answers in the order in which it is asked. */
export const feedThread =
  (contents: string | undefined) =>
  (spec: TrialSpec, source: DataSource): OpenFeed =>
  ({ feed, moments }) => {
    const order: FeedOrder = { spec, source, contents, moments };
    const worker = new Worker(WORKER, { workerData: order });
    const waiting: { resolve: (images: Float32Array) => void; reject: (error: unknown) => void }[] = [];
    const failAll = (error: unknown): void => {
      for (const { reject } of waiting.splice(0)) reject(error);
    };
    worker.on("message", (answer: Answer) => {
      const asked = waiting.shift();
      if ("images" in answer) asked?.resolve(answer.images);
      else asked?.reject(new DataError(answer.error));
    });
    worker.on("error", failAll);
    worker.on("exit", () => failAll(new DataError("the thread that reads examples ended")));
    const unneeded: Float32Array[] = [];
    const ask = (wanted: Wanted): Promise<Float32Array> =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        worker.postMessage({ wanted, spent: unneeded.pop() } satisfies Asked);
      });
    return {
      mostSteps: feed.mostSteps,
      isHeld: false,
      isAhead: true,
      images: (steps, epoch) => ask({ steps: [steps, epoch] }),
      evaluated: (split, from, to) => ask({ evaluated: [split, from, to] }),
      spend(images) {
        unneeded.push(images);
      },
      [Symbol.asyncDispose]: async () => {
        await worker.terminate();
      },
    };
  };
