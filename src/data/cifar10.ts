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
          `${where}: expected a label in [0, ${CIFAR10_CLASSES.length}) in record ${at / RECORD}, got ${label}; ` +
            (isCifar100(bytes) ? CIFAR100 : "the file is damaged or of another dataset, fetch it again"),
        );
      }
      labels[example] = label;
      inputs.set(bytes.subarray(at + 1, at + RECORD), example * PIXELS);
      example++;
    }
  }
  return { name: "cifar10", inputs, shape: [count, 3, SIDE, SIDE], labels, classNames: CIFAR10_CLASSES };
}

/** What to say of records with two label bytes: one of 20 superclasses, then one of 100 classes. */
const CIFAR100 =
  "these are records of CIFAR-100, with two label bytes, which is not known by name: use the files of CIFAR-10";

function isCifar100(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || bytes.length % (RECORD + 1) !== 0) return false;
  for (let at = 0; at < bytes.length; at += RECORD + 1) {
    if (bytes[at]! >= 20 || bytes[at + 1]! >= 100) return false;
  }
  return true;
}

function checkBatch({ bytes, where }: NamedBytes): void {
  const records = bytes.length / RECORD;
  if (Number.isInteger(records) && records >= 1 && records <= BATCH) return;
  const problem = isCifar100(bytes)
    ? CIFAR100
    : bytes.length === 0
      ? "the file is empty, fetch it again"
      : records > BATCH
        ? "the file is oversized, fetch it again"
        : `record ${Math.floor(records)} is truncated after ${bytes.length % RECORD} bytes, fetch it again`;
  throw new DataError(
    `${where}: expected 1 to ${BATCH} records of ${RECORD} bytes, got ${bytes.length} bytes; ${problem}`,
  );
}
