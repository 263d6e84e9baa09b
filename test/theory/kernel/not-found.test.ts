/**
 * @file Equations without a solution are told as such: no norm of noise, no error of none.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isFound } from "../../../src/theory/kernel/outcome.ts";
import { kernelInterpolation } from "../../../src/theory/node/kernel.ts";
import { idxFile } from "../../data/fixtures.ts";

const N = 40;

/** A folder of MNIST's names: image `i` is of the value `i % values`, its label is `i % 10`. */
async function writeMnist(folder: string, values: number): Promise<void> {
  for (const [split, count] of [
    ["train", N],
    ["t10k", 10],
  ] as const) {
    const pixels = Uint8Array.from({ length: count * 784 }, (_, at) => Math.floor(at / 784) % values);
    const labels = Uint8Array.from({ length: count }, (_, at) => at % 10);
    await writeFile(join(folder, `${split}-images-idx3-ubyte`), idxFile([count, 28, 28], pixels));
    await writeFile(join(folder, `${split}-labels-idx1-ubyte`), idxFile([count], labels));
  }
}

let dataDir = "";
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "shatter-not-found-"));
});
afterAll(() => rm(dataDir, { recursive: true }));

const solve = (options: Parameters<typeof kernelInterpolation>[0]) =>
  kernelInterpolation({ data: "mnist", dataDir, command: "test", ...options });

test("black images have a ridge solution of zero, and no interpolants to compare with", async () => {
  await writeMnist(dataDir, 1);
  const { findings, notes, numbers, tables } = await solve({ kernel: "linear", l2: [0.5] });
  expect(numbers).toMatchObject({ n: N, norm: 0, residual: 0, leastNorm: null, forcedNorm: null });
  expect(notes.join(" ")).toContain('No interpolant was found of the kind "minimum norm" (Section 5)');
  expect(findings.join(" ")).not.toMatch(/NaN|interpolants/);
  expect(tables.map(({ name }) => name)).not.toContain("interpolants");
});

test("what did not converge is no finding, and says what to do", async () => {
  await writeMnist(dataDir, 256);
  // Images of one gray each: the linear Gram matrix has rank 1, and 1e-9 is lost in the rounding of its entries.
  const { findings, numbers, claims } = await solve({ kernel: "linear", l2: [1e-12], iterations: 3 });
  expect(findings).toEqual([
    expect.stringMatching(
      /^No solution was found for random labels, n = 40, l2 1e-12, nor in 1 other cases: after 3 of 3 steps a relative residual of .+ is left, .+; allow more --iterations, or use a larger --l2\.$/,
    ),
  ]);
  expect(numbers).not.toHaveProperty("norm");
  expect(claims.map(({ outcome }) => outcome)).toEqual(["not tested"]);
});

test.each([
  [1e-7, 1e-9, true],
  [1e-5, 1e-9, false],
  [1e-5, 1e-5, true],
  [Number.NaN, 1, false],
])("a residual of %d at a tolerance of %d is a solution: %s", (residual, tolerance, found) => {
  expect(isFound({ residual }, tolerance)).toBe(found);
});
