import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, test } from "vitest";
import { datasetHash } from "../../src/data/dataset.ts";
import { readDigits } from "../../src/data/digits.ts";
import { parseIdxArray } from "../../src/data/idx.ts";
import { findIdxFiles } from "../../src/data/idx-names.ts";
import { readCifar100 } from "../../src/data/node/read-cifar100.ts";
import { readIdx } from "../../src/data/node/read-idx.ts";
import { USUAL } from "./array-files.ts";
import { idxFile } from "./fixtures.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-idx-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A new folder with these files. */
function folderOf(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(root, "f-"));
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

describe("parseIdxArray", () => {
  test.each([
    [9, "int8", [255], -1],
    [11, "int16", [1, 2], 258],
    [12, "int32", [255, 255, 255, 254], -2],
    [13, "float32", [0xc0, 0x20, 0, 0], -2.5],
    [14, "float64", [0x40, 9, 0, 0, 0, 0, 0, 0], 3.125],
  ])("reads values of type %i, %s", (code, type, bytes, value) => {
    const array = parseIdxArray(Uint8Array.of(0, 0, code, 1, 0, 0, 0, 1, ...bytes), "a");
    expect(array).toMatchObject({ type, shape: [1] });
    expect([...array.values]).toEqual([value]);
  });

  test("refuses unknown types and parts of values", () => {
    expect(() => parseIdxArray(Uint8Array.of(0, 0, 10, 1, 0, 0, 0, 0), "a")).toThrow(
      "got type 10; the file is damaged",
    );
    expect(() => parseIdxArray(Uint8Array.of(0, 0, 12, 1, 0, 0, 0, 1, 7), "a")).toThrow(
      "expected 1 values for shape [1], got 0.25",
    );
  });
});

describe("readIdx", () => {
  test("gives the same hash as the same data read otherwise, packed or not", async () => {
    const { train, test: held } = await readDigits();
    const folder = folderOf({
      "train-images-idx3-ubyte": idxFile([1287, 8, 8], train.inputs),
      "train-labels-idx1-ubyte": idxFile([1287], train.labels),
      "t10k-images-idx3-ubyte.gz": gzipSync(idxFile([510, 8, 8], held.inputs)),
      "t10k-labels.idx1-ubyte.gz": gzipSync(idxFile([510], held.labels)),
    });
    const { splits } = await readIdx(folder, USUAL);
    expect(await datasetHash(splits.train)).toBe(await datasetHash(train));
    expect(await datasetHash(splits.test)).toBe(await datasetHash(held));
  });

  test("takes files in folders of their own names, and points to a class 255 among few others", async () => {
    const folder = folderOf({});
    const files = {
      "train-images-idx3-ubyte": idxFile([6, 2, 2], new Uint8Array(24)),
      "train-labels-idx1-ubyte": idxFile([6], [0, 1, 0, 1, 255, 0]),
    };
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, name), bytes);
    }
    const { splits, understood } = await readIdx(folder, USUAL);
    expect(splits.train.classNames).toEqual(["0", "1", "255"]);
    expect(understood.join("\n")).toContain("255 is a class of its own, of 1 example: it often marks");
  });

  const letters = {
    "emnist-letters-train-images-idx3-ubyte": idxFile(
      [4, 2, 3],
      Array.from({ length: 24 }, (_, i) => i),
    ),
    "emnist-letters-train-labels-idx1-ubyte": idxFile([4], [1, 26, 1, 26]),
    "emnist-letters-test-images-idx3-ubyte": idxFile(
      [2, 2, 3],
      Array.from({ length: 12 }, (_, i) => i),
    ),
    "emnist-letters-test-labels-idx1-ubyte": idxFile([2], [1, 26]),
  };

  test("reads EMNIST's letters, with labels from 1 on, and transposes when told", async () => {
    const { splits, understood } = await readIdx(folderOf(letters), USUAL);
    expect(splits.train).toMatchObject({
      name: "emnist-letters",
      shape: [4, 1, 2, 3],
      classNames: ["1", "26"],
    });
    expect([...splits.train.labels]).toEqual([0, 1, 0, 1]);
    expect(understood.join()).toContain("`transpose` exchanges them");
    const turned = await readIdx(folderOf(letters), { ...USUAL, transpose: true });
    expect(turned.splits.test.shape).toEqual([2, 1, 3, 2]);
    expect([...turned.splits.test.inputs.subarray(0, 6)]).toEqual([0, 3, 1, 4, 2, 5]);
  });

  test("takes the first column of QMNIST's labels", async () => {
    const row = (digit: number): number[] => [0, 0, 0, digit, ...new Array<number>(28).fill(9)];
    const columns = idxFile([2, 8], [...row(7), ...row(3)]).with(2, 12);
    const { splits } = await readIdx(
      folderOf({
        "qmnist-train-images-idx3-ubyte": idxFile([2, 1, 1], [0, 1]),
        "qmnist-train-labels-idx2-int": columns,
        "qmnist-test-images-idx3-ubyte": idxFile([2, 1, 1], [0, 1]),
        "qmnist-test-labels-idx2-int": columns,
      }),
      USUAL,
    );
    expect(splits.train.classNames).toEqual(["3", "7"]);
    expect([...splits.train.labels]).toEqual([1, 0]);
  });

  test("refuses two sets at once, but takes that of a file", async () => {
    const folder = folderOf({ ...letters, "train-images-idx3-ubyte": "", "train-labels-idx1-ubyte": "" });
    await expect(readIdx(folder, USUAL)).rejects.toThrow(
      "expected files of one set, got emnist-letters, MNIST's own names",
    );
    const { splits } = await readIdx(join(folder, "emnist-letters-train-images-idx3-ubyte"), USUAL);
    expect(splits.train.name).toBe("emnist-letters");
  });

  test("refuses what is missing", () => {
    expect(() => findIdxFiles(["train-images-idx3-ubyte"], "a")).toThrow("got train-images-idx3-ubyte alone");
    expect(() => findIdxFiles(["readme.txt", "train-images.png"], "a")).toThrow("got none of training");
  });
});

