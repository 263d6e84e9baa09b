/**
 * @file MNIST: from its four IDX files to a dataset.
 */

import { DataError } from "../base/errors.ts";
import { checkDataset, type Dataset, type Splits } from "./dataset.ts";
import { type IdxArray, parseIdx } from "./idx.ts";

/** Sides of an image, in pixels. */
const SIDE = 28;

/** Names of the classes, in the order of their labels. */
export const MNIST_CLASSES = Array.from({ length: 10 }, (_, digit) => String(digit));

/** The bytes of a file, unpacked, and what to call it in messages. */
export interface NamedBytes {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** The four files of MNIST. */
export interface MnistFiles {
  readonly trainImages: NamedBytes;
  readonly trainLabels: NamedBytes;
  readonly testImages: NamedBytes;
  readonly testLabels: NamedBytes;
}

/**
 * Read MNIST: images `[count, 1, 28, 28]`, as many as the files hold.
 *
 * @throws DataError if a file is not what its name says, or images and labels disagree.
 */
export function parseMnist(files: MnistFiles): Splits {
  return {
    train: parseSplit(files.trainImages, files.trainLabels),
    test: parseSplit(files.testImages, files.testLabels),
  };
}

function parseSplit(imageFile: NamedBytes, labelFile: NamedBytes): Dataset {
  const images = parseIdx(imageFile.bytes, imageFile.where);
  const labels = parseIdx(labelFile.bytes, labelFile.where);
  expectShape(images, ["count", SIDE, SIDE], "images", imageFile.where);
  expectShape(labels, ["count"], "labels", labelFile.where);
  const count = images.shape[0]!;
  if (labels.shape[0] !== count) {
    throw new DataError(
      `${labelFile.where}: expected ${count} labels, one an image of ${imageFile.where}, got ${labels.shape[0]}`,
    );
  }
  const dataset = {
    name: "mnist",
    inputs: images.values,
    shape: [count, 1, SIDE, SIDE],
    labels: Int32Array.from(labels.values),
    classNames: MNIST_CLASSES,
  };
  return checkDataset(dataset, labelFile.where);
}

function expectShape(
  { shape }: IdxArray,
  expected: readonly (number | "count")[],
  what: string,
  where: string,
): void {
  const fits =
    shape.length === expected.length && expected.every((size, i) => size === "count" || size === shape[i]);
  if (!fits || shape[0] === 0) {
    throw new DataError(
      `${where}: expected ${what} of shape [${expected.join(", ")}], got [${shape.join(", ")}]; ` +
        "are the images and labels files exchanged?",
    );
  }
}
