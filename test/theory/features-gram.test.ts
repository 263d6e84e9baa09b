/**
 * @file Gram matrices over blocks of features: right, and the same bytes after an interruption at any place.
 */

import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { randomStream } from "../../src/base/random.ts";
import { runtime as ort } from "../../src/run/node/runtime.ts";
import { accumulateGram } from "../../src/theory/features/gram.ts";
import {
  blocksDone,
  createGramState,
  type FeatureBlock,
  type Gram,
} from "../../src/theory/features/gram-state.ts";
import { TILE } from "../../src/theory/kernel/triangle.ts";
import { openGramFolder } from "../../src/theory/node/gram-files.ts";
import { openEngine } from "../../src/train/engine.ts";
import { leaveDraft } from "../disk/drafts.ts";

const ENGINE = await openEngine(ort, "cpu", 2);
/** More than one tile of both. */
const N = TILE + 76;
const M = TILE + 6;
const SETTINGS = { data: "random", seed: 5 };
/** Features of the blocks; the last one has another size. */
const SIZES = [8, 8, 8, 3];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-gram-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Block `index`, of whole numbers of all sizes. */
function blockOf(index: number): FeatureBlock {
  const features = SIZES[index]!;
  const random = randomStream(5, "gram-test", index);
  const draw = (rows: number): Int8Array =>
    Int8Array.from({ length: rows * features }, () => random.below(255) - 127);
  return { train: draw(N), tests: draw(M), features, filters: features };
}

async function* blocks(from = 0): AsyncGenerator<FeatureBlock> {
  for (let index = from; index < SIZES.length; index++) yield blockOf(index);
}

/** All bytes of a Gram matrix. */
const bytesOf = ({ train, tests, trainNorms, testNorms }: Gram): Buffer =>
  Buffer.concat(
    [train.tile(0, 0), train.tile(1, 0), train.tile(1, 1), ...tests, trainNorms, testNorms].map((array) =>
      Buffer.from(array.buffer, array.byteOffset, array.byteLength),
    ),
  );

const whole = await accumulateGram(ENGINE, blocks(), N, M);

describe("accumulateGram", () => {
  test("adds up exactly", () => {
    const all = SIZES.map((_, index) => blockOf(index));
    const inner = (left: "train" | "tests", i: number, j: number): number => {
      let sum = 0;
      for (const block of all)
        for (let at = 0; at < block.features; at++)
          sum += block[left][i * block.features + at]! * block.train[j * block.features + at]!;
      return sum;
    };
    expect(whole.features).toBe(27);
    for (const [i, j] of [
      [0, 0],
      [1023, 5],
      [1024, 1023],
      [1099, 0],
      [1099, 1098],
      [1030, 1090],
    ] as const) {
      const tile = whole.train.tile(Math.floor(i / TILE), Math.floor(j / TILE));
      const columns = Math.min(TILE, N - Math.floor(j / TILE) * TILE);
      expect(tile[(i % TILE) * columns + (j % TILE)]).toBe(inner("train", i, j));
    }
    for (const [i, j] of [
      [0, 0],
      [3, 1099],
      [1023, 1024],
      [1029, 7],
    ] as const) {
      expect(whole.tests[Math.floor(i / TILE)]![(i % TILE) * N + j]).toBe(inner("tests", i, j));
    }
    expect(whole.trainNorms[1050]).toBe(inner("train", 1050, 1050));
    expect(whole.tests.map(({ length }) => length)).toEqual([TILE * N, 6 * N]);
  });

  test("reports filters, and asks at the numbers given", async () => {
    const done: number[] = [];
    const asked: [number, number, Int32Array][] = [];
    await accumulateGram(ENGINE, blocks(), N, M, {
      at: [8, 10, 12, 27, 99],
      filters: 27,
      onProgress: (filters) => done.push(filters),
      onFilters: async (filters, gram) => {
        asked.push([filters, gram.features, gram.train.tile(0, 0).slice(0, 3)]);
        return null;
      },
    });
    expect(asked.map(([filters, features]) => [filters, features])).toEqual([
      [8, 8],
      [16, 16],
      [27, 27],
    ]);
    expect(asked[2]![2]).toEqual(whole.train.tile(0, 0).slice(0, 3));
    expect(asked[0]![2]).not.toEqual(asked[2]![2]);
    expect(done.at(-1)).toBe(27);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });

  test("gives the same on processors that multiply unsigned bytes alone", async () => {
    const { open } = ENGINE;
    // A product that is cut off, as the first one is that tells such a processor.
    let opened = 0;
    const other = {
      ...ENGINE,
      async open(model: Uint8Array) {
        const session = await open(model);
        if (opened++ > 0) return session;
        const { Tensor } = ENGINE.runtime;
        const product = new Tensor("int32", new Int32Array(13 * 37), [13, 37]);
        return { run: async () => ({ product }), release: () => session.release() } as never;
      },
    };
    const gram = await accumulateGram(other, blocks(), N, M);
    expect(opened).toBe(3);
    expect(bytesOf(gram).equals(bytesOf(whole))).toBe(true);
  });

  test("refuses sums that 32 bits do not hold, and blocks of another size", async () => {
    const spoil = async function* (change: (block: FeatureBlock) => FeatureBlock) {
      yield change(blockOf(0));
    };
    const state = createGramState(N, M);
    state.parts.at(-1)!.norms[1] = 2 ** 31 - 10;
    const large = spoil((block) => ({ ...block, tests: block.tests.fill(2, 8 * 1025) }));
    await expect(accumulateGram(ENGINE, large, N, M, { state })).rejects.toThrow(
      new UsageError(
        "Gram matrix: expected sums below 2^31, got 2147483670 for test example 1025; ask for fewer features",
      ),
    );
    const short = spoil((block) => ({ ...block, train: block.train.subarray(1) }));
    await expect(accumulateGram(ENGINE, short, N, M)).rejects.toThrow(
      `expected blocks [${N}, 8] and [${M}, 8], got ${8 * N - 1} and ${8 * M} elements`,
    );
    await expect(accumulateGram(ENGINE, blocks(), 0, M)).rejects.toThrow(RangeError);
  });
});