describe("readCifar100", () => {
  const record = (coarse: number, fine: number): Uint8Array =>
    new Uint8Array(3074).fill(7).with(0, coarse).with(1, fine);
  const names = Array.from({ length: 20 }, (_, i) => `kind ${i}`);
  const folder = folderOf({
    "train.bin": Buffer.concat([record(3, 42), record(19, 99)]),
    "test.bin": record(0, 0),
    "coarse_label_names.txt": `${names.join("\n")}\n\n`,
  });

  test("reads fine labels, and coarse ones with their names", async () => {
    const fine = await readCifar100(folder, USUAL);
    expect(fine.splits.train).toMatchObject({ shape: [2, 3, 32, 32], labels: Int32Array.of(42, 99) });
    expect(fine.splits.train.inputs.every((pixel) => pixel === 7)).toBe(true);
    expect(fine.splits.train.classNames).toHaveLength(100);
    const coarse = await readCifar100(folder, { ...USUAL, target: "coarse" });
    expect(coarse.splits.train).toMatchObject({ labels: Int32Array.of(3, 19), classNames: names });
  });

  test("refuses other targets, parts of records and wrong labels", async () => {
    await expect(readCifar100(folder, { ...USUAL, target: "rough" })).rejects.toThrow(
      'expected fine or coarse, the labels of CIFAR-100, got "rough"',
    );
    const bad = (bytes: Uint8Array) =>
      readCifar100(folderOf({ "train.bin": bytes, "test.bin": record(0, 0) }), USUAL);
    await expect(bad(record(20, 0))).rejects.toThrow(
      "expected a coarse label in [0, 20) in record 0, got 20",
    );
    await expect(bad(record(0, 100))).rejects.toThrow(
      "expected a fine label in [0, 100) in record 0, got 100",
    );
    await expect(bad(record(0, 0).slice(1))).rejects.toThrow("got 3073 bytes");
  });
});
