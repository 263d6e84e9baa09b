/**
 * @file Runs the command as a user would: a process of its own, or, for what it says, in the test's process.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { format } from "node:util";
import { vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";

/** The command, in the sources. */
export const MAIN = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));

/** What a run of the command left. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How the command is run. */
interface RunOptions {
  /** What is added to the environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The current folder. */
  readonly cwd?: string;
}

/** What is in the environment of a run, which goes on from nothing that the user, or another run, has left. */
function environment(env: NodeJS.ProcessEnv = {}): { env: NodeJS.ProcessEnv; forget: () => void } {
  const checkpoints = mkdtempSync(join(tmpdir(), "shatter-checkpoints-"));
  return {
    env: { NO_COLOR: "1", SHATTER_CHECKPOINTS: checkpoints, ...env },
    forget: () => rmSync(checkpoints, { recursive: true }),
  };
}

/** Start the command; `onStart` gets the process, to be watched or killed. */
export function shatter(
  args: readonly string[],
  options: RunOptions & { readonly onStart?: (child: ChildProcess) => void } = {},
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const { env, forget } = environment(options.env);
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...env },
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
      forget();
      resolve({ code, stdout, stderr });
    });
    options.onStart?.(child);
  });
}

let last: Promise<unknown> = Promise.resolve();

/**
 * Run the command in this process, one after another: what it says and writes is the same, without a second for its
 * start. What becomes of its process - signals, readers that leave, locks that end with it - is for {@link shatter}.
 */
export function shatterHere(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const run = last.then(() => runHere(args, options));
  last = run.catch(() => {});
  return run;
}

async function runHere(args: readonly string[], options: RunOptions): Promise<Run> {
  const { env, forget } = environment(options.env);
  const { argv, exitCode } = process;
  const folder = process.cwd();
  const signals = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map(
    (signal) => [signal, process.listeners(signal)] as const,
  );
  const said = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((chunk, ...rest) => {
      said[name] += Buffer.from(chunk as string).toString();
      for (const written of rest) if (typeof written === "function") written();
      return true;
    }),
  );
  const log = vi
    .spyOn(console, "log")
    .mockImplementation((...words) => void process.stdout.write(`${format(...words)}\n`));
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  try {
    process.argv = [process.execPath, MAIN, ...args];
    process.exitCode = undefined;
    process.chdir(options.cwd ?? folder);
    await runProgram();
    return { code: Number(process.exitCode ?? 0), ...said };
  } finally {
    Object.assign(process, { argv, exitCode });
    process.chdir(folder);
    vi.unstubAllEnvs();
    for (const spy of [...spies, log]) spy.mockRestore();
    for (const [signal, before] of signals)
      for (const listener of process.listeners(signal))
        if (!before.includes(listener)) process.off(signal, listener);
    forget();
  }
}
