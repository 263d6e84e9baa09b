/**
 * The same images in every format that is read from a path, as the same data: what `scripts/write-formats.ts` writes, and Parquet that Apache
 * Arrow wrote of it (`scripts/write-formats-parquet.py`). records/2026-11-28_formats does so with all of CIFAR-10.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cutImages, sortClasses, writers } from "../../scripts/formats.ts";
import { datasetHash, type Splits } from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { writeNpy } from "../../src/data/npy.ts";
import { writeZip } from "../../src/data/zip.ts";
import { loadDataset } from "../../src/run/node/library.ts";

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "data", "formats");
const root = mkdtempSync(join(tmpdir(), "shatter-formats-"));
afterAll(() => rmSync(root, { recursive: true }));

const hashes = async ({ train, test: held }: Splits): Promise<string[]> => [
  await datasetHash(train),
  await datasetHash(held),
];

const SETS = {
  digits: () => loadDataset("digits", { n: 60, testN: 60 }),
  shapes: async () => sortClasses(cutImages(await loadDataset("shapes", { n: 40, testN: 40 }), 6, 5)),
} as const;

describe.each(Object.keys(SETS) as (keyof typeof SETS)[])("images of %s", (name) => {
  let splits: Splits;
  beforeAll(async () => {
    splits = await SETS[name]();
  });

  test.each(Object.keys(writers))("are the same as %s", async (format) => {
    const reference = await writers[format]!(splits, join(root, name, format));
    const read = await readData(reference);
    expect(await hashes(read.splits)).toEqual(await hashes(splits));
  });

  test("are the same as Parquet, a column a pixel or files as Hugging Face has them", async () => {
    const shape = splits.train.shape.slice(1).join("x");
    for (const reference of [`columns?shape=${shape}`, "hugging"]) {
      const read = await readData(join(FIXTURES, name, reference));
      expect(await hashes(read.splits)).toEqual(await hashes(splits));
    }
  });

  test("are the same as rows of arrays, channels first or last", async () => {
    const [count = 0, channels = 1, height = 1, width = 1] = splits.train.shape;
    const flat = (dataset: Splits["train"]) => ({
      shape: [count, channels * height * width],
      values: dataset.inputs as Uint8Array,
    });
    const last = (dataset: Splits["train"]) => ({
      shape: [count, channels * height * width],
      values: Uint8Array.from(dataset.inputs, (_, at) => {
        const [image, rest] = [
          Math.floor(at / (channels * height * width)),
          at % (channels * height * width),
        ];
        const [pixel, channel] = [Math.floor(rest / channels), rest % channels];
        return dataset.inputs[(image * channels + channel) * height * width + pixel]!;
      }),
    });
    const path = join(root, `${name}.npz`);
    for (const [order, layout] of [
      [flat, ""],
      [last, "&layout=channels-last"],
    ] as const) {
      writeFileSync(
        path,
        writeZip([
          ["x_train.npy", writeNpy(order(splits.train))],
          ["x_test.npy", writeNpy(order(splits.test))],
          ["y_train.npy", writeNpy({ shape: [count], values: splits.train.labels })],
          ["y_test.npy", writeNpy({ shape: [count], values: splits.test.labels })],
          [
            "class_names.npy",
            writeNpy({ shape: [splits.train.classNames.length], values: splits.train.classNames }),
          ],
        ]),
      );
      const read = await readData(`${path}?shape=${splits.train.shape.slice(1).join("x")}${layout}`);
      expect(await hashes(read.splits)).toEqual(await hashes(splits));
    }
  });
});

describe("rows that are told to be images", () => {
  const table = (text: string): string => {
    const path = join(root, "rows.csv");
    writeFileSync(path, text);
    return path;
  };
  const rows = Array.from({ length: 12 }, (_, at) => `${at % 2},${at},${at * 2},${at * 3},${at * 4}`).join(
    "\n",
  );

  test("are pixels if they are whole numbers from 0 to 255, and said to be", async () => {
    const path = table(`label,a,b,c,d\n${rows}\n`);
    const { splits, understood, chosen } = await readData(`${path}?shape=2x2`);
    expect(splits.train.shape).toEqual([10, 1, 2, 2]);
    expect(splits.train.inputs).toBeInstanceOf(Uint8Array);
    expect(understood.join("\n")).toContain(
      "rows are images of 1 x 2 x 2 (channels, height, width), channels-first in the columns (`shape`, `layout`): whole numbers from 0 to 255, which are taken for pixels",
    );
    expect(chosen).toMatchObject({ shape: "2x2", target: "label" });
  });

  test("are used as they are if not", async () => {
    const path = table(`label,a,b,c,d\n${rows}\n0,0.5,1,2,3\n1,256,1,2,3`);
    const { splits } = await readData(`${path}?shape=1x2x2`);
    expect(splits.train.inputs).toBeInstanceOf(Float32Array);
  });

  test.each([
    [
      `label,a,b,c,d\n${rows}`,
      "shape=3x3",
      "`shape`: expected 9 columns beside the target for images of 1 x 3 x 3 (channels, height, width), got 4",
    ],
    [
      `label,a,b,c,d\n${rows.replaceAll(/\d+$/gm, "x")}`,
      "shape=2x2",
      'column "d": expected numbers in every column of images, got categories',
    ],
    [`label,a,b,c,d\n${rows}`, "layout=channels-last", "`layout`: expected `shape` beside it, got none"],
    [
      `label,a,b,c,d\n${rows}`,
      "shape=2",
      "`shape`: expected channels, height and width, such as 3x32x32, or 28x28",
    ],
    [`label,a,b,c,d\n${rows}`, "shape=0x4", "`shape`: expected channels, height and width"],
  ])("are refused if they are none: %#", async (text, query, message) => {
    await expect(readData(`${table(text)}?${query}`)).rejects.toThrow(message);
  });

  test("arrays with axes of their own are refused", async () => {
    const path = join(root, "digits", "arrays", "arrays.npz");
    expect(readFileSync(path).length).toBeGreaterThan(0);
    await expect(readData(`${path}?shape=8x8`)).rejects.toThrow(
      "`shape`: expected rows [count, columns], got [60, 8, 8, 1]",
    );
  });
});
