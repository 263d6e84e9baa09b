/**
 * @file Reads data that are made to take time or memory: bombs of every packing, a line of a gigabyte, a hundred thousand files.
 *
 *   node scripts/hostile-data.ts [out.json] [which]     about five minutes; needs 4 GB of disk and 6 GiB of memory. `which` is a
 *                                                       regular expression: those whose description fits
 *
 * Each is read by a process of its own, whose time and most memory are told, and what came out: the examples, or the refusal.
 */

import { fork } from "node:child_process";
import {
  closeSync,
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createDeflateRaw, createGzip, deflateSync } from "node:zlib";
import sharp from "sharp";
import { DataError } from "../src/base/errors.ts";
import { exampleCount } from "../src/data/dataset.ts";
import { readData } from "../src/data/node/read-data.ts";
import { growingTexts, levels, parquetFile } from "../test/data/parquet-writer.ts";

const MIB = 2 ** 20;

/** Text that is repeated up to a size. */
function repeat(path: string, part: string, size: number, before = ""): void {
  const file = openSync(path, "w");
  writeSync(file, before);
  const block = Buffer.from(part.repeat(Math.ceil(MIB / part.length)));
  for (let at = 0; at < size; at += block.length) writeSync(file, block);
  closeSync(file);
}

/** Packed blocks of one content, up to a size. */
async function pack(
  path: string,
  packer: NodeJS.ReadWriteStream,
  part: Uint8Array,
  size: number,
  before: Uint8Array = new Uint8Array(0),
): Promise<void> {
  const blocks = Array.from({ length: Math.ceil(size / part.length) }, () => part);
  await pipeline(
    Readable.from([before, ...blocks].filter(({ length }) => length > 0)),
    packer,
    createWriteStream(path),
  );
}

function chunk(kind: string, body: Uint8Array): Buffer {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32BE(body.length);
  numbers.writeUInt32BE(crc32(body, crc32(kind)), 4);
  return Buffer.concat([numbers.subarray(0, 4), Buffer.from(kind), body, numbers.subarray(4)]);
}

