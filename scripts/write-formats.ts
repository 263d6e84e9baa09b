/**
 * @file Writes a dataset in the formats that are read from a path: a folder of PNG files, CSV, NPZ, WebDataset's shards, each in a folder
 * of its name. `node scripts/write-formats.ts cifar10 FOLDER [COUNT of each split] [FORMATS, with commas] [DATA FOLDER]
 * [HEIGHTxWIDTH to be cut out]`;
 * `python3 scripts/write-formats-parquet.py FOLDER` (pyarrow, NumPy, Pillow) then makes Parquet of the NPZ.
 */

import { join } from "node:path";
import { datasetHash } from "../src/data/dataset.ts";
import { loadDataset } from "../src/run/node/library.ts";
import { cutImages, sortClasses, writers } from "./formats.ts";

const [name = "digits", folder = "formats", count, formats, dataDir, cut] = process.argv.slice(2);
const sizes = count === undefined || count === "all" ? {} : { n: Number(count), testN: Number(count) };
const whole = sortClasses(await loadDataset(name, { ...sizes, dataDir: dataDir || undefined }));
const [height, width] = (cut ?? "").split("x").map(Number);
const splits = height && width ? cutImages(whole, height, width) : whole;
for (const [format, write] of Object.entries(writers)) {
  if (formats && !formats.split(",").includes(format)) continue;
  console.log(`${format}: ${await write(splits, join(folder, format))}`);
}
for (const split of [splits.train, splits.test]) console.log(await datasetHash(split));
