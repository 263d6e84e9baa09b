import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";
import { pack } from "tar-stream";
import { afterAll, describe, expect, test } from "vitest";
import type { DataOptions } from "../../src/data/data-options.ts";
import { type Dataset, datasetHash } from "../../src/data/dataset.ts";
import { readData } from "../../src/data/node/read-data.ts";
import { readShards } from "../../src/data/node/read-shards.ts";
import { USUAL } from "./array-files.ts";

/** Written by Python's tarfile: see scripts/data-fixtures-shards.py. */
const FIXTURES = join(import.meta.dirname, "..", "fixtures", "data", "shards");
const root = mkdtempSync(join(tmpdir(), "shatter-shards-"));
afterAll(() => rmSync(root, { recursive: true }));

type Member = readonly [name: string, content: string | Uint8Array, type?: "symlink" | "directory"];

async function shardOf(members: readonly Member[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content, type] of members) {
    if (type) archive.entry({ name, type, linkname: "/etc/passwd" });
    else archive.entry({ name }, typeof content === "string" ? content : Buffer.from(content));
  }
  archive.finalize();
  return Buffer.concat((await Array.fromAsync(archive)) as Uint8Array[]);
}

/** Write shards by name, and give their folder. */
async function folderOf(
  name: string,
  shards: Readonly<Record<string, readonly Member[] | string>>,
): Promise<string> {
  const folder = join(root, name);
  for (const [shard, members] of Object.entries(shards)) {
    const bytes = typeof members === "string" ? members : await shardOf(members);
    mkdirSync(dirname(join(folder, shard)), { recursive: true });
    writeFileSync(join(folder, shard), /gz$/.test(shard) ? gzipSync(bytes) : bytes);
  }
  return folder;
}

const pixel = (value: number): Promise<Uint8Array> =>
  sharp({ create: { width: 2, height: 3, channels: 3, background: { r: value, g: 1, b: 2 } } })
    .png()
    .toBuffer();

/** Members of examples `from` and on: two classes in turn, red pixels of their number. */
async function examples(from: number, count: number, key = (at: number) => String(at).padStart(6, "0")) {
  const members: Member[] = [];
  for (let at = from; at < from + count; at++) {
    members.push([`${key(at)}.cls`, `${at % 2}`], [`${key(at)}.png`, await pixel(at)]);
  }
  return members;
}

const redOf = ({ inputs, shape }: Dataset): number[] =>
  Array.from({ length: shape[0]! }, (_, at) => inputs[at * 18]!);

const read = (path: string, options: Partial<DataOptions> = {}) => readShards(path, { ...USUAL, ...options });

