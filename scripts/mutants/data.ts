/**
 * @file The data that mutants and correct randomizations are tried on.
 */

import { randomStream } from "../../src/base/random.ts";
import type { Dataset, Splits } from "../../src/data/dataset.ts";
import { crop } from "../../src/data/preprocess.ts";
import { shapes } from "../../src/data/shapes.ts";

const both = (splits: Splits, change: (dataset: Dataset, index: number) => Dataset): Splits => ({
  train: change(splits.train, 0),
  test: change(splits.test, 1),
});

const classes = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));

/** The same examples with labels drawn from some classes; `skew` 1 is uniform, more prefers the first. */
const relabeled = (splits: Splits, count: number, skew = 1): Splits =>
  both(splits, (dataset, split) => {
    const random = randomStream(split, "mutant-labels");
    const labels = dataset.labels.map(() => Math.floor(random.uniform() ** skew * count));
    return { ...dataset, labels, classNames: classes(count) };
  });

/** The same examples with other pixels: `pixel(value, index of the image, place in it)`. */
const repainted = (splits: Splits, pixel: (value: number, image: number, place: number) => number): Splits =>
  both(splits, (dataset) => {
    const size = dataset.inputs.length / dataset.labels.length;
    const inputs = Uint8Array.from(dataset.inputs, (value, at) =>
      pixel(value, Math.floor(at / size), at % size),
    );
    return { ...dataset, inputs };
  });

/** Gray images of few values, most of them 0, like written digits. */
function gray(splits: Splits): Splits {
  return both(splits, (dataset) => {
    const count = dataset.labels.length;
    const size = dataset.inputs.length / count / 3;
    const inputs = Uint8Array.from({ length: count * size }, (_, at) => {
      const value = dataset.inputs[Math.floor(at / size) * 3 * size + (at % size)]!;
      return value < 160 ? 0 : value & 0xe0;
    });
    return { ...dataset, inputs, shape: [count, 1, ...dataset.shape.slice(2)] };
  });
}

/** A table of columns with moments of their own, one of them constant, and two classes. */
function table(train: number, test: number): Splits {
  const rows = (count: number, seed: number): Dataset => {
    const random = randomStream(seed, "mutant-table");
    return {
      name: "table",
      inputs: Float32Array.from({ length: count * 7 }, (_, at) => (at % 7) * random.normal() + (at % 7)),
      shape: [count, 7],
      labels: Int32Array.from({ length: count }, () => random.below(2)),
      classNames: ["no", "yes"],
    };
  };
  return { train: rows(train, 1), test: rows(test, 2) };
}

/** The sets, each made when asked for, with images of `side` times `side` pixels. */
export const datasets = {
  /** In color, ten classes. */
  images: (side) => images(side),
  /** Classes from common to rare. */
  imbalanced: (side) => relabeled(images(side), 10, 3),
  /** The test images are brighter. */
  "brighter test": (side) => ({
    ...images(side),
    test: repainted(images(side), (value) => 128 + value / 2).test,
  }),
  "two classes": (side) => relabeled(images(side), 2),
  "100 classes": (side) => relabeled(images(side), 100),
  /** Ten classes, of which all examples are of the first. */
  "one class": (side) => ({
    train: { ...images(side).train, labels: new Int32Array(1_000) },
    test: images(side).test,
  }),
  gray: (side) => gray(images(side)),
  table: () => table(1_000, 400),
  "few examples": (side) => images(side, 20, 10),
  "one example": (side) => images(side, 1, 1),
  black: (side) => repainted(images(side, 200, 60), () => 0),
  "one gray": (side) => repainted(images(side, 200, 60), () => 249),
  "one black image": (side) => repainted(images(side, 200, 60), (value, image) => (image === 0 ? 0 : value)),
  "one pixel": (side) => repainted(images(side, 200, 60), (_, image, place) => (place === 0 ? image % 2 : 0)),
} satisfies Record<string, (side: number) => Splits>;

const images = (side: number, train = 1_000, test = 400): Splits =>
  both(shapes(train, test), (dataset) => crop(dataset, side));

export type DataName = keyof typeof datasets;
