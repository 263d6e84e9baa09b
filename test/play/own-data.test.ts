/**
 * @file Data that are dropped on the playground.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readData } from "../../src/data/node/read-data.ts";
import type { Decode, OwnFile } from "../../src/play/own-data/images.ts";
import { listOwnImages } from "../../src/play/own-data/images.ts";
import { MOST, type OwnData, type OwnOptions, readOwn } from "../../src/play/own-data/read.ts";
import { npyFile, zipFile } from "../data/array-files.ts";
import { gzip, idxFile } from "../data/fixtures.ts";

const file = (path: string, ...parts: (string | Uint8Array)[]): OwnFile => ({
  path,
  file: new Blob(parts as BlobPart[]),
});

/** Pictures here are a letter: its code is red, green and blue; what has another length is none. */
const decode: Decode = async (blob, size) => {
  const text = await blob.text();
  if (text.length !== 1) throw new Error("no picture");
  return new Uint8ClampedArray(4 * size * size).fill(text.charCodeAt(0));
};

const read = (files: readonly OwnFile[], options: Partial<OwnOptions> = {}): Promise<OwnData> =>
  readOwn(files, { size: 2, ...options }, decode);

async function splitsOf(files: readonly OwnFile[], options: Partial<OwnOptions> = {}) {
  const data = await read(files, options);
  if (data.type !== "read") throw new Error(`expected data, got ${data.type}`);
  const { train, test: tests } = data.splits;
  return { train, tests, understood: data.understood };
}

const ROWS = Array.from(
  { length: 20 },
  (_, at) => `${at / 10},${20 - at},${at % 2 === 0 ? "tea" : "coffee"}`,
);

describe("a table", () => {
  const table = (header: string): OwnFile[] => [file("drinks.csv", `${header}\n${ROWS.join("\n")}\n`)];

  test("is read with its usual target", async () => {
    const { train, tests, understood } = await splitsOf(table("a,b,class"));
    expect([train.shape, tests.shape, train.classNames]).toEqual([
      [16, 2],
      [4, 2],
      ["coffee", "tea"],
    ]);
    expect(train.name).toMatch(/^data-[0-9a-f]{8}$/);
    expect(train.title).toBe("drinks.csv");
    expect(understood.join(" ")).toContain('the target is column "class"');
  });

  test("without a target is asked for one", async () => {
    expect(await read(table("a,b,drink"))).toEqual({ type: "which-column", columns: ["a", "b", "drink"] });
    const { train } = await splitsOf(table("a,b,drink"), { target: "drink" });
    expect(train.classNames).toEqual(["coffee", "tea"]);
  });

  test("is the data that the command line reads: the same bytes under the same name", async () => {
    const folder = await mkdtemp(join(tmpdir(), "shatter-own-"));
    const path = join(folder, "drinks.csv");
    await writeFile(path, `a,b,drink\n${ROWS.join("\n")}\n`);
    const { splits } = await readData(`${path}?target=drink`);
    const { train, tests } = await splitsOf(table("a,b,drink"), { target: "drink" });
    expect({ train, test: tests }).toEqual(splits);
    await rm(folder, { recursive: true });
  });

  test("of numbers to tell is refused", async () => {
    await expect(read(table("a,b,drink"), { target: "a" })).rejects.toThrow(
      '"a": expected classes to tell, got 20 different numbers: choose a column of classes',
    );
  });
});

