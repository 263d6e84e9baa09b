/**
 * @file The helper's process: started when it is needed, ended when it is idle or takes too long.
 */

import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import type { Helper, HelperAnswer, HelperJobs, HelperMessage } from "./helper.ts";
import { Refusal } from "./refusal.ts";

// The child has this file's own extension: .ts in the sources, .js in the package.
const CHILD = new URL(`./helper-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/**
 * How long each kind of job may take, in milliseconds: ten times what it takes alone at most, as it has a tenth of a core where
 * training has the rest.
 */
const LIMITS_MS: Readonly<Record<keyof HelperJobs, number>> = {
  grid: 120_000,
  examples: 120_000,
  file: 240_000,
  misfit: 240_000,
  hard: 120_000,
  network: 120_000,
};

/** Jobs that may wait. */
const WAITING = 16;

/** Time without a job after which the process ends, in milliseconds: it holds the data it read last. */
const IDLE_MS = 60_000;

/** A job on its way. */
interface Pending {
  readonly message: HelperMessage;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Refusal) => void;
}

/**
 * Open a helper; its process is started with its first job.
 *
 * @param contents - Folder of the models and examples that were given as values.
 */
export function openHelper(limitsMs: Partial<typeof LIMITS_MS> = {}, contents?: string): Helper {
  const limits = { ...LIMITS_MS, ...limitsMs };
  const queue: Pending[] = [];
  let child: ChildProcess | undefined;
  let current: Pending | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;

  const settle = (finish: (job: Pending) => void): void => {
    clearTimeout(timer);
    const job = current;
    current = undefined;
    if (job) finish(job);
    next();
  };
  const start = (): ChildProcess => {
    const started = fork(CHILD, contents === undefined ? [] : [contents], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    started.on("message", (answer: HelperAnswer) => {
      settle(({ resolve, reject }) => {
        if ("value" in answer) resolve(answer.value as never);
        else reject(new Refusal(answer.expected ? 409 : 503, answer.error));
      });
    });
    const onEnd = (): void => {
      if (child !== started) return;
      child = undefined;
      settle(({ reject }) => reject(new Refusal(503, "the helper's process ended; try again in a moment")));
    };
    started.on("exit", onEnd).on("error", onEnd);
    try {
      // Training goes first; at the lowest priority, though, a machine that trains would leave next to nothing.
      if (started.pid !== undefined) setPriority(started.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    } catch {
      // Not every system lets a process be nice.
    }
    return started;
  };
  const stop = (): void => {
    const old = child;
    child = undefined;
    old?.kill("SIGKILL");
  };
  const next = (): void => {
    if (current || isOver) return;
    current = queue.shift();
    if (!current) {
      timer = setTimeout(stop, IDLE_MS).unref();
      return;
    }
    const { message } = current;
    child ??= start();
    child.send(message, () => {});
    const limit = limits[message.kind];
    timer = setTimeout(() => {
      stop();
      const why = `this took longer than ${limit / 1000} seconds and was given up; try again when less is running`;
      settle(({ reject }) => reject(new Refusal(503, why)));
    }, limit);
  };
  return {
    ask(kind, job) {
      if (queue.length >= WAITING) throw new Refusal(503, "too much is asked at once; try again in a moment");
      return new Promise((resolve, reject) => {
        queue.push({ message: { kind, job } as HelperMessage, resolve, reject });
        clearTimeout(current ? undefined : timer);
        next();
      });
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      clearTimeout(timer);
      const gone = child && new Promise((resolve) => child!.once("exit", resolve));
      stop();
      for (const { reject } of [...queue.splice(0), ...(current ? [current] : [])]) {
        reject(new Refusal(503, "the server is closing"));
      }
      current = undefined;
      await gone;
    },
  };
}
