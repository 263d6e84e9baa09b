/**
 * @file A preparation module of the user's own: read, known by its hash, and run in a thread with a time limit.
 *
 * It is code that somebody runs on purpose, by naming its path on the command line or in a script; no spec, database,
 * experiment file or dashboard names one.
 */

import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { DataError, messageOf } from "../../base/errors.ts";
import { sha256 } from "../../base/json.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { PooledData } from "../prepared.ts";
import type { PrepareAnswer, PrepareOrder } from "./prepare-worker.ts";

// The thread's file has this file's own extension: .ts in the sources, .js in the package.
const THREAD = new URL(`./prepare-worker${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** Seconds that one run may take, unless told. */
const RUN_SECONDS = 600;

/** A module. */
export interface PrepareModule {
  /** The last part of its path. */
  readonly name: string;
  /** SHA-256 of its source; not of what it imports. */
  readonly hash: string;
  /**
   * Run it once, in a thread of its own and on copies: it keeps nothing from one run to the next.
   *
   * @param seed - Names its random numbers, together with `run`.
   * @returns Whatever it returned.
   * @throws DataError if it throws, ends or takes too long.
   */
  run(data: PooledData, labels: Int32Array, seed: number, run: number): Promise<unknown>;
}

/**
 * Open a module.
 *
 * @param seconds - That one run may take.
 * @throws DataError if it cannot be read.
 */
export async function openPrepare(path: string, seconds = RUN_SECONDS): Promise<PrepareModule> {
  const where = resolve(path);
  const source = await readFile(where).catch((error) => {
    throw new DataError(`\`prepare\` ${path}: expected a module (.mjs), got ${whyUnread(error)}`);
  });
  return {
    name: basename(where),
    hash: await sha256(source),
    async run(data, labels, seed, run) {
      const thread = startThread(where);
      try {
        const answer = await ask(thread, { data, labels, seed, run }, seconds);
        if (!("error" in answer)) return answer.prepared;
        throw new Error(`${placeIn(answer.stack, where)}${answer.error}`);
      } catch (error) {
        throw new DataError(`\`prepare\` ${path}: ${messageOf(error)}`);
      } finally {
        await thread.terminate();
      }
    },
  };
}

function startThread(path: string): Worker {
  const thread = new Worker(THREAD, { workerData: { path }, stdout: true, execArgv: [] });
  // What it prints is for people; the result may be going to standard output.
  thread.stdout.pipe(process.stderr, { end: false });
  return thread;
}

/** One run, until it answers, ends or its time is over. */
function ask(thread: Worker, order: PrepareOrder, seconds: number): Promise<PrepareAnswer> {
  const { promise, resolve: settle, reject } = Promise.withResolvers<PrepareAnswer>();
  const timer = setTimeout(
    () => reject(new Error(`it took longer than ${seconds} s: its run was ended`)),
    1000 * seconds,
  );
  thread.once("message", settle).once("error", reject);
  thread.once("exit", () => reject(new Error("it ended instead of returning")));
  thread.postMessage(order);
  return promise.finally(() => clearTimeout(timer));
}

/** The first line of a stack that is in the module, as `line 4: `; nothing if none is. */
function placeIn(stack: string, path: string): string {
  const line = stack.split("\n").find((one) => one.includes(path));
  const [, found] = /:(\d+)(?::\d+)?\)?$/.exec(line?.trim() ?? "") ?? [];
  return found === undefined ? "" : `line ${found}: `;
}
