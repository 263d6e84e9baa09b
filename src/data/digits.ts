/**
 * @file Digits: 1,797 small images of handwritten digits that come with Shatter.
 *
 * The test part of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning
 * Repository, 1998, https://doi.org/10.24432/C50P49 (CC BY 4.0). Each value says how many of a block of 4 x 4 pixels
 * are ink, 0 to 16.
 *
 * The labels of the file repeat every 130 rows, but for a few that are missing: form after form, each filled in by one
 * of its 13 writers. Training takes the first ten forms and the test the last four, so that accuracy is that on hands
 * not seen. Split at random, every writer would stand on both sides.
 */

import { checkDataset, type Dataset, type Splits } from "./dataset.ts";
import { gunzip } from "./gzip.ts";
import { MNIST_CLASSES } from "./mnist.ts";

const SIDE = 8;
const PIXELS = SIDE * SIDE;

/** The largest value: all of a block is ink. */
const INK = 16;

/** Examples of the first ten forms, and of the last four. */
export const DIGITS_TRAIN = 1287;
export const DIGITS_TEST = 510;
const COUNT = DIGITS_TRAIN + DIGITS_TEST;

/** Read the digits: images `[count, 1, 8, 8]`, with 0 for no ink and 255 for nothing but ink. */
export async function readDigits(): Promise<Splits> {
  const { DIGITS_BYTES } = await import("./digits-bytes.ts");
  const packed = Uint8Array.from(atob(DIGITS_BYTES), (character) => character.charCodeAt(0));
  const bytes = await gunzip(packed, COUNT * (PIXELS + 1), "digits");
  const split = (from: number, to: number): Dataset =>
    checkDataset(
      {
        name: "digits",
        inputs: bytes.slice(from * PIXELS, to * PIXELS).map((ink) => Math.round((ink / INK) * 255)),
        shape: [to - from, 1, SIDE, SIDE],
        labels: Int32Array.from(bytes.subarray(COUNT * PIXELS + from, COUNT * PIXELS + to)),
        classNames: MNIST_CLASSES,
      },
      "digits",
    );
  return { train: split(0, DIGITS_TRAIN), test: split(DIGITS_TRAIN, COUNT) };
}
