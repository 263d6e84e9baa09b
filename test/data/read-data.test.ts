import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readData } from "../../src/data/node/read-data.ts";
import { npyFile, zipFile } from "./array-files.ts";
import { idxFile } from "./fixtures.ts";

const PARQUET = join(import.meta.dirname, "..", "fixtures", "data", "plain.parquet");
const root = mkdtempSync(join(tmpdir(), "shatter-kinds-"));
afterAll(() => rmSync(root, { recursive: true }));

const images = Uint8Array.from({ length: 48 }, (_, at) => at);
const labels = Uint8Array.from({ length: 12 }, (_, at) => at % 2);
const X = npyFile("'|u1'", "(12, 2, 2)", images);
const y = npyFile("'|u1'", "(12,)", labels);
const record = new Uint8Array(3074);

/** Files by their paths. */
const FILES: Readonly<Record<string, Uint8Array | string>> = {
  "pair.npz": zipFile([
    ["X.npy", X],
    ["y.npy", y],
  ]),
  "arrays/X.npy": X,
  "arrays/y.npy": y,
  "idx/train-images-idx3-ubyte": idxFile([12, 2, 2], images),
  "idx/train-labels-idx1-ubyte": idxFile([12], labels),
  "cifar/train.bin": Buffer.concat([record, record]),
  "cifar/test.bin": record,
  "rows.csv": `x,label\n${Array.from(labels, (label, at) => `${at},${label}`).join("\n")}\n`,
  "rows/train.tsv": "x\tlabel\n1\ta\n2\tb\n",
  "rows/test.tsv": "x\tlabel\n1\ta\n2\tb\n",
};
for (const [path, content] of Object.entries(FILES)) {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), content);
}
copyFileSync(PARQUET, join(root, "rows.parquet"));
mkdirSync(join(root, "parts"));
copyFileSync(PARQUET, join(root, "parts", "train-00000-of-00001.parquet"));

describe("readData finds by looking", () => {
  test.each([
    ["pair.npz", "NumPy's arrays (.npz, .npy)"],
    ["arrays", "NumPy's arrays (.npz, .npy)"],
    ["arrays/X.npy", "NumPy's arrays (.npz, .npy)"],
    ["idx", "IDX files"],
    ["idx/train-images-idx3-ubyte", "IDX files"],
    ["cifar", "the folder of CIFAR-100's binary version"],
    ["rows.csv", "a table (.csv, .tsv)"],
    ["rows", "a table (.csv, .tsv)"],
    ["rows.parquet", "Parquet files"],
    ["parts", "Parquet files"],
  ])("%s", async (path, what) => {
    const { understood } = await readData(join(root, path));
    expect(understood[0]).toBe(`${join(root, path)} is read as ${what}`);
  });

  test("the same examples in three forms, as the same data", async () => {
    const names = await Promise.all(
      ["pair.npz", "arrays", "idx"].map(async (path) => (await readData(join(root, path))).splits.train.name),
    );
    expect(new Set(names).size).toBe(1);
  });

  test("and passes options on, those that change something", async () => {
    const { splits } = await readData(`${join(root, "rows.csv")}?test-share=0.5&target=2`);
    expect(splits.test.shape).toEqual([6, 1]);
    await expect(readData(`${join(root, "rows.csv")}?size=4`)).rejects.toThrow("for a table");
    await expect(readData(`${join(root, "idx")}?transpose=true`)).resolves.toBeDefined();
  });
});
