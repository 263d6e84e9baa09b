import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { DataError } from "../../src/base/errors.ts";
import { readBytes } from "../../src/data/node/files.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { readParquetFile } from "../../src/data/node/read-parquet-file.ts";
import { zipFile } from "./array-files.ts";
import { growingTexts, levels, parquetFile } from "./parquet-writer.ts";

const root = mkdtempSync(join(tmpdir(), "shatter-hostile-files-"));
afterAll(() => rmSync(root, { recursive: true }));

const pixel = await sharp({ create: { width: 3, height: 2, channels: 3, background: "red" } })
  .png()
  .toBuffer();

/** A folder of images in the given places. */
function folderOf(name: string, places: readonly (string | Buffer)[]): string {
  const folder = join(root, name);
  for (const place of places) {
    const path = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(place)]);
    mkdirSync(path.subarray(0, path.lastIndexOf(47)), { recursive: true });
    writeFileSync(path, pixel);
  }
  return folder;
}

const PLAIN = ["a/1.png", "a/2.png", "b/1.png", "b/2.png"];

describe("links and what is no file", () => {
  test("links out of a folder, to folders, in circles, to devices and pipes are passed over", async () => {
    const folder = folderOf("links", PLAIN);
    const outside = folderOf("outside", ["c/secret.png"]);
    execFileSync("mkfifo", [join(folder, "a", "pipe.png"), join(folder, "a", "pipe")]);
    symlinkSync(join(outside, "c", "secret.png"), join(folder, "a", "out.png"));
    symlinkSync("../../outside/c/secret.png", join(folder, "a", "up.png"));
    symlinkSync(outside, join(folder, "b", "folder"));
    symlinkSync(folder, join(folder, "b", "circle"));
    symlinkSync("itself.png", join(folder, "b", "itself.png"));
    symlinkSync("/dev/zero", join(folder, "b", "zero.png"));
    symlinkSync("pipe", join(folder, "a", "to-pipe.png"));
    symlinkSync("1.png", join(folder, "a", "3.png"));
    const { splits, understood } = await readData(folder);
    expect(splits.train.labels.length + splits.test.labels.length).toBe(5);
    expect(understood.join("\n")).toMatch(/links out of the folder \(4\), links to folders \(2\)/);
    expect(understood.join("\n")).toMatch(/links to nothing \(1\)/);
  });

  test.each([
    "a.csv",
    "a.npz",
    "a.npy",
    "X.npy",
    "a.parquet",
    "a.tar",
    "train-images-idx3-ubyte",
  ])("a pipe called %s is refused, and not waited for", async (name) => {
    const folder = mkdtempSync(join(root, "pipe-"));
    execFileSync("mkfifo", [join(folder, name)]);
    writeFileSync(join(folder, "y.npy"), "");
    writeFileSync(join(folder, "train-labels-idx1-ubyte"), "");
    await expect(readData(join(folder, name))).rejects.toThrow(DataError);
  });

  test.each([
    "zero.csv",
    "zero.parquet",
    "zero.npz",
    "zero.tar",
  ])("a device called %s is refused", async (name) => {
    symlinkSync("/dev/zero", join(root, name));
    await expect(readData(join(root, name))).rejects.toThrow(
      /expected a (file|shard), got (a device|no file)/,
    );
  });
});

describe("names", () => {
  const SCRIPTS = [
    "chat é",
    "кошка",
    "猫",
    "고양이",
    "חתול",
    "قط",
    "\u202egpj.exe",
    "😀👩‍👩‍👧",
    "a\nb",
    "a\tb",
    "-rf",
    "%2e%2e",
    "a?b&c",
  ];

  test("in every script are classes, and come back as they are", async () => {
    const folder = folderOf(
      "scripts",
      SCRIPTS.flatMap((name) => [`${name}/${name}.png`, `${name}/2.png`]),
    );
    const { splits } = await readData(folder);
    expect([...splits.train.classNames].sort()).toEqual([...SCRIPTS].sort());
  });

  test("of one class in two forms of Unicode are refused", async () => {
    const folder = folderOf("forms", ["caf\u00e9/1.png", "cafe\u0301/1.png", "b/1.png"]);
    await expect(readData(folder)).rejects.toThrow(
      'expected one folder for class "caf\u00e9", got two, spelled with other characters',
    );
  });

  test.each([
    ["folder", Buffer.from([0xff, 0xfe, 0x2f, 0x31, 0x2e, 0x70, 0x6e, 0x67])],
    ["file", Buffer.concat([Buffer.from("a/"), Buffer.from([0xe9]), Buffer.from(".png")])],
  ])("of a %s that is no UTF-8 is refused, and said to be", async (kind, name) => {
    await expect(readData(folderOf(`bytes-${kind}`, [...PLAIN, name]))).rejects.toThrow(
      "whose name is no UTF-8: rename it",
    );
  });
});

