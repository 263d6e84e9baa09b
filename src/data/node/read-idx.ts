/**
 * @file Reads IDX files: MNIST's form, of any sizes and types.
 */

import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { DataError } from "../../base/errors.ts";
import { whyUnread } from "../../disk/refusals.ts";
import type { DataReader } from "../data-options.ts";
import { gunzip } from "../gzip.ts";
import { findIdxFiles } from "../idx-names.ts";
import { idxSplits } from "../idx-splits.ts";
import type { NamedBytes } from "../mnist.ts";
import { requireOptions } from "../require-options.ts";
import { readBytes } from "./files.ts";

/** Most bytes of a file, unpacked too: what Node reads at once. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Read a set of IDX files, `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and those of the test (`t10k` or `test`), each
 * maybe packed (`.gz`) or with a set's name in front of it.
 *
 * EMNIST's images have height and width exchanged, which `transpose` undoes; it is said, but never guessed.
 *
 * @param path - The folder, or one file of the set.
 * @throws DataError if files are missing or not what they should be, UsageError if an option would change nothing.
 */
export const readIdx: DataReader = async (path, options) => {
  requireOptions(path, "IDX files", options, ["layout", "transpose"]);
  const { folder, names, asked } = await lookAround(path);
  const read = async (name: string): Promise<NamedBytes> => {
    const where = await fileAt(join(folder, name));
    return { where, bytes: await gunzip(await readBytes(where, MOST_BYTES), MOST_BYTES, where) };
  };
  return idxSplits(basename(folder), findIdxFiles(names, path, asked), read, options);
};

/** The folder of a path, its files, and the file that was named. */
async function lookAround(
  path: string,
): Promise<{ folder: string; names: string[]; asked: string | undefined }> {
  try {
    const isFolder = (await stat(path)).isDirectory();
    const folder = isFolder ? path : dirname(path);
    return { folder, names: await readdir(folder), asked: isFolder ? undefined : basename(path) };
  } catch (error) {
    throw new DataError(`${path}: expected a file or folder that can be read, got ${whyUnread(error)}`);
  }
}

/** A file, or the one of its name in a folder of it, as Kaggle packs them. */
const fileAt = async (path: string): Promise<string> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ? join(path, basename(path)) : path;
