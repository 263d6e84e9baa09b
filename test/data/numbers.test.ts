import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { randomStream } from "../../src/base/random.ts";
import { ranksInQuarters } from "../../src/data/conformance/numbers.ts";
import { checkConformance } from "../../src/data/conformance.ts";
import { countCopies } from "../../src/data/copies.ts";
import {
  type Dataset,
  datasetHash,
  labelName,
  numbersOf,
  requireClasses,
  type Splits,
  takeExamples,
} from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { type Randomizer, randomize, randomizer } from "../../src/data/randomize.ts";
import { readSplits, writeSplits } from "../../src/run/splits.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-numbers-"));
afterAll(() => rmSync(root, { recursive: true }));

let files = 0;
async function read(content: string, options = "") {
  const path = join(root, `t${files++}.csv`);
  writeFileSync(path, content);
  return await readData(`${path}?${options}`);
}

/** Rows of a column and a target. */
const table = (count: number, target: (row: number) => string | number): string =>
  `x,y\n${Array.from({ length: count }, (_, row) => `${row % 7},${target(row)}`).join("\n")}\n`;

/** Numbers, some of them equal, with inputs that count. */
function numbers(count: number, seed = 1): Dataset {
  const random = randomStream(seed, "numbers-test");
  const drawn = Array.from({ length: count }, () => Math.round(40 * random.normal()) / 10);
  const values = Float64Array.from(new Set(drawn.map((value) => value + 0))).sort();
  return {
    name: "numbers",
    inputs: Float32Array.from({ length: 2 * count }, (_, at) => at),
    shape: [count, 2],
    labels: Int32Array.from(drawn, (value) => values.indexOf(value + 0)),
    classNames: ["y"],
    values,
  };
}
const whole = numbers(300);
const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);
const SPLITS: Splits = {
  train: takeExamples(whole, rows(0, 220)),
  test: takeExamples(whole, rows(220, 300)),
};
const PERMUTED = { inputs: "true", corrupt: 1, labels: "permute" } as const;

describe("a target is of numbers", () => {
  test.each([
    ["with fractions", table(30, (row) => (row % 2 === 0 ? 0.5 : 1)), ""],
    ["of many whole numbers", table(100, (row) => 3 * row), ""],
    ["as asked for", table(30, (row) => row % 3), "target-type=number"],
    ["with decimal commas", table(30, (row) => `${row},5`).replaceAll(/^(\w+),/gm, "$1;"), ""],
  ])("%s", async (_, content, options) => {
    const { splits, understood } = await read(content, options);
    expect(splits.train.values).toBeInstanceOf(Float64Array);
    expect(splits.train.classNames).toEqual(["y"]);
    expect(understood.join()).toContain("numbers from");
  });

  test.each([
    ["few whole numbers", table(100, (row) => row % 20), ""],
    ["many that each have ten examples", table(300, (row) => row % 30), ""],
    ["many, as asked for", table(100, (row) => row % 40), "target-type=class"],
  ])("and of classes with %s", async (_, content, options) => {
    expect((await read(content, options)).splits.train.values).toBeUndefined();
  });

  test("and comes back row by row, in its own unit", async () => {
    const { splits } = await read(table(50, (row) => row * row + 0.25));
    const told = [splits.train, splits.test].flatMap((split) => [...numbersOf(split)]);
    expect(told.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, row) => row * row + 0.25));
    expect(splits.test.shape[0]).toBe(10);
  });
});

describe("numbers", () => {
  test("survive being written and read, with their hash", async () => {
    const back = readSplits(writeSplits(SPLITS));
    expect(back).toEqual(SPLITS);
    expect(await datasetHash(back.train)).toBe(await datasetHash(SPLITS.train));
  });

  test("have another hash if one of them is another, and classes theirs as before", async () => {
    const { values: _, ...classes } = whole;
    const other = { ...whole, values: whole.values!.map((value, at) => (at === 0 ? value - 1 : value)) };
    const hashes = await Promise.all([whole, other, { ...classes, groups: undefined }].map(datasetHash));
    expect(new Set(hashes).size).toBe(3);
  });

  test("are told, and are no classes", () => {
    expect(labelName(whole, 0)).toBe(String(whole.values![0]));
    expect(() => requireClasses(whole, "this")).toThrow(
      "numbers: expected classes for this, got numbers (y)",
    );
  });

  test("are counted as one class by copies", () => {
    const both = { train: whole, test: SPLITS.test };
    expect(countCopies(both)).toMatchObject({ test: 80, testByClass: [80], testOtherLabel: 0 });
    expect(countCopies(SPLITS).testWorthByClass).toEqual([80]);
  });
});