describe("bombs", () => {
  const write = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(root, name), bytes);
    return join(root, name);
  };

  /** A PNG that says its size, with as many bytes of pixels as are given. */
  function png(width: number, height: number, pixels: number): Buffer {
    const chunk = (kind: string, body: Buffer): Buffer => {
      const ends = Buffer.alloc(8);
      ends.writeUInt32BE(body.length);
      ends.writeUInt32BE(crc32(body, crc32(kind)), 4);
      return Buffer.concat([ends.subarray(0, 4), Buffer.from(kind), body, ends.subarray(4)]);
    };
    const head = Buffer.alloc(13);
    head.writeUInt32BE(width);
    head.writeUInt32BE(height, 4);
    head[8] = 1;
    return Buffer.concat([
      Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
      chunk("IHDR", head),
      chunk("IDAT", deflateSync(Buffer.alloc(pixels))),
      chunk("IEND", Buffer.alloc(0)),
    ]);
  }

  test("a PNG of a billion pixels is refused by its head", async () => {
    const folder = folderOf("png", PLAIN);
    writeFileSync(join(folder, "a", "1.png"), png(32_000, 32_000, 1000));
    await expect(readData(`${folder}?size=8`)).rejects.toThrow(/a\/1\.png \(.*pixel limit/);
  });

  test("an archive in an archive is no array", async () => {
    const inner = zipFile([["X.npy", new Uint8Array(100)]]);
    const path = write(
      "nested.npz",
      zipFile([
        ["X.npy", inner],
        ["y.npy", inner],
      ]),
    );
    await expect(readData(path)).rejects.toThrow("nested.npz: X: expected an NPY file");
  });

  test("a name that is another before its bytes, and an archive behind an archive", async () => {
    const bytes = zipFile([
      ["X.npy", new Uint8Array(100)],
      ["y.npy", new Uint8Array(100)],
    ]);
    const other = bytes.slice();
    other[30] = 90;
    await expect(readData(write("names.npz", other))).rejects.toThrow(
      'expected this name before its bytes, too, got "Z.npy"',
    );
    await expect(readData(write("two.npz", Buffer.concat([bytes, bytes])))).rejects.toThrow(
      "bytes between its directory and its end",
    );
  });

  test("a Parquet file of texts that grow is given up", async () => {
    const page = growingTexts(500_000);
    const path = write("texts.parquet", parquetFile(500_000, [{ name: "a", type: 6, encoding: 7, page }]));
    await expect(readParquetFile(path, 0)).rejects.toThrow(
      "expected a Parquet file that is read in 2 s, got no end of it",
    );
    // The next is read by a thread of its own.
    const small = parquetFile(3, [{ name: "a", type: 6, encoding: 7, page: growingTexts(3) }]);
    expect(await readParquetFile(write("small.parquet", small))).toMatchObject({ rows: 3 });
  });

  test("a Parquet file of more values than are read, in a hundred bytes", async () => {
    const bytes = parquetFile(2 ** 27, [{ name: "a", type: 1, encoding: 0, page: levels(2 ** 27, 0) }]);
    await expect(readData(write("nulls.parquet", bytes))).rejects.toThrow("expected at most 67108864 values");
  });

  test("a Parquet column with fewer values than rows is refused", async () => {
    const short = { name: "a", type: 1, encoding: 0, page: levels(10, 0) } as const;
    const bytes = parquetFile(10, [short]);
    // The page says nine, the group ten.
    const at = bytes.indexOf(Buffer.from([0x15, 20, 0x15, 0]));
    bytes[at + 1] = 18;
    await expect(readData(write("short.parquet", bytes))).rejects.toThrow(DataError);
  });

  test("a cell of more than a mebibyte, as an open quote makes them, is refused with its line", async () => {
    const rows = "1,2\n".repeat(400_000);
    await expect(readData(write("quote.csv", Buffer.from(`a,y\n1,"2\n${rows}3,"\n`)))).rejects.toThrow(
      /line 2: expected cells of at most 1048576 bytes, got one of 16\d+/,
    );
  });
});

describe("files that change while they are read", () => {
  test.each([
    ["grows", (path: string) => appendFileSync(path, "x")],
    ["is cut off", (path: string) => truncateSync(path, statSync(path).size - 1)],
  ])("one that %s is refused", async (_, change) => {
    const path = join(root, "changing.bin");
    writeFileSync(path, "");
    truncateSync(path, 2 ** 28);
    const timer = setInterval(() => change(path), 1);
    await expect(readBytes(path, 2 ** 30).finally(() => clearInterval(timer))).rejects.toThrow(
      "expected a file that stays as it is, but it was changed while it was read",
    );
  });
});
