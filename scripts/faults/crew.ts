/**
 * @file The workers of a lab that is disturbed: they are started, watched, and replaced when they die.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { RandomStream } from "../../src/base/random.ts";
import type { Ledger } from "./ledger.ts";
import { childrenOf, isThere, leftOver, signalAll } from "./processes.ts";
import { REFUSED, type WorkerOrder, type WorkerSays } from "./worker.ts";

/** A place for one worker at a time. */
export interface Berth {
  readonly name: string;
  readonly order: WorkerOrder;
  process: ChildProcess | undefined;
  isReady: boolean;
  /** Trials that it trains now, farther than at its start. */
  readonly running: Set<string>;
  /** Whether nothing is left to do. */
  isOver: boolean;
  /** Set while a fault holds it: a worker that dies is then not replaced. */
  isHeld: boolean;
}

/** The workers of a lab. */
export interface Crew extends AsyncDisposable {
  readonly berths: readonly Berth[];
  /** What went wrong that no fault accounts for. */
  readonly wrongs: string[];
  /** Start a worker in a place that has none. */
  start(berth: Berth): void;
  /** Kill a worker with all its processes; resolves when they are gone. */
  kill(berth: Berth): Promise<void>;
  /** Its processes: itself, and those that train. */
  pidsOf(berth: Berth): number[];
  /** A worker that trains now; undefined if all is over before one does. */
  training(random: RandomStream): Promise<Berth | undefined>;
  /** Resolves when nothing is left to do. */
  over(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("./worker.ts", import.meta.url));

/** How long it takes until a worker is replaced, in milliseconds. */
const RESTART_MS = 500;

/** How long a worker's children may take to end after it, in milliseconds. */
const LAST_MS = 8000;

/**
 * Start workers, one for each order.
 *
 * @param spare - How many of the last ones are not started before a fault needs them.
 */
export function openCrew(orders: readonly WorkerOrder[], spare: number, ledger: Ledger): Crew {
  const wrongs: string[] = [];
  const everyPid = new Set<number>();
  let isClosed = false;
  const berths: Berth[] = orders.map((order, index) => ({
    name: `worker ${index + 1}`,
    order,
    process: undefined,
    isReady: false,
    running: new Set<string>(),
    isOver: false,
    isHeld: index >= orders.length - spare,
  }));

  const hear = (berth: Berth, message: WorkerSays): void => {
    ledger.hear(berth.name, message);
    if (message.type === "ready") berth.isReady = true;
    if (message.type === "epoch") {
      berth.running.add(message.trial);
      for (const pid of childrenOf(berth.process!.pid!)) everyPid.add(pid);
    }
    if (message.type === "ended") berth.running.delete(message.trial);
    if (message.type === "over" && !message.isInterrupted) berth.isOver = true;
  };

  const start = (berth: Berth): void => {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(berth.order)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    berth.process = child;
    berth.isReady = false;
    everyPid.add(child.pid!);
    let complaints = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaints = (complaints + chunk).slice(-3000);
    });
    createInterface({ input: child.stdout }).on("line", (line) => {
      // The last line of a killed process may be half a line.
      if (line.endsWith("}")) hear(berth, JSON.parse(line));
    });
    child.once("close", (code, signal) => {
      if (berth.process === child) berth.process = undefined;
      berth.isReady = false;
      berth.running.clear();
      const isExpected = code === 0 || code === REFUSED || signal === "SIGKILL";
      if (!isExpected) wrongs.push(`${berth.name} ended with ${code ?? signal}: ${complaints.trim()}`);
      const isWanted = (): boolean =>
        !isClosed && !berth.isHeld && !berth.process && !berths.some(({ isOver }) => isOver);
      if (isWanted()) setTimeout(() => isWanted() && start(berth), RESTART_MS);
    });
  };

  const pidsOf = ({ process: child }: Berth): number[] =>
    child?.pid === undefined || !isThere(child.pid) ? [] : [child.pid, ...childrenOf(child.pid)];

  for (const berth of berths) if (!berth.isHeld) start(berth);
  return {
    berths,
    wrongs,
    start,
    pidsOf,
    async kill(berth) {
      const pids = pidsOf(berth);
      const gone = new Promise<void>((resolve) => {
        if (berth.process) berth.process.once("close", () => resolve());
        else resolve();
      });
      signalAll(pids, "SIGKILL");
      await gone;
    },
    async training(random) {
      while (!berths.some((berth) => berth.isOver)) {
        const busy = berths.filter((berth) => berth.process && berth.running.size > 0);
        if (busy.length > 0) return busy[random.below(busy.length)];
        await sleep(50);
      }
      return undefined;
    },
    async over() {
      while (!berths.some(({ isOver }) => isOver) || berths.some((berth) => berth.process)) await sleep(50);
    },
    async [Symbol.asyncDispose]() {
      isClosed = true;
      const running = berths.flatMap((berth) => pidsOf(berth));
      signalAll(running, "SIGKILL");
      const left = await leftOver(everyPid, LAST_MS);
      if (left.length > 0) {
        wrongs.push(`processes left over: ${left.length}`);
        signalAll(left, "SIGKILL");
      }
    },
  };
}