describe("arrays", () => {
  const images = Array.from({ length: 12 * 4 }, (_, at) => at);
  const labels = Array.from({ length: 12 }, (_, at) => at % 3);

  test("of IDX files, packed or not, are MNIST's", async () => {
    const { train, tests } = await splitsOf([
      file("mnist/train-images-idx3-ubyte", idxFile([12, 2, 2], images)),
      file("mnist/train-labels-idx1-ubyte.gz", await gzip(idxFile([12], labels))),
      file("mnist/t10k-images-idx3-ubyte", idxFile([12, 2, 2], images)),
      file("mnist/t10k-labels-idx1-ubyte", idxFile([12], labels)),
    ]);
    expect([train.shape, tests.shape]).toEqual([
      [12, 1, 2, 2],
      [12, 1, 2, 2],
    ]);
    expect([...train.inputs]).toEqual(images);
    expect([...tests.labels]).toEqual(labels);
  });

  test("of an NPZ archive are read by their names, and no more than can be trained on are kept", async () => {
    const count = MOST.n + 100;
    const rows = npyFile("'|u1'", `(${count}, 2)`, new Uint8Array(2 * count));
    const classes = npyFile(
      "'|u1'",
      `(${count},)`,
      Uint8Array.from({ length: count }, (_, at) => at % 2),
    );
    const few = npyFile("'|u1'", "(8, 2)", new Uint8Array(16));
    const fewClasses = npyFile("'|u1'", "(8,)", Uint8Array.of(0, 1, 0, 1, 0, 1, 0, 1));
    const archive = zipFile([
      ["x_train.npy", rows],
      ["y_train.npy", classes],
      ["x_test.npy", few],
      ["y_test.npy", fewClasses],
    ]);
    const { train, tests, understood } = await splitsOf([file("some.npz", archive)]);
    expect([train.shape, tests.shape]).toEqual([
      [MOST.n, 2],
      [8, 2],
    ]);
    expect(understood.at(-1)).toContain(`${MOST.n} of ${count} training`);
  });

  test("of CIFAR-10's batches are its records, and a test is drawn where there is none", async () => {
    const batch = (count: number): Uint8Array =>
      Uint8Array.from({ length: count * 3073 }, (_, at) => (at % 3073 === 0 ? (at / 3073) % 2 : at));
    const both = [file("c/data_batch_1.bin", batch(4)), file("c/test_batch.bin", batch(2))];
    expect((await splitsOf(both)).tests.shape).toEqual([2, 3, 32, 32]);
    const { train, tests } = await splitsOf(both.slice(0, 1));
    expect([train.shape[0], tests.shape[0]]).toEqual([2, 2]);
  });
});

describe("pictures", () => {
  const folder = ["cat/1.jpg", "cat/2.jpg", "dog/1.png", "dog/10.png", "dog/2.png"].map((path) =>
    file(`pets/${path}`, path[0]!),
  );

  test("have the names of their folders as classes", async () => {
    const { train, tests } = await splitsOf([
      ...folder,
      file("pets/.DS_Store", "x"),
      file("pets/notes.txt", ""),
    ]);
    expect([train.shape, tests.shape, train.classNames]).toEqual([
      [3, 1, 2, 2],
      [2, 1, 2, 2],
      ["cat", "dog"],
    ]);
    train.labels.forEach((label, at) => {
      expect(train.inputs[4 * at]).toBe("cd".charCodeAt(label));
    });
    expect(train.title).toBe("pets");
  });

  test("in folders of splits keep their splits", () => {
    const split = ["train/cat/1.jpg", "train/dog/1.jpg", "val/cat/2.jpg"].map((path) =>
      file(`pets/${path}`, "x"),
    );
    expect(listOwnImages(split).map(({ className, isTest }) => [className, isTest])).toEqual([
      ["cat", false],
      ["dog", false],
      ["cat", true],
    ]);
  });

  test("in no folders are asked about", async () => {
    const photos = ["1.jpg", "2.jpg", "3.jpg", "4.jpg"].map((path) => file(path, "x"));
    const images = photos.map(({ path }) => path);
    expect(await read(photos)).toEqual({ type: "which-classes", images });
    const classes = { "1.jpg": "cup", "2.jpg": "cup", "3.jpg": "spoon", "4.jpg": "spoon" };
    const { train, tests } = await splitsOf(photos, { classes });
    expect([train.classNames, train.shape[0], tests.shape[0]]).toEqual([["cup", "spoon"], 2, 2]);
  });

  test("that are none are left out, and said", async () => {
    const { understood } = await splitsOf([...folder, file("pets/cat/3.jpg", "not a picture")]);
    expect(understood).toContain("left out, as this browser cannot read them: pets/cat/3.jpg");
    const none = folder.map(({ path }) => file(path, "not a picture"));
    await expect(read(none)).rejects.toThrow(
      "pets: expected images of at least two classes that this browser can read, got none; it could not read pets/cat/1.jpg, pets/cat/2.jpg, pets/dog/1.png and 2 more: save them as JPEG or PNG",
    );
  });
});

test.each([
  [[], /^expected files, got none: drop images/],
  [[file("thesis.docx", "x")], /^expected images .*, got thesis\.docx$/],
  [[file("a.npz", ""), file("b.npz", "")], "expected one NPZ archive, got 2: drop one"],
  [[file("a.npz", "no archive")], /^a\.npz: /],
  [[file("a.csv", "one column\n1\n")], /^a\.csv: expected two columns/],
])("%j is refused in words", async (files, message) => {
  await expect(read(files)).rejects.toThrow(message);
});