describe("permuted numbers", () => {
  test("are the same ones in another order, and pass their checks, over 20 seeds", () => {
    for (let seed = 0; seed < 20; seed++) {
      const randomized = randomize(SPLITS, PERMUTED, seed);
      expect([...randomized.train.labels].sort()).toEqual([...SPLITS.train.labels].sort());
      expect(randomized.realized).toBeGreaterThan(0.9);
      const wrong = checkConformance(SPLITS, randomized, PERMUTED, seed).filter(({ ok }) => !ok);
      expect(wrong).toEqual([]);
    }
  });

  test("may be some of them", () => {
    const request = { ...PERMUTED, corrupt: 0.3 };
    const randomized = randomize(SPLITS, request, 5);
    expect(randomized.realized).toBeGreaterThan(0.2);
    expect(randomized.realized).toBeLessThan(0.4);
    expect(randomized.touched).toContain("Training targets are drawn with probability 0.3 each");
    expect(checkConformance(SPLITS, randomized, request, 5).every(({ ok }) => ok)).toBe(true);
  });

  /** What a faulty randomization makes of the labels, wherever it is asked. */
  const faulty = (change: (labels: Int32Array, seed: number) => Int32Array): Randomizer => ({
    ...randomizer,
    redrawLabels: (splits, split, request, seed) =>
      request.corrupt === 0 ? splits[split].labels : change(splits[split].labels.slice(), seed),
  });

  test.each([
    ["as they are", "share of training labels changed", (labels: Int32Array) => labels],
    [
      "exchanged with neighbors in size",
      "mean rank of the targets given to each quarter",
      (labels: Int32Array, seed: number) => {
        const order = [...labels.keys()].sort((a, b) => labels[a]! - labels[b]!);
        const shift = 5 + (seed % 5);
        return labels.map((_, i) => labels[order[(order.indexOf(i) + shift) % order.length]!]!);
      },
    ],
    [
      "drawn again",
      "labels of a class more or fewer",
      (labels: Int32Array, seed: number) => {
        const random = randomStream(seed, "faulty");
        return labels.map(() => labels[random.below(labels.length)]!);
      },
    ],
  ])("%s are caught", (_, check, change) => {
    const by = faulty(change);
    const labels = by.redrawLabels(SPLITS, "train", PERMUTED, 3);
    const randomized = {
      ...randomize(SPLITS, PERMUTED, 3),
      train: { ...SPLITS.train, labels },
      testLabelsCorrupted: by.redrawLabels(SPLITS, "test", PERMUTED, 3),
    };
    const failed = checkConformance(SPLITS, randomized, PERMUTED, 3, by).filter(({ ok }) => !ok);
    expect(failed.map((line) => line.check).join()).toContain(check);
  });
});

test("ranks in quarters stray by chance no farther than their bound, whatever is equal", () => {
  for (const kinds of [2, 7, 1000]) {
    for (let seed = 0; seed < 200; seed++) {
      const random = randomStream(seed, "ranks", kinds);
      const truth = Int32Array.from({ length: 101 }, () =>
        random.below(10) === 0 ? random.below(kinds) : 0,
      );
      const order = random.permutation(truth.length);
      expect(
        ranksInQuarters(
          truth,
          truth.map((_, i) => truth[order[i]!]!),
        ),
      ).toBeLessThan(1);
    }
  }
  expect(ranksInQuarters(Int32Array.from(rows(0, 1000)), Int32Array.from(rows(0, 1000)))).toBeGreaterThan(2);
});
