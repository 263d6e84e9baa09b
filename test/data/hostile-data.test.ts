import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { DataError, UsageError } from "../../src/base/errors.ts";
import { type RandomStream, randomStream } from "../../src/base/random.ts";
import type { DataOptions, DataReader } from "../../src/data/data-options.ts";
import { checkDataset } from "../../src/data/dataset.ts";
import { readArrays } from "../../src/data/node/read-arrays.ts";
import { readCifar100 } from "../../src/data/node/read-cifar100.ts";
import { readIdx } from "../../src/data/node/read-idx.ts";
import { readParquet } from "../../src/data/node/read-parquet.ts";
import { readShards } from "../../src/data/node/read-shards.ts";
import { readTable } from "../../src/data/node/read-table.ts";
import { npyFile, USUAL, zipFile } from "./array-files.ts";
import { idxFile } from "./fixtures.ts";

const folder = mkdtempSync(join(tmpdir(), "shatter-hostile-"));
afterAll(() => rmSync(folder, { recursive: true }));

const load = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(join(import.meta.dirname, "..", "fixtures", "data", name)));

/** Change some bytes: overwrite, cut, repeat, remove or insert. */
function mutate(bytes: Uint8Array, random: RandomStream): Uint8Array {
  let mutant = [...bytes];
  for (let left = 1 + random.below(4); left > 0; left--) {
    const at = random.below(mutant.length + 1);
    const length = 1 + random.below(8);
    const strange = [0, 1, 255, 127, 34, 44, 10, 45][random.below(8)]!;
    const kind = random.below(6);
    if (kind === 0) mutant = mutant.slice(0, at);
    else if (kind === 1) mutant.splice(at, length);
    else if (kind === 2) mutant.splice(at, 0, ...mutant.slice(at, at + length));
    else if (kind === 3) mutant.splice(at, 0, strange);
    else if (at < mutant.length) mutant[at] = kind === 4 ? strange : random.below(256);
  }
  return Uint8Array.from(mutant);
}

const table = new TextEncoder().encode(
  `a,b,"c",label\n${Array.from({ length: 12 }, (_, at) => `${at},${at / 8},"k${at % 3}",${at % 2}`).join("\n")}\n`,
);
const labels = npyFile(
  "'|u1'",
  "(12,)",
  Uint8Array.from({ length: 12 }, (_, at) => at % 3),
);
const pair = zipFile(
  [
    ["X.npy", npyFile("'<f4'", "(12, 2)", new Uint8Array(96))],
    ["y.npy", labels],
  ],
  0,
);

/** Readers, the file that is mutated, and what lies beside it. */
type Case = [
  kind: string,
  read: DataReader,
  told: Partial<DataOptions>,
  name: string,
  bytes: Uint8Array,
  beside: Readonly<Record<string, Uint8Array>>,
];

const FIRST = { layout: "channels-first" } as const;
const DROP = { missing: "drop" } as const;

const CASES: readonly Case[] = [
  ["NPZ, deflated", readArrays, FIRST, "a.npz", load("pair.npz"), {}],
  ["NPZ, stored", readArrays, FIRST, "b.npz", pair, {}],
  ["NPZ of four arrays", readArrays, FIRST, "c.npz", load("medical.npz"), {}],
  ["NPY", readArrays, FIRST, "X.npy", npyFile("'<f2'", "(12, 2)", new Uint8Array(48)), { "y.npy": labels }],
  ["CSV", readTable, DROP, "a.csv", table, {}],
  [
    "IDX",
    readIdx,
    FIRST,
    "train-images-idx3-ubyte",
    idxFile([4, 2, 2], new Uint8Array(16)),
    { "train-labels-idx1-ubyte": idxFile([4], [0, 1, 0, 1]) },
  ],
  ["Parquet", readParquet, DROP, "a.parquet", load("plain.parquet"), {}],
  ["Parquet, gzip", readParquet, DROP, "b.parquet", load("gzip.parquet"), {}],
  ["Parquet of images", readParquet, {}, "c.parquet", load("images.parquet"), {}],
  ["shards", readShards, {}, "a.tar", load("shards/ustar.tar"), {}],
  ["shards with long names", readShards, { target: "json.label" }, "b.tar", load("shards/gnu.tar"), {}],
];

const MUTANTS = 800;

describe(`${MUTANTS} mutants are read or refused with a place:`, () => {
  test.each<Case>(CASES)("%s", async (kind, read, told, name, bytes, beside) => {
    const path = join(folder, name);
    for (const [other, content] of Object.entries(beside)) writeFileSync(join(folder, other), content);
    const random = randomStream(17, `mutants of ${kind}`);
    let refused = 0;
    const options = { ...USUAL, testShare: 0.5, ...told };
    writeFileSync(path, bytes);
    await read(path, options);
    for (let mutant = 0; mutant < MUTANTS; mutant++) {
      writeFileSync(path, mutate(bytes, random));
      try {
        const { splits } = await read(path, options);
        checkDataset(splits.train, path);
        checkDataset(splits.test, path);
      } catch (error) {
        refused++;
        if (!(error instanceof DataError)) throw error;
        expect(error.message).toContain(folder);
        expect(error.message.length).toBeLessThan(2000);
      }
    }
    // Mutants that all were refused, or none, would show nothing.
    expect(refused).toBeGreaterThan(MUTANTS / 20);
    expect(refused).toBeLessThan(MUTANTS);
  });
});

describe("hostile files", () => {
  const write = (name: string, bytes: Uint8Array | string): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };

  test("a bomb is refused by what its directory says, before it unfolds", async () => {
    const files = Array.from(
      { length: 5 },
      (_, at) => [`${at}`, new Uint8Array(), { size: 2 ** 29 }] as const,
    );
    const bomb = zipFile(
      files.map(([name, bytes]) => [name, bytes]),
      8,
    );
    // All say that they are of 512 MiB, which their packed bytes could hold.
    const view = new DataView(bomb.buffer);
    for (let at = 0; at + 4 < bomb.length; at++) {
      if (view.getUint32(at, true) !== 0x02014b50) continue;
      view.setUint32(at + 20, 2 ** 20, true);
      view.setUint32(at + 24, 2 ** 29, true);
    }
    const end = bomb.length - 22;
    view.setUint32(end + 16, view.getUint32(end + 16, true) + 5 * 2 ** 20, true);
    const padded = new Uint8Array(Buffer.concat([new Uint8Array(5 * 2 ** 20), bomb]));
    await expect(readArrays(write("bomb.npz", padded), USUAL)).rejects.toThrow(
      "expected at most 2147483647 bytes unpacked, got 2684354560",
    );
  });

  test("a hundred thousand columns are a matter of moments", async () => {
    const wide = Array.from({ length: 100_001 }, (_, at) => at).join();
    await expect(readTable(write("wide.csv", `${wide}\n${wide}\n`), USUAL)).rejects.toThrow(
      "are rows and columns exchanged?",
    );
  });

  test("a hundred thousand names are no classes", async () => {
    const rows = Array.from({ length: 100_000 }, (_, at) => `${at % 7},name ${at}`).join("\n");
    await expect(readTable(write("names.csv", `x,y\n${rows}`), USUAL)).rejects.toThrow(
      "got 100000 values in 100000 examples",
    );
    await expect(readTable(write("names.csv", `y,x\n${rows}`), USUAL)).rejects.toThrow(
      "got 100000 in 100000 rows",
    );
  });

  test("the target of CIFAR-100 is no property of every object", async () => {
    await expect(readCifar100(folder, { ...USUAL, target: "constructor" })).rejects.toThrow(UsageError);
  });
});
