import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Engine sessions and child processes are real: two workers fill the two cores of the smallest machine.
    maxWorkers: 2,
    // A command started by a test runs from its sources: stripped and compiled once, it starts in half the time.
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "shatter-compile-cache") },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
