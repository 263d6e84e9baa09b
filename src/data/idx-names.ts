/**
 * @file Which IDX files belong together, by their names: those of MNIST and of its relatives.
 */

import { DataError } from "../base/errors.ts";

/** Such as `emnist-letters-train-images-idx3-ubyte.gz`: set, split, part. */
const NAME = /^(?:(.+)[-_.])?(train|t10k|test|val)[-_](images|labels)([-_.]idx\d)?([-_.][a-z\d]+)?(\.gz)?$/i;

type Part = "images" | "labels";

/** The files of a set. */
export interface IdxFiles {
  /** What the names begin with, such as `emnist-letters`; empty for MNIST's own. */
  readonly set: string;
  readonly train: Readonly<Record<Part, string>>;
  readonly test?: Readonly<Record<Part, string>> | undefined;
}

/** Whether a file's name is that of an IDX file. */
export const isIdxName = (name: string): boolean => NAME.test(name) && /idx|ubyte/i.test(name);

/**
 * Find the pairs of images and labels; of a file and the same one packed, the unpacked is taken.
 *
 * @param names - Of all files of the folder.
 * @param asked - The name that was asked for, whose set is taken; else there may be one set only.
 * @throws DataError if a file is missing, or it is not plain which set is meant.
 */
export function findIdxFiles(names: readonly string[], where: string, asked?: string): IdxFiles {
  const sets = new Map<string, Map<string, string>>();
  for (const name of [...names].filter(isIdxName).sort()) {
    const [, set = "", split = "", part = ""] = NAME.exec(name)!;
    const files = sets.get(set) ?? new Map<string, string>();
    sets.set(set, files);
    const role = `${/t10k/i.test(split) ? "test" : split} ${part}`.toLowerCase();
    // Sorted, so that a file comes before the same one packed.
    if (!files.has(role)) files.set(role, name);
  }
  const set = asked === undefined ? undefined : (NAME.exec(asked)?.[1] ?? "");
  const all = [...sets.keys()];
  if (set === undefined && all.length > 1) {
    const list = all.map((name) => name || "MNIST's own names").join(", ");
    throw new DataError(
      `${where}: expected files of one set, got ${list}; name the file of training images of one`,
    );
  }
  const files = sets.get(set ?? all[0] ?? "");
  const pair = (split: string): IdxFiles["train"] | undefined => {
    const [images, labels] = [files?.get(`${split} images`), files?.get(`${split} labels`)];
    if (images !== undefined && labels !== undefined) return { images, labels };
    if (images === undefined && labels === undefined) return undefined;
    throw new DataError(
      `${where}: expected images and labels of ${split}, got ${images ?? labels} alone; put the other beside it`,
    );
  };
  const train = pair("train");
  if (train === undefined) {
    throw new DataError(
      `${where}: expected IDX files such as train-images-idx3-ubyte and train-labels-idx1-ubyte, got none of training`,
    );
  }
  return { set: set ?? all[0] ?? "", train, test: pair("test") };
}
