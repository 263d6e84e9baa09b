import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const PROGRAM = fileURLToPath(new URL("./owner-race.ts", import.meta.url));
const PROCESSES = 5;
const LABS = 25;

const folder = mkdtempSync(join(tmpdir(), "shatter-race-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test("of processes that want a dead owner's lab at once, exactly one gets it", async () => {
  const dead = { host: hostname(), pid: 2 ** 22 + 1, address: null };
  const labs = Array.from({ length: LABS }, (_, index) => join(folder, String(index)));
  for (const lab of labs) {
    mkdirSync(lab);
    writeFileSync(join(lab, "owner.json"), JSON.stringify(dead));
  }
  const wins = Array<number>(LABS).fill(0);
  const racers = Array.from({ length: PROCESSES }, () => {
    const child = spawn(process.execPath, [PROGRAM, ...labs], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ready = Promise.withResolvers<void>();
    const over = Promise.withResolvers<void>();
    child.once("exit", () => over.reject(new Error("a process ended before the others were done")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line === "ready") ready.resolve();
      else if (line === "over") over.resolve();
      else wins[Number(line)]!++;
    });
    return { child, ready: ready.promise, over: over.promise };
  });
  await Promise.all(racers.map(({ ready }) => ready));
  const start = Date.now() + 100;
  for (const { child } of racers) child.stdin.write(`${start}\n`);
  await Promise.all(racers.map(({ over }) => over));
  for (const { child, over } of racers) {
    over.catch(() => {});
    child.kill("SIGKILL");
  }
  expect(wins).toEqual(Array(LABS).fill(1));
  // Nothing is left of the race but who won it.
  for (const lab of labs) expect(readdirSync(lab)).toEqual(["owner.json", "owner.lock"]);
});
