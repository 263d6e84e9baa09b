/**
 * @file CIFAR-10, binary version: from its batches to a dataset.
 *
 * A record is one label byte, then 1,024 red, 1,024 green and 1,024 blue bytes, row by row. Source:
 * A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 */

import { DataError } from "../base/errors.ts";
import type { Dataset, Splits } from "./dataset.ts";
import type { NamedBytes } from "./mnist.ts";

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;
const RECORD = 1 + PIXELS;

/** Records in a batch of the official files; other files may hold fewer. */
const BATCH = 10_000;

/** Names of the classes, in the order of their labels. */
export const CIFAR10_CLASSES = [
  "airplane",
  "automobile",
  "bird",
  "cat",
  "deer",
  "dog",
  "frog",
  "horse",
  "ship",
  "truck",
];

/**
 * Read CIFAR-10: images `[count, 3, 32, 32]`, as many as the batches hold.
 *
 * @param train - The training batches, in order.
 * @throws DataError if a batch is not whole records, is too long, or has a label out of range.
 */
export function parseCifar10(train: readonly NamedBytes[], test: NamedBytes): Splits {
  return { train: joinBatches(train), test: joinBatches([test]) };
}

function joinBatches(batches: readonly NamedBytes[]): Dataset {
  for (const batch of batches) checkBatch(batch);
  const count = batches.reduce((total, { bytes }) => total + bytes.length / RECORD, 0);
  const inputs = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  let example = 0;
  for (const { bytes, where } of batches) {
    for (let at = 0; at < bytes.length; at += RECORD) {
      const label = bytes[at]!;
      if (label >= CIFAR10_CLASSES.length) {
        throw new DataError(
          `${where}: expected a label in [0, ${CIFAR10_CLASSES.length}) in record ${at / RECORD}, got ${label}`,
        );
      }
      labels[example] = label;
      inputs.set(bytes.subarray(at + 1, at + RECORD), example * PIXELS);
      example++;
    }
  }
  return { name: "cifar10", inputs, shape: [count, 3, SIDE, SIDE], labels, classNames: CIFAR10_CLASSES };
}

function checkBatch({ bytes, where }: NamedBytes): void {
  const records = bytes.length / RECORD;
  if (Number.isInteger(records) && records >= 1 && records <= BATCH) return;
  const problem =
    records > BATCH
      ? "the file is oversized"
      : `record ${Math.floor(records)} is truncated after ${bytes.length % RECORD} bytes`;
  throw new DataError(
    `${where}: expected 1 to ${BATCH} records of ${RECORD} bytes, got ${bytes.length} bytes; ` +
      `${problem}, fetch it again`,
  );
}
