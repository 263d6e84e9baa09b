/**
 * @file The library of this machine, where datasets and contents lie in files.
 */

import { readFile } from "node:fs/promises";
import type { Splits } from "../../data/dataset.ts";
import { type LoadOptions, loadKnown } from "../../data/node/load.ts";
import { usualMemory } from "../../data/node/memory.ts";
import { readData } from "../../data/node/read-data.ts";
import { requireHeld } from "../../data/streamed.ts";
import type { AnyContent } from "../contents.ts";
import { createLibrary, type Library, type LibraryOptions } from "../subject.ts";
import { openContents } from "./contents.ts";
import { openExamplesStore } from "./examples-store.ts";
import { readModelAt } from "./model-file.ts";
import { openSplitsFile } from "./splits-file.ts";

/** What a library of this machine is made of. */
export interface LocalLibraryOptions extends Pick<LibraryOptions, "keepsLast" | "onRead"> {
  /** Folder of the models and examples that were given as values; none were unless told. */
  readonly contents?: string | undefined;
  /** Some that are in no folder yet; none unless told. */
  readonly given?: readonly AnyContent[];
  /**
   * Whether models and data may be named by their path; not unless told: where a trial comes from a database, they are
   * contents, and nobody who may plan reads files of a worker's machine.
   */
  readonly readsPaths?: boolean;
}

/** Open the library of this machine. */
export const openLibrary = (local: LocalLibraryOptions = {}): Library => {
  const { contents, given = [], readsPaths = false, ...options } = local;
  return createLibrary({
    load: loadKnown,
    readFile: readsPaths ? readModelAt : undefined,
    readData: readsPaths ? readData : undefined,
    read: async (identity) => {
      const content = given.find((one) => one.identity === identity);
      if (content) return "bytes" in content ? content.bytes : await readFile(content.path);
      return contents === undefined ? undefined : await openContents(contents).read(identity);
    },
    openFile: async (identity, memory) => {
      const content = given.find((one) => one.identity === identity);
      const file =
        content ?? (contents === undefined ? undefined : await openContents(contents).find(identity));
      // As float32, pixels take four times the bytes that they have in a file.
      return file && "path" in file && 4 * file.size > memory ? await openSplitsFile(file) : undefined;
    },
    openStore: openExamplesStore,
    ...options,
  });
};

/**
 * Load a dataset, whole or a random part of it, uncropped.
 *
 * @param name - Or the path of data, such as `./photos`, and maybe how they are read: `./photos?size=64`.
 * @param options - `onRead` is told how data at a path were understood.
 * @throws UsageError if the name is unknown, or more examples are wanted than there are.
 * @throws DataError if its files are missing or not what they should be.
 */
export async function loadDataset(
  name: string,
  { onRead, ...options }: LoadOptions & Pick<LibraryOptions, "onRead"> = {},
): Promise<Splits> {
  // Four bytes a number are those of training; here pixels are held as they are.
  const memory = 4 * (options.memory ?? usualMemory());
  const splits = await openLibrary({ readsPaths: true, onRead }).splits({ name, ...options, memory });
  return requireHeld(splits, "what was asked for");
}
