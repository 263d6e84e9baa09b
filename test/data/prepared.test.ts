import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import type { Splits } from "../../src/data/dataset.ts";
import { openPrepare } from "../../src/data/node/prepare-module.ts";
import { permutePooled, poolSplits, splitsOfPrepared } from "../../src/data/prepared.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-prepare-"));
afterAll(() => rmSync(folder, { recursive: true }));

const table = (values: readonly number[], labels: readonly number[]) => ({
  name: "table",
  inputs: Float32Array.from(values),
  shape: [labels.length, values.length / labels.length],
  labels: Int32Array.from(labels),
  classNames: ["no", "yes"],
});

const splits: Splits = { train: table([1, 2, 3, 4, 5, 6], [0, 1, 1]), test: table([7, 8], [0]) };
const pooled = poolSplits(splits);

test("both splits are put together", () => {
  expect(pooled.data.shape).toEqual([4, 2]);
  expect([...pooled.data.inputs]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect([...pooled.data.isTest]).toEqual([0, 0, 0, 1]);
  expect([...pooled.labels]).toEqual([0, 1, 1, 0]);
});

test("labels are permuted over both splits, each run in its own way", () => {
  const labels = Int32Array.from({ length: 1000 }, (_, row) => Number(row >= 500));
  expect(permutePooled(labels, 0, 0)).toEqual(labels);
  const runs = [1, 2].map((run) => permutePooled(labels, 0, run));
  for (const run of runs) {
    expect(run.filter((label) => label === 1)).toHaveLength(500);
    // Half of the last 500 are of class 1; five standard deviations of the hypergeometric distribution.
    const moved = run.subarray(500).filter((label) => label === 1).length;
    expect(Math.abs(moved - 250)).toBeLessThan(5 * Math.sqrt(500 * 0.25 * (500 / 999)));
  }
  expect(runs[0]).not.toEqual(runs[1]);
  expect(permutePooled(labels, 0, 1)).toEqual(runs[0]);
});

describe("what a preparation returns", () => {
  const made = (answer: unknown) => splitsOfPrepared(answer, pooled, "prepare.mjs");

  test("keeps split and labels where the rows are those that were given", () => {
    const { splits: own, rows } = made({ inputs: new Float64Array([1, 2, 3, 4]), shape: [4, 1] });
    expect([...own.train.inputs, ...own.test.inputs]).toEqual([1, 2, 3, 4]);
    expect(own.train.inputs).toBeInstanceOf(Float32Array);
    expect([[...own.train.labels], [...own.test.labels]]).toEqual([[0, 1, 1], [0]]);
    expect(rows).toEqual({ train: [0, 1, 2], test: [3] });
  });

  test("may have other rows, in another order, and a split of its own", () => {
    const answer = { inputs: [9, 8, 7], shape: [3, 1], rows: [3, 1, 1], isTest: [false, true, false] };
    const { splits: own, rows } = made(answer);
    expect([[...own.train.inputs], [...own.test.inputs]]).toEqual([[9, 7], [8]]);
    expect([[...own.train.labels], [...own.test.labels]]).toEqual([[0, 1], [1]]);
    expect(rows).toEqual({ train: [3, 1], test: [1] });
  });

  test.each([
    [undefined, "expected `prepare` to return { inputs, shape }, got nothing"],
    [[1, 2], "expected an array of numbers as `shape`, got nothing"],
    [{ inputs: [1], shape: "4" }, "expected an array of numbers as `shape`, got a string"],
    [{ inputs: [1], shape: [4] }, "[count, columns] or [count, channels, height, width], got [4]"],
    [{ inputs: [1], shape: [4, 0.5] }, "expected whole numbers from 1 on as `shape`, got [4, 0.5]"],
    [{ inputs: [1, 2, 3], shape: [3, 1] }, "was given 4 examples and returned 3: expected `rows`"],
    [{ inputs: [1, 2, 3], shape: [4, 1] }, "expected 4 inputs for shape [4, 1], got 3"],
    [{ inputs: [1, 2, 3, Number.NaN], shape: [4, 1] }, "expected finite inputs, got NaN in example 3"],
    [{ inputs: ["a", 2, 3, 4], shape: [4, 1] }, "expected finite inputs, got NaN in example 0"],
    [{ shape: [4, 1] }, "expected an array of numbers as `inputs`, got nothing"],
    [{ inputs: [1], shape: [1, 1], rows: [0, 1] }, "expected 1 numbers as `rows`, one for each example"],
    [{ inputs: [1], shape: [1, 1], rows: [4] }, "numbers from 0 to 3 as `rows`, got 4 for example 0"],
    [
      { inputs: [1], shape: [1, 1], rows: [0] },
      "expected `prepare` to return a test example at least, got none",
    ],
    [
      { inputs: [1, 2, 3, 4], shape: [4, 1], labels: [0, 1, 2, 0] },
      "numbers from 0 to 1 as `labels`, got 2 for example 2",
    ],
  ])("%j is refused", (answer, message) => {
    expect(() => made(answer)).toThrow(DataError);
    expect(() => made(answer)).toThrow(message);
  });
});

test("groups go with their rows, and none is divided", () => {
  const withGroups = (split: Splits["train"], groups: number[]) => ({
    ...split,
    groups: Int32Array.from(groups),
  });
  const grouped = poolSplits({
    train: withGroups(splits.train, [5, 5, 7]),
    test: withGroups(splits.test, [9]),
  });
  const made = (answer: object) =>
    splitsOfPrepared({ inputs: [1, 2, 3], shape: [3, 1], ...answer }, grouped, "prepare.mjs");
  expect([...grouped.data.groups!]).toEqual([5, 5, 7, 9]);
  const { train, test: tested } = made({ rows: [1, 3, 2], isTest: [0, 0, 1] }).splits;
  expect([[...train.groups!], [...tested.groups!]]).toEqual([[5, 9], [7]]);
  expect(() => made({ rows: [0, 1, 2], isTest: [0, 1, 0] })).toThrow("expected `isTest` to divide no group");
  expect(() => made({ labels: [0, 1, 0], isTest: [0, 1, 0] })).toThrow(
    "the data have groups: expected `rows`",
  );
});

describe("a module", () => {
  const run = async (source: string, seconds?: number) => {
    const path = join(folder, "prepare.mjs");
    writeFileSync(path, source);
    const module = await openPrepare(path, seconds);
    return await module.run(pooled.data, pooled.labels, 0, 0);
  };

  test("is run on copies, with random numbers that are the same in every run", async () => {
    const source = `let runs = 0;
export async function prepare(data, { labels, rng }) {
  data.inputs.fill(0);
  labels.fill(1);
  return { inputs: [++runs, rng.uniform()], shape: data.shape, more: () => {} };
}`;
    const first = await run(source);
    expect(first).toMatchObject({ shape: [4, 2] });
    expect(await run(source)).toEqual(first);
    expect([...pooled.labels]).toEqual([0, 1, 1, 0]);
    expect(pooled.data.inputs[0]).toBe(1);
  });

  test.each([
    [
      "export const prepare = (data) => {\n\n  data.nothing.more; };",
      "prepare.mjs: line 3: TypeError: Cannot read",
    ],
    ["export const prepare = {\n\n foo bar", "prepare.mjs: SyntaxError: Unexpected identifier"],
    ["export const other = 1;", "expected a function that is exported as `prepare`, got none"],
    ["export const prepare = () => process.exit(0);", "it ended instead of returning"],
    ["export const prepare = () => ({ inputs: () => 1 });", "what it returned cannot be read"],
    ["export const prepare = () => { throw null; };", "prepare.mjs: null"],
    ["import './nothing.mjs';", "Cannot find module"],
  ])("%s is refused", async (source, message) => {
    await expect(run(source)).rejects.toThrow(DataError);
    await expect(run(source)).rejects.toThrow(message);
  });

  test("is ended where it takes too long, even if it never stops", async () => {
    const source = "export const prepare = () => { for (;;); };";
    await expect(run(source, 1)).rejects.toThrow("it took longer than 1 s: its run was ended");
  });

  test("is refused where there is none", async () => {
    await expect(openPrepare(join(folder, "none.mjs"))).rejects.toThrow(/expected a module \(\.mjs\), got/);
  });
});
