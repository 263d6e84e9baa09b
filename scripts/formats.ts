/**
 * @file Writes images in the formats that are read from a path, as others write them: what reads them must give the same hash.
 */

import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { type Dataset, exampleCount, exampleSize, type Splits } from "../src/data/dataset.ts";
import { sortNatural } from "../src/data/natural.ts";
import { interleaved, pngAt, writeShards } from "../src/data/node/write-shards.ts";
import { writeNpy } from "../src/data/npy.ts";
import { writeZip } from "../src/data/zip.ts";

/** Writes both splits at a path, and says how it is to be given as data. */
type Writer = (splits: Splits, folder: string) => Promise<string>;

const SPLITS = ["train", "test"] as const;

const classAt = ({ classNames, labels }: Dataset, index: number): string => classNames[labels[index]!]!;

/** `train/CLASS/INDEX.png`. */
export const writeImages: Writer = async (splits, folder) => {
  for (const split of SPLITS) {
    const dataset = splits[split];
    for (const each of dataset.classNames) await mkdir(join(folder, split, each), { recursive: true });
    for (let index = 0; index < exampleCount(dataset); index++) {
      await writeFile(
        join(folder, split, classAt(dataset, index), `${index}.png`),
        await pngAt(dataset, index),
      );
    }
  }
  return folder;
};

/** `train.csv` and `test.csv`: a label and a column a pixel, channels first. */
export const writeTable: Writer = async (splits, folder) => {
  await mkdir(folder, { recursive: true });
  for (const split of SPLITS) {
    const dataset = splits[split];
    const size = exampleSize(dataset);
    const out = createWriteStream(join(folder, `${split}.csv`));
    out.write(`label,${Array.from({ length: size }, (_, at) => `pixel${at}`).join(",")}\n`);
    for (let index = 0; index < exampleCount(dataset); index++) {
      const row = `${classAt(dataset, index)},${dataset.inputs.subarray(index * size, (index + 1) * size).join(",")}\n`;
      if (!out.write(row)) await once(out, "drain");
    }
    out.end();
    await finished(out);
  }
  return `${folder}?shape=${splits.train.shape.slice(1).join("x")}`;
};

/** An archive with `x_train [count, height, width, channels]` and so on, as Keras has them. */
export const writeArrays: Writer = async (splits, folder) => {
  const entries = SPLITS.flatMap((split) => {
    const { inputs, shape, labels } = splits[split];
    const [count = 0, channels = 1, height = 1, width = 1] = shape;
    const values = new Uint8Array(inputs.length);
    const size = channels * height * width;
    for (let index = 0; index < count; index++) values.set(interleaved(splits[split], index), index * size);
    return [
      [`x_${split}.npy`, writeNpy({ shape: [count, height, width, channels], values })],
      [`y_${split}.npy`, writeNpy({ shape: [count, 1], values: labels })],
    ] as const;
  });
  const { classNames } = splits.train;
  const names = ["class_names.npy", writeNpy({ shape: [classNames.length], values: classNames })] as const;
  await mkdir(folder, { recursive: true });
  const path = join(folder, "arrays.npz");
  await writeFile(path, writeZip([...entries, names]));
  return path;
};

/** Shards of PNG and `cls`, and the names of their classes. */
export const writeShardFiles: Writer = async (splits, folder) => {
  await writeShards(splits, folder);
  return folder;
};

/** The rows and columns of images from their middle on: small ones, whose height is not their width. */
export function cutImages({ train, test }: Splits, height: number, width: number): Splits {
  const cut = (dataset: Dataset): Dataset => {
    const [count = 0, channels = 1, rows = 1, columns = 1] = dataset.shape;
    const shape = [count, channels, height, width];
    const inputs = Uint8Array.from({ length: count * channels * height * width }, (_, at) => {
      const [plane, row, column] = [
        Math.floor(at / height / width),
        Math.floor(at / width) % height,
        at % width,
      ];
      return dataset.inputs[(plane * rows + (rows >> 1) + row) * columns + (columns >> 1) + column]!;
    });
    return { ...dataset, inputs, shape };
  };
  return { train: cut(train), test: cut(test) };
}

/** Classes in the natural order of their names, as formats have them that say of each example but its class's name. */
export function sortClasses({ train, test }: Splits): Splits {
  const sort = (dataset: Dataset): Dataset => {
    const classNames = sortNatural(dataset.classNames, (name) => name);
    return {
      ...dataset,
      classNames,
      labels: dataset.labels.map((label) => classNames.indexOf(dataset.classNames[label]!)),
    };
  };
  return { train: sort(train), test: sort(test) };
}

/** By the name of their folder. */
export const writers: Readonly<Record<string, Writer>> = {
  images: writeImages,
  table: writeTable,
  arrays: writeArrays,
  shards: writeShardFiles,
};
