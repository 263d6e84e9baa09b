/**
 * @file Reads NumPy's files: an NPZ archive, or NPY files beside each other.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { arrangeSplits } from "../arrange.ts";
import { type FileArray, isTexts } from "../array.ts";
import { arrayRoles } from "../array-names.ts";
import type { DataReader } from "../data-options.ts";
import { listSome } from "../natural.ts";
import { parseNpy } from "../npy.ts";
import { requireOptions } from "../require-options.ts";
import { listZip } from "../zip.ts";
import { readBytes } from "./files.ts";

/** Most bytes of a file, and of an archive unpacked: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;

/** Most arrays of an archive. */
const MOST_ARRAYS = 1000;

/** Arrays by name, each read when it is asked for. */
type Arrays = ReadonlyMap<string, () => Promise<FileArray>>;

/**
 * Read data that are arrays of NumPy's: pairs by their names (`x_train`, `train_images`, `X` and `y`, ...).
 *
 * @param path - An NPZ file, an NPY file, which is read with those beside it, or a folder of NPY files.
 * @throws DataError if a file is not what it should be, or no pair or more than one is found, UsageError if an option would change nothing.
 */
export const readArrays: DataReader = async (path, options) => {
  requireOptions(path, "arrays", options, ["target", "targetType", "group", "shape", "layout", "transpose"]);
  const arrays = /\.npz$/i.test(path) ? await arraysOfArchive(path) : await arraysOfFolder(path);
  const { train, test, classNames, others } = arrayRoles(
    [...arrays.keys()],
    path,
    options.target,
    options.group,
  );
  const read = (name: string): Promise<FileArray> => arrays.get(name)!();
  const readPair = async (pair: typeof train) => ({
    inputs: await read(pair.inputs),
    labels: await read(pair.labels),
    groups: pair.groups === undefined ? undefined : await read(pair.groups),
  });
  const reading = arrangeSplits(
    nameOf(path),
    {
      train: await readPair(train),
      test: test && (await readPair(test)),
      classNames: classNames === undefined ? undefined : namesOf(await read(classNames)),
    },
    options,
  );
  if (others.length === 0) return reading;
  return { ...reading, understood: [...reading.understood, `left out: ${listSome(others)}`] };
};

/** What people call data at a path. */
export const nameOf = (path: string): string => basename(path).replace(/(?<=.)\.[^.]*$/, "");

function namesOf(array: FileArray): string[] {
  if (isTexts(array.values)) return [...array.values];
  throw new DataError(
    `${array.where}: expected names of classes as texts, got ${array.type}; leave them out`,
  );
}

async function arraysOfArchive(path: string): Promise<Arrays> {
  const bytes = await readBytes(path, MOST_BYTES);
  const entries = listZip(bytes, { entries: MOST_ARRAYS, bytes: MOST_BYTES }, path);
  return new Map(
    entries.map(({ name, read }) => {
      const plain = name.replace(/\.npy$/, "");
      return [plain, async () => parseNpy(await read(), `${path}: ${plain}`)];
    }),
  );
}

async function arraysOfFolder(path: string): Promise<Arrays> {
  try {
    const folder = (await stat(path)).isDirectory() ? path : dirname(path);
    const files = (await readdir(folder)).filter((file) => /\.npy$/i.test(file)).sort();
    return new Map(
      files.map((file) => {
        const where = join(folder, file);
        return [file.slice(0, -4), async () => parseNpy(await readBytes(where, MOST_BYTES), where)];
      }),
    );
  } catch (error) {
    throw new DataError(`${path}: expected a file or folder that can be read, got ${whyUnread(error)}`);
  }
}
