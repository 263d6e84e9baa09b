/**
 * @file The thread that a preparation module runs in: it may loop for ever, end its process or fill its memory.
 */

import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { randomStream } from "../../base/random.ts";
import type { PooledData, Prepare, PreparedData } from "../prepared.ts";

/** One run of the module. */
export interface PrepareOrder {
  readonly data: PooledData;
  readonly labels: Int32Array;
  readonly seed: number;
  readonly run: number;
}

/** What became of it; of an error its stack, for where it happened. */
export type PrepareAnswer =
  | { readonly prepared: PreparedData | undefined }
  | { readonly error: string; readonly stack: string };

const { path } = workerData as { readonly path: string };

/** What of an answer is looked at: whatever else it holds may not travel. */
function pick(answer: unknown): PreparedData | undefined {
  if (typeof answer !== "object" || answer === null) return undefined;
  const { inputs, shape, rows, isTest, labels } = answer as PreparedData;
  return { inputs, shape, rows, isTest, labels };
}

async function answer({ data, labels, seed, run }: PrepareOrder): Promise<PrepareAnswer> {
  try {
    const { prepare } = (await import(pathToFileURL(path).href)) as { readonly prepare?: Prepare };
    if (typeof prepare !== "function") {
      return { error: "expected a function that is exported as `prepare`, got none", stack: "" };
    }
    const prepared = await prepare(data, { labels, rng: randomStream(seed, "prepare", run) });
    return { prepared: pick(prepared) };
  } catch (error) {
    const { message = String(error), stack = "" } = error instanceof Error ? error : {};
    return { error: error instanceof Error ? `${error.name}: ${message}` : message, stack };
  }
}

parentPort!.on("message", async (order: PrepareOrder) => {
  const said = await answer(order);
  try {
    parentPort!.postMessage(said);
  } catch (error) {
    parentPort!.postMessage({ error: `what it returned cannot be read: ${String(error)}`, stack: "" });
  }
});
