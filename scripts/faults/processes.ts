/**
 * @file What Linux says of processes: whose children they are, and whether they are there.
 */

import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** State and parent of a process; undefined if it is gone. */
function statOf(pid: number): { readonly state: string; readonly parent: number } | undefined {
  try {
    // The name in parentheses may hold anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "latin1")
      .replace(/^.*\)\s/s, "")
      .split(" ");
    return { state: state!, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Processes that a process started and that still are there. */
export function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => statOf(candidate)?.parent === pid);
}

/** Whether a process runs, or may run again. */
export const isThere = (pid: number): boolean => !["Z", "X", undefined].includes(statOf(pid)?.state);

/** Send a signal to processes; those that are gone already get none. */
export function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Those of some processes that are there still after some time, in milliseconds, for them to end. */
export async function leftOver(pids: Iterable<number>, milliseconds: number): Promise<number[]> {
  const until = performance.now() + milliseconds;
  let left = [...pids].filter(isThere);
  while (left.length > 0 && performance.now() < until) {
    await sleep(100);
    left = left.filter(isThere);
  }
  return left;
}
