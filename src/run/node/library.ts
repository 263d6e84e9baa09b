/**
 * @file The library of this machine, where datasets and contents lie in files.
 */

import type { Splits } from "../../data/dataset.ts";
import { type LoadOptions, loadKnown } from "../../data/node/load.ts";
import { readData } from "../../data/node/read-data.ts";
import { createLibrary, type Library, type LibraryOptions } from "../subject.ts";
import { openContents } from "./contents.ts";
import { readModelAt } from "./model-file.ts";

/** What a library of this machine is made of. */
export interface LocalLibraryOptions extends Pick<LibraryOptions, "keepsLast"> {
  /** Folder of the models and examples that were given as values; none were unless told. */
  readonly contents?: string | undefined;
}

/** Open the library of this machine. */
export const openLibrary = ({ contents, ...options }: LocalLibraryOptions = {}): Library =>
  createLibrary({
    load: loadKnown,
    readFile: readModelAt,
    readData,
    read: contents === undefined ? undefined : openContents(contents).read,
    ...options,
  });

/**
 * Load a dataset, whole or a random part of it, uncropped.
 *
 * @param name - Or the path of data, such as `./photos`, and maybe how they are read: `./photos?size=64`.
 * @throws UsageError if the name is unknown, or more examples are wanted than there are.
 * @throws DataError if its files are missing or not what they should be.
 */
export const loadDataset = (name: string, options: LoadOptions = {}): Promise<Splits> =>
  openLibrary().splits({ name, ...options });
