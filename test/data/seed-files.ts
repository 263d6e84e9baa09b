/**
 * @file A small, well-formed file of every format that is read as data, from which mutants are made.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { pack } from "tar-stream";
import { randomStream } from "../../src/base/random.ts";
import { npyFile, zipFile } from "./array-files.ts";
import { idxFile } from "./fixtures.ts";

/** Data of one kind: what is read, and which of its files is changed. */
export interface SeedFiles {
  readonly kind: string;
  /** By name; with folders. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly mutated: string;
  /** What is read, seen from the folder of these files, with its options. */
  readonly path: string;
}

const FIXTURES = join(import.meta.dirname, "..", "fixtures", "data");
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, name)));
const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(`${lines.join("\n")}\n`);

const DRAWN = "?test-share=0.5";

const IMAGES: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  "JPEG.jpg": (image) => image.jpeg(),
  "progressive JPEG.jpg": (image) => image.jpeg({ progressive: true }),
  "PNG.png": (image) => image.png(),
  "palette PNG.png": (image) => image.png({ palette: true }),
  "WebP.webp": (image) => image.webp(),
  "lossless WebP.webp": (image) => image.webp({ lossless: true }),
  "GIF.gif": (image) => image.gif(),
  "TIFF.tif": (image) => image.tiff({ compression: "lzw" }),
  "AVIF.avif": (image) => image.avif({ effort: 0 }),
};

/** An image of 13 x 11 pixels that is different at every place. */
function drawing(number: number): Sharp {
  const random = randomStream(number, "seed-image");
  const pixels = Uint8Array.from({ length: 13 * 11 * 3 }, (_, at) => (at * 3 + random.below(60)) & 255);
  return sharp(pixels, { raw: { width: 13, height: 11, channels: 3 } });
}

async function imageFolders(): Promise<SeedFiles[]> {
  return await Promise.all(
    Object.entries(IMAGES).map(async ([name, write]) => {
      const [kind = "", ending = ""] = name.split(".");
      const files = await Promise.all([0, 1, 2, 3].map((at) => write(drawing(at)).toBuffer()));
      const named = files.map((bytes, at) => [`${at < 2 ? "ant" : "bee"}/${at}.${ending}`, bytes] as const);
      return {
        kind,
        files: Object.fromEntries(named),
        mutated: `ant/1.${ending}`,
        path: `.${DRAWN}`,
      };
    }),
  );
}

async function shard(): Promise<Uint8Array> {
  const archive = pack();
  for (let at = 0; at < 6; at++) {
    archive.entry({ name: `set/00${at}.png` }, await drawing(at).png().toBuffer());
    archive.entry({ name: `set/00${at}.cls` }, String(at % 2));
  }
  archive.finalize();
  return new Uint8Array(Buffer.concat((await Array.fromAsync(archive)) as Uint8Array[]));
}

const rows = (divider: string, decimal = "."): string[] => [
  ["a", "b", '"c"', "label"].join(divider),
  ...Array.from({ length: 12 }, (_, at) =>
    [String(at), String(at / 8).replace(".", decimal), `"k${at % 3}"`, ["no", "yes"][at % 2]].join(divider),
  ),
];

const DESCRIPTION = [
  "title: Twelve rows",
  "path: part/a.csv",
  "target: label",
  "testShare: 0.5",
  "splitSeed: 3",
  "missing: drop",
  "preprocess: standardize",
];

/** Records of CIFAR-100. */
const cifar100 = (count: number): Uint8Array =>
  Uint8Array.from({ length: 3074 * count }, (_, at) => (at % 3074 < 2 ? (at >> 3) % 20 : (at * 7) & 255));

/** Files of every format. */
export async function seedFiles(): Promise<SeedFiles[]> {
  const labels = npyFile(
    "'|u1'",
    "(12,)",
    Uint8Array.from({ length: 12 }, (_, at) => at % 3),
  );
  const halves = npyFile(
    "'<f2'",
    "(12, 2)",
    Uint8Array.from({ length: 48 }, (_, at) => (at % 2 === 0 ? at : 60)),
  );
  const floats = npyFile(
    "'<f4'",
    "(12, 2)",
    new Uint8Array(Float32Array.from({ length: 24 }, (_, at) => at / 7).buffer),
  );
  const one = (kind: string, name: string, bytes: Uint8Array, told = DRAWN): SeedFiles => ({
    kind,
    files: { [name]: bytes },
    mutated: name,
    path: name + told,
  });
  const idx = {
    "train-labels-idx1-ubyte": idxFile([8], [0, 1, 0, 1, 2, 2, 0, 1]),
    "train-images-idx3-ubyte": idxFile(
      [8, 3, 2],
      Array.from({ length: 48 }, (_, at) => at * 5),
    ),
  };
  const tar = await shard();
  const dropped = `${DRAWN}&missing=drop`;
  const all = [
    ...(await imageFolders()),
    one("CSV", "a.csv", text(rows(",")), dropped),
    one("CSV with decimal commas", "a.csv", text(rows(";", ",")), dropped),
    one("TSV", "a.tsv", text(rows("\t")), dropped),
    one("CSV, packed", "a.csv.gz", gzipSync(text(rows(","))), dropped),
    {
      kind: "NPY",
      files: { "X.npy": halves, "y.npy": labels },
      mutated: "X.npy",
      path: `X.npy${DRAWN}`,
    },
    {
      kind: "NPY of labels",
      files: { "X.npy": floats, "y.npy": labels },
      mutated: "y.npy",
      path: `.${DRAWN}`,
    },
    one("NPZ, deflated", "a.npz", fixture("pair.npz")),
    one(
      "NPZ, stored",
      "a.npz",
      zipFile(
        [
          ["X.npy", floats],
          ["y.npy", labels],
        ],
        0,
      ),
    ),
    one("NPZ of four arrays", "a.npz", fixture("medical.npz"), "?layout=channels-last"),
    { kind: "IDX", files: idx, mutated: "train-images-idx3-ubyte", path: `.${DRAWN}` },
    { kind: "IDX of labels", files: idx, mutated: "train-labels-idx1-ubyte", path: `.${DRAWN}` },
    {
      kind: "CIFAR-100",
      files: { "train.bin": cifar100(3), "test.bin": cifar100(2) },
      mutated: "train.bin",
      path: ".",
    },
    one("Parquet", "a.parquet", fixture("plain.parquet"), dropped),
    one("Parquet, gzip", "a.parquet", fixture("gzip.parquet"), dropped),
    one("Parquet, zstd", "a.parquet", fixture("zstd.parquet"), dropped),
    one("Parquet of images", "a.parquet", fixture("images.parquet")),
    {
      kind: "shatter.data.yaml",
      files: { "part/a.csv": text(rows(",")), "shatter.data.yaml": text(DESCRIPTION) },
      mutated: "shatter.data.yaml",
      path: "shatter.data.yaml",
    },
    one("shard", "a.tar", tar),
    one("shard, packed", "a.tar.gz", gzipSync(tar)),
  ];
  // A `slice` of a Buffer is no copy.
  const plain = (files: SeedFiles["files"]) =>
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, new Uint8Array(bytes)]));
  return all.map((each) => ({ ...each, files: plain(each.files) }));
}