/** A PNG of one bit a pixel, all black, with a text of so many bytes, packed. */
function png(width: number, height: number, text = 0): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head[8] = 1;
  const note = Buffer.concat([Buffer.from("note\0\0"), deflateSync(Buffer.alloc(text))]);
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", head),
    ...(text > 0 ? [chunk("zTXt", note)] : []),
    chunk("IDAT", deflateSync(Buffer.alloc(height * (1 + Math.ceil(width / 8))))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function images(folder: string, count: number, classes: number, bytes: Uint8Array): void {
  for (let label = 0; label < classes; label++) mkdirSync(join(folder, String(label)), { recursive: true });
  for (let at = 0; at < count; at++) writeFileSync(join(folder, String(at % classes), `${at}.png`), bytes);
}

/** A zip of one entry that is an array of zeros. */
async function zeros(path: string, rows: number): Promise<void> {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${rows}, ${MIB}), }\n`;
  const before = Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY"),
    Buffer.from([1, 0, header.length, 0]),
    Buffer.from(header),
  ]);
  const body = `${path}.deflated`;
  const part = new Uint8Array(MIB);
  await pack(body, createDeflateRaw({ level: 9 }), part, rows * MIB, before);
  const packed = readFileSync(body);
  let sum = crc32(before);
  for (let row = 0; row < rows; row++) sum = crc32(part, sum);
  const size = before.length + rows * MIB;
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(sum, 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(size, 18);
  common.writeUInt16LE(5, 22);
  const central = Buffer.concat([
    Buffer.from("PK\x01\x02\x14\0"),
    common,
    Buffer.alloc(14),
    Buffer.from("X.npy"),
  ]);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from("X.npy")]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length + packed.length, 16);
  writeFileSync(path, Buffer.concat([local, packed, central, end]));
  rmSync(body);
}

/** The head of a member of tar. */
function tarHead(name: string, size: number, type: string): Buffer {
  const head = Buffer.alloc(512);
  head.write(name);
  head.write("0000644\0", 100);
  head.write(`${size.toString(8).padStart(11, "0")} `, 124);
  head.write(type, 156);
  head.write("ustar\x0000", 257);
  head.fill(32, 148, 156);
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  );
  return head;
}

/** What is read, and how it is made. */
const CASES: readonly (readonly [
  what: string,
  path: string,
  make: (path: string) => void | Promise<void>,
])[] = [
  ["CSV: one line of a gigabyte, of cells", "cells.csv", (path) => repeat(path, "1,", 1000 * MIB)],
  [
    "CSV: one line of a gigabyte, of one cell",
    "cell.csv",
    (path) => repeat(path, "a", 1000 * MIB, "x,y\n1,"),
  ],
  [
    "CSV: a quote that is not closed, of a gigabyte",
    "quote.csv",
    (path) => repeat(path, "1,2\n", 1000 * MIB, 'x,y\n1,"'),
  ],
  ["CSV: a gigabyte of rows of two cells", "rows.csv", (path) => repeat(path, "1,2\n", 1000 * MIB, "x,y\n")],
  [
    "CSV: 1 GiB of distinct texts",
    "texts.csv",
    (path) => {
      const file = openSync(path, "w");
      writeSync(file, "x,text,y\n");
      for (let at = 0; at < 15_000_000; at += 10_000) {
        writeSync(
          file,
          Array.from({ length: 10_000 }, (_, row) => `1,${"t".repeat(50)}${at + row},${row % 2}\n`).join(""),
        );
      }
      closeSync(file);
    },
  ],
  [
    "gzip: 3 GiB of text in 3 MB",
    "bomb.csv.gz",
    (path) => pack(path, createGzip({ level: 9 }), Buffer.from("1,2\n".repeat(MIB / 4)), 3072 * MIB),
  ],
  [
    "gzip of IDX: 3 GiB of zeros",
    "train-images-idx3-ubyte.gz",
    (path) => {
      writeFileSync(join(dirname(path), "train-labels-idx1-ubyte"), Buffer.from([0, 0, 8, 1, 0, 0, 0, 0]));
      return pack(path, createGzip({ level: 9 }), new Uint8Array(MIB), 3072 * MIB);
    },
  ],
  ["zip: an array of 1.9 GiB in 2 MB, without labels", "big.npz", (path) => zeros(path, 1945)],
  ["zip: an array of 3 GiB in 3 MB", "bomb.npz", (path) => zeros(path, 3072)],
  [
    "PNG: four images of 100 million pixels, brought to 64",
    "png?size=64",
    (path) => images(path, 4, 2, png(10_000, 9_999)),
  ],
  ["PNG: of a billion pixels", "png-over?size=64", (path) => images(path, 4, 2, png(40_000, 25_000))],
  ["PNG: a text of 1 GiB in it", "png-text?size=8", (path) => images(path, 4, 2, png(8, 8, 1024 * MIB))],
  [
    "Parquet: 2^26 nulls in 115 bytes",
    "nulls.parquet",
    (path) =>
      writeFileSync(
        path,
        parquetFile(2 ** 26, [{ name: "a", type: 1, encoding: 0, page: levels(2 ** 26, 0) }]),
      ),
  ],
  [
    "Parquet: 2^27 nulls",
    "more.parquet",
    (path) =>
      writeFileSync(
        path,
        parquetFile(2 ** 27, [{ name: "a", type: 1, encoding: 0, page: levels(2 ** 27, 0) }]),
      ),
  ],
  [
    "Parquet: texts that grow, 116 GiB in 0.5 MB",
    "texts.parquet",
    (path) =>
      writeFileSync(
        path,
        parquetFile(500_000, [{ name: "a", type: 6, encoding: 7, page: growingTexts(500_000) }]),
      ),
  ],
  [
    "Parquet: 99,000 columns",
    "wide.parquet",
    (path) =>
      writeFileSync(
        path,
        parquetFile(
          1,
          Array.from({ length: 99_000 }, (_, at) => ({
            name: `c${at}`,
            type: 1,
            encoding: 0,
            page: levels(1, 0),
          })),
        ),
      ),
  ],
  [
    "tar: a pax header of 1 GiB",
    "pax.tar",
    (path) => repeat(path, "1 a=b\n", 1024 * MIB, tarHead("h", 1024 * MIB, "x").toString("latin1")),
  ],
  [
    "tar: a hundred pax headers in each other, then a long name",
    "deep.tar",
    (path) =>
      writeFileSync(
        path,
        Buffer.concat([
          ...Array.from({ length: 100 }, () => [
            tarHead("h", 9, "x"),
            Buffer.from("9 a=bcd\n".padEnd(512, "\0")),
          ]).flat(),
          tarHead("n", 65536, "L"),
          Buffer.alloc(65536, "n"),
          Buffer.alloc(1024),
        ]),
      ),
  ],
  [
    "tar.gz: 3 GiB of zeros in a member",
    "bomb.tar.gz",
    (path) =>
      pack(
        path,
        createGzip({ level: 9 }),
        new Uint8Array(MIB),
        3072 * MIB,
        tarHead("a.png", 3072 * MIB, "0"),
      ),
  ],
  [
    "100,000 images of one pixel",
    "many",
    async (path) =>
      images(
        path,
        100_000,
        10,
        await sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } })
          .png()
          .toBuffer(),
      ),
  ],
];

interface Result {
  readonly end: string;
  /** By the clock, and of the processor, of all threads. */
  readonly seconds: number;
  readonly cpu: number;
  /** The most memory that the process had. */
  readonly mib: number;
}

const readIn = (path: string): Promise<Result> =>
  new Promise((resolve) => {
    const child = fork(import.meta.filename, ["--child", path], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const deadline = setTimeout(() => child.kill("SIGKILL"), 300_000);
    let result: Result | undefined;
    child.on("message", (message: Result) => {
      result = message;
    });
    child.on("exit", (code, signal) => {
      clearTimeout(deadline);
      resolve(result ?? { end: `ENDED with ${code ?? signal}`, seconds: 0, cpu: 0, mib: 0 });
    });
  });

async function main(out: string | undefined, which = ""): Promise<void> {
  const results: (Result & { what: string })[] = [];
  for (const [what, path, make] of CASES.filter(([what]) => new RegExp(which).test(what))) {
    const folder = mkdtempSync(join(tmpdir(), "shatter-hostile-"));
    const [file = ""] = path.split("?");
    await make(join(folder, file));
    const result = await readIn(join(folder, path));
    rmSync(folder, { recursive: true });
    results.push({ what, ...result, end: result.end.replaceAll(folder, "") });
    console.log(JSON.stringify(results.at(-1)));
  }
  if (out) writeFileSync(out, `${JSON.stringify(results, null, 1)}\n`);
}

async function child(path: string): Promise<void> {
  const began = performance.now();
  let end: string;
  try {
    const { splits } = await readData(path);
    end = `read: ${exampleCount(splits.train)} and ${exampleCount(splits.test)} examples`;
  } catch (error) {
    end = error instanceof DataError ? `refused: ${error.message}` : `ENDED: ${String(error)}`;
  }
  const mib = Math.round(process.resourceUsage().maxRSS / 1024);
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const { user, system } = process.cpuUsage();
  const cpu = Number(((user + system) / 1e6).toFixed(1));
  process.send!({ end, seconds, cpu, mib }, () => process.exit(0));
}

const [first, second] = process.argv.slice(2);
await (first === "--child" ? child(second!) : main(first, second));
