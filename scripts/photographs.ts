/**
 * @file Writes CIFAR-10's images, enlarged, as JPEG shards of 100 classes: a small ImageNet, of real photographs.
 *
 * A class is CIFAR-10's and the tenth of its training images that an image is in by its mean brightness: `cat, tenth 3 of 10 by brightness`.
 * So half of it is told by what is seen, and half by how bright it is; neighboring tenths are alike.
 *
 *   SHATTER_DATA=... node scripts/photographs.ts FOLDER --per-class 4 --test-per-class 10 --side 86
 *   shatter run table-2 --scale small --data FOLDER?size=86 --memory 8GiB
 */

import { parseArgs } from "node:util";
import { type Dataset, exampleSize } from "../src/data/dataset.ts";
import { writeShards } from "../src/data/node/write-shards.ts";
import { sampleClasses } from "../src/data/sample.ts";
import { loadDataset } from "../src/run/node/library.ts";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    "per-class": { type: "string", default: "4" },
    "test-per-class": { type: "string", default: "10" },
    side: { type: "string", default: "86" },
  },
});
const TENTHS = 10;

const sumsOf = (images: Dataset): number[] => {
  const size = exampleSize(images);
  return Array.from(images.labels, (_, at) =>
    (images.inputs as Uint8Array).subarray(at * size, (at + 1) * size).reduce((sum, pixel) => sum + pixel, 0),
  );
};

const { train, test } = await loadDataset("cifar10");
const brightness = sumsOf(train);
/** By class, the sums of pixels that tell its tenths apart. */
const bounds = train.classNames.map((_, label) => {
  const own = brightness.filter((_, at) => train.labels[at] === label).sort((a, b) => a - b);
  return Array.from({ length: TENTHS - 1 }, (_, at) => own[Math.floor(((at + 1) * own.length) / TENTHS)]!);
});
const inTenths = (images: Dataset): Dataset => {
  const sums = sumsOf(images);
  return {
    ...images,
    labels: images.labels.map(
      (label, at) => label * TENTHS + bounds[label]!.filter((bound) => sums[at]! >= bound).length,
    ),
    classNames: images.classNames.flatMap((name) =>
      Array.from({ length: TENTHS }, (_, at) => `${name}, tenth ${at + 1} of ${TENTHS} by brightness`),
    ),
  };
};
const [perClass, testPerClass, side] = [values["per-class"], values["test-per-class"], values.side].map(
  Number,
) as [number, number, number];
const splits = { train: inTenths(train), test: inTenths(test) };
await writeShards(
  sampleClasses(splits, { classes: 100, perClass, testPerClass, seed: 0 }),
  positionals[0]!,
  side,
);
