/**
 * @file A set of IDX files as datasets.
 */

import { type ArrayPair, arrangeSplits } from "./arrange.ts";
import type { FileArray } from "./array.ts";
import type { DataOptions, ReadData } from "./data-options.ts";
import { parseIdxArray } from "./idx.ts";
import type { IdxFiles } from "./idx-names.ts";
import type { NamedBytes } from "./mnist.ts";

/**
 * Read a set of IDX files. Of labels with eight columns, as QMNIST has them, the first is the digit.
 *
 * @param name - What people call the data, where the set has no name.
 * @param read - Gives a file by its name, unpacked.
 * @throws DataError if a file is not what it should be.
 */
export async function idxSplits(
  name: string,
  { set, train, test }: IdxFiles,
  read: (name: string) => Promise<NamedBytes>,
  options: DataOptions,
): Promise<ReadData> {
  const parse = async (file: string): Promise<FileArray> => {
    const { bytes, where } = await read(file);
    return parseIdxArray(bytes, where);
  };
  const readPair = async (pair: IdxFiles["train"]): Promise<ArrayPair> => ({
    inputs: await parse(pair.images),
    labels: firstOfEight(await parse(pair.labels)),
  });
  const pairs = { train: await readPair(train), test: test && (await readPair(test)) };
  const reading = arrangeSplits(set || name, pairs, options);
  const isAskew = /emnist/i.test(set) && options.transpose === undefined;
  if (!isAskew) return reading;
  const told =
    "EMNIST's own files have height and width exchanged: they are left so; `transpose` exchanges them";
  return { ...reading, understood: [...reading.understood, told] };
}

/** QMNIST's labels, [count, 8]: class, series, writer and so on (C. Yadav, L. Bottou, 2019). */
function firstOfEight(labels: FileArray): FileArray {
  const { shape, type, values } = labels;
  if (type !== "int32" || shape.length !== 2 || shape[1] !== 8) return labels;
  const digits = (values as Float64Array).filter((_, at) => at % 8 === 0);
  return {
    ...labels,
    where: `${labels.where}: the first of 8 columns`,
    shape: [digits.length],
    values: digits,
  };
}
