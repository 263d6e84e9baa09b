/**
 * Runs a trial to its end in processes of its own, killing them on the way: for the tests, and for
 * `scripts/interrupt.ts`.
 */

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckpointOptions } from "../../src/run/node/checkpoints.ts";
import type { DataSource } from "../../src/run/runner.ts";
import type { TrialSpec } from "../../src/train/spec.ts";
import type { EpochRow, TrialOutcome } from "../../src/train/trial.ts";

/** What `trial-process.ts` is told. */
export interface TrialOrder {
  readonly spec: TrialSpec;
  readonly source: DataSource;
  /** None for a run without. */
  readonly checkpoints?: CheckpointOptions;
}

/** What `trial-process.ts` says at its end. */
export interface TrialReport {
  readonly rows: readonly EpochRow[];
  readonly outcome: TrialOutcome;
  readonly dataHash: string;
  /** Where it went on from: epochs, and steps in the next one. */
  readonly from: { readonly epochs: number; readonly step: number } | null;
  readonly warnings: readonly string[];
  /** From its start to the first progress, and from there to the end. */
  readonly milliseconds: { readonly start: number; readonly training: number };
}

/** When processes are killed: some milliseconds after they were started, or after training began in them. */
export interface Kill {
  readonly since: "start" | "training";
  readonly milliseconds: number;
}

const PROGRAM = fileURLToPath(new URL("../lab/trial-process.ts", import.meta.url));

/**
 * Run a trial in a process with a child, as the command does.
 *
 * @param kill - When both are killed with SIGKILL, if they have not ended.
 * @returns Undefined if they were killed before the end.
 */
export function runTrialProcess(order: TrialOrder, kill?: Kill): Promise<TrialReport | undefined> {
  return new Promise((resolve, reject) => {
    // A process group of its own, so that parent and child die in the same instant.
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(order)], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const began = performance.now();
    let trainingBegan: number | undefined;
    let killer: NodeJS.Timeout | undefined;
    const killLater = (since: Kill["since"]): void => {
      if (kill?.since !== since) return;
      killer = setTimeout(() => process.kill(-child.pid!, "SIGKILL"), kill.milliseconds);
    };
    killLater("start");
    let said = "";
    child.stdout.on("data", (chunk) => {
      // The first word is that training has begun, the rest is the report.
      if (trainingBegan === undefined) killLater("training");
      trainingBegan ??= performance.now();
      said += chunk;
    });
    child.once("exit", () => clearTimeout(killer));
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) {
        const start = (trainingBegan ?? began) - began;
        const training = performance.now() - began - start;
        resolve({ ...JSON.parse(said.replace(/^training\n/, "")), milliseconds: { start, training } });
      } else if (signal === "SIGKILL" && kill) resolve(undefined);
      else reject(new Error(`the trial's process ended with ${code ?? signal}: ${said}`));
    });
  });
}

/** The newest checkpoint in a folder; undefined if there is none. */
export function newestCheckpoint(folder: string): string | undefined {
  const name = readdirSync(folder).find((candidate) => /^[0-9a-f]{16}\.safetensors$/.test(candidate));
  return name === undefined ? undefined : join(folder, name);
}

/** Do to a file what a loss of power might: keep only a part of its bytes. */
export function cutOff(path: string, share: number): void {
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
}
