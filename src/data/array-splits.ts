/**
 * @file NumPy's arrays as datasets, by their names.
 */

import { DataError } from "../base/errors.ts";
import { arrangeSplits } from "./arrange.ts";
import { type FileArray, isTexts } from "./array.ts";
import { arrayRoles } from "./array-names.ts";
import type { DataOptions, ReadData } from "./data-options.ts";
import type { NamedBytes } from "./mnist.ts";
import { listSome } from "./natural.ts";
import { parseNpy } from "./npy.ts";
import { listZip } from "./zip.ts";

/** Most arrays of an archive. */
const MOST_ARRAYS = 1000;

/** Arrays by name, each read when it is asked for. */
export type Arrays = ReadonlyMap<string, () => Promise<FileArray>>;

/**
 * Make datasets of arrays: pairs by their names (`x_train`, `train_images`, `X` and `y`, ...).
 *
 * @param name - What people call the data.
 * @throws DataError if an array is not what it should be, or no pair or more than one is found.
 */
export async function arraySplits(
  name: string,
  arrays: Arrays,
  options: DataOptions,
  where: string,
): Promise<ReadData> {
  const { train, test, classNames, others } = arrayRoles(
    [...arrays.keys()],
    where,
    options.target,
    options.group,
  );
  const read = (array: string): Promise<FileArray> => arrays.get(array)!();
  const readPair = async (pair: typeof train) => ({
    inputs: await read(pair.inputs),
    labels: await read(pair.labels),
    groups: pair.groups === undefined ? undefined : await read(pair.groups),
  });
  const reading = arrangeSplits(
    name,
    {
      train: await readPair(train),
      test: test && (await readPair(test)),
      classNames: classNames === undefined ? undefined : namesOf(await read(classNames)),
    },
    options,
  );
  if (others.length === 0) return reading;
  return { ...reading, understood: [...reading.understood, `left out: ${listSome(others)}`] };
}

function namesOf(array: FileArray): string[] {
  if (isTexts(array.values)) return [...array.values];
  throw new DataError(
    `${array.where}: expected names of classes as texts, got ${array.type}; leave them out`,
  );
}

/**
 * The arrays of an NPZ archive.
 *
 * @param most - Most bytes unpacked.
 * @throws DataError if it is no such archive.
 */
export function archiveArrays({ bytes, where }: NamedBytes, most: number): Arrays {
  const entries = listZip(bytes, { entries: MOST_ARRAYS, bytes: most }, where);
  return new Map(
    entries.map(({ name, read }) => {
      const plain = name.replace(/\.npy$/, "");
      return [plain, async () => parseNpy(await read(), `${where}: ${plain}`)];
    }),
  );
}
