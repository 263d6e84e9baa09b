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
  expectDigits(labels.values, labelFile.where);
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
  const hasRank = shape.length === expected.length;
  const fits = hasRank && expected.every((size, i) => size === "count" || size === shape[i]);
  if (fits && shape[0] !== 0) return;
  const advice = fits
    ? "there are none, as after a conversion that failed: fetch or make the file again"
    : hasRank
      ? `MNIST's are of ${SIDE} x ${SIDE} pixels (16 x 16 are those of USPS): resize them, in both splits`
      : "are the images and labels files exchanged?";
  throw new DataError(
    `${where}: expected ${what} of shape [${expected.join(", ")}], got [${shape.join(", ")}]; ${advice}`,
  );
}

/**
 * Refuse labels that are no digits, and say which dataset of MNIST's kind has such.
 *
 * Sources: G. Cohen et al., "EMNIST: an extension of MNIST to handwritten letters", 2017: letters have labels from 1 to
 * 26, the balanced split from 0 to 46, by class from 0 to 61.
 */
function expectDigits(labels: Uint8Array, where: string): void {
  const first = labels.findIndex((label) => label >= MNIST_CLASSES.length);
  if (first < 0) return;
  const [low, high] = [labels, labels].map((all, at) =>
    all.reduce((a, b) => (at === 0 ? Math.min(a, b) : Math.max(a, b))),
  );
  const advice =
    high === 255
      ? "255 often marks examples that are to be ignored: leave them out, with their images"
      : low === 1 && high! <= 26
        ? "labels from 1 to 26 are those of EMNIST's letters, which are not known by name"
        : `labels up to ${high} are of another dataset (EMNIST's balanced split has 47 classes), not known by name`;
  throw new DataError(
    `${where}: expected labels in [0, ${MNIST_CLASSES.length}), got ${labels[first]} for example ${first}; ${advice}`,
  );
}
