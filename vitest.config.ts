import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

/** Tests of the rooms below the lab: no database, no server, no command. */
const rooms = [
  "audit",
  "base",
  "data",
  "disk",
  "graph",
  "import",
  "nn",
  "paper",
  "report",
  "theory",
  "train",
  "verdict",
].map((room) => `test/${room}/**/*.test.ts`);

export default defineConfig({
  test: {
    setupFiles: "./test/equal-arrays.ts",
    reporters: ["default", "./test/slowest.ts"],
    // Engine sessions and child processes are real: two workers fill the two cores of the smallest machine.
    maxWorkers: 2,
    // A command started by a test runs from its sources: stripped and compiled once, it starts in half the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "shatter-compile-cache") },
    // Nothing takes a tenth of it; others may use the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    // In this order, so that the shorter ones come last and leave no core without work at the end.
    projects: [
      {
        extends: true,
        test: {
          name: "lab",
          include: ["test/**/*.test.ts"],
          exclude: rooms,
          globalSetup: "test/once.ts",
        },
      },
      // Functions that keep nothing: a process for each file would only load everything anew.
      { extends: true, test: { name: "rooms", include: rooms, isolate: false } },
    ],
  },
});
