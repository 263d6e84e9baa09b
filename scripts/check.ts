/**
 * @file Checks everything: formats, types, dead code and tests, all at once, as two cores have room beside the tests.
 *
 *   node scripts/check.ts [--fast]
 *
 * `--fast` leaves out dead code, and the tests of the lab and all above it: what a minute can say while you write.
 */

import { spawn } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { fast: { type: "boolean", default: false } } });

const checks: readonly (readonly [command: string, ...args: string[]])[] = [
  ["biome", "check", "."],
  ["tsc", "-p", "."],
  ...(values.fast ? [] : [["knip"] as const]),
];
const tests = ["vitest", "run", ...(values.fast ? ["--project", "rooms"] : [])] as const;

/** Run a command of `node_modules/.bin`, which npm puts first; what it says is told if it failed, or shown at once; how it failed. */
function run(
  [command, ...args]: readonly [string, ...string[]],
  isShown: boolean,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: isShown ? "inherit" : "pipe",
      shell: process.platform === "win32",
    });
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => said.push(chunk));
    child.once("error", (error) => said.push(Buffer.from(`${error.message}\n`)));
    child.once("close", (code, signal) => {
      if (code === 0) return resolve(undefined);
      if (!isShown) process.stderr.write(`\n${[command, ...args].join(" ")}:\n${Buffer.concat(said)}\n`);
      return resolve(`${command} (${signal ?? code})`);
    });
  });
}

const began = performance.now();
const ends = await Promise.all([run(tests, true), ...checks.map((check) => run(check, false))]);
const wrong = ends.filter((end) => end !== undefined);
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`\n${wrong.length === 0 ? "All is well" : `Not well: ${wrong.join(", ")}`} after ${seconds} s.`);
if (wrong.length > 0) process.exitCode = 1;
