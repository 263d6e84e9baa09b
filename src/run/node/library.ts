/**
 * @file The library of this machine, where datasets lie in files.
 */

import type { Splits } from "../../data/dataset.ts";
import { type LoadOptions, loadKnown } from "../../data/node/load.ts";
import { createLibrary, type Library, type LibraryOptions } from "../subject.ts";

/** Open the library of this machine. */
export const openLibrary = (options: Omit<LibraryOptions, "load"> = {}): Library =>
  createLibrary({ load: loadKnown, ...options });

/**
 * Load a dataset, whole or a random part of it, uncropped.
 *
 * @throws UsageError if the name is unknown, or more examples are wanted than there are.
 * @throws DataError if its files are missing or not what they should be.
 */
export const loadDataset = (name: string, options: LoadOptions = {}): Promise<Splits> =>
  openLibrary().splits({ name, ...options });