describe("readShards reads", () => {
  test.each(["ustar", "gnu", "pax"])("what Python's tarfile writes as %s", async (name) => {
    const path = join(FIXTURES, `${name}.tar`);
    const { splits, understood } = await read(path, { target: "json.label", testShare: 0.5 });
    expect(splits.train).toMatchObject({ shape: [2, 3, 4, 5], classNames: ["ant", "bee"] });
    const seen = [splits.train, splits.test].flatMap(({ inputs, labels }) =>
      Array.from(labels, (label, at) => [
        ...inputs.subarray(at * 60, at * 60 + 60).filter((_, i) => i % 20 === 0),
        label,
      ]),
    );
    expect(seen.sort(([a = 0], [b = 0]) => a - b)).toEqual(
      [0, 1, 2, 3].map((at) => [10 * at, 10 * at + 1, 10 * at + 2, at % 2]),
    );
    expect(understood.join("\n")).toContain("fields that are left out: cls (4), note.txt (4)");
  });

  test("labels of other fields, and of structures", async () => {
    const path = join(FIXTURES, "pax.tar");
    const deep = await read(path, { target: "json.deep.label", testShare: 0.5 });
    const whole = await read(path, { testShare: 0.5 });
    expect(await datasetHash(deep.splits.train)).toBe(await datasetHash(whole.splits.train));
    await expect(read(path, { target: "json.lable" })).rejects.toThrow(
      /plain\.json: expected a number or a text as "lable", got none; it has label, deep/,
    );
    await expect(read(path, { target: "json" })).rejects.toThrow(
      "name the field by `target`, such as json.label",
    );
    await expect(read(path, { target: "note.txt" })).rejects.toThrow(
      "expected two classes or more, got only seen",
    );
  });

  test("a folder of shards by split, packed or not, in their order, with names of classes", async () => {
    const folder = await folderOf("splits", {
      "set-train-0.tar": await examples(0, 4),
      "set-train-1.tar.gz": await examples(4, 3),
      "set-val-0.tar": await examples(20, 2),
      "set-test-0.tar": await examples(10, 4),
      "classnames.txt": "even\r\nodd\r\n",
      "README.md": "read me",
    });
    const { splits, understood } = await readData(folder);
    expect(redOf(splits.train)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(redOf(splits.test)).toEqual([10, 11, 12, 13]);
    expect(splits.train).toMatchObject({ shape: [7, 3, 3, 2], classNames: ["even", "odd"] });
    expect(understood).toEqual(
      expect.arrayContaining([
        `${folder} is read as WebDataset's shards (.tar)`,
        "shards for training: set-train-0.tar, set-train-1.tar.gz; for the test: set-test-0.tar; not read: set-val-0.tar",
        "passed over: README.md",
      ]),
    );
  });

  test("folders of splits, as CLIP's benchmark has them, and patterns, as the same data", async () => {
    const folder = await folderOf("clip", {
      "train/0.tar": await examples(0, 3),
      "train/1.tar": await examples(3, 3),
      "train/nshards.txt": "2\n",
      "test/0.tar": await examples(10, 4),
    });
    const [plain, braces, stars] = await Promise.all(
      [folder, join(folder, "{train/{0..1},test/0}.tar"), join(folder, "{train,test}/*.tar")].map(
        async (path) => (await readData(path)).splits.train.name,
      ),
    );
    expect([braces, stars]).toEqual([plain, plain]);
    const first = await readData(join(folder, "train", "{0..0}.tar"));
    expect([...redOf(first.splits.train), ...redOf(first.splits.test)].sort()).toEqual([0, 1, 2]);
    writeFileSync(join(folder, "train", "nshards.txt"), "3");
    await expect(readData(folder)).rejects.toThrow('expected the number of shards beside it, 2, got "3"');
  });

  test("folders of classes as such, with an archive beside them", async () => {
    const folder = await folderOf("classes", { "all.tar": [], "a/x.txt": "", "b/x.txt": "" });
    for (const [at, name] of ["a", "a", "b", "b"].entries())
      writeFileSync(join(folder, name, `${at}.png`), await pixel(at));
    const { understood } = await readData(folder);
    expect(understood.join("\n")).toContain("passed over: files ending in .tar (1)");
  });

  test("keys up to the first dot, and passes over what has none", async () => {
    const folder = await folderOf("keys", {
      "a.tar": [
        ["v1.0/", "", "directory"],
        ["v1.0/a.left.png", await pixel(7)],
        ["v1.0/a.cls", "0"],
        ["v1.0/.DS_Store", ""],
        ["__url__.cls__", ""],
        ["LICENSE", ""],
        ["b.PNG", await pixel(8)],
        ["b.cls", " 0\n"],
        ...(await examples(1, 1)),
        ...(await examples(3, 1)),
      ],
    });
    const { splits, understood } = await read(join(folder, "a.tar"), { testShare: 0.5 });
    expect([...redOf(splits.train), ...redOf(splits.test)].sort()).toEqual([1, 3, 7, 8]);
    expect(understood).toContain("passed over: 3 members without a key or a field");
  });
});

describe("readShards refuses", () => {
  const png = pixel(1);
  test.each<[string, () => Promise<readonly Member[]>, string]>([
    [
      "an example without an image",
      async () => [["a.cls", "1"]],
      'got 1 without: "a" in SHARD (no image); mend these shards',
    ],
    [
      "an example without a label",
      async () => [["a.png", await png]],
      'got 1 without: "a" in SHARD (no cls); mend',
    ],
    [
      "an example with neither",
      async () => [["a.json", "{}"]],
      'got 1 without: "a" in SHARD (neither); mend',
    ],
    [
      "a label that is no number",
      async () => [
        ["a.cls", "cat"],
        ["a.png", await png],
      ],
      'SHARD/a.cls: expected a label, a whole number, got "cat"',
    ],
    [
      "two images",
      async () => [
        ["a.png", await png],
        ["a.jpg", await png],
      ],
      'SHARD/a.jpg: expected one image an example, got another of key "a"',
    ],
    [
      "a member twice",
      async () => [
        ["a.cls", "1"],
        ["a.cls", "1"],
      ],
      'SHARD: expected each member once, got "a.cls" twice',
    ],
    [
      "a key apart",
      async () => [
        ["a.cls", "1"],
        ["b.cls", "1"],
        ["a.png", await png],
      ],
      'SHARD: expected members of one example beside each other, got "a.png"',
    ],
    [
      "a link",
      async () => [["a.cls", "", "symlink"]],
      'SHARD: expected files, got "a.cls", which is a symlink',
    ],
  ])("%s", async (name, members, message) => {
    const folder = await folderOf(`refused ${name}`, {
      "s.tar": [...(await examples(0, 4)), ...(await members())],
    });
    const shard = join(folder, "s.tar");
    await expect(read(shard)).rejects.toThrow(message.replaceAll("SHARD", shard));
  });

  test("other fields than were told, naming those that are there", async () => {
    await expect(read(join(FIXTURES, "gnu.tar"), { target: "txt" })).rejects.toThrow(
      /got 4 without: .*examples have cls, json, note\.txt: name the field/,
    );
  });

  test("shards that are missing of a row", async () => {
    const some = await examples(0, 2);
    const folder = await folderOf("rows", { "train-000000.tar": some, "train-000002.tar": some });
    await expect(readData(folder)).rejects.toThrow(
      "got none of the name train-000001.tar; fetch what is missing",
    );
    const counted = await folderOf("of", {
      "train-00000-of-00003.tar": some,
      "train-00001-of-00003.tar": some,
    });
    await expect(readData(counted)).rejects.toThrow("none of the name train-00002-of-00003.tar");
    const late = await folderOf("late", { "5.tar": some, "6.tar": some });
    await expect(readData(late)).rejects.toThrow("none of the name 1.tar, 2.tar, 3.tar, 4.tar");
    await expect(readData(join(folder, "train-{000000..000002}.tar"))).rejects.toThrow("got no file");
    await expect(readData(join(folder, "{train.tar"))).rejects.toThrow('expected a "}" for every "{"');
    await expect(readData(join(folder, "{1..999999}.tar"))).rejects.toThrow("at most 100000 shards");
    await expect(readData(join(folder, "{000000,000000}.tar".replace("{", "train-{")))).rejects.toThrow(
      "twice",
    );
    const mixed = await folderOf("mixed", { "train-0.tar": some, "extra.tar": some });
    await expect(readData(mixed)).rejects.toThrow("got extra.tar, which names no split");
  });

  test("a shard that was cut anywhere, and never reads less of it in silence", async () => {
    const whole = await shardOf(await examples(0, 4));
    const packed = gzipSync(whole);
    const path = join(root, "cut.tar");
    const [some, more] = [join(root, "some.tar"), join(root, "some.tar.gz")];
    for (let length = 0; length < whole.length; length += 256) {
      writeFileSync(some, whole.subarray(0, length));
      await expect(read(some), `${length} bytes`).rejects.toThrow(/some\.tar: expected /);
    }
    for (let length = 0; length < packed.length; length += 64) {
      writeFileSync(more, packed.subarray(0, length));
      await expect(read(more), `${length} packed bytes`).rejects.toThrow(/some\.tar\.gz: expected /);
    }
    writeFileSync(path, whole);
    truncateSync(path, whole.length - 512);
    await expect(read(path)).rejects.toThrow("without the zeros that end it");
    appendFileSync(path, Buffer.alloc(9 * 512));
    await expect(read(path)).resolves.toBeDefined();
  });

  test("damaged images with their shard and member, which may be left out", async () => {
    const png = Buffer.from(await pixel(1));
    const folder = await folderOf("damaged", {
      "s.tar": [...(await examples(0, 6)), ["x.cls", "1"], ["x.png", png.subarray(0, 60)]],
    });
    await expect(read(join(folder, "s.tar"))).rejects.toThrow(/1 file that cannot be read: x\.png/);
    const { understood } = await read(join(folder, "s.tar"), { skipUnreadable: true });
    expect(understood.at(-1)).toMatch(/^left out: 1 file/);
  });

  test("keys that come in two shards it takes, and says so", async () => {
    const folder = await folderOf("again", { "0.tar": await examples(0, 4) });
    copyFileSync(join(folder, "0.tar"), join(folder, "1.tar"));
    const { understood } = await readData(folder);
    expect(understood.join("\n")).toContain("4 keys stand in more than one shard");
    expect(readFileSync(join(folder, "0.tar"))).toHaveLength(readFileSync(join(folder, "1.tar")).length);
  });
});
