import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetMetadata } from "hyparquet";
import { afterAll, describe, expect, test } from "vitest";
import { datasetHash, type Splits } from "../../src/data/dataset.ts";
import { readParquet } from "../../src/data/node/read-parquet.ts";
import { readTable } from "../../src/data/node/read-table.ts";
import { USUAL } from "./array-files.ts";

/** Written by Apache Arrow: see scripts/data-fixtures-parquet.py. */
const FIXTURES = join(import.meta.dirname, "..", "fixtures", "data");
const at = (name: string): string => join(FIXTURES, `${name}.parquet`);
const folder = mkdtempSync(join(tmpdir(), "shatter-parquet-"));
afterAll(() => rmSync(folder, { recursive: true }));

const hashes = async ({ train, test: held }: Splits): Promise<string[]> => [
  await datasetHash(train),
  await datasetHash(held),
];

describe("readParquet reads", () => {
  test.each(["plain", "gzip", "zstd"])("%s, as the same table as CSV", async (name) => {
    const rows = Array.from(
      { length: 12 },
      (_, i) =>
        `${i},${i * 2 ** 33},${i / 2},${i % 2 === 0},${["red", "blue"][i % 2]},${["ant", "bee", "cat"][i % 3]}`,
    );
    const path = join(folder, "same.csv");
    writeFileSync(path, ["small,long,half,flag,color,label", ...rows].join("\n"));
    const { splits, understood } = await readParquet(at(name), USUAL);
    expect(splits.train.shape).toEqual([9, 7]);
    expect(await hashes(splits)).toEqual(await hashes((await readTable(path, USUAL)).splits));
    expect(understood.join("\n")).toContain('the target is column "label": 3 classes, ant, bee, cat');
  });

  test("null as missing values", async () => {
    await expect(readParquet(at("missing"), USUAL)).rejects.toThrow(
      'column "empty" has 6 of 12; say by `missing`',
    );
    const { splits } = await readParquet(at("missing"), { ...USUAL, missing: "mean" });
    expect(splits.train.inputs.filter((_, place) => place % 8 === 7)).toEqual(new Float32Array(9).fill(1.5));
  });

  test("images and the names of their classes, as Hugging Face writes them", async () => {
    const { splits, understood } = await readParquet(at("images"), { ...USUAL, testShare: 0.25 });
    expect(splits.train).toMatchObject({ shape: [9, 3, 4, 5], classNames: ["ant", "bee", "cat"] });
    expect(splits.test.shape).toEqual([3, 3, 4, 5]);
    const seen = [splits.train, splits.test].flatMap(({ inputs, labels }) =>
      Array.from(labels, (label, image) => {
        const pixels = new Set(inputs.subarray(image * 60, (image + 1) * 60));
        return [...pixels, label];
      }),
    );
    expect(seen.sort(([a = 0], [b = 0]) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, i) => [10 * i, i % 3]),
    );
    expect(understood.join("\n")).toContain('images are in column "image", the target is column "label"');
  });

  test("a folder with parts of both splits", async () => {
    const split = mkdtempSync(join(folder, "f-"));
    for (const name of ["train-00000-of-00002", "train-00001-of-00002", "test-00000-of-00001"]) {
      copyFileSync(at("images"), join(split, `${name}.parquet`));
    }
    const { splits } = await readParquet(split, USUAL);
    expect([splits.train.shape[0], splits.test.shape[0]]).toEqual([24, 12]);
    copyFileSync(at("plain"), join(split, "train-00001-of-00002.parquet"));
    await expect(readParquet(split, USUAL)).rejects.toThrow("expected the columns of");
  });
});

describe("readParquet refuses", () => {
  test("lists", async () => {
    await expect(readParquet(at("lists"), USUAL)).rejects.toThrow(
      'column "list": expected numbers, texts, or true and false, got lists or structures in row 1',
    );
  });

  test("no target", async () => {
    await expect(readParquet(at("plain"), { ...USUAL, target: "labels" })).rejects.toThrow(
      'did you mean "label"?',
    );
  });

  test("a file that is none, or is cut", async () => {
    const path = join(folder, "cut.parquet");
    writeFileSync(path, readFileSync(at("plain")).subarray(0, -9));
    await expect(readParquet(path, USUAL)).rejects.toThrow(`${path}: expected a Parquet file that is whole`);
    writeFileSync(path, "");
    await expect(readParquet(path, USUAL)).rejects.toThrow(`${path}: expected a Parquet file that is whole`);
    await expect(readParquet(folder, USUAL)).rejects.toThrow("expected train.parquet");
  });

  test("a page of more values than its column has, for which room would be made", async () => {
    const bytes = new Uint8Array(readFileSync(at("plain")));
    const { row_groups: groups } = parquetMetadata(bytes);
    const start = Number(groups[0]!.columns[0]!.meta_data!.data_page_offset);
    // The header's structure of a data page, whose first number is the count, as twice itself: 5.
    const count = bytes.findIndex(
      (byte, i) => i > start && byte === 10 && bytes[i - 1] === 0x15 && bytes[i - 2] === 0x2c,
    );
    const path = join(folder, "page.parquet");
    writeFileSync(path, bytes.with(count, 126));
    await expect(readParquet(path, USUAL)).rejects.toThrow(
      "row group 0, column small: expected a page of at most 5 values, got one of 63 values",
    );
  });
});
