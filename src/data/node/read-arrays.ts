/**
 * @file Reads NumPy's files: an NPZ archive, or NPY files beside each other.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import { type Arrays, archiveArrays, arraySplits } from "../array-splits.ts";
import type { DataReader } from "../data-options.ts";
import { parseNpy } from "../npy.ts";
import { requireOptions } from "../require-options.ts";
import { readBytes } from "./files.ts";

/** Most bytes of a file, and of an archive unpacked: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Read data that are arrays of NumPy's, see {@link arraySplits}.
 *
 * @param path - An NPZ file, an NPY file, which is read with those beside it, or a folder of NPY files.
 * @throws DataError if a file is not what it should be, or no pair or more than one is found, UsageError if an option would change nothing.
 */
export const readArrays: DataReader = async (path, options) => {
  requireOptions(path, "arrays", options, ["target", "targetType", "group", "shape", "layout", "transpose"]);
  const arrays = /\.npz$/i.test(path)
    ? archiveArrays({ bytes: await readBytes(path, MOST_BYTES), where: path }, MOST_BYTES)
    : await arraysOfFolder(path);
  return arraySplits(nameOf(path), arrays, options, path);
};

/** What people call data at a path. */
export const nameOf = (path: string): string => basename(path).replace(/(?<=.)\.[^.]*$/, "");

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