describe("a Gram matrix in a folder", () => {
  const open = (settings: Readonly<Record<string, number | string>> = SETTINGS) =>
    openGramFolder(folder, settings, N, M);

  /** Add up until `stopAfter` parts of tiles are done, all in all, and leave the state in the folder. */
  async function interrupted(stopAfter: number): Promise<void> {
    const keeper = await open();
    const controller = new AbortController();
    let parts = 0;
    await expect(
      accumulateGram(ENGINE, blocks(), N, M, {
        state: keeper.state,
        keeper,
        signal: controller.signal,
        onProgress: () => {
          if (++parts === stopAfter) controller.abort(new Error("stopped"));
        },
      }),
    ).rejects.toThrow("stopped");
  }

  async function resumed(): Promise<Gram> {
    const keeper = await open();
    const { state } = keeper;
    return accumulateGram(ENGINE, blocks(blocksDone(state)), N, M, { state, keeper });
  }

  // A block has four parts: two rows of tiles and two panels.
  test.each([1, 3, 4, 6, 12])("ends with the same bytes when stopped after part %d", async (stopAfter) => {
    await interrupted(stopAfter);
    const { state } = await open();
    expect(blocksDone(state)).toBe(Math.floor(stopAfter / 4));
    expect(state.parts.reduce((sum, { blocks }) => sum + blocks, 0)).toBe(stopAfter);
    const gram = await resumed();
    expect(gram.features).toBe(27);
    expect(bytesOf(gram).equals(bytesOf(whole))).toBe(true);
  });

  test("is there when done: no block is asked for", async () => {
    await resumed();
    expect(bytesOf(await resumed()).equals(bytesOf(whole))).toBe(true);
    expect((await open()).state.parts.map(({ blocks }) => blocks)).toEqual([4, 4, 4, 4]);
    expect((await readdir(folder)).sort()).toEqual([
      "gram.json",
      "tests-000.gram",
      "tests-001.gram",
      "train-000.gram",
      "train-001.gram",
    ]);
  });

  test("keeps answers, asks no answered question twice, and an unanswered one again", async () => {
    const asked: number[] = [];
    const run = async (failAt: number): Promise<void> => {
      const keeper = await open();
      const { state } = keeper;
      await accumulateGram(ENGINE, blocks(blocksDone(state)), N, M, {
        state,
        keeper,
        saveSeconds: 0,
        at: [8, 16, 24],
        onFilters: async (filters) => {
          asked.push(filters);
          if (filters === failAt) throw new Error("killed while solving");
          return { error: filters / 100 };
        },
      });
    };
    await expect(run(16)).rejects.toThrow("killed while solving");
    await run(-1);
    expect(asked).toEqual([8, 16, 16, 24]);
    expect([...(await open()).state.answers]).toEqual([
      [8, { error: 0.08 }],
      [16, { error: 0.16 }],
      [24, { error: 0.24 }],
    ]);
  });

  test("is refused with other settings, which are named", async () => {
    await interrupted(2);
    await expect(open({ ...SETTINGS, seed: 6 })).rejects.toThrow(UsageError);
    await expect(open({ ...SETTINGS, seed: 6, more: 1 })).rejects.toThrow(
      /gram\.json: expected the Gram matrix of these settings.*seed is 5 there and 6 here; more is nothing there and 1 here/,
    );
    await expect(openGramFolder(folder, SETTINGS, N + 1, M)).rejects.toThrow(
      `n is ${N} there and ${N + 1} here`,
    );
  });

  test("is refused when damaged; without the damaged file it is computed again", async () => {
    await interrupted(7);
    const path = join(folder, "train-001.gram");
    const bytes = await readFile(path);
    bytes[bytes.length - 9]! ^= 1;
    await writeFile(path, bytes);
    await expect(open()).rejects.toThrow(DataError);
    await expect(open()).rejects.toThrow(/train-001\.gram: expected other bytes by their SHA-256.*remove it/);
    await truncate(path, 5000);
    await expect(open()).rejects.toThrow(/expected \d+ bytes, got 5000/);
    await writeFile(path, new Uint8Array(bytes.length));
    await expect(open()).rejects.toThrow(/expected the header of a part/);
    await writeFile(path, await readFile(join(folder, "train-000.gram")));
    await expect(open()).rejects.toThrow(/the file is damaged/);
    await rm(path);
    expect(bytesOf(await resumed()).equals(bytesOf(whole))).toBe(true);
  });

  test("loses what a killed process left half written", async () => {
    await interrupted(3);
    await leaveDraft(join(folder, "train-000.gram"));
    await writeFile(join(folder, "mine.tmp"), "mine");
    await open();
    const names = await readdir(folder);
    expect(names).toContain("mine.tmp");
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual(["mine.tmp"]);
  });

  test("is refused where the description is something else", async () => {
    await writeFile(join(folder, "gram.json"), '{"schema": 1}');
    await expect(open()).rejects.toThrow(/expected the description of a Gram matrix, got something else/);
  });
});
