/**
 * @file WebGPU, on whatever driver there is: SwiftShader, which comes with Debian's Chromium, draws with the processor. It
 * takes long to compile, so all of it is in one process, and small.
 */

import { execFile } from "node:child_process";
import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const SWIFTSHADER = "/usr/lib/chromium/vk_swiftshader_icd.json";
const CHILD = join(import.meta.dirname, "gpu-child.ts");

/** Where Vulkan's driver is described: `$VK_DRIVER_FILES`, or where Debian puts Chromium's. */
const driver = process.env["VK_DRIVER_FILES"] ?? (existsSync(SWIFTSHADER) ? SWIFTSHADER : undefined);
const hasLoader = globSync("/usr/lib/{,*-linux-gnu/}libvulkan.so.1").length > 0;
const isThere = driver !== undefined && hasLoader;
if (!isThere) {
  const lacks = hasLoader ? `a driver at ${SWIFTSHADER} or in $VK_DRIVER_FILES` : "libvulkan.so.1";
  const what = `WebGPU tests: expected ${lacks}, got none; install chromium and libvulkan1`;
  if (process.env["SHATTER_REQUIRE_VULKAN"] === "1") throw new Error(what);
  process.stderr.write(`\n*** SKIPPED *** ${what}\n\n`);
}

/** Largest differences by name. */
type Differences = readonly (readonly [string, number])[];

/** Float32 in sums of few products; the largest seen were 3e-7. */
const CLOSE = 1e-5;

const beyond = (found: Differences): Differences => found.filter(([, difference]) => !(difference <= CLOSE));

test.skipIf(!isThere)(
  "trains as the processor does, and computes what is meant",
  async () => {
    const env = { ...process.env, VK_DRIVER_FILES: driver };
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD], { env, maxBuffer: 2 ** 24 });
    const { trained, cases }: { trained: Differences; cases: Differences } = JSON.parse(stdout);
    expect(beyond(trained)).toEqual([]);
    expect(beyond(cases)).toEqual([]);
    // Losses, seven tensors, two averages, seven displacements, an evaluation and a stacked trial; cases in three ways.
    expect(trained).toHaveLength(19);
    expect(cases.length).toBeGreaterThan(1000);
    // Under a minute of processor time, which others may want, too.
  },
  900_000,
);
