/**
 * @file Writes a dataset as a folder of PNG files, train/CLASS/* and test/CLASS/*: what reads folders must give the same
 * hash. `node scripts/write-image-folder.ts cifar10 folder 1000 [data folder]`
 */

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { type Dataset, datasetHash, exampleCount, exampleSize } from "../src/data/dataset.ts";
import { loadDataset } from "../src/run/node/library.ts";

const [name = "digits", folder = "images", n, dataDir] = process.argv.slice(2);

async function write(split: string, dataset: Dataset): Promise<void> {
  const [, channels = 1, height = 1, width = 1] = dataset.shape;
  const size = exampleSize(dataset);
  const raw = { width, height, channels: channels as 1 | 3 };
  for (const each of dataset.classNames) await mkdir(join(folder, split, each), { recursive: true });
  for (let index = 0; index < exampleCount(dataset); index++) {
    const pixels = new Uint8Array(size);
    for (let at = 0; at < size; at++) {
      const channel = at % channels;
      pixels[at] = dataset.inputs[index * size + channel * height * width + (at - channel) / channels]!;
    }
    const place = join(folder, split, dataset.classNames[dataset.labels[index]!]!, `${index}.png`);
    const space = channels === 1 ? "b-w" : "srgb";
    await sharp(pixels, { raw }).toColourspace(space).png({ compressionLevel: 1 }).toFile(place);
  }
  console.log(`${split}: ${exampleCount(dataset)} images, hash ${await datasetHash(dataset)}`);
}

const count = n === undefined ? {} : { n: Number(n), testN: Number(n) };
const { train, test } = await loadDataset(name, { ...count, dataDir });
await write("train", train);
await write("test", test);
