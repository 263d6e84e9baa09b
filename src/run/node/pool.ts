/**
 * @file Runs trials in child processes: the engine blocks the event loop it runs on, and a child that dies
 * takes one trial with it, not the test.
 */

import { type ChildProcess, fork } from "node:child_process";
import { EngineError, messageOf } from "../../base/errors.ts";
import { hideSecrets } from "../../base/secrets.ts";
import { requireFolder } from "../../disk/folders.ts";
import type { Device } from "../../train/devices.ts";
import { type TrialSpec, trialId } from "../../train/spec.ts";
import type { TrialEvent } from "../../train/trial.ts";
import type { DataSource, TrialFailure, TrialRunner } from "../runner.ts";
import { type CheckpointOptions, GRACE_MS, openCheckpoints } from "./checkpoints.ts";
import { programOn } from "./provenance.ts";

/** What the parent says to a child: run a trial; stop the one that is running, leaving a checkpoint. */
export type ParentMessage =
  | { readonly type: "run"; readonly spec: TrialSpec; readonly source: DataSource }
  | { readonly type: "stop" };

/** What a child says to its parent. */
export type ChildMessage =
  | { readonly type: "ready" }
  | { readonly type: "refused"; readonly error: string }
  | { readonly type: "event"; readonly event: TrialEvent }
  | { readonly type: "ended"; readonly failure: TrialFailure | undefined };

/** The folders that a child is told of. */
export interface ChildOptions {
  readonly checkpoints?: CheckpointOptions | undefined;
  readonly contents?: string | undefined;
  readonly networks?: string | undefined;
  readonly kept?: string | undefined;
}

/** How a pool is set up. */
export interface PoolOptions {
  /** Trials at once. */
  readonly jobs: number;
  readonly device: Device;
  /** Threads of each trial. */
  readonly threads: number;
  /**
   * Where trials leave checkpoints, to go on from when they are run again; nowhere unless told. Those of a trial
   * that is done are removed when the pool closes, unless they are to be kept.
   */
  readonly checkpoints?: PoolCheckpoints | undefined;
  /** Folder of the models and examples that were given as values; none were unless told. */
  readonly contents?: string | undefined;
  /** Folder where trials that come to their end leave their networks; nowhere unless told. */
  readonly networks?: string | undefined;
  /** Folder where a lab keeps those of trials that are done, as safetensors alone; nowhere unless told. */
  readonly kept?: string | undefined;
}

/** Where trials leave checkpoints. */
export interface PoolCheckpoints extends CheckpointOptions {
  /** Whether trials that are done keep their outcome: for a caller who keeps nothing itself before all is done. */
  readonly keepDone?: boolean;
}

