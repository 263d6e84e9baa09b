import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { md5 } from "../../src/data/node/files.ts";
import { inspect, obtain } from "../../src/data/node/obtain.ts";
import type { Download, StoredDataset } from "../../src/data/registry.ts";
import { gzip, noiseSplits, tarGz } from "./fixtures.ts";
import { serve } from "./server.ts";

const A = new TextEncoder().encode("the bytes of a");
const B = new TextEncoder().encode("the bytes of b");

/** A dataset of two files, `a.bin` and `b.bin`, in the folder `tiny` or in the data folder itself. */
function tiny(downloads: readonly Download[], checksums: boolean): StoredDataset {
  return {
    kind: "stored",
    name: "tiny",
    title: "Tiny",
    train: 1,
    test: 1,
    shape: [3, 6, 6],
    classNames: ["a", "b"],
    preprocess: "paper",
    source: "made up",
    others: {},
    folders: ["tiny", ""],
    files: [
      { name: "a.bin", otherNames: ["a-other.bin"], limit: 100, ...(checksums && { md5: md5(A) }) },
      { name: "b.bin", otherNames: [], limit: 100, ...(checksums && { md5: md5(B) }) },
    ],
    downloads,
    read: async () => noiseSplits(1, 1),
  };
}

const download = (name: string, bytes: Uint8Array, kind: Download["kind"]): Download => ({
  name,
  md5: md5(bytes),
  size: bytes.length,
  mirrors: ["http://127.0.0.1:1/"],
  kind,
});

const archive = await tarGz([
  ["tiny/a.bin", A],
  ["tiny/b.bin", B],
  ["tiny/readme", "passed over"],
]);
const packed = tiny([download("tiny.tar.gz", archive, "tar.gz")], false);
const zippedA = await gzip(A);
const single = tiny([download("a.bin.gz", zippedA, "file"), download("b.bin", B, "file")], true);

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "shatter-obtain-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("obtain", () => {
  test("fetches single files, and needs no network the second time", async () => {
    await using server = await serve({ "a.bin.gz": { bytes: zippedA }, "b.bin": { bytes: B } });
    expect(await obtain(single, folder, { mirror: server.url })).toBe(true);
    expect((await readdir(join(folder, "tiny"))).sort()).toEqual(["a.bin.gz", "b.bin"]);
    expect(await obtain(single, folder)).toBe(false);
    expect(server.ranges.length).toBe(2);
  });

  test("fetches and unpacks an archive, and writes down the checksums", async () => {
    await using server = await serve({ "tiny.tar.gz": { bytes: archive } });
    expect(await obtain(packed, folder, { mirror: server.url })).toBe(true);
    expect(await readFile(join(folder, "tiny", "MD5SUMS"), "utf8")).toBe(
      `${md5(A)}  a.bin\n${md5(B)}  b.bin\n`,
    );
    expect(await inspect(packed, folder)).toMatchObject([
      { name: "a.bin", md5: md5(A), official: md5(A) },
      { name: "b.bin", md5: md5(B), official: md5(B) },
    ]);
  });

  test("uses files that lie there already, without network", async () => {
    await writeFile(join(folder, "a-other.bin"), A);
    await writeFile(join(folder, "b.bin.gz"), await gzip(B));
    expect(await obtain(packed, folder)).toBe(false);
  });

  test("uses an archive that was put there by hand, without network", async () => {
    await mkdir(join(folder, "tiny"));
    await writeFile(join(folder, "tiny", "tiny.tar.gz"), archive);
    expect(await obtain(packed, folder)).toBe(true);
    expect(new Uint8Array(await readFile(join(folder, "tiny", "a.bin")))).toEqual(A);
  });

  test("refuses an archive by hand that is not the official one", async () => {
    await mkdir(join(folder, "tiny"));
    const path = join(folder, "tiny", "tiny.tar.gz");
    const other = archive.slice(1);
    await writeFile(path, other);
    await expect(obtain(packed, folder)).rejects.toThrow(
      `${path}: expected the official file with MD5 ${md5(archive)}, got ${md5(other)}; remove it, then run the command again`,
    );
  });

  test("says what to do without network", async () => {
    await expect(obtain(packed, folder)).rejects.toThrow(
      `by other means and put it at ${join(folder, "tiny", "tiny.tar.gz")}`,
    );
  });
});

describe("inspect", () => {
  test("tells official bytes, other bytes and missing files apart, packed or not", async () => {
    await writeFile(join(folder, "a.bin.gz"), zippedA);
    expect(await inspect(single, folder)).toEqual([
      { name: "a.bin", path: `${folder}/a.bin.gz`, md5: md5(A), official: md5(A) },
      { name: "b.bin", path: undefined, md5: undefined, official: md5(B) },
    ]);
  });

  test("does not know the official bytes of an archive's files that somebody else put there", async () => {
    await writeFile(join(folder, "a.bin"), A);
    await writeFile(join(folder, "b.bin"), A);
    const reports = await inspect(packed, folder);
    expect(reports.map(({ official }) => official)).toEqual([undefined, undefined]);
  });
});
