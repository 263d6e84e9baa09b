/**
 * @file CIFAR-100, binary version: from its two files to datasets.
 *
 * A record is a byte for one of 20 superclasses (coarse), one for one of 100 classes (fine), then 1,024 red, 1,024 green
 * and 1,024 blue bytes, row by row. Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
 */

import { DataError } from "../base/errors.ts";
import type { Dataset } from "./dataset.ts";
import type { NamedBytes } from "./mnist.ts";

const SIDE = 32;
const PIXELS = 3 * SIDE * SIDE;
const RECORD = 2 + PIXELS;

/** Labels of a record: their place, and how many classes there are. */
export const CIFAR100_TARGETS = { coarse: { at: 0, classes: 20 }, fine: { at: 1, classes: 100 } } as const;

export type Cifar100Target = keyof typeof CIFAR100_TARGETS;

/**
 * Read a file of CIFAR-100: images `[count, 3, 32, 32]`.
 *
 * @param classNames - As many as the target has.
 * @throws DataError if the file is not whole records, or a label is out of range.
 */
export function parseCifar100(
  { bytes, where }: NamedBytes,
  target: Cifar100Target,
  classNames: readonly string[],
): Dataset {
  const count = bytes.length / RECORD;
  if (!Number.isInteger(count) || count === 0) {
    throw new DataError(
      `${where}: expected whole records of ${RECORD} bytes, as CIFAR-100's binary version has, got ${bytes.length} bytes; fetch it again`,
    );
  }
  const inputs = new Uint8Array(count * PIXELS);
  const labels = new Int32Array(count);
  for (let record = 0; record < count; record++) {
    const start = record * RECORD;
    for (const [name, { at, classes }] of Object.entries(CIFAR100_TARGETS)) {
      const label = bytes[start + at]!;
      if (label < classes) continue;
      throw new DataError(
        `${where}: expected a ${name} label in [0, ${classes}) in record ${record}, got ${label}; ` +
          "the file is damaged or of another dataset, fetch it again",
      );
    }
    labels[record] = bytes[start + CIFAR100_TARGETS[target].at]!;
    inputs.set(bytes.subarray(start + 2, start + RECORD), record * PIXELS);
  }
  return { name: "cifar100", inputs, shape: [count, 3, SIDE, SIDE], labels, classNames };
}