// The child has this file's own extension: .ts in the sources, .js in the package.
const CHILD = new URL(`./child${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/**
 * Start a pool of processes: one now, others when they are needed; they are kept between trials.
 *
 * @throws EngineError with the reason and what to do, if the device is not there.
 * @throws DataError if the folder of checkpoints cannot be written to.
 */
export async function openProcessPool(options: PoolOptions): Promise<TrialRunner> {
  const { jobs, device, checkpoints } = options;
  if (checkpoints) await requireFolder("checkpoints", checkpoints.folder);
  const done: string[] = [];
  const idle: ChildProcess[] = [];
  const all = new Set<ChildProcess>();
  const places = countPlaces(jobs);
  const start = async (): Promise<ChildProcess> => {
    const child = forkChild(options);
    all.add(child);
    child.once("exit", () => all.delete(child));
    const answer = await firstMessage(child);
    if (answer.type !== "refused") return child;
    child.kill("SIGKILL");
    throw new EngineError(answer.error);
  };
  idle.push(await start());
  return {
    jobs,
    async run(spec, source, onEvent, signal) {
      await places.take();
      try {
        if (signal?.aborted) return { status: "stopped", error: "interrupted before it began" };
        let child = idle.pop();
        while (child && !isAlive(child)) child = idle.pop();
        child ??= await start();
        const failure = await runIn(child, { type: "run", spec, source }, onEvent, signal, !checkpoints);
        if (isAlive(child)) idle.push(child);
        if (failure === undefined) done.push(await trialId(spec));
        return failure;
      } catch (error) {
        // Ctrl-C ends a process that has not yet come so far as to ignore it.
        if (signal?.aborted) return { status: "stopped", error: "interrupted before it began" };
        return { status: "failed", error: messageOf(error) };
      } finally {
        places.give();
      }
    },
    async [Symbol.asyncDispose]() {
      const gone = [...all].map((child) => new Promise((resolve) => child.once("exit", resolve)));
      for (const child of all) child.kill("SIGKILL");
      await Promise.all(gone);
      if (!checkpoints || checkpoints.keepDone) return;
      const folder = openCheckpoints(checkpoints, programOn(device));
      for (const trial of done) await folder.remove(trial);
    },
  };
}

function forkChild({ device, threads, checkpoints, contents, networks, kept }: PoolOptions): ChildProcess {
  const told: ChildOptions = { checkpoints, contents, networks, kept };
  return fork(CHILD, [device, String(threads), JSON.stringify(told)], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}

/** Places of trials that run at once. */
function countPlaces(count: number) {
  const waiting: (() => void)[] = [];
  let taken = 0;
  return {
    async take(): Promise<void> {
      if (taken < count) taken++;
      else await new Promise<void>((free) => waiting.push(free));
    },
    give(): void {
      // A place goes straight to who waits longest: given back first, a newcomer could take it too.
      const next = waiting.shift();
      if (next) next();
      else taken--;
    },
  };
}

/**
 * Have a child carry out an order, until it says that it has, or dies.
 *
 * @param isHasty - Whether an interruption kills the child, which else is asked to leave a checkpoint first.
 */
function runIn(
  child: ChildProcess,
  order: ParentMessage,
  onEvent: (event: TrialEvent) => void,
  signal: AbortSignal | undefined,
  isHasty: boolean,
): Promise<TrialFailure | undefined> {
  return new Promise((resolve) => {
    let complaints = "";
    let grace: NodeJS.Timeout | undefined;
    const onComplaint = (chunk: Buffer): void => {
      complaints = (complaints + chunk).slice(-2000);
    };
    const end = (failure: TrialFailure | undefined): void => {
      child.off("message", onMessage).off("exit", onExit);
      child.stderr?.off("data", onComplaint);
      signal?.removeEventListener("abort", onAbort);
      clearTimeout(grace);
      resolve(failure);
    };
    const onMessage = (message: ChildMessage): void => {
      if (message.type === "event") onEvent(message.event);
      if (message.type === "ended") end(message.failure);
    };
    const onExit = (code: number | null, killer: NodeJS.Signals | null): void =>
      end(signal?.aborted ? { status: "stopped", error: "interrupted" } : deathOf(code, killer, complaints));
    const kill = (): void => void child.kill("SIGKILL");
    const onAbort = (): void => {
      if (isHasty) kill();
      else {
        child.send({ type: "stop" } satisfies ParentMessage);
        grace = setTimeout(kill, GRACE_MS);
      }
    };
    child.on("message", onMessage).on("exit", onExit);
    child.stderr?.on("data", onComplaint);
    signal?.addEventListener("abort", onAbort);
    // An interruption while the process was starting came before there was anybody to hear it.
    if (signal?.aborted) kill();
    else child.send(order);
  });
}

/** Why a trial failed whose process ended. */
function deathOf(code: number | null, killer: NodeJS.Signals | null, complaints: string): TrialFailure {
  const how = killer ? `was killed by ${killer}` : `ended with exit code ${code}`;
  const isKilled = killer === "SIGKILL";
  const hint = isKilled ? " (out of memory? try fewer `jobs`)" : "";
  const said = hideSecrets(complaints.trim());
  const error = `the trial's process ${how}${hint}${said ? `: ${said}` : ""}`;
  return { status: "failed", error, isKilled };
}

/** Whether a child can be given an order: one that was killed while it was idle may seem connected for a while. */
const isAlive = (child: ChildProcess): boolean =>
  child.connected && child.exitCode === null && child.signalCode === null;

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
        error: `a trial's process ended at its start (${signal ?? code}): ${hideSecrets(complaints.trim())}`,
      });
    child.once("exit", onExit);
    // A process that could not be started says so here, and would end the program if nobody listened.
    child.on("error", (error) =>
      resolve({ type: "refused", error: `a trial's process: ${messageOf(error)}` }),
    );
    child.once("message", (message: ChildMessage) => {
      child.off("exit", onExit);
      resolve(message);
    });
  });
}
