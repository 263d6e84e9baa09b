/**
 * @file Preparations in the loop: what follows test rows is seen, and what does not is not.
 */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import type { Splits } from "../../src/data/dataset.ts";
import { runPreparation } from "../../src/lab/pipeline.ts";
import { runRandomizationTest, type TestOptions } from "../../src/lab/test.ts";
import { paperRecipe } from "../../src/train/recipe.ts";
import { emptyLab } from "../store/databases.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-pipeline-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Noise of 400 columns, under labels that are pure chance. */
function noise(count: number, purpose: string) {
  const random = randomStream(0, purpose);
  const inputs = Float32Array.from({ length: 400 * count }, () => random.normal());
  const labels = Int32Array.from({ length: count }, (_, row) => row % 2);
  return { name: "noise", inputs, shape: [count, 400], labels, classNames: ["no", "yes"] };
}

const given: Splits = { train: noise(40, "train"), test: noise(20, "test") };

const moduleOf = (source: string): string => {
  const path = join(folder, "prepare.mjs");
  writeFileSync(path, source);
  return path;
};

const example = (name: string): string =>
  fileURLToPath(new URL(`../../examples/prepare/${name}.mjs`, import.meta.url));

const options = { permutations: 1, model: "linear", firstSeed: 0, recipe: paperRecipe } as const;

const followsOf = async (path: string) =>
  (await runPreparation(given, { ...options, prepare: path })).plan.follows;

/** The mean of some rows' first column is taken from all values. */
const centered = (rows: string): string => `
export function prepare({ inputs, shape, isTest }) {
  const [count, columns] = shape;
  const rows = [...Array(count).keys()].filter((row) => ${rows});
  const mean = rows.reduce((sum, row) => sum + inputs[row * columns], 0) / rows.length;
  return { inputs: inputs.map((value) => value - mean), shape };
}`;

/** A split of its own. */
const divided = (isTest: string): string => `
export function prepare({ inputs, shape: [count, columns] }, { labels, rng }) {
  const rows = [...Array(count).keys()];
  const order = rng.permutation(count);
  return { inputs, shape: [count, columns], rows, isTest: rows.map(${isTest}) };
}`;

test.each([
  ["selection on all rows", example("outside"), { testLabels: true, testInputs: true, inBoth: 0 }],
  ["selection on training rows", example("inside"), { testLabels: false, testInputs: false, inBoth: 0 }],
  ["scaling on all rows", centered("true"), { testLabels: false, testInputs: true, inBoth: 0 }],
  ["scaling on training rows", centered("!isTest[row]"), { testLabels: false, testInputs: false, inBoth: 0 }],
  [
    "a split at random",
    divided("(row) => order[row] < 20"),
    { testLabels: false, testInputs: false, inBoth: 0 },
  ],
  [
    "labels among the inputs of their own rows",
    `export const prepare = ({ inputs, shape: [count, columns] }, { labels }) => ({
  inputs: inputs.map((value, at) => (at % columns === 0 ? labels[Math.floor(at / columns)] : value)),
  shape: [count, columns],
})`,
    { testLabels: false, testInputs: false, inBoth: 0, labelsInInputs: true },
  ],
  // It follows labels, as a stratified split does: nothing can be told.
  [
    "a split by label",
    divided("(row) => labels[row] !== labels[order[row]]"),
    { testLabels: null, testInputs: false, inBoth: 0 },
  ],
  [
    "repeated rows on both sides",
    `export const prepare = ({ inputs, shape: [count, columns] }) => ({
  inputs: [...inputs, ...inputs], shape: [2 * count, columns],
  rows: [...Array(2 * count).keys()].map((row) => row % count),
  isTest: [...Array(2 * count).keys()].map((row) => row >= count && row < count + 7),
})`,
    { testLabels: false, testInputs: false, inBoth: 7 },
  ],
])("%s", async (_, source, follows) => {
  expect(await followsOf(source.endsWith(".mjs") ? source : moduleOf(source))).toEqual(follows);
});

test("random numbers of its own are refused", async () => {
  const source =
    "export const prepare = ({ inputs, shape }) => ({ inputs: inputs.map(Math.random), shape });";
  await expect(followsOf(moduleOf(source))).rejects.toThrow(
    /got others when it was run again: take random numbers from `rng`/,
  );
});

test("each run has labels of its own, and the same each time", async () => {
  const asked = { ...options, permutations: 3, prepare: example("inside") };
  const { plan, contents } = await runPreparation(given, asked);
  expect(new Set(plan.runs.map(({ dataset }) => dataset.hash)).size).toBe(4);
  expect(contents.map(({ identity }) => identity)).toEqual(plan.runs.map(({ source }) => source));
  expect((await runPreparation(given, asked)).plan).toEqual(plan);
});

test("a test of what a preparation makes is judged, in a lab as without one", async () => {
  const asked = {
    data: given,
    prepare: example("outside"),
    permutations: 3,
    model: "linear",
    corrupt: [0],
    escalations: 0,
    recipe: { preprocess: "standardize", epochs: 30 },
  } as const satisfies TestOptions;
  const { verdict, dataset, trials } = await runRandomizationTest(asked);
  expect(dataset).toMatchObject({ name: "noise", shape: [20], train: 40, test: 20 });
  expect(trials).toHaveLength(1);
  expect(verdict.pipeline).toMatchObject({ suspected: true, permutations: 3, pValue: 0.0001 });
  expect(verdict.pipeline!.testAccuracy!.mean).toBeGreaterThan(0.65);
  expect(verdict.learning.answer).toBe("inconclusive");
  expect(verdict.text).toContain("Pipeline alarm");
  const kept = await runRandomizationTest({ ...asked, lab: { lab: await emptyLab(folder) } });
  expect(kept.verdict).toEqual(verdict);
});

test("options of a preparation need one", async () => {
  await expect(runRandomizationTest({ data: given, permutations: 9 })).rejects.toThrow(
    "`permutations`: expected `prepare` with it, got none",
  );
  await expect(
    runRandomizationTest({ data: given, prepare: example("inside"), prepareModel: "linaer" }),
  ).rejects.toThrow(/linear/);
});
