/**
 * @file Runs trials in child processes: the engine blocks the event loop it runs on, and a child that dies
 * takes one trial with it, not the test.
 */

import { type ChildProcess, fork } from "node:child_process";
import { EngineError, messageOf } from "../base/errors.ts";
import type { Device } from "../train/engine.ts";
import type { TrialSpec } from "../train/spec.ts";
import type { TrialEvent } from "../train/trial.ts";
import type { DataSource, TrialFailure, TrialRunner } from "./runner.ts";

/** What the parent says to a child. */
export interface TrialOrder {
  readonly spec: TrialSpec;
  readonly source: DataSource;
}

/** What a child says to its parent. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "event"; readonly event: TrialEvent }
  | { readonly type: "ended"; readonly failure: TrialFailure | undefined };

/** How a pool is set up. */
export interface PoolOptions {
  /** Trials at once. */
  readonly jobs: number;
  readonly device: Device;
  /** Threads of each trial. */
  readonly threads: number;
}

// The child has this file's own extension: .ts in the sources, .js in the package.
const CHILD = new URL(`./process-child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/**
 * Start a pool of processes: one now, others when they are needed; they are kept between trials.
 *
 * @throws EngineError with the reason and what to do, if the device is not there.
 */
export async function openProcessPool({ jobs, device, threads }: PoolOptions): Promise<TrialRunner> {
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const waiting: (() => void)[] = [];
  let running = 0;

  const start = async (): Promise<ChildProcess> => {
    const child = fork(CHILD, [device, String(threads)], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    all.add(child);
    child.once("exit", () => all.delete(child));
    const answer = await firstMessage(child);
    if (answer.type === "refused") {
      child.kill("SIGKILL");
      throw new EngineError(answer.error);
    }
    return child;
  };

  const takePlace = async (): Promise<void> => {
    if (running < jobs) running++;
    else await new Promise<void>((free) => waiting.push(free));
  };
  const givePlace = (): void => {
    // A place goes straight to who waits longest: given back first, a newcomer could take it too.
    const next = waiting.shift();
    if (next) next();
    else running--;
  };

  const runIn = (
    child: ChildProcess,
    order: TrialOrder,
    onEvent: (event: TrialEvent) => void,
    signal?: AbortSignal,
  ) =>
    new Promise<TrialFailure | undefined>((resolve) => {
      let complaints = "";
      const onComplaint = (chunk: Buffer): void => {
        complaints = (complaints + chunk).slice(-2000);
      };
      const end = (failure: TrialFailure | undefined): void => {
        child.off("message", onMessage).off("exit", onExit);
        child.stderr?.off("data", onComplaint);
        signal?.removeEventListener("abort", onAbort);
        resolve(failure);
      };
      const onMessage = (message: ChildMessage): void => {
        if (message.type === "event") onEvent(message.event);
        if (message.type === "ended") {
          idle.push(child);
          end(message.failure);
        }
      };
      const onExit = (code: number | null, killer: NodeJS.Signals | null): void => {
        if (signal?.aborted) {
          end({ status: "stopped", error: "interrupted" });
          return;
        }
        const how = killer ? `was killed by ${killer}` : `ended with exit code ${code}`;
        const hint = killer === "SIGKILL" ? " (out of memory? try fewer --jobs)" : "";
        const said = complaints.trim();
        end({ status: "failed", error: `the trial's process ${how}${hint}${said ? `: ${said}` : ""}` });
      };
      const onAbort = (): void => void child.kill("SIGKILL");
      child.on("message", onMessage).on("exit", onExit);
      child.stderr?.on("data", onComplaint);
      signal?.addEventListener("abort", onAbort);
      // An interruption while the process was starting came before there was anybody to hear it.
      if (signal?.aborted) onAbort();
      else child.send(order);
    });

  idle.push(await start());
  return {
    jobs,
    async run(spec, source, onEvent, signal) {
      await takePlace();
      try {
        if (signal?.aborted) return { status: "stopped", error: "interrupted before it began" };
        let child = idle.pop();
        while (child && !child.connected) child = idle.pop();
        return await runIn(child ?? (await start()), { spec, source }, onEvent, signal);
      } catch (error) {
        return { status: "failed", error: messageOf(error) };
      } finally {
        givePlace();
      }
    },
    async [Symbol.asyncDispose]() {
      const gone = [...all].map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of all) child.kill("SIGKILL");
      await Promise.all(gone);
    },
  };
}

/** A child's first word; a child that dies before it is refused with what it said. */
function firstMessage(child: ChildProcess): Promise<ChildMessage> {
  return new Promise((resolve) => {
    let complaints = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk).slice(-2000);
    });
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      resolve({
        type: "refused",
        error: `a trial's process ended at its start (${signal ?? code}): ${complaints.trim()}`,
      });
    child.once("exit", onExit);
    // A process that could not be started says so here, and would end the program if nobody listened.
    child.on("error", (error) => resolve({ type: "refused", error: `a trial's process: ${error.message}` }));
    child.once("message", (message: ChildMessage) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}
