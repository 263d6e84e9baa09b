/**
 * Runs the command as a user would: a process of its own.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command, in the sources. */
export const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What a run of the command left. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Start the command; `onStart` gets the process, to be watched or killed. */
export function shatter(
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; onStart?: (child: ChildProcess) => void } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    // A run goes on from nothing that the user, or another run, has left.
    const checkpoints = mkdtempSync(join(tmpdir(), "shatter-checkpoints-"));
    const env = { ...process.env, NO_COLOR: "1", SHATTER_CHECKPOINTS: checkpoints, ...options.env };
    const child = spawn(process.execPath, [MAIN, ...args], {
      env,
      cwd: options.cwd,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      rmSync(checkpoints, { recursive: true });
      resolve({ code, stdout, stderr });
    });
    options.onStart?.(child);
  });
}
